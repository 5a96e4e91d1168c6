"""An event's published plan, for everybody: page and PDF, without script."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from events.plans import public_plan
from locales import current_language, pick, t
from offsetting import NotFound
from pages.documents._plan_words import plan_document
from pages.documents._sections import page_of, pdf_answer, sentence_page
from pages.documents._sections_pdf import sections_pdf

router = APIRouter(include_in_schema=False)


@router.get("/e/{slug}/plan.pdf")
def pdf(slug: str) -> Response:
    """The plan as PDF. Raises NotFound."""
    found = public_plan(slug[:100])
    return pdf_answer(sections_pdf(plan_document(found), current_language(), found.at), f"{slug}-plan-{found.version}")


@router.get("/e/{slug}/plan")
def page(slug: str, request: Request) -> Response:
    """What the plan says."""
    try:
        found = public_plan(slug[:100])
    except NotFound as error:
        return sentence_page(request, t("Plan for the event's emissions"), t(error.message, **error.params), slug[:100])
    back = (pick(dict(found.event.names)), f"/e/{slug}")
    return page_of(request, plan_document(found), [("PDF", f"/e/{slug}/plan.pdf")], back)
