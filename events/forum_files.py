"""Documents and logos of a forum's own pages: PDFs as they came, pictures drawn anew, both kept by their SHA-256."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts import NotFound
from calculations.model import FieldError, InputError
from data import evidence as files

MOST_BYTES = 10_000_000
MOST_LANGUAGE_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF that was handed in; ``sha256`` '' where there is none."""

    sha256: str = ""
    name: str = ""
    size_bytes: int = 0


def keep_pdf(content: bytes, name: str) -> Document:
    """Keeps a PDF of at most 10 MB as it came. Raises InputError for anything else."""
    title = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "").strip()[:120] or "document.pdf"
    if not content.startswith(b"%PDF-") or len(content) > MOST_BYTES:
        message = "{field}: {value} is no PDF of at most {most} MB."
        raise InputError([FieldError("document", title, message, {"most": MOST_BYTES // 1_000_000})])
    return Document(files.keep(content), title if title.lower().endswith(".pdf") else title + ".pdf", len(content))


def read_file(sha256: str) -> bytes:
    """A kept file, checked against its hash. Raises NotFound."""
    try:
        return files.read(sha256)
    except (LookupError, ValueError):
        raise NotFound("There is no document {value} here.", value=sha256[:64]) from None


def told(field: str, texts: Mapping[str, str], most: int, needed: bool = False) -> dict[str, str]:
    """Texts by language without empty ones. Raises InputError where one is too long, or none is there where needed."""
    kept = {language: text.strip() for language, text in texts.items() if text.strip()}
    if needed and not kept:
        raise InputError([FieldError(field, "", "{field}: write it in at least one language.")])
    if any(len(text) > most for text in kept.values()):
        raise InputError([FieldError(field, "", "{field}: write at most {most} characters.", {"most": most})])
    return kept


def moved(kept: Sequence[tuple[str, int]], row_id: str, earlier: bool) -> list[tuple[str, int]] | None:
    """The places (from 1) that change when a row of ``kept`` (id, place), in its order, goes one earlier or later; []
    where it is at that end already. None where there is no such row."""
    order = [each for each, _ in kept]
    if row_id not in order:
        return None
    at = order.index(row_id)
    to = at - 1 if earlier else at + 1
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    before = dict(kept)
    return [(each, place) for place, each in enumerate(order, 1) if before[each] != place]
