"""Planting for an event: plans, what monitoring found, and who confirms it."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html

import events
from accounts import DomainError, current_actor, may, require
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import pick, t
from offsetting import forestry
from offsetting.forestry_facts import PlanFacts, RecordFacts
from offsetting.forestry_view import PlanView, Record, plans_of
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.desk_form import (
    area,
    button,
    bytes_of,
    chosen,
    day_of,
    done,
    labelled,
    number_of,
    told_of,
    typed,
    upload,
)
from pages._parts.pieces import empty, kpi, swatch
from pages._parts.told import due_text, plan_facts, plan_state, record_text
from pages.registry import page

page(
    "/desk/e/<slug>/forestry", kind="desk", title="Planting", permission="forestry.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/stock.css"),
)  # fmt: skip
PLAN_FIELDS = (
    "title", "place", "planter", "area", "species", "planted_by", "checks", "survival", "sink_due_on", "method",
    "expected", "replaces",
)  # fmt: skip
SQUARE_M_PER_HA = 10_000
GRAMS_PER_TONNE = 1_000_000


def _require(slug: str) -> None:
    """Before a callback does anything: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "forestry.view", events.get_event(slug).event_id)


def layout(slug: str = "", plan: str = "", **_: Any) -> html.Div:
    """All plans of the event with their grams, apart from credits; with ``?plan=`` one of them."""
    event = events.get_event(slug)
    plans, manage = plans_of(slug), may(current_actor(), "forestry.manage", event.event_id)
    one = next((found for found in plans if found.plan_id == plan), None)
    acts = [button_link(t("Public page"), f"/e/{slug}/forestry", "eye")]
    if one is not None:
        acts.append(button_link(t("All plans"), f"/desk/e/{slug}/forestry", "back"))
        body: list[Any] = [_one(one, manage)]
    else:
        body = [_figures(events.totals(slug)), html.Div(_all(plans, manage), className="fz-grid")]
    stores = [dcc.Store(id="forestry-slug", data=slug), dcc.Store(id="forestry-plan", data=plan)]
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}"}
    return frame([*stores, *body], "forestry", t("Planting"), slug=slug, actions=acts, **head, **event_notice(event))


def _figures(totals: events.Totals) -> html.Div:
    planted = totals.forestry
    rows = [
        kpi("reserved", t("Promised"), *f.mass(planted.promised_g, unit="t"), t("planting agreed, sink not yet there")),
        kpi("retired", t("Confirmed"), *f.mass(planted.confirmed_g, unit="t"), t("there, as monitoring confirms")),
        kpi("revoked", t("Lost"), *f.mass(planted.lost_g, unit="t"), t("fell back to open")),
        kpi("open", t("Still open"), *f.mass(totals.residual_g, unit="t"), t("neither credits nor planting")),
    ]
    return html.Div(rows, className="fz-kpis")


def _all(plans: list[PlanView], manage: bool) -> list[Any]:
    rows = [_row(plan) for plan in plans]
    none = empty(t("No planting yet. It covers what nobody has covered of the event, by a sink that must grow first."))
    parts = [panel(t("Plans"), rows or none, span=7 if manage else 12)]
    if manage:
        parts.append(panel(t("Draft a plan"), _plan_form(plans), span=5))
    return parts


def _row(plan: PlanView) -> html.Div:
    look, words = plan_state(plan)
    late = [due_text(due) for due in plan.due[:2]]
    waiting = t("{count} entries to confirm", count=f.number(len(plan.waiting))) if plan.waiting else ""
    lines = [x for x in (f"{f.mass_text(plan.expected_g, unit='t')} · {plan.place}", *late, waiting) if x]
    return html.Div(
        [html.P([swatch(look), html.B(plan.title), " ", html.Span(words)], className="fz-state"),
         *[html.P(line, className="fz-note") for line in lines],
         button_link(t("Open it"), f"/desk/e/{plan.slug}/forestry?plan={plan.plan_id}", "chevron_right",
                     "fz-button-small")],
        className="fz-planting",
    )  # fmt: skip


def _day(name: str) -> Any:
    return typed("plan", name, maxlength=10, placeholder="2027-09-01")


