"""Where people scanned, as bars and a table; the list of an event's codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from events import ChannelBoard, ChannelFigures, ChannelRow, Code, Event
from locales import formats as f
from locales import t
from pages._parts.desk import panel
from pages._parts.icons import icon
from pages._parts.pieces import empty
from pages.organiser._codes_words import channel_names, code_name, hall_name

CODES_A_PAGE = 25


def board(event: Event, found: ChannelBoard) -> list[Any]:
    """Scans and what came of them by channel and by hall; each title is what was found."""
    if not found.together.scans and not (found.together.began or found.together.hidden):
        words = t("Nobody has scanned a code yet. Print one below, or copy its link into a mail.")
        return [panel(t("Where people scanned"), empty(words))]
    channels = channel_names()
    halls = {row.key: hall_name(event, row.key) or t("Whole event") for row in found.halls}
    by_channel = [(channels[row.key], row.figures) for row in found.channels]
    by_hall = [(halls[row.key], row.figures) for row in found.halls]
    named = [(halls[row.key], row.figures) for row in found.halls if row.key]
    span = 6 if len(by_hall) > 1 else 12
    figures = [
        (t("By channel"), t("Channel"), by_channel, by_channel),
        (t("By hall"), t("Hall"), by_hall, named),
    ]
    total = found.together.scans
    parts = [panel(_finding(told, total, name), _table(first, rows, found), name, span=span)
             for name, first, rows, told in figures[: 1 if span == 12 else 2]]  # fmt: skip
    note = t("A scan is a link that somebody's browser opened: one person can be several. What fewer than five people"
             " stand behind is not shown; a dash keeps back what would tell it.")  # fmt: skip
    return [*parts, html.P(note, className="fz-note fz-12")]


def _finding(rows: Sequence[tuple[str, ChannelFigures]], total: int, otherwise: str) -> str:
    """What the chart shows, as its title."""
    name, most = max(rows, key=lambda row: row[1].scans, default=("", ChannelFigures()))
    if not most.scans:
        return otherwise
    share = f.percent(most.scans / total)
    return t("{name} brought {share} of the scans", name=name, share=share)


def _table(first: str, rows: Sequence[tuple[str, ChannelFigures]], found: ChannelBoard) -> html.Div:
    largest = max(1, *(figures.scans for _, figures in rows), *(figures.began or 0 for _, figures in rows))
    lines = [_line(html.Span(name), figures, largest) for name, figures in rows]
    if found.without.began or found.without.hidden:
        lines.append(_line(html.Span(t("Without a code")), found.without, 0, scanned=False))
    lines.append(_line(html.B(t("Together")), found.together, 0))
    return html.Div(_head([first], lines), className="fz-scroll", tabIndex="0")


def _head(first: Sequence[str], lines: list[html.Tr], last: str = "") -> html.Table:
    names = [t("Scans"), t("Began"), t("Footprint"), t("Paid"), t("Certificate")]
    cells = [*[html.Th(name, scope="col") for name in first],
             *[html.Th(name, scope="col", className="fz-right") for name in names]]  # fmt: skip
    if last:
        cells.append(html.Th(html.Span(last, className="visually-hidden"), scope="col"))
    return html.Table(
        [html.Thead(html.Tr(cells)), html.Tbody(lines)], className="fz-table fz-table-plain fz-codes-table"
    )


def _line(name: Any, figures: ChannelFigures, largest: int, scanned: bool = True) -> html.Tr:
    head = [name, _bar(figures, largest)] if largest else [name]
    return html.Tr([html.Th(head, scope="row"), *_cells(figures, scanned)])


def _cells(figures: ChannelFigures, scanned: bool = True) -> list[html.Td]:
    scans = f.number(figures.scans) if scanned else "–"
    return [html.Td(scans, className="fz-right"),
            *[html.Td(_number(value, figures.kept_back), className="fz-right")
              for value in (figures.began, figures.footprint, figures.paid, figures.certificate)]]  # fmt: skip


def _number(value: int | None, kept_back: bool) -> Any:
    if value is None and kept_back:
        said = t("Kept back, so that a smaller group can't be worked out")
        return html.Span(["–", html.Span(said, className="visually-hidden")], title=said, className="fz-small")
    if value is None:
        return html.Span("< 5", title=t("Fewer than five people"), className="fz-small")
    return f.number(value)


def _bar(figures: ChannelFigures, largest: int) -> html.Span:
    """Scans as the whole length, those who began and those with a certificate within it."""
    parts = (("fz-code-scans", figures.scans), ("fz-code-began", figures.began), ("fz-code-done", figures.certificate))
    return html.Span(
        [html.I(className=look, style={"--fz-w": f"{100 * (value or 0) / largest:.1f}%"}) for look, value in parts],
        className="fz-code-bar", **{"aria-hidden": "true"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of the codes are listed: words of their name, hall, channel or link, and the page."""

    find: str = ""
    page: int = 1

    def query(self, page: int, code: str = "") -> str:
        """The address's query for another page of the same."""
        told = {"find": self.find, "page": page if page > 1 else "", "code": code}
        return "?" + urlencode({name: value for name, value in told.items() if value})


