"""The explorer: a sentence whose nouns are controls, the finding, its chart and table; the question is the address."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, dcc, html, no_update
from fastapi import APIRouter, Request
from fastapi.responses import Response

import reports
from accounts import Unauthenticated, current_actor, require
from calculations.model import InputError
from locales import formats as f
from locales import t
from pages._parts.desk import button_link, frame, panel, sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import empty, filter_bar
from pages.bundles import to_sign_in
from pages.registry import page
from pages.reports import _figures as figures
from pages.reports import _plot as plot
from reports import Answer, Question

page(
    "/desk/reports", kind="desk", title="Explore", permission="reports.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)  # fmt: skip
router = APIRouter(include_in_schema=False)
LISTS = ("event", "session", "category", "mode")
SINGLES = ("measure", "by", "kind", "month_from", "month_to")
NAMES = (*SINGLES, *LISTS)


def layout(**query: Any) -> html.Div:
    """The page of the question in the address; one that can't be asked becomes the usual one, with what is wrong."""
    require(current_actor(), "reports.view")
    wrong: Any = None
    try:
        question = Question.from_url(query)
        body = _body(reports.explore(question))
    except InputError as error:
        wrong = html.P(
            " ".join(sentence_of(e) for e in error.errors), className="fz-told fz-told-wrong mb-3", role="alert"
        )
        question = Question()
        body = _body(reports.explore(question))
    children = [
        dcc.Location(id="reports-where", refresh=False), wrong, _controls(question),
        html.Div(body, id="reports-body", role="region", **{"aria-live": "polite"}),
    ]  # fmt: skip
    subtitle = t("Counted lines, without estimates. The whole question is in the address.")
    notice = {"notice_kind": "tests"} if question.kind == "test" else {}
    return frame(children, "explore", t("Explore"), subtitle=subtitle, actions=_actions(question), **notice)


def _actions(question: Question) -> list[Any]:
    copy = html.Button([icon("copy"), html.Span(t("Copy link"))], className="fz-button",
                       **{"data-copy": "", "data-copied": t("Copied")})  # fmt: skip
    query = question.to_url()
    csv = button_link("CSV", f"/desk/reports.csv?{query}", "table", id="reports-csv", download="")
    xlsx = button_link("XLSX", f"/desk/reports.xlsx?{query}", "table", id="reports-xlsx", download="")
    return [copy, csv, xlsx]


def _controls(question: Question) -> html.Div:
    """Show [measure] by [dimension] for [test] [events], [sessions], [categories], [modes], [month] to [month]."""
    known = reports.choices(question)
    measures = {"emitted": t("t CO₂e"), "covered": t("what is covered"), "per_guest": t("CO₂e per guest")}
    dimensions = {
        "event": t("event"), "session": t("session"), "category": t("category"), "activity": t("activity"),
        "mode": t("mode"), "month": t("month"),
    }  # fmt: skip
    kinds = {"test": t("test"), "live": t("live")}
    months = [("", t("any month")), *((c.value, c.name) for c in known.months)]
    return filter_bar([
        t("Show"), _one("measure", question.measure, list(measures.items()), t("Measure")),
        t("by"), _one("by", question.by, list(dimensions.items()), t("Dimension")),
        t("for"), _one("kind", question.kind, list(kinds.items()), t("Kind of event")),
        _many("event", question.event, known.events, t("all events")),
        _many("session", question.session, known.sessions, t("all sessions")),
        _many("category", question.category, known.categories, t("all categories")),
        _many("mode", question.mode, known.modes, t("all modes")),
        t("from"), _one("month_from", question.month_from, months, t("First month")),
        t("to"), _one("month_to", question.month_to, months, t("Last month")),
    ])  # fmt: skip


def _one(name: str, value: str, options: list[tuple[str, str]], label: str) -> html.Span:
    listed = [{"value": key or "any", "label": words} for key, words in options]
    box = dcc.Dropdown(
        listed, value or "any", id=f"reports-{name}", clearable=False, searchable=False, className="fz-choice"
    )
    return html.Span(box, title=label, className="fz-choice-home")


def _many(name: str, values: tuple[str, ...], options: tuple[reports.Choice, ...], none: str) -> html.Span:
    box = dcc.Dropdown(
        _options(options), list(values), id=f"reports-{name}", multi=True, placeholder=none,
        searchable=len(options) > 12, className="fz-choice", labels=_labels(), maxHeight=320,
    )  # fmt: skip
    return html.Span(box, title=none, className="fz-choice-home")


def _options(options: tuple[reports.Choice, ...]) -> list[dict[str, str]]:
    return [{"value": choice.value, "label": choice.name} for choice in options]


def _labels() -> dict[str, str]:
    return {
        "select_all": t("All of them"), "deselect_all": t("None of them"), "selected_count": t("{num_selected} chosen"),
        "search": t("Search"), "clear_search": t("Clear the search"), "clear_selection": t("Clear the choice"),
        "no_options_found": t("Nothing found"),
    }  # fmt: skip


