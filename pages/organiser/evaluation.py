"""The evaluation report on the desk: writing it, the two looks by other people, publishing."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from accounts import DomainError, Unauthenticated
from calculations.model import FieldError, InputError
from events.evaluation import (
    ACHIEVED,
    APPROVED,
    DRAFT,
    PUBLISHED,
    REVIEWED,
    SUBMITTED,
    SUPERSEDED,
    Evaluation,
    EvaluationView,
    evaluation_view,
    move_evaluation,
    save_evaluation,
)
from locales import current_language, pick, t
from locales import formats as f
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.desk_form import area, button, chosen, done, labelled, told_of, typed
from pages._parts.pieces import empty, facts
from pages.bundles import to_sign_in
from pages.documents._plan_words import achieved_words, evaluation_document, step_words
from pages.documents._sections import pdf_answer, section_part
from pages.documents._sections_pdf import sections_pdf
from pages.registry import page

page(
    "/desk/e/<slug>/evaluation", kind="desk", title="Evaluation", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/stock.css"),
)  # fmt: skip
router = APIRouter(include_in_schema=False)
TEXTS = ("sources", "deviations", "conclusion")
GRAMS_PER_TONNE = 1_000_000
NOT_TOLD = "-"  # in a list of choices the empty one has no words
STEPS = {"submit": SUBMITTED, "review": REVIEWED, "approve": APPROVED, "publish": PUBLISHED, "back": DRAFT}


def layout(slug: str = "", **_: Any) -> html.Div:
    """The report's texts and measures, where it stands, and what this person may do next."""
    view = evaluation_view(slug)
    head = {"subtitle": f"{pick(dict(view.event.names))} · {event_line(view.event)}"}
    acts = [button_link(t("Books"), f"/desk/e/{slug}/books", "lock"),
            button_link(t("Plan"), f"/desk/e/{slug}/plan", "document")]  # fmt: skip
    told = html.Div(id="evaluation-told", role="status", className="mt-3 fz-told-near")
    body = [dcc.Store(id="evaluation-slug", data=slug), html.Div(_body(view), id="evaluation-body"), told]
    return frame(body, "evaluation", t("Evaluation"), slug=slug, actions=acts, **head, **event_notice(view.event))


def _body(view: EvaluationView) -> html.Div:
    if view.statement is None and view.current is None:
        link = button_link(t("Books"), f"/desk/e/{view.event.slug}/books", "lock")
        return html.Div([panel(t("The report"), empty(t("The report is of closed books: close them first."), link)),
                         *_unused()])  # fmt: skip
    parts = [html.Div(panel(t("The report"), _form(view)), className="fz-7"),
             html.Div(_side(view), className="fz-5 fz-column-stack")]  # fmt: skip
    return html.Div(parts, className="fz-grid")


def _unused() -> list[Any]:
    """What the callback asks for, where there is nothing to write yet."""
    return [html.Div([*[area("evaluation", name) for name in TEXTS], typed("evaluation", "note")], hidden=True)]


def text_names() -> dict[str, str]:
    """The names of the report's texts."""
    return {
        "sources": t("Data sources and quality"), "deviations": t("Deviations from the plan"),
        "conclusion": t("Conclusion"), "note": t("Note"),
        "achieved_g": t("Tonnes saved"),
    }  # fmt: skip


def _form(view: EvaluationView) -> html.Div:
    current, names = view.current, text_names()
    open_now = current is None or current.state in (DRAFT, PUBLISHED, SUPERSEDED)
    frozen = not (view.may_write and open_now)
    read = [section_part(each) for each in evaluation_document(current).sections] if current and frozen else []
    told = dict(current.texts) if current else {}
    texts = [labelled("evaluation", name, names[name], area("evaluation", name, told.get(name, ""), 5))
             for name in TEXTS]  # fmt: skip
    measures = _measures(view)
    rows = [html.H3(t("Measures: planned and achieved")), *measures] if measures else []
    anew = current is not None and current.state != DRAFT
    act_words = t("Begin a new version") if anew else t("Keep the draft")
    save = html.Div(button("evaluation-save", act_words, "check", main=True))
    form = html.Div([*texts, *rows, save], className="fz-form", hidden=frozen)
    return html.Div([html.Div(read), form])


