"""A project for everybody: facts, batches by serial range, prices, disputes, documents. Needs no script."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import Response

from locales import formats as f
from locales import pick, t
from offsetting import NotFound
from offsetting.project_view import ProjectView, project_view
from offsetting.projects import document_file
from pages._parts import shell
from pages._parts.pieces import facts
from pages._parts.told import batch_facts, dispute_list, document_list, kind_word, split_text
from pages.documents._served import send

router = APIRouter(include_in_schema=False)


@router.get("/project/{project_id}")
def project(project_id: str, request: Request) -> Response:
    """All that is told of a project; no buyer is named."""
    try:
        view = project_view(project_id[:100])
    except NotFound as error:
        return _page(request, t("Project"), [html.P(t(error.message, **error.params))], None, 404)
    return _page(request, pick(dict(view.facts["names"])), _parts(view), view)


@router.get("/project/{project_id}/document/{sha256}")
def document(project_id: str, sha256: str, request: Request) -> Response:
    """A document to download, never opened as a page of ours."""
    try:
        found, content = document_file(project_id[:100], sha256[:64])
    except (NotFound, LookupError):
        told = [html.P(t("There is no document {value}.", value=sha256[:64]))]
        return _page(request, t("Project"), told, None, 404)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}", "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox", "Cache-Control": "private, no-cache",
    }  # fmt: skip
    return Response(content, media_type=found.media_type, headers=headers)


def _page(request: Request, title: str, parts: list[Any], view: ProjectView | None, status: int = 200) -> Response:
    strip = shell.notice("test") if view is not None and not view.livemode else None
    look = "fz-main fz-column fz-doc fz-method"
    main = html.Main([html.H1(title, className="mt-3 mb-2"), *parts], id="main", className=look)
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    body = html.Div([skip, strip, shell.header(), main], className="fz-page")
    return send(request, f"{title} · Forum Zero", body, status)


def _parts(view: ProjectView) -> list[Any]:
    told = pick(dict(view.facts["texts"]))
    return [
        html.P(told, className="fz-body") if told else None,
        *_disputes(view),
        facts(_about(view)),
        html.H2(t("Batches"), className="mt-4"),
        *[part for batch in view.batches for part in (html.H3(batch.vintage, className="mt-3"), batch_facts(batch))],
        html.P(t("Figures are live. Only whole credits can be retired."), className="fz-note mt-2"),
        *_offers(view),
        *_documents(view),
        *_versions(view),
    ]


def _about(view: ProjectView) -> list[tuple[str, Any]]:
    registry: Any = view.facts["registry"]
    if view.facts["registry_link"]:
        registry = html.A(registry, href=view.facts["registry_link"], rel="noreferrer nofollow", target="_blank")
    place = pick(dict((view.facts["place"] or {}).get("names") or {}))
    return [
        (t("Type"), t(view.facts["type"])),
        (t("Reduction or removal"), kind_word(view.facts["kind"])),
        (t("Methodology"), t(view.facts["methodology"]) or "–"),
        (t("Vintage"), ", ".join(view.vintages) or "–"),
        (t("Registry"), registry),
        (t("Place"), place or "–"),
        (t("Number"), html.Span(view.project_id, className="fz-mono")),
    ]


def _disputes(view: ProjectView) -> list[Any]:
    entries = dispute_list(view.disputes)
    if entries is None:
        return [html.P(t("Nobody has told us of a dispute about this project."), className="fz-note")]
    return [html.H2(t("Disputed"), className="mt-3"), entries]


def _offers(view: ProjectView) -> list[Any]:
    shown = [offer for offer in view.offers if offer.is_open]
    if not shown:
        return [html.H2(t("Price"), className="mt-4"), html.P(t("Not on offer at any event."), className="fz-body")]
    parts: list[Any] = [html.H2(t("Price"), className="mt-4")]
    terms: dict[tuple[str, str], list[Any]] = {}
    for offer in shown:
        key = (f.per_tonne(offer.price_minor_per_tonne, offer.currency), split_text(offer))
        terms.setdefault(key, []).append(html.A(pick(dict(offer.names)), href=f"/e/{offer.slug}"))
    for (price, split), links in terms.items():
        named = html.Ul([html.Li(link) for link in links], className="fz-offered-at")
        parts.append(facts([(t("Price"), price), (t("Split"), split), (t("At"), named)]))
    return parts


def _documents(view: ProjectView) -> list[Any]:
    if not view.documents:
        return []
    return [html.H2(t("Documents"), className="mt-4"), document_list(view.project_id, view.documents)]


def _versions(view: ProjectView) -> list[Any]:
    """When facts were changed, which and why; what they were is with the exchange."""
    edits = [version for version in view.versions if version.reason]
    if not edits:
        return []
    rows = [
        html.Li(t("{day}: {fields} changed. {reason}", day=f.date_text(edit.at.date()),
                  fields=", ".join(t(name) for name in edit.changed), reason=edit.reason))
        for edit in edits
    ]  # fmt: skip
    return [html.H2(t("Changed since"), className="mt-4"), html.Ul(rows)]
