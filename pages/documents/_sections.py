"""A document of sections (statement of books, plan, evaluation): plain values, for a page without script and a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from fastapi import Request
from fastapi.responses import Response

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
    """The document as a page; ``files`` are (words, address) of what can be taken along."""
    parts: list[Any] = [html.P(html.A(back[0], href=back[1]))] if back else []
    parts += [html.P(line, className="fz-body") for line in shown.lead]
    parts += [html.P(words, className="fz-told fz-told-wrong") for words in shown.warnings]
    links = [_file_link(words, href) for words, href in files]
    parts += [html.P(links, className="d-flex flex-wrap gap-2")] if links else []
    parts += [section_part(each) for each in shown.sections]
    parts += [html.P(line, className="fz-note") for line in shown.foot]
    return _sent(request, shown.title, parts, "" if shown.livemode else "test" if shown.simulated else "trial", status)


def _file_link(words: str, href: str) -> html.A:
    sign = Raw(icon_svg("download", class_name="fz-icon"))
    return html.A([sign, html.Span(words)], href=href, className="fz-button")


def sentence_page(request: Request, title: str, words: str, status: int = 404) -> Response:
    """A page that only says why there is none."""
    return _sent(request, title, [html.P(words)], "", status)


def _sent(request: Request, title: str, parts: list[Any], notice: str, status: int) -> Response:
    strip = shell.notice(notice) if notice else None
    look = "fz-main fz-column fz-doc fz-method fz-paper"
    main = html.Main([html.H1(title, className="mt-3 mb-2"), *parts], id="main", className=look)
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    body = html.Div([skip, strip, shell.header(), main], className="fz-page")
    return send(request, f"{title} · Forum Zero", body, status)


def section_part(each: Section) -> html.Section:
    """A section as a piece of a page, here or on a desk."""
    parts: list[Any] = [html.H2(each.title, className="mt-4")]
    parts += [html.P(words, className="fz-body") for words in each.sentences]
    if each.facts:
        parts.append(facts(each.facts))
    if each.rows:
        shown = table(each.head, each.rows, each.foot or None, each.text_columns)
        parts.append(html.Div(shown, className="fz-scroll", tabIndex="0"))
    return html.Section(parts)


def pdf_answer(body: bytes, name: str) -> Response:
    """A PDF to be opened, under a name with its language."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}-{current_language()}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="application/pdf", headers=headers)
