"""What the desks' pages share: the rail's doors by what a person may open, the frame of a page, words for states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

import reports
from accounts import Actor, current_actor, may
from calculations.model import FieldError
from locales import formats as f
from locales import pick, t
from pages._parts.icons import icon
from pages._parts.pieces import swatch
from pages._parts.shell import NavItem, desk_shell


def desk_nav(slug: str = "") -> list[NavItem]:
    """The doors that this person may open: those of the event, the exchange, the company, the reports."""
    actor = current_actor()
    doors = [NavItem("events", t("Events"), "/desk", "conference")] if may(actor, "event.view") else []
    if slug and may(actor, "event.view"):
        doors += _event_doors(actor, f"/desk/e/{slug}")
    elsewhere = t("Desks")
    if may(actor, "credits.view"):
        doors.append(NavItem("exchange", t("Exchange"), "/desk/exchange", "exchange", elsewhere))
        doors.append(NavItem("settlements", t("Settlements"), "/desk/exchange/settlements", "statements", elsewhere))
        doors.append(NavItem("projects", t("Projects"), "/desk/exchange/projects", "batches", elsewhere))
        doors.append(NavItem("batches", t("Batches from a file"), "/desk/exchange/batches", "imports", elsewhere))
    if may(actor, "audit.run"):
        doors.append(NavItem("audit", t("Proofs"), "/desk/audit", "check", elsewhere))
    if may(actor, "company.view"):
        doors.append(NavItem("company", t("Company"), "/desk/company", "company", elsewhere))
    if may(actor, "trail.view"):
        doors.append(NavItem("trail", t("Who changed what"), "/desk/trail", "clock", elsewhere))
    if may(actor, "people.view"):
        doors.append(NavItem("people", t("People and roles"), "/desk/people", "user", elsewhere))
    if may(actor, "reports.view"):
        doors.append(NavItem("explore", t("Explore"), "/desk/reports", "explore", elsewhere))
    return doors


def _event_doors(actor: Actor, base: str) -> list[NavItem]:
    """The doors of one event: what happens there, what is prepared, what is counted and closed."""
    live, before, counted = t("This event"), t("Prepare"), t("Figures and money")
    doors = [
        (live, "", "event", t("Event"), base, "event"),
        (live, "screen.manage", "screens", t("Big screens"), f"{base}/screens", "remote"),
        (live, "event.poster", "codes", t("Codes"), f"{base}/codes", "poster"),
        (live, "", "boards", t("Boards"), f"{base}/boards", "boards"),
        (live, "", "forum", t("Forum"), f"{base}/forum", "conference"),
        (before, "", "setup", t("Set-up"), f"{base}/setup?step=review", "edit"),
        (before, "", "boundary", t("Boundary"), f"{base}/boundary", "settings"),
        (before, "", "plan", t("Plan"), f"{base}/plan", "document"),
        (before, "", "what-if", t("What if"), f"{base}/what-if", "compare"),
        (counted, "", "import", t("Data in"), f"{base}/import", "imports"),
        (counted, "", "inventory", t("Inventory"), f"{base}/inventory", "materials"),
        (counted, "", "orders", t("Orders"), f"{base}/orders", "orders"),
        (counted, "forestry.view", "forestry", t("Planting"), f"{base}/forestry", "life"),
        (counted, "", "books", t("Books"), f"{base}/books", "lock"),
        (counted, "", "evaluation", t("Evaluation"), f"{base}/evaluation", "seal"),
    ]  # fmt: skip
    return [
        NavItem(key, label, href, symbol, group)
        for group, action, key, label, href, symbol in doors
        if not action or may(actor, action)
    ]


def frame(children: Any, active: str, title: Any, *, slug: str = "", **more: Any) -> html.Div:
    """A page of the desk with its rail; ``more`` goes to ``shell.desk_shell`` (subtitle, actions, notice_kind …)."""
    inside = children if isinstance(children, list | tuple) else [children]
    body = html.Div([*inside, _refused_words()])  # the shell puts it beside others: a list in a list is no child
    return desk_shell(body, desk_nav(slug), active, current_actor().name, title=title, **more)


def _refused_words() -> html.Div:
    """What assets/js/refused.js says where a press is refused or gets no answer."""
    words = {
        "ended": t("Your session has ended, so nothing was kept just now. Sign in again in a new tab, then press once "
                   "more: what you typed stays here."),
        "sign-in": t("Sign in in a new tab"), "close": t("Close"),
        "away": t("The server did not answer, so it is not sure that this was kept. What you typed stays here: try "
                  "again in a moment."),
    }  # fmt: skip
    return html.Div(hidden=True, **{"data-refused-words": "", **{f"data-{key}": said for key, said in words.items()}})


def event_notice(event: Any) -> dict[str, str]:
    """The notice of an event's pages: its own words for test data, nothing for live."""
    if event.state == "draft":
        return {"notice_kind": "draft"}
    if event.livemode:
        return {}
    kind = "test" if event.simulated else "trial"
    return {"notice_kind": kind, "notice_text": pick(dict(event.texts.get("notice") or {}))}


