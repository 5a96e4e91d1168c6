"""What can be held about the sources is held here: import directions, sizes, words, translations, dead files."""

import ast
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from locales import COMPLETE, LANGUAGES, catalogue
from tests.support.server import PROJECT_DIR
from tests.support.sources import DOMAINS, FUNCTIONS, OURS, imports, kept_files, modules, msgids, relative, tree

MOST_LINES = 400
# What guests see: these speak every language, the rest the complete ones.
GUESTS = (
    "pages/guest/",
    "pages/documents/",
    "pages/house.py",
    "pages/bundles.py",
    "pages/_parts/certainty.py",
    "pages/_parts/pieces.py",
    "pages/_parts/shell.py",
    "pages/_parts/trace_words.py",
    "calculations/answers.py",
    "calculations/better.py",
    "events/boards.py",
    "events/footprints.py",
    "events/participations.py",
    "offsetting/certificates.py",
    "offsetting/ordering.py",
    "offsetting/payments.py",
)
NOT_GUESTS = (
    "pages/documents/method.py",
    "pages/documents/_statement",
    "pages/documents/_sections",
    "pages/documents/_books",
    "pages/documents/_plan",
    "pages/documents/statement.py",
    "pages/documents/plan.py",
    "pages/documents/evaluation.py",
    "pages/documents/project.py",
    "pages/documents/forestry.py",
)
MOST_FUNCTION_LINES = 70
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".sh",
    ".css",
    ".js",
    ".po",
    ".txt",
    ".yml",
    ".yaml",
    ".json",
    ".csv",
    ".html",
    ".mako",
    "",
}
# Backwards, so that this file does not hold what it looks for.
UNWANTED = [word[::-1] for word in ("gro.ipyp", "gro.detsohnohtyp", "gro.sjmpn", "gro.naibed.bed", "/krow/", "/toor/")]
UNFINISHED = re.compile("|".join(word[::-1] for word in ("ODOT", "EMXIF", ":XXX", "rorrEdetnemelpmItoN")))


def test_imports_go_one_way() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_imports_the_assembly_or_the_command_line() -> None:
    wrong = [
        f"{relative(path)}:{line}"
        for path in modules(*OURS)
        for name, line in imports(path)
        if name in ("app", "cli") or name.startswith(("app.", "cli."))
    ]
    assert not wrong


def test_domain_folders_meet_at_their_front_doors() -> None:
    wrong = []
    for path in modules(*DOMAINS):
        own = relative(path).split("/")[0]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module and "." in node.module:
                folder = node.module.split(".")[0]
                if folder in DOMAINS and folder != own:
                    wrong.append(f"{relative(path)}:{node.lineno} imports from {node.module}, not from {folder}")
    assert not wrong, "\n".join(wrong)


def test_files_are_short() -> None:
    long = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert not {name: lines for name, lines in long.items() if lines > MOST_LINES and "migrations/" not in name}


def test_functions_are_short() -> None:
    long = [
        f"{relative(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in modules()
        if "migrations/" not in relative(path)
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTIONS) and node.end_lineno and node.end_lineno - node.lineno >= MOST_FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def test_no_unwanted_word() -> None:
    wrong = []
    for path in kept_files():
        if path.suffix in TEXT and path.stat().st_size < 2_000_000:
            text = path.read_text(encoding="utf-8", errors="replace")
            wrong += [f"{relative(path)}: {word}" for word in UNWANTED if word in text]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_left_unfinished() -> None:
    wrong = [
        f"{relative(path)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_sentence_has_its_chinese() -> None:
    words = catalogue("zh")
    missing = {
        text: f"{relative(path)}:{line}"
        for path in (*modules(*OURS), PROJECT_DIR / "app.py")
        for text, line in msgids(path)
        if text not in words and any(letter.isalpha() for letter in text)
    }
    assert not missing, "\n".join(
        f"{where}: {text}" for text, where in sorted(missing.items(), key=lambda item: item[1])
    )


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code not in COMPLETE])
def test_every_sentence_of_a_guests_page_is_said_in_each_language(language: str) -> None:
    words = catalogue(language)
    missing = {
        text: f"{relative(path)}:{line}"
        for path in modules(*OURS)
        if relative(path).startswith(GUESTS) and not relative(path).startswith(NOT_GUESTS)
        for text, line in msgids(path)
        if text not in words and any(letter.isalpha() for letter in text)
    }
    assert not missing, "\n".join(
        f"{where}: {text}" for text, where in sorted(missing.items(), key=lambda item: item[1])
    )


def test_translations_fill_in_the_same_things() -> None:
    wrong = [
        f"{language}: {text!r} → {translated!r}"
        for language in LANGUAGES[1:]
        for text, translated in catalogue(language).items()
        if _fields(translated) - _fields(text)
    ]
    assert not wrong, "\n".join(wrong)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_module_is_used() -> None:
    names = {relative(path)[:-3].replace("/", ".") for path in modules("calculations", "data", "gateways", *DOMAINS)}
    run = {
        name
        for name in names
        if 'if __name__ == "__main__"' in (PROJECT_DIR / f"{name.replace('.', '/')}.py").read_text()
    }
    used = {name for path in modules() for name, _ in imports(path)} | _named_in_text()
    dead = [name for name in names - run - used if not name.endswith("__init__") and "migrations" not in name]
    assert not dead, sorted(dead)


def _named_in_text() -> set[str]:
    """Modules that are imported by their name as a string."""
    return {
        str(node.value)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z_.]+", node.value)
    }


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "docs/settings.md", "docs/architecture.md"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    path = PROJECT_DIR / name
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (path.parent / target).exists()]
    assert not missing
