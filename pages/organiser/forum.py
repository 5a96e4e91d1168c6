"""A forum's own, at one desk: pledges, memoranda, thanks, the special fund, ambassadors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html

import events
import offsetting
from accounts import Conflict, NotFound, TooMany, current_actor, may, require
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.desk_form import button, bytes_of, day_of, done, labelled, number_of, told_of, typed
from pages.organiser import _forum_forms as forms
from pages.registry import page

page(
    "/desk/e/<slug>/forum", kind="desk", title="Forum", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/stock.css", "css/forum.css"),
)  # fmt: skip
TABS = ("pledges", "memoranda", "thanks", "fund", "ambassadors")
PLEDGE = ("name-en", "name-zh", "text-en", "text-zh", "kind", "amount", "times", "source", "position")
MEMO = ("name-en", "name-zh", "text-en", "text-zh", "partners", "day")
SPONSOR = ("name-en", "name-zh", "text-en", "text-zh", "kind", "position")
FUND = ("name-en", "name-zh", "text-en", "text-zh", "open")


def _require(slug: str) -> None:
    """Before a callback does anything: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "event.view", events.get_event(slug).event_id)


def layout(slug: str = "", tab: str = "pledges", **_: Any) -> html.Div:
    """One part of the forum's own; the part is in the address."""
    event = events.get_event(slug)
    here = tab if tab in TABS else TABS[0]
    manage = may(current_actor(), "event.edit", event.event_id)
    names = {"pledges": t("Pledges"), "memoranda": t("Memoranda"), "thanks": t("Thanks"), "fund": t("Special fund"),
             "ambassadors": t("Ambassadors")}  # fmt: skip
    doors = [
        html.A(words, href=f"/desk/e/{slug}/forum?tab={key}", className="fz-forum-tab",
               **({"aria-current": "page"} if key == here else {})) for key, words in names.items()
    ]  # fmt: skip
    body = {"pledges": _pledges, "memoranda": _memoranda, "thanks": _thanks, "fund": _fund,
            "ambassadors": _ambassadors}[here](event, manage)  # fmt: skip
    acts = []
    if here != "ambassadors":
        acts.append(button_link(t("Public page"), f"/e/{slug}/{here}", "eye"))
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}"}
    inside = [
        dcc.Store(id="forum-slug", data=slug),
        html.Nav(doors, className="fz-forum-tabs", **{"aria-label": t("Parts of the forum’s own")}),
        html.Div(id="forum-told", role="status"), html.Div(body, className="fz-grid"),
    ]  # fmt: skip
    return frame(inside, "forum", t("Forum"), slug=slug, actions=acts, **head, **event_notice(event))


def _two(left: Any, right: Any, manage: bool, titles: tuple[str, str]) -> list[Any]:
    parts = [panel(titles[0], left, span=7 if manage else 12)]
    return [*parts, panel(titles[1], right, span=5)] if manage else parts


def _pledges(event: events.Event, manage: bool) -> list[Any]:
    wall = events.pledge_wall(event.slug, with_withdrawn=True)
    note = html.P(t("A pledge is an intention. Its grams are never added to what is covered."), className="fz-note")
    titles = (t("Pledges"), t("Write a pledge"))
    return _two([note, *forms.pledge_list(wall, manage)], forms.pledge_form(), manage, titles)


def _memoranda(event: events.Event, manage: bool) -> list[Any]:
    found = events.memoranda(event.slug, with_drafts=True)
    return _two(forms.memorandum_list(found, manage), forms.memorandum_form(), manage,
                (t("Memoranda"), t("Enter a memorandum")))  # fmt: skip


def _thanks(event: events.Event, manage: bool) -> list[Any]:
    found = events.thanks(event.slug)
    return _two(forms.sponsor_list(found, manage), forms.sponsor_form(), manage, (t("Thanks"), t("Thank somebody")))


def _fund(event: events.Event, manage: bool) -> list[Any]:
    view, actor = events.special_fund(event.slug), current_actor()
    gifts: list[Any] = []
    if may(actor, "orders.view", event.event_id):
        gifts = forms.gift_list(offsetting.gifts_of(event.slug), may(actor, "orders.refund", event.event_id))
    left = [forms.fund_facts(view), html.H3(t("Gifts of their own"), className="mt-3"), *gifts]
    return _two(left, forms.fund_form(view), manage, (t("The fund"), t("What it supports")))


