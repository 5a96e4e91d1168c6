"""A document of sections (statement of books, plan, evaluation): plain values, for a page without script and a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from fastapi import Request
from fastapi.responses import Response

import events
from accounts import DomainError
from locales import current_language, t
from pages._parts import shell
from pages._parts.html_text import Raw
from pages._parts.icons import icon_svg
from pages._parts.pieces import facts, table
from pages.documents._served import send


@dataclass(frozen=True, slots=True)
class Section:
    """A part with its title: sentences, names and what they are, a table whose first ``text_columns`` are words."""

    title: str
    sentences: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    foot: tuple[str, ...] = ()
    text_columns: int = 1


@dataclass(frozen=True, slots=True)
class Paged:
    """A document: its title, the lines below it, what must be read first (``warnings``), its sections and its foot.
    ``simulated``: of the demonstration, not of somebody's own event."""

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    livemode: bool
    warnings: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    simulated: bool = True


def page_of(request: Request, shown: Paged, files: Sequence[tuple[str, str]] = (), back: tuple[str, str] | None = None,
            status: int = 200) -> Response:  # fmt: skip
    """The document as a page; ``files`` are (words, address) of what can be taken along; ``back`` is a name, which is a
    link where the document's first line begins with it."""
    parts: list[Any] = [html.P(_led(line, back if i == 0 else None), className="fz-body")
                        for i, line in enumerate(shown.lead)]  # fmt: skip
    parts += [html.P(words, className="fz-told fz-told-wrong") for words in shown.warnings]
    links = [_file_link(words, href) for words, href in files]
    parts += [html.P(links, className="d-flex flex-wrap gap-2")] if links else []
    parts += [section_part(each) for each in shown.sections]
    parts += [html.P(line, className="fz-note") for line in shown.foot]
    return _sent(request, shown.title, parts, "" if shown.livemode else "test" if shown.simulated else "trial", status)


def _led(line: str, back: tuple[str, str] | None) -> list[Any]:
    if back is None or not line.startswith(back[0]):
        return [line]
    return [html.A(back[0], href=back[1]), line.removeprefix(back[0])]


def _file_link(words: str, href: str) -> html.A:
    sign = Raw(icon_svg("download", class_name="fz-icon"))
    return html.A([sign, html.Span(words)], href=href, className="fz-button")


def sentence_page(request: Request, title: str, words: str, slug: str = "", status: int = 404) -> Response:
    """A page that only says why there is none, with the way to the event where there is one of that ``slug``."""
    try:
        event = events.get_event(slug) if slug else None
    except DomainError:
        event = None
    on = html.P(html.A(t("To the event"), href=f"/e/{event.slug}", className="fz-button")) if event else None
    kind = "" if event is None or event.livemode else "test" if event.simulated else "trial"
    return _sent(request, title, [html.P(words), on], kind, status)


def _sent(request: Request, title: str, parts: list[Any], notice: str, status: int) -> Response:
    strip = shell.notice(notice) if notice else None
    look = "fz-main fz-column fz-doc fz-method fz-paper"
    main = html.Main([html.H1(title, className="mt-3 mb-2"), *parts], id="main", className=look)
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    body = html.Div([skip, strip, shell.header(), main], className="fz-page")
    return send(request, f"{title} · Forum Zero", body, status)


def headings(each: Section) -> tuple[str, ...]:
    """The heads of its columns, each beginning with a capital as titles do."""
    return tuple(words[:1].upper() + words[1:] for words in each.head)


def section_part(each: Section) -> html.Section:
    """A section as a piece of a page, here or on a desk."""
    parts: list[Any] = [html.H2(each.title, className="mt-4")]
    parts += [html.P(words, className="fz-body") for words in each.sentences]
    if each.facts:
        parts.append(facts(each.facts))
    if each.rows:
        parts.append(table(headings(each), each.rows, each.foot or None, each.text_columns))
    return html.Section(parts)


def pdf_answer(body: bytes, name: str) -> Response:
    """A PDF to be opened, under a name with its language."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}-{current_language()}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="application/pdf", headers=headers)