def code_list(event: Event, found: ChannelBoard, chosen: str, may_change: bool, asked: Asked) -> html.Section:
    """The codes, each with its link, what it brought and the way to its prints; many are searched and paged."""
    rows = [row for row in found.codes if row.code]
    mine = [row for row in rows if row.code and _is_asked(event, row.code, asked.find)]
    last = max(1, -(-len(mine) // CODES_A_PAGE))
    number = min(max(1, asked.page), last)
    shown = mine[(number - 1) * CODES_A_PAGE : number * CODES_A_PAGE]
    lines = [_code_line(event, row, row.code, row.key == chosen) for row in shown if row.code]
    aside = t("Links told at once: copy them, type them or print them") if may_change else None
    table: Any = html.Div(_head([t("Name"), t("Link")], lines, t("Choose")), className="fz-scroll", tabIndex="0")
    if not mine and asked.find:
        table = empty(t("No code is called “{words}”.", words=asked.find),
                      html.A(t("Show all"), href="?#codes-list", className="fz-button"))  # fmt: skip
    body = [_search(asked) if len(rows) > CODES_A_PAGE else None, table, _pages(asked, number, last, len(mine))]
    return panel(t("Codes"), [part for part in body if part is not None], aside)


def _is_asked(event: Event, code: Code, find: str) -> bool:
    said = f"{code_name(event, code)} {channel_names().get(code.channel, '')} {code.link}".casefold()
    return all(word in said for word in find.casefold().split())


def _search(asked: Asked) -> html.Form:
    field = dcc.Input(id="codes-find", name="find", type="search", value=asked.find, className="fz-input", maxLength=80)
    label = html.Label(t("Find a code by name, hall, channel or link"), htmlFor="codes-find", className="fz-label")
    button = html.Button(t("Find"), type="submit", className="fz-button", disable_n_clicks=True)
    return html.Form([label, html.Div([field, button], className="fz-code-find")], method="get", role="search",
                     action="#codes-list", className="mb-3")  # fmt: skip


def _pages(asked: Asked, number: int, last: int, count: int) -> html.P | None:
    if last == 1:
        return None
    said = html.Span(t("Page {number} of {last}, {count} codes", number=f.number(number), last=f.number(last),
                       count=f.number(count)))  # fmt: skip
    back = html.A(t("Back"), href=f"{asked.query(number - 1)}#codes-list", className="fz-button")
    on = html.A(t("Next"), href=f"{asked.query(number + 1)}#codes-list", className="fz-button")
    return html.P([back if number > 1 else None, said, on if number < last else None], className="fz-code-pages")


def _code_line(event: Event, row: ChannelRow, code: Code, here: bool) -> html.Tr:
    if code.revoked_at is not None:
        link: Any = html.Span(t("Revoked"), className="fz-small")
        choose: Any = None
    else:
        words = html.Span(code.link.split("://", 1)[-1], className="fz-mono fz-break")
        copied = {"data-copy": code.link, "data-copied": t("Copied"), "aria-label": t("Copy link")}
        copy = html.Button(icon("copy"), type="button", className="fz-button fz-button-small", **copied)
        link = html.Span([words, copy], className="fz-code-link")
        more: dict[str, Any] = {"aria-current": "true"} if here else {}
        hidden = html.Span(f" {code_name(event, code)}", className="visually-hidden")
        here_href = f"/desk/e/{event.slug}/codes?code={code.code_id}"
        choose = html.A([t("Print"), hidden], href=here_href, className="fz-link", **more)
    name = html.Th(code_name(event, code), scope="row")
    return html.Tr([name, html.Td(link), *_cells(row.figures), html.Td(choose, className="fz-right")],
                   className="fz-strong" if here else "")  # fmt: skip