def event_line(event: Any) -> str:
    """Place, day, state and factor set of an event, in one line."""
    states = {"draft": t("draft"), "open": t("open"), "closed": t("closed"), "settled": t("settled")}
    parts = [pick(dict(event.place.names)), event_days(event), states.get(event.state, event.state)]
    if getattr(event, "factor_set_id", ""):
        parts.append(t("factor set {edition}", edition=event.factor_set_id))
    return " · ".join(parts)


def event_days(event: Any) -> str:
    """The days of an event in its own zone: a single one with its weekday."""
    zone = ZoneInfo(event.timezone)
    first, last = event.starts_at.astimezone(zone).date(), event.ends_at.astimezone(zone).date()
    return f.date_text(first, style="weekday") if first == last else f.date_range_text(first, last)


def session_name(event: Any, session: Mapping[str, Any]) -> str:
    """A session's short name where the event has one."""
    short = event.texts.get("session_short", {}).get(session["id"])
    return pick(dict(short or session["names"]))


def recipient_name(key: str) -> str:
    """Who gets a part of the money."""
    return reports.recipient(key)


def order_state(state: str) -> html.Span:
    """An order's state: swatch where it tells of covering, and the word."""
    words = {
        "quote": t("Quote"), "held": t("Held, not paid"), "paid": t("Paid"), "pooled": t("Reserved"),
        "retired": t("Retired"), "expired": t("Expired"), "failed": t("Payment failed"), "cancelled": t("Cancelled"),
        "refunded": t("Refunded"), "paid_late": t("Paid late"),
    }  # fmt: skip
    kind = {"paid": "reserved", "pooled": "reserved", "retired": "retired", "refunded": "revoked"}.get(state, "open")
    return html.Span([swatch(kind), html.Span(words.get(state, state))], className=f"fz-state fz-state-{kind}")


def panel(title: Any, body: Any, aside: Any = None, span: int = 12, flush: bool = False, **more: Any) -> html.Section:
    """A card of the grid with its title, an aside on the right, and what is in it."""
    head = html.Div([html.H2(title), html.Span(aside) if aside else None], className="fz-panel-head")
    look = f"fz-card fz-panel fz-{span}" + (" fz-panel-flush" if flush else "")
    return html.Section([head, *(body if isinstance(body, list) else [body])], className=look, **more)


def claim_panel(said: str, span: int = 12) -> html.Section:
    """The sentence that may be said of the figures beside it, as the claim table words it."""
    note = t("These words, as they are: they follow the law of the place and change with the figures.")
    words = [html.Blockquote(said, className="mb-0"), html.P(note, className="fz-small mt-2")]
    return panel(t("What may be said"), words, span=span)


def cover_bar(retired_g: int, reserved_g: int, total_g: int, largest_g: int) -> html.Span:
    """Retired, reserved and open of a group as one bar, as long as its total beside the largest."""
    whole = max(total_g, retired_g + reserved_g)
    scale = 100 / (largest_g or 1)
    parts = [("fz-cover-retired", retired_g), ("fz-cover-reserved", reserved_g), ("", whole - retired_g - reserved_g)]
    bars = [html.I(className=look, style={"--fz-w": f"{grams * scale:.2f}%"}) for look, grams in parts if grams > 0]
    return html.Span(bars, className="fz-cover", **{"aria-hidden": "true"})


def button_link(words: str, href: str, symbol: str, look: str = "", **more: Any) -> html.A:
    """A link that looks like a button, with its icon."""
    return html.A([icon(symbol), html.Span(words)], href=href, className=f"fz-button {look}".strip(), **more)


def sentence_of(error: FieldError, names: Mapping[str, str] | None = None) -> str:
    """What is wrong with a field, in the person's language; ``names`` are the labels of fields."""
    field = (names or {}).get(error.field, error.field)
    params = {
        name: f.number(value) if type(value) is int and value > 9999 else value for name, value in error.params.items()
    }
    return t(error.message, **{"field": field, "value": str(error.value)[:80], **params})