def _measures(view: EvaluationView) -> list[Any]:
    """A row for each measure of the plan: what became of it, tonnes, a note."""
    kept = view.current.measures if view.current else ()
    planned = view.plan.figures.measures if view.plan else ()
    options = [(key or NOT_TOLD, words) for key, words in achieved_words().items() if key in ("", *ACHIEVED)]
    rows = []
    for number, measure in enumerate(planned):
        told = kept[number] if number < len(kept) else None
        grams = "" if told is None or told.achieved_g is None else f"{told.achieved_g / GRAMS_PER_TONNE:.12g}"
        select = chosen("x", "y", options, (told.state if told else "") or NOT_TOLD)
        cells = [
            _cell(t("What became of it"), _named(select, number, "state")),
            _cell(t("Tonnes saved"), _named(typed("x", "y", grams, maxlength=16), number, "grams")),
            _cell(t("Note"), _named(typed("x", "y", told.note if told else "", maxlength=300), number, "note")),
        ]  # fmt: skip
        title = f"{measure.words} · {t('planned')}: {f.mass_text(measure.saved_g)}"
        rows.append(html.Fieldset([html.Legend(title), html.Div(cells, className="fz-two")], className="fz-measure"))
    return rows


def _named(control: Any, number: int, what: str) -> Any:
    control.id = {"type": "evaluation-measure", "number": number, "what": what}
    return control


def _cell(label: str, control: Any) -> html.Label:
    return html.Label([html.Span(label, className="fz-label"), control])


def _side(view: EvaluationView) -> list[Any]:
    """Where the report stands, and the next steps."""
    current = view.current
    names = step_words()
    order = (SUBMITTED, REVIEWED, APPROVED, PUBLISHED)
    rows: list[tuple[str, Any]] = []
    for state in order:
        step = current.step(state) if current and _reached(current, state) else None
        who = f"{step.by} · {f.datetime_text(step.at, view.event.timezone)}" if step else t("not yet")
        rows.append((names[state], f"{who} · {step.note}" if step and step.note else who))
    back = current.step(DRAFT) if current else None
    said = html.P(t("Sent back by {who}: {note}", who=back.by, note=back.note), className="fz-told fz-told-wrong") \
        if back and current and current.state == DRAFT else None  # fmt: skip
    seen: list[tuple[str, Any]] = []
    if current:
        seen = [(t("Version"), str(current.version)), (t("This report"), _hash(current.sha256)),
                (t("Statement of the books"), _hash(current.statement_sha256))]  # fmt: skip
    links = _links(view)
    return [
        panel(t("Where it stands"), [said, facts([*rows, *seen]), links]),
        panel(t("Next step"), _steps(view)),
    ]


def _hash(sha256: str) -> html.Span:
    return html.Span(f"SHA-256 {sha256}", className="fz-mono fz-line-hash")


def _reached(current: Evaluation, state: str) -> bool:
    order = (DRAFT, SUBMITTED, REVIEWED, APPROVED, PUBLISHED, SUPERSEDED)
    return order.index(state) <= order.index(current.state)


def _links(view: EvaluationView) -> html.Div:
    links = []
    if view.current:
        links.append(button_link(t("Read it as PDF"), f"/desk/e/{view.event.slug}/evaluation.pdf", "pdf"))
    if any(each.state == PUBLISHED for each in view.reports):
        links.append(button_link(t("Public page"), f"/e/{view.event.slug}/report", "eye"))
    return html.Div(links, className="d-flex flex-wrap gap-2 mt-3")


def _steps(view: EvaluationView) -> html.Div:
    """The buttons that fit its state and this person."""
    state = view.current.state if view.current else ""
    may = {
        "submit": view.may_write and state == DRAFT, "publish": view.may_write and state == APPROVED,
        "review": view.may_review and state == SUBMITTED, "approve": view.may_review and state == REVIEWED,
        "back": view.may_review and state in (SUBMITTED, REVIEWED, APPROVED),
    }  # fmt: skip
    words = {
        "submit": (t("Submit it to the reviewers"), "check"), "review": (t("I have reviewed it"), "check"),
        "approve": (t("I have reviewed it as the second person"), "check"), "back": (t("Send it back"), "back"),
        "publish": (t("Publish it"), "eye"),
    }  # fmt: skip
    buttons = [_step_button(name, *words[name]) for name in STEPS if may[name]]
    idle = t("There is nothing for you to do now.")
    if view.may_write and not state:
        idle = t("Write the report and keep the draft; then you can submit it to the reviewers.")
    none = html.P((view.why_not and t(view.why_not)) or idle, className="fz-small")
    note = html.Div(labelled("evaluation", "note", t("Note"), typed("evaluation", "note", maxlength=1000)),
                    hidden=not (may["review"] or may["approve"] or may["back"]))  # fmt: skip
    kept = dcc.Store(id="evaluation-seen", data=[view.current.version, view.current.sha256] if view.current else [])
    acts = html.Div(buttons, className="d-flex flex-wrap gap-2") if buttons else none
    return html.Div([note, acts, kept], className="fz-form")