def _plan_form(plans: list[PlanView]) -> html.Div:
    replaced = [("", t("none")), *[(plan.plan_id, plan.title) for plan in plans if plan.state != "drafted"]]
    two = [
        labelled("plan", "title", t("Name of the planting"), typed("plan", "title", maxlength=200)),
        labelled("plan", "place", t("Place"), typed("plan", "place", maxlength=200)),
        labelled("plan", "planter", t("Planted by"), typed("plan", "planter", maxlength=200)),
        labelled("plan", "area", t("Area in hectares"), typed("plan", "area", maxlength=12)),
        labelled("plan", "planted_by", t("Planting done by (year-month-day)"), _day("planted_by")),
        labelled("plan", "sink_due_on", t("Sink there by (year-month-day)"), _day("sink_due_on")),
        labelled("plan", "survival", t("Least survival in per cent"), typed("plan", "survival", maxlength=3)),
        labelled("plan", "expected", t("Expected sink in tonnes"), typed("plan", "expected", maxlength=16)),
    ]  # fmt: skip
    return html.Div(
        [html.Div(two, className="fz-two"),
         labelled("plan", "species", t("Species: a line each, name and number of trees"), area("plan", "species")),
         labelled("plan", "checks", t("Survival looked at on: a day each line"), area("plan", "checks", "", 2)),
         labelled("plan", "method", t("How the sink is found (method, by whom)"),
                  typed("plan", "method", maxlength=200)),
         labelled("plan", "replaces", t("Replants what was lost of"), chosen("plan", "replaces", replaced, "")),
         button("plan-draft", t("Draft this plan"), "check", main=True), html.Div(id="planting-told", role="status")],
        className="fz-form",
    )  # fmt: skip


def _one(plan: PlanView, manage: bool) -> html.Div:
    look, words = plan_state(plan)
    state = html.P([swatch(look), html.B(words)], className=f"fz-state fz-state-{look}")
    due = [html.Li(due_text(each), className="fz-late" if each.days_left < 0 else "") for each in plan.due]
    left = [panel(plan.title, [state, plan_facts(plan), html.Ul(due, className="fz-versions") if due else None])]
    found: list[Any] = [_record(plan, record) for record in plan.records]
    none = html.P(t("Monitoring has not found anything yet."), className="fz-small")
    right = [panel(t("Monitoring"), [*(found or [none]), html.Div(id="forestry-told", role="status")])]
    if manage:
        right.insert(0, panel(t("Next step"), _steps(plan)))
    parts = [html.Div(left, className="fz-6 fz-column-stack"), html.Div(right, className="fz-6 fz-column-stack")]
    return html.Div(parts, className="fz-grid")


def _steps(plan: PlanView) -> Any:
    """What may be done next, by the plan's state."""
    drafted, agreed = plan.state == "drafted", plan.state == "agreed"
    document = [
        labelled("agree", "file", t("The signed agreement"), upload("agree", "file", t("Choose a document"))),
        button("forestry-agree", t("It is agreed"), "seal", main=True),
        html.P(t("From then on its facts stand, and it covers what is open of the event and nobody holds."),
               className="fz-note"),
    ]  # fmt: skip
    reason = [
        labelled("end", "reason", t("Why"), typed("end", "reason", maxlength=200)),
        html.Div([button("forestry-close", t("Close at what was measured"), "check"),
                  button("forestry-withdraw", t("Withdraw the plan"), "close")], className="fz-files"),
        html.P(t("What the plan no longer stands for is open again."), className="fz-note"),
    ]  # fmt: skip
    if not drafted and not agreed:
        reason = []
    entry = html.Details([html.Summary(t("Enter what monitoring found")), _entry_form()], open=agreed)
    again = button("forestry-lay", t("Cover what is open by now"), "refresh")
    parts = [
        html.Div(document, className="fz-form", hidden=not drafted),
        html.Div([entry, again], className="fz-form", hidden=not agreed),
        html.Details([html.Summary(t("End this plan")), html.Div(reason, className="fz-form")]) if reason else None,
    ]
    return html.Div(parts)


def _entry_form() -> html.Div:
    kinds = [("planted", t("the trees are planted")), ("survival", t("trees that live, in per cent")),
             ("measured", t("taken up since the planting, in tonnes")), ("reversal", t("lost, in tonnes"))]  # fmt: skip
    return html.Div(
        [html.Div([labelled("entry", "kind", t("What"), chosen("entry", "kind", kinds, "planted")),
                   labelled("entry", "day", t("Seen on (year-month-day)"), typed("entry", "day", maxlength=10)),
                   labelled("entry", "value", t("Per cent or tonnes"), typed("entry", "value", maxlength=16))],
                  className="fz-two"),
         labelled("entry", "note", t("Remark"), area("entry", "note", "", 2)),
         labelled("entry", "file", t("The report"), upload("entry", "file", t("Choose a document"))),
         button("forestry-enter", t("Enter it, for a second person to confirm"), "check")],
        className="fz-form",
    )  # fmt: skip


