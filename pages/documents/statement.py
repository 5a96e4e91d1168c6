"""The statement of an event's closed books, for everybody where its organiser published it: page, PDF, signed file."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from events.books import public_statement
from locales import current_language, pick, t
from offsetting import NotFound
from pages.documents._books_words import file_name, statement_document
from pages.documents._sections import page_of, pdf_answer, sentence_page
from pages.documents._sections_pdf import sections_pdf

router = APIRouter(include_in_schema=False)


def _version(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 else None


@router.get("/statement/{slug}.pdf")
def pdf(slug: str, version: str = "") -> Response:
    """The statement as PDF. Raises NotFound."""
    found, totals = public_statement(slug[:100], _version(version))
    body = sections_pdf(statement_document(found, totals.retired_g), current_language(), found.closed_at)
    return pdf_answer(body, file_name(found.event, found.version))


@router.get("/statement/{slug}.json")
def signed(slug: str, version: str = "") -> Response:
    """The signed file itself, byte by byte as its hash was taken. Raises NotFound."""
    found, _ = public_statement(slug[:100], _version(version))
    name = f"{file_name(found.event, found.version)}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return Response(found.text, media_type="application/json", headers=headers)


@router.get("/statement/{slug}")
def page(slug: str, request: Request, version: str = "") -> Response:
    """What the statement says."""
    try:
        found, totals = public_statement(slug[:100], _version(version))
    except NotFound as error:
        return sentence_page(request, t("Statement of the books"), t(error.message, **error.params), slug[:100])
    asked = f"?version={found.version}"
    files = [("PDF", f"/statement/{slug}.pdf{asked}"), (t("Signed file (JSON)"), f"/statement/{slug}.json{asked}"),
             (t("Keys"), "/.well-known/did.json")]  # fmt: skip
    back = (pick(dict(found.event.names)), f"/e/{slug}")
    return page_of(request, statement_document(found, totals.retired_g), files, back)
