"""What each state of an event permits: what opening or closing changes, and the whole table."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html

from calculations.event_states import MEANINGS, PERMITS, STATES, permits
from locales import t
from pages._parts.icons import icon


def state_names() -> dict[str, str]:
    """What the states are called."""
    return {"draft": t("draft"), "open": t("open"), "closed": t("closed"), "settled": t("settled")}


def state_sentence(state: str) -> str:
    """What a state means, in a sentence."""
    return {
        "draft": t("A draft: nobody else sees it yet."), "open": t("Open: guests answer and pay."),
        "closed": t("Closed: no more answers; what is open can still be paid for."),
        "settled": t("Settled: its books are closed."),
    }[state]  # fmt: skip


def state_way(here: str) -> html.Ol:
    """The four states in their order, with where the event stands."""
    items = []
    for number, state in enumerate(STATES, 1):
        current = {"aria-current": "step"} if state == here else {}
        look = "fz-stage fz-stage-here" if state == here else "fz-stage"
        mark = html.Span(str(number), className="fz-state-mark", **{"aria-hidden": "true"})
        items.append(html.Li([mark, html.Span(state_sentence(state))], className=look, **current))
    return html.Ol(items, className="fz-states")


def what_changes(here: str, to: str) -> html.Div:
    """What the next state permits that this one does not, and the other way round."""
    gained = [what for what in PERMITS if permits(to, what) and not permits(here, what)]
    lost = [what for what in PERMITS if permits(here, what) and not permits(to, what)]
    parts = [(t("From then on"), "check", gained), (t("No longer"), "close", lost)]
    return html.Div([_list(*part) for part in parts if part[2]], className="fz-two fz-state-change")


def _list(title: str, symbol: str, whats: Iterable[str]) -> html.Div:
    rows = [html.Li([icon(symbol), html.Span(t(MEANINGS[what]))]) for what in whats]
    return html.Div([html.P(title, className="fz-label"), html.Ul(rows, className="fz-state-list")])


def permit_table(here: str) -> html.Details:
    """Every act by state, as docs/events.md has it; the column of the present state stands out."""
    names = state_names()
    head = [html.Th(html.Span(t("What is done"), className="visually-hidden"), scope="col")]
    head += [html.Th(names[state], scope="col", className=_look(state, here)) for state in STATES]
    rows = [
        html.Tr([html.Th(t(MEANINGS[what]), scope="row"),
                 *[html.Td(_mark(state in states), className=_look(state, here)) for state in STATES]])
        for what, states in PERMITS.items()
    ]  # fmt: skip
    shown = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="fz-table fz-state-table")
    return html.Details([html.Summary(t("What each state permits")), shown])


def _look(state: str, here: str) -> str:
    return "fz-state-cell fz-state-now" if state == here else "fz-state-cell"


def _mark(is_on: bool) -> list[object]:
    if is_on:
        return [icon("check"), html.Span(t("yes"), className="visually-hidden")]
    return [html.Span("–", **{"aria-hidden": "true"}), html.Span(t("no"), className="visually-hidden")]