def _record(plan: PlanView, record: Record) -> html.Div:
    words = {"entered": t("waits for a second person"), "confirmed": t("confirmed"), "rejected": t("sent back")}
    link = html.A(record.evidence_name or t("document"),
                  href=f"/forestry/{plan.plan_id}/document/{record.evidence_sha256}")  # fmt: skip
    about = " · ".join(x for x in (record.note, record.reason, record.entered_by, record.confirmed_by) if x)
    return html.Div(
        [html.P([html.B(f.date_text(record.observed_on)), " ", record_text(record), " ", html.I(words[record.state])]),
         html.P([link, " ", about], className="fz-note"), _look(plan, record)],
        className="fz-planting",
    )  # fmt: skip


def _look(plan: PlanView, record: Record) -> Any:
    """The second person's two buttons."""
    actor = current_actor()
    if record.state != "entered" or not may(actor, "forestry.confirm", plan.event_id):
        return None
    if record.entered_person == actor.person_id:
        return html.P(t("You entered this: a second person has to confirm it."), className="fz-note")
    kinds = (("yes", t("Confirm"), "check"), ("no", t("Send back"), "close"))
    return html.Div(
        [html.Button(word, id={"type": "forestry-look", "record": record.record_id, "answer": answer}, n_clicks=0,
                     type="button", className="fz-button fz-button-small") for answer, word, _ in kinds],
        className="fz-files",
    )  # fmt: skip


def _labels() -> dict[str, str]:
    return {
        "title": t("Name of the planting"), "place": t("Place"), "planter": t("Planted by"), "area_m2": t("Area"),
        "species": t("Species"), "planted_by": t("Planting done by"), "checks": t("Survival looked at"),
        "survival_percent": t("Least survival"), "sink_due_on": t("Sink there by"), "method": t("Found by"),
        "expected_g": t("Expected sink"), "replaces": t("Replants what was lost of"), "kind": t("What"),
        "observed_on": t("Seen on"), "grams": t("Tonnes"), "note": t("Remark"), "evidence": t("The report"),
        "document": t("The signed agreement"), "reason": t("Why"),
    }  # fmt: skip


def _scaled(field: str, text: Any, scale: int) -> int:
    """Hectares or tonnes as typed, in square metres or grams."""
    try:
        return round(float(f.ungrouped(text)) * scale)
    except (ValueError, OverflowError):
        message = "{field}: “{value}” is no number; write it as 12.5."
        raise InputError([FieldError(field, str(text or "")[:60], message)]) from None


def _species(text: str) -> tuple[tuple[str, int], ...]:
    lines = [line.strip().rpartition(" ") for line in text.strip().splitlines()[:50] if line.strip()]
    return tuple((name.strip(), number_of("species", count)) for name, _, count in lines)


@callback(
    Output("planting-told", "children"), Input("plan-draft", "n_clicks"), State("forestry-slug", "data"),
    *[State(f"plan-{name}", "value") for name in PLAN_FIELDS], prevent_initial_call=True,
)  # fmt: skip
def draft(_clicks: int, slug: Any, *given: Any) -> Any:
    """Drafts a plan, or says what does not fit; what was typed stays."""
    _require(str(slug))
    told = dict(zip(PLAN_FIELDS, given, strict=True))
    words = {name: str(told[name] or "") for name in ("title", "place", "planter", "method", "replaces")}
    try:
        checks = tuple(day_of("checks", line) for line in str(told["checks"] or "").split()[:50])
        facts = PlanFacts(
            **words, area_m2=_scaled("area_m2", told["area"], SQUARE_M_PER_HA),
            species=_species(str(told["species"] or "")), planted_by=day_of("planted_by", told["planted_by"]),
            checks=checks, survival_percent=number_of("survival_percent", told["survival"]),
            sink_due_on=day_of("sink_due_on", told["sink_due_on"]),
            expected_g=_scaled("expected_g", told["expected"], GRAMS_PER_TONNE),
        )  # fmt: skip
        plan_id = forestry.draft_plan(current_actor(), str(slug), facts)
    except (InputError, DomainError) as error:
        return told_of(error, _labels())
    link = button_link(t("Open it"), f"/desk/e/{slug}/forestry?plan={plan_id}", "chevron_right")
    return done(t("The plan is drafted; it covers nothing until it is agreed."), link)


