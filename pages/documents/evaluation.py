"""An event's published evaluation report, for everybody: page and PDF, without script."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from events.evaluation import public_evaluation
from locales import current_language, pick, t
from offsetting import NotFound
from pages.documents._plan_words import evaluation_document
from pages.documents._sections import page_of, pdf_answer, sentence_page
from pages.documents._sections_pdf import sections_pdf

router = APIRouter(include_in_schema=False)


@router.get("/e/{slug}/report.pdf")
def pdf(slug: str) -> Response:
    """The report as PDF. Raises NotFound."""
    found = public_evaluation(slug[:100])
    body = sections_pdf(evaluation_document(found), current_language(), found.steps[-1].at)
    return pdf_answer(body, f"{slug}-report-{found.version}")


@router.get("/e/{slug}/report")
def page(slug: str, request: Request) -> Response:
    """What the report says."""
    try:
        found = public_evaluation(slug[:100])
    except NotFound as error:
        return sentence_page(
            request, t("Evaluation of the event's emissions"), t(error.message, **error.params), slug[:100]
        )
    back = (pick(dict(found.event.names)), f"/e/{slug}")
    return page_of(request, evaluation_document(found), [("PDF", f"/e/{slug}/report.pdf")], back)