def _ambassadors(event: events.Event, manage: bool) -> list[Any]:
    words = t("A guest’s shared link counts those who came by it and told their footprint. From this many on the guest "
              "has a certificate for ambassadors; nobody sees who came.")  # fmt: skip
    needed = events.needed_at(event)
    inside: list[Any] = [html.P(words), html.P(t("Now: {count}", count=f.number(needed)), className="fz-note")]
    if manage:
        field = typed("honour", "needed", str(needed), maxlength=4)
        inside += [labelled("honour", "needed", t("People brought"), field),
                   button("honour-keep", t("Keep it"), "check", main=True),
                   html.Div(id="honour-told", role="status")]  # fmt: skip
    return [panel(t("Ambassadors"), html.Div(inside, className="fz-form"), span=6)]


def _labels() -> dict[str, str]:
    return {
        "names": t("Name"), "texts": t("What it means"), "kind": t("What changes"), "amount": t("How much"),
        "times": t("Journeys a year"), "source": t("Source"), "position": t("Place"), "partners": t("Partners"),
        "signed_on": t("Signed on"), "document": t("Document"), "logo": t("Logo"), "needed": t("People brought"),
        "reason": t("Why"),
    }  # fmt: skip


def _amount(text: Any) -> float:
    try:
        return float(str(text or "").replace(",", "").replace(" ", ""))
    except ValueError:
        raise InputError([FieldError("amount", str(text or "")[:60], "{field}: {value} is no number.")]) from None


def _texts(told: dict[str, Any], name: str) -> dict[str, str]:
    return {language: str(told[f"{name}-{language}"] or "") for language in forms.LANGUAGES}


def _told(names: tuple[str, ...], given: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(names, given, strict=True))