for _prefix in ("agree", "entry"):

    @callback(
        Output(f"{_prefix}-file-file", "children"), Input(f"{_prefix}-file", "filename"), prevent_initial_call=True
    )
    def named(name: Any) -> Any:
        """The name of the document that was chosen."""
        return str(name)[:120] if name else t("Choose a document")


@callback(
    Output("forestry-told", "children"), Input("forestry-agree", "n_clicks"), Input("forestry-enter", "n_clicks"),
    Input("forestry-lay", "n_clicks"), State("forestry-plan", "data"), State("agree-file", "contents"),
    State("agree-file", "filename"), State("entry-kind", "value"), State("entry-day", "value"),
    State("entry-value", "value"), State("entry-note", "value"), State("entry-file", "contents"),
    State("entry-file", "filename"), prevent_initial_call=True,
)  # fmt: skip
def step(_agree: int, _enter: int, _lay: int, plan_id: Any, *given: Any) -> Any:
    """Agrees the plan, enters what monitoring found, or covers what is open by now."""
    try:
        if ctx.triggered_id == "forestry-enter":
            forestry.enter_record(current_actor(), str(plan_id), _facts_of(given[2:]))
            return done(t("It is entered; a second person has to confirm it."), _again())
        if ctx.triggered_id == "forestry-lay":
            laid = forestry.lay_again(current_actor(), str(plan_id))
            return done(t("It covers {mass} more.", mass=f.mass_text(laid, unit="t")), _again())
        laid = forestry.agree_plan(current_actor(), str(plan_id), bytes_of(given[0]), str(given[1] or ""))
    except (InputError, DomainError) as error:
        return told_of(error, _labels())
    return done(t("It is agreed, and covers {mass} of the event.", mass=f.mass_text(laid, unit="t")), _again())


def _facts_of(given: Any) -> RecordFacts:
    kind, day, value, note, contents, filename = given
    percent = number_of("survival_percent", value) if kind == "survival" else 0
    grams = _scaled("grams", value, GRAMS_PER_TONNE) if kind in ("measured", "reversal") else 0
    return RecordFacts(
        str(kind or ""), day_of("observed_on", day), percent, grams, str(note or ""), bytes_of(contents),
        str(filename or ""),
    )  # fmt: skip


def _again() -> html.A:
    return html.A(t("See it"), href="", className="fz-link")


@callback(
    Output("forestry-told", "children", allow_duplicate=True), Input("forestry-close", "n_clicks"),
    Input("forestry-withdraw", "n_clicks"), State("forestry-plan", "data"), State("end-reason", "value"),
    prevent_initial_call=True,
)  # fmt: skip
def end(_close: int, _withdraw: int, plan_id: Any, reason: Any) -> Any:
    """Closes the plan at what was measured, or takes it back."""
    act = forestry.close_plan if ctx.triggered_id == "forestry-close" else forestry.withdraw_plan
    try:
        fallen = act(current_actor(), str(plan_id), str(reason or ""))
    except (InputError, DomainError) as error:
        return told_of(error, _labels())
    return done(t("Done; {mass} is open again.", mass=f.mass_text(fallen, unit="t")), _again())


@callback(
    Output("forestry-told", "children", allow_duplicate=True),
    Input({"type": "forestry-look", "record": ALL, "answer": ALL}, "n_clicks"), prevent_initial_call=True,
)  # fmt: skip
def look(clicks: Any) -> Any:
    """The second person's word on an entry."""
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or not any(clicks or []):
        return None
    record_id = str(asked.get("record", ""))
    try:
        if asked.get("answer") == "no":
            forestry.reject_record(current_actor(), record_id, t("The document does not show it."))
            return done(t("It is sent back."), _again())
        fallen = forestry.confirm_record(current_actor(), record_id)
    except (InputError, DomainError) as error:
        return told_of(error, _labels())
    more = t("{mass} fell back to open.", mass=f.mass_text(fallen, unit="t")) if fallen else ""
    return done(t("It is confirmed.") + more, _again())
