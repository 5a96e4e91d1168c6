"""The last step: what is missing, what was told, deadlines, and the states an event may go to from here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import html

from calculations.deadlines import retire_by
from calculations.event_states import WITH_REASON, next_states
from events import Event, SetupView, spot_text
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_days
from pages._parts.desk_form import button
from pages._parts.icons import icon
from pages._parts.pieces import category_name
from pages.organiser._setup_form import Fields
from pages.organiser._setup_states import permit_table, state_way, what_changes
from pages.organiser._setup_words import payer_words, step_names, who_word


def review(fields: Fields, view: SetupView) -> list[Any]:
    """Everything at one look; each line leads to its step."""
    state = view.event.state
    return [_missing(view), _facts(view), html.H3(t("Deadlines")), deadlines(view.event),
            html.H3(t("What it permits")), state_way(state), permit_table(state), _turns(fields, view)]  # fmt: skip


def _missing(view: SetupView) -> html.Div:
    names = step_names()
    needed = [gap for gap in view.gaps if gap.needed]
    rows = [
        html.Li([icon("error" if gap.needed else "info"), html.Span(t(gap.message)),
                 html.A(names[gap.step], href=address(view.event.slug, gap.step), className="fz-link")],
                className="fz-gap fz-gap-needed" if gap.needed else "fz-gap")
        for gap in sorted(view.gaps, key=lambda gap: not gap.needed)
    ]  # fmt: skip
    if not rows:
        return html.Div(html.P([icon("check"), html.Span(t("Nothing is missing."))], className="fz-told"))
    can = t("It can open; better with") if view.event.state == "draft" else t("Better with")
    title = t("Still missing") if needed else can
    return html.Div([html.H3(title), html.Ul(rows, className="fz-gaps")])


def _facts(view: SetupView) -> html.Dl:
    event, names = view.event, step_names()
    sessions = t(", ").join(pick(dict(each.names)) for each in event.sessions[:6])
    more = len(event.sessions) - 6
    offered = [pick(dict(each.names)) for each in view.offers if each.is_open]
    offered += [t("{project} (asked of the exchange)", project=pick(dict(each.project_names)))
                for each in view.requests if each.state == "asked" and each.grams]  # fmt: skip
    rows = [
        ("about", [pick(dict(event.names))]),
        ("place", [pick(dict(event.place.names)) or "–", *filter(None, [spot_text(event.place)]),
                   event_days(event) if "place" in view.done else "–", event.timezone.replace("_", " "),
                   f"/e/{event.slug}"]),
        ("programme", [sessions + (t(" and {count} more", count=f.number(more)) if more > 0 else "") or "–"]),
        ("boundary", [t(", ").join(category_name(each) for each in event.boundary.categories),
                      who_word(event.boundary.who),
                      t("{count} people expected", count=f.number(event.expected_people)) if event.expected_people
                      else t("how many are expected is not told")]),
        ("projects", [payer_words()[str(view.values["payer"])][0], event.currency,
                      t(", ").join(offered) or t("none on offer yet")]),
        ("look", [t("logo") if view.logo else t("no logo"),
                  t("own colours") if view.values["look"] else t("the house's colours")]),
        ("privacy", [t("written") if event.texts.get("privacy") else "–",
                     t("For real") if event.livemode else t("Test")]),
    ]  # fmt: skip
    cells: list[Any] = []
    for step, told in rows:
        cells += [html.Dt(html.A(names[step], href=address(event.slug, step))), html.Dd(" · ".join(told))]
    return html.Dl(cells, className="fz-facts fz-setup-facts")


def address(slug: str, step: str) -> str:
    """A step's own address."""
    return f"/desk/e/{slug}/setup?step={step}"


def deadlines(event: Event) -> html.Ul:
    """Closing of answers, payment, books and retirement, with what is over told apart."""
    now, by = datetime.now(UTC), retire_by(event.ends_at)
    rows = [
        (t("Opens for answers"), event.opens_at if event.state == "draft" else None),
        (t("Answers until"), event.closes_at), (t("Payment until"), event.pay_until),
        (t("Books closed by"), event.books_by), (t("Credits retired by"), by),
    ]  # fmt: skip
    shown = []
    for words, at in rows:
        if at is None:
            continue
        day = f.datetime_text(at, event.timezone) if at is not by else f.date_text(at.date())
        days = (at - now).days
        left = t("over") if at < now else t("in {count} days", count=f.number(days)) if days else t("today")
        look = "fz-deadline fz-deadline-over" if at < now else "fz-deadline"
        shown.append(html.Li([html.Span(words), html.B(day), html.Span(left, className="fz-note")], className=look))
    if event.closes_at is None and event.state in ("draft", "open"):
        note = t("No hour is set for closing: it takes answers until you close it.")
        shown.insert(0, html.Li([html.Span(t("Answers until")), html.Span(note, className="fz-note")],
                                className="fz-deadline"))  # fmt: skip
    return html.Ul(shown, className="fz-deadlines")


def _turns(fields: Fields, view: SetupView) -> Any:
    """The states it may go to, each with what it changes: opening, closing, closing the books, taking answers again."""
    event = view.event
    if not view.may_edit:
        return None
    groups: list[Any] = []
    for to in sorted(next_states(event.state), reverse=True):  # the books before taking answers again
        if "settled" in (event.state, to):
            groups.append(_books_turn(event, to))
        else:
            groups.append(_turn(fields, view, to))
    preview = button_link(t("See it as guests will"), f"/e/{event.slug}", "eye", target="_blank")
    return html.Div([*groups, html.Div(preview)], className="fz-turns")


def _turn(fields: Fields, view: SetupView, to: str) -> html.Section:
    state = view.event.state
    words = {"open": (t("Open the event"), "check"), "closed": (t("Close it for answers"), "lock")}
    said, symbol = words[to] if state != "closed" else (t("Take answers again"), "refresh")
    act = button("setup-turn", said, symbol, main=state == "draft")
    act.disabled = state == "draft" and any(gap.needed for gap in view.gaps)
    reason = fields.text("reason", t("Reason")) if (state, to) in WITH_REASON else None
    return html.Section([html.H3(said), what_changes(state, to), reason, act])


def _books_turn(event: Event, to: str) -> html.Section:
    """Closing the books, or opening them again: on their own page."""
    title = t("Close the books") if to == "settled" else t("Open the books again")
    note = (
        None if to == "settled" else html.P(t("An administrator may, for a reason that is told."), className="fz-small")
    )
    link = button_link(t("Books"), f"/desk/e/{event.slug}/books", "lock")
    return html.Section([html.H3(title), note, what_changes(event.state, to), link])


def turn_of(event: Event) -> str:
    """The state that the button leads to."""
    return {"draft": "open", "open": "closed", "closed": "open"}.get(event.state, "")