def _try(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except (InputError, Conflict, NotFound, TooMany) as error:
        return told_of(error, _labels())


def _again(slug: Any, tab: str) -> Any:
    return button_link(t("See it"), f"/desk/e/{slug}/forum?tab={tab}", "refresh")


@callback(
    Output("pledge-told", "children"), Input("pledge-try", "n_clicks"), Input("pledge-keep", "n_clicks"),
    State("forum-slug", "data"), *[State(f"pledge-{name}", "value") for name in PLEDGE], prevent_initial_call=True,
)  # fmt: skip
def write_pledge(_try_clicks: int, _keep: int, slug: Any, *given: Any) -> Any:
    """Says what a pledge would stand for, or puts it on the wall; what was typed stays."""
    _require(str(slug))
    told, keeps = _told(PLEDGE, given), ctx.triggered_id == "pledge-keep"

    def work() -> Any:
        draft = events.PledgeDraft(
            _texts(told, "name"), _texts(told, "text"), str(told["kind"] or ""), _amount(told["amount"]),
            number_of("times", told["times"] or 1), str(told["source"] or ""), number_of("position", told["position"]),
        )  # fmt: skip
        if keeps:
            events.save_pledge(str(slug), draft)
            return done(t("It is on the wall."), _again(slug, "pledges"))
        change = events.preview_pledge(str(slug), draft)
        return done(t("It would stand for {mass} CO₂e a year and person.", mass=f.mass_text(change.change_g)))

    return _try(work)


@callback(
    Output("memo-told", "children"), Input("memo-keep", "n_clicks"), State("forum-slug", "data"),
    State("memo-file", "contents"), State("memo-file", "filename"),
    *[State(f"memo-{name}", "value") for name in MEMO], prevent_initial_call=True,
)  # fmt: skip
def enter_memorandum(_clicks: int, slug: Any, contents: Any, name: Any, *given: Any) -> Any:
    """Keeps a memorandum with its document, not published yet."""
    _require(str(slug))
    told = _told(MEMO, given)

    def work() -> Any:
        draft = events.MemorandumDraft(
            _texts(told, "name"), str(told["partners"] or "").splitlines(), _texts(told, "text"),
            day_of("signed_on", told["day"]), bytes_of(contents), str(name or ""),
        )  # fmt: skip
        events.save_memorandum(str(slug), draft)
        return done(t("It is kept, and not published yet."), _again(slug, "memoranda"))

    return _try(work)


@callback(
    Output("sponsor-told", "children"), Input("sponsor-keep", "n_clicks"), State("forum-slug", "data"),
    State("sponsor-file", "contents"), *[State(f"sponsor-{name}", "value") for name in SPONSOR],
    prevent_initial_call=True,
)  # fmt: skip
def thank(_clicks: int, slug: Any, contents: Any, *given: Any) -> Any:
    """Adds somebody to the thanks."""
    _require(str(slug))
    told = _told(SPONSOR, given)

    def work() -> Any:
        draft = events.SponsorDraft(
            _texts(told, "name"), str(told["kind"] or ""), _texts(told, "text"),
            number_of("position", told["position"]), bytes_of(contents),
        )  # fmt: skip
        events.save_sponsor(str(slug), draft)
        return done(t("They are thanked."), _again(slug, "thanks"))

    return _try(work)


@callback(
    Output("fund-told", "children"), Input("fund-keep", "n_clicks"), State("forum-slug", "data"),
    State("fund-file", "contents"), State("fund-file", "filename"),
    *[State(f"fund-{name}", "value") for name in FUND], prevent_initial_call=True,
)  # fmt: skip
def tell_fund(_clicks: int, slug: Any, contents: Any, name: Any, *given: Any) -> Any:
    """Keeps what the fund supports."""
    _require(str(slug))
    told = _told(FUND, given)

    def work() -> Any:
        draft = events.FundDraft(_texts(told, "name"), _texts(told, "text"), told["open"] == "yes",
                                 bytes_of(contents), str(name or ""))  # fmt: skip
        events.save_fund(str(slug), draft)
        return done(t("The fund’s page says so now."), _again(slug, "fund"))

    return _try(work)


@callback(
    Output("honour-told", "children"), Input("honour-keep", "n_clicks"), State("forum-slug", "data"),
    State("honour-needed", "value"), prevent_initial_call=True,
)  # fmt: skip
def set_needed(_clicks: int, slug: Any, needed: Any) -> Any:
    """How many have to be brought for a certificate."""
    _require(str(slug))

    def work() -> Any:
        events.set_ambassadors(str(slug), number_of("needed", needed))
        return done(t("Kept."), _again(slug, "ambassadors"))

    return _try(work)


@callback(
    Output("forum-told", "children"), Input({"type": "forum-act", "kind": ALL, "row": ALL, "do": ALL}, "n_clicks"),
    State("forum-slug", "data"), prevent_initial_call=True,
)  # fmt: skip
def act(clicks: Any, slug: Any) -> Any:
    """Withdraws, publishes, deletes or pays back what stands in a row."""
    _require(str(slug))
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or not any(clicks or []):
        return None
    kind, row, do = (str(asked.get(key) or "") for key in ("kind", "row", "do"))
    tabs = {"pledge": "pledges", "memorandum": "memoranda", "sponsor": "thanks", "gift": "fund"}

    def work() -> Any:
        _do(str(slug), kind, row, do)
        return done(t("Done."), _again(slug, tabs.get(kind, TABS[0])))

    return _try(work)


def _do(slug: str, kind: str, row: str, do: str) -> None:
    if kind == "pledge":
        events.set_pledge_state(slug, row, "withdrawn" if do == "withdraw" else "open")
    elif kind == "memorandum" and do == "drop":
        events.drop_memorandum(slug, row)
    elif kind == "memorandum":
        events.publish_memorandum(slug, row, do == "publish")
    elif kind == "sponsor":
        events.drop_sponsor(slug, row)
    elif kind == "gift":
        _pay_back(slug, row)
    else:
        raise events.NotFound("There is nothing {value} here.", value=kind[:40])


def _pay_back(slug: str, order_id: str) -> None:
    order = offsetting.get_order(order_id)
    if order.buyer != offsetting.GIFT or order.event_id != events.get_event(slug).event_id:
        raise events.NotFound("There is nothing {value} here.", value=order_id[:40])
    offsetting.refund_order(order_id, "paid back at the fund’s desk", current_actor())


for _prefix in ("memo", "sponsor", "fund"):

    @callback(
        Output(f"{_prefix}-file-file", "children"), Input(f"{_prefix}-file", "filename"), prevent_initial_call=True
    )
    def named(name: Any) -> Any:
        """The name of the file that was chosen."""
        return str(name)[:120] if name else t("Choose a document")
