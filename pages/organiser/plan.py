"""The plan of an event: what is expected, measures with what each saves, how the rest is offset; publishing it."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

from accounts import Conflict, NotFound, TooMany
from calculations.model import InputError
from events.plans import PlanView, plan_view, publish_plan, save_plan
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.desk_form import area, button, done, labelled, told_of, typed
from pages._parts.pieces import empty, error_children, kpi, table
from pages.documents._plan_words import estimate_section, measures_section, note_words, offset_section
from pages.documents._sections import Section, headings
from pages.organiser import _plan_form as fields
from pages.registry import page

page(
    "/desk/e/<slug>/plan", kind="desk", title="Plan", permission="event.view",
    scripts=("js/desk.js", "js/form-errors.js"),
    styles=("css/desk-more.css", "css/inventory.css", "css/stock.css", "css/setup.css"),
)  # fmt: skip
FIELDS = ("text", "nights", "meals", *fields.ASKED, "source")


def layout(slug: str = "", **_: Any) -> html.Div:
    """The form on the left, what it comes to on the right, what was published below."""
    view = plan_view(slug)
    head = {"subtitle": f"{pick(dict(view.event.names))} · {event_line(view.event)}"}
    acts = [button_link(t("Expected people"), f"/desk/e/{slug}/expected", "user"),
            button_link(t("What if"), f"/desk/e/{slug}/what-if", "compare")]  # fmt: skip
    shown = html.Div(_figures(view), id="plan-figures", className="fz-column-stack")
    writes = view.may_edit and view.event.state not in ("closed", "settled")  # afterwards it stays as it was published
    left = html.Div(panel(t("The plan"), _form(view)), className="fz-5", hidden=not writes)
    right = html.Div(shown, className="fz-7" if writes else "fz-12")
    below = html.Div(_published(view), id="plan-published", className="fz-12")
    body = [dcc.Store(id="plan-slug", data=slug), html.Div([left, right, below], className="fz-grid")]
    return frame(body, "plan", t("Plan"), slug=slug, actions=acts, **head, **event_notice(view.event))


def _form(view: PlanView) -> html.Div:
    told = fields.told_of_body(view.body, view.assumed)
    two = [
        labelled(
            "plan", "nights", t("Nights of those from afar"), typed("plan", "nights", told["nights"], maxlength=3)
        ),
        labelled("plan", "meals", t("Meals of each person"), typed("plan", "meals", told["meals"], maxlength=3)),
    ]
    names, slug = fields.labels(), view.event.slug
    asked = [labelled("plan", name, names[name], typed("plan", name, told[name], maxlength=6)) for name in fields.ASKED]
    parts = [
        labelled("plan", "text", t("What we intend"), area("plan", "text", told["text"], 4)),
        html.Div(two, className="fz-two"),
        html.H3(t("Measures that are computed")),
        html.P(t("Leave empty what is not planned. Each is computed by the engine of What if."), className="fz-small"),
        html.Div(asked, className="fz-two"),
        labelled("plan", "source", names["source"], typed("plan", "source", told["source"], maxlength=200)),
        html.H3(t("Other measures")),
        html.P(t("Tell how many tonnes each saves and where that is from, or the address of a What if, which is "
                 "computed. Saving gives another empty row."), className="fz-small"),
        html.Div(fields.measure_rows(told["measures"], slug), id="plan-measures", className="fz-plan-rows"),
        html.H3(t("Cover planned")),
        html.Div(fields.offset_rows(told["offset"], slug), id="plan-offset", className="fz-plan-rows"),
        html.Div([button("plan-save", t("Save and compute"), "check", main=True),
                  button("plan-publish", t("Publish it"), "eye")], className="d-flex flex-wrap gap-2"),
        html.Div(id="plan-told", role="status"),
    ]  # fmt: skip
    return html.Div(parts, className="fz-form fz-plan-form", **{"data-first-wrong": ""})


def _figures(view: PlanView) -> list[Any]:
    figures = view.figures
    if figures.wrong or not figures.total_g:
        words = figures.wrong or t("Say how many people are expected and where they come from, or plan lines of the "
                                   "inventory: then the plan has an estimate.")  # fmt: skip
        link = button_link(t("Expected people"), f"/desk/e/{view.event.slug}/expected", "user")
        return [panel(t("Expected emissions"), empty(words, link))]
    unit = f.mass_unit(figures.total_g)
    kpis = [
        kpi("emitted", t("Expected"), *f.mass(figures.total_g, unit=unit),
            f.mass_range(figures.low_g, figures.high_g, unit=unit)),
        kpi("estimated", t("Saved by measures"), *f.mass(figures.together_g, unit=unit)),
        kpi("open", t("Left"), *f.mass(figures.left_g, unit=unit)),
        kpi("reserved", t("Planned to be covered"), *f.mass(figures.offset_g, unit=unit)),
    ]  # fmt: skip
    notes = html.Ul([html.Li(words) for words in note_words(figures)], className="fz-small")
    sections = (estimate_section(figures), measures_section(figures), offset_section(figures))
    return [html.Div(kpis, className="fz-kpis fz-plan-kpis"), *[_card(each) for each in sections],
            panel(t("How it was found"), notes)]  # fmt: skip


def _card(each: Section) -> html.Section:
    parts: list[Any] = [html.P(words, className="fz-small") for words in each.sentences]
    if each.rows:
        parts.append(table(headings(each), each.rows, each.foot or None, each.text_columns))
    return panel(each.title, parts)


def _published(view: PlanView) -> html.Section:
    """What was published, the newest first."""
    if not view.published:
        return panel(t("Published"), html.P(t("No plan of this event is published yet."), className="fz-small"))
    zone, slug = view.event.timezone, view.event.slug
    rows = [
        html.Li([html.P(html.B(t("Version {version}", version=each.version)), className="fz-line-said"),
                 html.Small(f"{f.datetime_text(each.at, zone)} · {f.mass_text(each.figures.total_g)}"),
                 html.Small(f"SHA-256 {each.sha256}", className="fz-mono fz-line-hash")])
        for each in view.published
    ]  # fmt: skip
    links = html.Div([button_link(t("Public page"), f"/e/{slug}/plan", "eye"),
                      button_link("PDF", f"/e/{slug}/plan.pdf", "pdf")], className="d-flex gap-2 mb-3")  # fmt: skip
    return panel(t("Published"), [links, html.Ol(rows, className="fz-line-notes")])


@callback(
    Output({"type": f"{fields.CELL}-error", "name": ALL}, "children"),
    *[Output(f"plan-{name}-error", "children") for name in FIELDS],
    Output("plan-figures", "children"), Output("plan-published", "children"), Output("plan-told", "children"),
    Output("plan-measures", "children"), Output("plan-offset", "children"),
    Input("plan-save", "n_clicks"), Input("plan-publish", "n_clicks"), State("plan-slug", "data"),
    State({"type": fields.CELL, "name": ALL}, "id"), State({"type": fields.CELL, "name": ALL}, "value"),
    *[State(f"plan-{name}", "value") for name in FIELDS], prevent_initial_call=True,
)  # fmt: skip
def act(_save: Any, _publish: Any, slug: Any, ids: Any, cells: Any, *given: Any) -> Any:
    """Saves the draft, and publishes it where that was asked; what was typed stays if something is wrong."""
    told = dict(zip(FIELDS, given, strict=True)) | fields.gathered(ids, cells)
    places, still = [str(each["id"].get("name")) for each in ctx.outputs_list[0]], [no_update] * 2
    fine: list[Any] = [[[] for _ in places], *([] for _ in FIELDS)]
    try:
        save_plan(str(slug), fields.body_of(told))
        words = t("Saved.")
        if ctx.triggered_id == "plan-publish":
            words = t("Version {version} is public.", version=publish_plan(str(slug)).version)
    except InputError as error:
        below, rest = fields.placed(error, told)
        count = t("Not kept yet. Fields that need a look: {count}.", count=len(error.errors))
        said = html.P(error_children(" ".join([count, *rest])), className="fz-error")
        wrong = [error_children(below.get(name, "")) for name in (*places, *FIELDS)]
        return wrong[: len(places)], *wrong[len(places) :], *still, said, *still
    except (Conflict, NotFound, TooMany) as error:
        return *fine, *still, told_of(error), *still
    view = plan_view(str(slug))
    shown = fields.told_of_body(view.body, view.assumed)
    return (*fine, _figures(view), _published(view), done(words), fields.measure_rows(shown["measures"], str(slug)),
            fields.offset_rows(shown["offset"], str(slug)))  # fmt: skip
