"""Every sentence that the calculation can say to a person has its Chinese."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from calculations.methods import Method
from data.library import ROOT, load_factor_set, load_methods

PROJECT = ROOT.parent
SOURCES = [PROJECT / "calculations" / f"{name}.py" for name in (
    "answers", "lookup", "upstream", "supply", "uncertainty", "distance", "travel", "stay", "food", "activity",
    "methods", "method_files", "flights", "bulk", "better", "compare", "extrapolation",
)] + [ROOT / "tables.py", ROOT / "library.py"]  # fmt: skip
with (PROJECT / "locales" / "zh" / "core.po").open("rb") as lines:
    CHINESE = {message.id: message.string for message in read_po(lines) if message.id}


def sentences_of(path: Path) -> set[str]:
    """Texts bound to ``message``, to a constant, or given to ``wrong`` and the like."""
    found: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            parts = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
        elif isinstance(node, ast.Call):
            parts = list(node.args)
        elif isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
            parts = [value for key, value in zip(keys, node.values, strict=True) if key == "message"]
        else:
            continue
        texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        found |= {text for text in texts if text[:1].isupper() or text.startswith("{")}
    return {text for text in found if " " in text}


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_sentence_of_the_code_has_its_chinese(path: Path) -> None:
    assert sentences_of(path) - CHINESE.keys() == set()


def test_every_sentence_of_the_edition_has_its_chinese() -> None:
    edition = load_factor_set()
    preferred = edition.preferred
    said = set(preferred["caution"].values()) | {model["name"] for model in preferred["model"]}
    said |= {rule["message"] for rule in preferred["caution_rule"]}
    said |= {sentence for by_country in preferred["loud"].values() for sentence in by_country.values()}
    said |= {note for activity in preferred["activity"].values() for note in activity.get("notes", ())}
    methods: tuple[Method, ...] = load_methods()
    said |= {edition.quality["scheme"]["title"]} | {method.name for method in methods}
    assert said - CHINESE.keys() == set()


def test_the_chinese_keeps_the_parameters() -> None:
    assert len(sentences_of(SOURCES[0])) >= 15
    for english, chinese in CHINESE.items():
        assert chinese, english
        assert fields_of(english) == fields_of(chinese), english