def _step_button(name: str, words: str, symbol: str) -> html.Button:
    made = button("x", words, symbol, main=name != "back")
    made.id = {"type": "evaluation-step", "to": name}
    return made


@callback(
    Output("evaluation-body", "children"), Output("evaluation-told", "children"), Input("evaluation-save", "n_clicks"),
    State("evaluation-slug", "data"), *[State(f"evaluation-{name}", "value") for name in TEXTS],
    State({"type": "evaluation-measure", "number": ALL, "what": ALL}, "value"),
    State({"type": "evaluation-measure", "number": ALL, "what": ALL}, "id"), prevent_initial_call=True,
)  # fmt: skip
def save(clicks: Any, slug: Any, sources: Any, deviations: Any, conclusion: Any, values: Any, ids: Any) -> Any:
    """Keeps the draft; what was typed stays if something is wrong."""
    if not clicks:
        return no_update, no_update
    texts = {"sources": sources, "deviations": deviations, "conclusion": conclusion}
    try:
        save_evaluation(str(slug), {"texts": texts, "measures": _told(values or [], ids or [])})
    except (InputError, DomainError) as error:
        return no_update, told_of(error, text_names())
    return _body(evaluation_view(str(slug))), done(t("Saved."))


def _told(values: list[Any], ids: list[Any]) -> list[dict[str, Any]]:
    """What was said of each measure, in their order. Raises InputError."""
    found: dict[int, dict[str, Any]] = {}
    for value, key in zip(values, ids, strict=False):
        number, what = int(key["number"]), str(key["what"])
        row = found.setdefault(number, {})
        if what == "grams":
            row["achieved_g"] = _grams(number, f.ungrouped(value))
        else:
            row[what] = "" if what == "state" and value == NOT_TOLD else str(value or "")
    return [found.get(number, {}) for number in range(max(found, default=-1) + 1)]


def _grams(number: int, text: str) -> int | None:
    if not text:
        return None
    try:
        tonnes = float(text)
    except ValueError:
        tonnes = float("nan")
    if abs(tonnes) <= 1e9:
        return round(tonnes * GRAMS_PER_TONNE)
    message = "{field}, row {line}: “{value}” is no number of tonnes; write it as 12.5."
    params = {"line": number + 1, "value": text[:40]}
    raise InputError([FieldError("achieved_g", text[:40], message, params)])


@callback(
    Output("evaluation-body", "children", allow_duplicate=True),
    Output("evaluation-told", "children", allow_duplicate=True),
    Input({"type": "evaluation-step", "to": ALL}, "n_clicks"), State("evaluation-slug", "data"),
    State("evaluation-seen", "data"), State("evaluation-note", "value"), prevent_initial_call=True,
)  # fmt: skip
def step(clicks: Any, slug: Any, seen: Any, note: Any) -> Any:
    """The next step of the report; who may is asked by the use case."""
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or not any(clicks or []) or not isinstance(seen, list) or len(seen) != 2:
        return no_update, no_update
    to = STEPS.get(str(asked.get("to")), "")
    try:
        version = int(seen[0]) if isinstance(seen[0], int) else 0
        move_evaluation(str(slug), version, to, str(seen[1]), str(note or ""))
    except (InputError, DomainError) as error:
        return no_update, told_of(error, text_names())
    return _body(evaluation_view(str(slug))), done(t("Done."))


@router.get("/desk/e/{slug}/evaluation.pdf")
def pdf(slug: str, request: Request) -> Response:
    """The report as it stands, for who may see the event."""
    try:
        found = evaluation_view(slug[:100]).current
    except Unauthenticated:
        return to_sign_in(request)
    if found is None or not found.subject:
        raise events.NotFound("There is no evaluation report of this event yet.")
    at = found.steps[-1].at if found.steps else found.event.ends_at
    return pdf_answer(
        sections_pdf(evaluation_document(found), current_language(), at), f"{slug}-report-{found.version}"
    )
