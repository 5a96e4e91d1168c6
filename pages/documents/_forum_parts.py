"""What the forum's own public pages share: their frame, and documents that are handed out whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import html
from fastapi import Request
from fastapi.responses import Response

import events
from events.forum_files import Document
from locales import current_language, pick, t
from locales import formats as f
from pages._parts.html_text import document, render
from pages._parts.shell import guest_shell
from pages.documents._served import compressed, style_of
from pages.guest._device import notice_kind


def answer(
    request: Request, title: str, event: events.Event, inside: list[Any], status: int = 200, lead: str = ""
) -> Response:  # fmt: skip
    """A public page of an event: its title, whose it is, and what stands in it."""
    head: list[Any] = [html.H1(title, className="fz-page-h1"), html.P(pick(dict(event.names)), className="fz-small")]
    if lead:
        head.append(html.P(lead, className="fz-body"))
    back = html.A(t("To the event"), href=f"/e/{event.slug}", className="fz-link")
    main = html.Div([html.Div(head, className="fz-forum-head"), *inside, back], className="fz-stack")
    shown = render(guest_shell(main, event.slug, None, notice_kind(event), side=html.Span()))
    css = style_of(shown, "forum", "fz-document")
    text = document(f"{title} · Forum Zero", shown, language=current_language(), css=css,
                    head=_look(event.slug))  # fmt: skip
    page = compressed(request, text, status)
    page.headers["Cache-Control"] = "no-store"
    return page


def _look(slug: str) -> str:
    href = events.look_href(slug)
    return f'<link rel="stylesheet" href="{href}">' if href else ""


def missing(request: Request, error: Exception, title: str) -> Response:
    """A page that is not there, in the same frame."""
    sentence = t(getattr(error, "message", "There is nothing here."), **getattr(error, "params", {}))
    shown = render(guest_shell([html.H1(title, className="fz-page-h1"), html.P(sentence, className="fz-body")],
                               None, None, None))  # fmt: skip
    css = style_of(shown, "forum", "fz-document")
    return compressed(request, document(f"{title} · Forum Zero", shown, language=current_language(), css=css), 404)


def card(*inside: Any, title: str = "") -> html.Section:
    """A card with its heading."""
    head = [html.H2(title)] if title else []
    return html.Section([*head, *inside], className="fz-card fz-pad fz-stack")


def document_line(found: Document, href: str) -> html.P | None:
    """A document with its size and hash; None where there is none."""
    if not found.sha256:
        return None
    size = t("{size} KB", size=f.number(max(1, found.size_bytes // 1000)))
    link = html.A(found.name, href=href, className="fz-link", download=found.name)
    said = html.Span(f"SHA-256 {found.sha256}", className="fz-mono fz-note fz-hash")
    return html.P([link, f" · {size} ", html.Br(), said])


def attachment(name: str, content: bytes) -> Response:
    """A PDF as it was handed in, to be saved and never shown within a page of ours."""
    plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in " .-_")) or "document.pdf"
    kept = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": kept, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/pdf", headers=headers)
