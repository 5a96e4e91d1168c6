"""Two-word pseudonyms: stored as a neutral key, said in the reader's language."""

from __future__ import annotations

import random
import secrets
import tomllib
from functools import cache
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / "data" / "words" / "pseudonyms.toml"


@cache
def _words() -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    document = tomllib.loads(PATH.read_text(encoding="utf-8"))
    first, second = ({w["key"]: (w["en"], w["zh"]) for w in document[part]} for part in ("first", "second"))
    return first, second


def new_pseudonym(chance: random.Random | None = None) -> str:
    """A key such as ``quiet-magpie``."""
    pick = chance.choice if chance else secrets.choice
    first, second = _words()
    return f"{pick(list(first))}-{pick(list(second))}"


def spoken(shown: str) -> dict[str, str]:
    """A pseudonym by language ("Quiet Magpie", 静鹊); any other text, such as a name with consent, as it is."""
    head, _, tail = shown.partition("-")
    first, second = _words()
    if head not in first or tail not in second:
        return {"en": shown, "zh": shown}
    one, two = first[head], second[tail]
    return {"en": f"{one[0]} {two[0]}", "zh": one[1] + two[1]}