def _body(answer: Answer) -> html.Div:
    """Finding and chart, coverage beside it, the table below."""
    if not answer.total.total_g:
        return html.Div(empty(answer.sentence), className="fz-card")
    unit = figures.unit_of(answer)
    shown = sum(row.value_g > 0 for row in answer.rows)
    note = t("{unit} CO₂e by category, total with low–high beside each bar", unit=unit)
    if answer.question.measure != "emitted":
        note = t("{unit} CO₂e by category", unit=unit)
    if shown > figures.MOST_BARS:
        note += " · " + t("{shown} of {count} rows, the table has all", shown=figures.MOST_BARS, count=f.number(shown))
    chart = [
        html.P(note, className="fz-small mb-3"),
        figures.bars(answer),
    ]
    covered = t("{share} of it is covered: {retired} retired, {reserved} reserved.",
                share=f.percent_bp(answer.total.covered_bp, 1), retired=f.mass_text(answer.total.retired_g),
                reserved=f.mass_text(answer.total.reserved_g))  # fmt: skip
    aside = t("{unit} CO₂e · shown parts add up", unit=unit)
    if answer.left_out:
        aside += " · " + t("{count} events with too few guests to tell are left out", count=f.number(answer.left_out))
    return html.Div([
        panel(answer.sentence, chart, span=8, id="reports-finding"),
        panel(t("What is covered"), [html.P(covered, className="fz-small mb-2"), figures.coverage(answer)], span=4),
        *_estimated(answer),
        *_compared(answer),
        panel(t("The same as a table"), figures.table(answer), aside, flush=True),
    ], className="fz-grid")  # fmt: skip


def _estimated(answer: Answer) -> list[Any]:
    """What those who did not answer would add, told apart: the event's page counts them, the chart and table don't."""
    found = answer.estimate
    if found is None:
        return []
    words = t(
        "Counted: {counted}. {count} people have not answered; like those who have, they would add {mass} (95 % "
        "interval {low} to {high}), in all {whole}.",
        counted=f.mass_text(answer.total.total_g), count=f.number(found.missing_people),
        mass=f.mass_text(found.estimated_g), low=f.mass_text(found.low_g), high=f.mass_text(found.high_g),
        whole=f.mass_text(answer.total.total_g + found.estimated_g),
    )  # fmt: skip
    return [panel(t("Those who did not answer"), html.P(words, className="fz-small mb-0"), id="reports-estimate")]


def _compared(answer: Answer) -> list[Any]:
    """How the rows stand beside each other, where several of them have people of their own."""
    rows = plot.scatter_rows(answer)
    if len(rows) < plot.LEAST_ROWS:
        return []
    aside = t("dot area: all it emits; point at one to open it")
    return [panel(plot.finding(rows), plot.chart(rows), aside)]


@callback(
    Output("reports-where", "search"),
    Output("reports-body", "children"),
    Output("reports-csv", "href"),
    Output("reports-xlsx", "href"),
    Output("reports-session", "options"),
    Output("reports-session", "value"),
    Output("reports-event", "options"),
    Output("reports-event", "value"),
    *[Input(f"reports-{name}", "value") for name in NAMES],
    State("reports-where", "search"),
    prevent_initial_call=True,
)
def ask(*given: Any) -> tuple[Any, ...]:
    """Another question: its address, its answer, its files, and what its lists may hold."""
    *values, search = given
    asked = {name: "" if value == "any" else value for name, value in zip(NAMES, values, strict=True)}
    question = Question.from_url({k: ",".join(v) if isinstance(v, list) else v for k, v in asked.items() if v})
    question = _fitting(question)
    query, known = question.to_url(), reports.choices(question)
    where = f"?{query}" if query else ""
    if where == search:
        return (no_update,) * 8
    files = [f"/desk/reports.{kind}?{query}" for kind in ("csv", "xlsx")]
    lists = (_options(known.sessions), list(question.session), _options(known.events), list(question.event))
    return where, _body(reports.explore(question)), *files, *lists


def _fitting(question: Question) -> Question:
    """Events of the other kind and sessions of other events are dropped: a choice before this one asked for them."""
    there = {choice.value for choice in reports.choices(question.asking(event=())).events}
    question = question.asking(event=tuple(slug for slug in question.event if slug in there))
    sessions = {choice.value for choice in reports.choices(question).sessions}
    return question.asking(session=tuple(name for name in question.session if name in sessions))


@router.get("/desk/reports.{kind}")
def file(kind: str, request: Request) -> Response:
    """The answer to the address's question as CSV or XLSX."""
    makers = {
        "csv": (reports.export_csv, "text/csv; charset=utf-8"),
        "xlsx": (reports.export_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    }
    if kind not in makers:
        return Response(status_code=404)
    try:
        answer = reports.explore(Question.from_url(dict(request.query_params)))
    except Unauthenticated:
        return to_sign_in(request)
    make, media_type = makers[kind]
    headers = {
        "Content-Disposition": f'attachment; filename="forum-zero-{answer.question.by}.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(make(answer), media_type=media_type, headers=headers)
