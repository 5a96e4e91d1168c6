"""Reads the project's own sources for the tests that hold them tidy."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.server import PROJECT_DIR

DOMAINS = ("accounts", "events", "offsetting", "reports")
OURS = (*DOMAINS, "api", "calculations", "data", "gateways", "locales", "pages")
REFUSALS = {"Conflict", "DomainError", "Forbidden", "NotFound", "TooMany", "Unauthenticated"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def kept_files() -> tuple[Path, ...]:
    """Every file under version control, or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(path for name in listed if (path := PROJECT_DIR / name).is_file())


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """The Python files of `folders` (all of ours without), app.py and cli.py with them."""
    wanted = folders or (*OURS, "tests", "benchmarks")
    found = [path for path in kept_files() if path.suffix == ".py" and relative(path).split("/")[0] in wanted]
    return (*found, *([] if folders else [PROJECT_DIR / "app.py", PROJECT_DIR / "cli.py"]))


def relative(path: Path) -> str:
    """The path as it stands in the project."""
    return path.relative_to(PROJECT_DIR).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of everything that a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def msgids(path: Path) -> Iterator[tuple[str, int]]:
    """(sentence, line) of each sentence for people: `t(…)`, `translate(…)`, refusals, and messages of fields."""
    module = tree(path)
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            said = _said(node)
            yield from ((text, node.lineno) for text in _texts(said) if text)
    for function in ast.walk(module):
        if isinstance(function, FUNCTIONS) and _calls(function, "FieldError", "_bad"):
            yield from _messages(function)


def _said(node: ast.Call) -> ast.expr | None:
    """The argument of a call that is a sentence for people."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    place = {"t": 0, "translate": 1, "FieldError": 2}.get(name, 0 if name in REFUSALS else None)
    if place is None or len(node.args) <= place:
        return None
    return node.args[place]


def _texts(node: ast.expr | None) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return []


def _calls(function: ast.AST, *names: str) -> bool:
    return any(isinstance(node, ast.Call) and getattr(node.func, "id", "") in names for node in ast.walk(function))


def _messages(function: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "message" for target in node.targets):
            yield from ((text, node.lineno) for text in _texts(node.value))
