"""A forum's own, at one desk: pledges, memoranda, thanks, the special fund, ambassadors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

import events
import offsetting
from accounts import Conflict, NotFound, TooMany, current_actor, may, require
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.desk_form import button, bytes_of, day_of, done, labelled, number_of, told_of, typed
from pages.organiser import _forum_forms as forms
from pages.organiser import _forum_lists as lists
from pages.registry import page

page(
    "/desk/e/<slug>/forum", kind="desk", title="Forum", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/stock.css", "css/forum.css"),
)  # fmt: skip
TABS = ("pledges", "memoranda", "thanks", "fund", "ambassadors")


def _by_language(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}-{language}" for name in names for language in forms.LANGUAGES)


WORDS = _by_language("name", "text")
PLEDGE = (*WORDS, "kind", "amount", "times", "source")
MEMO = (*WORDS, "partners", "day")
SPONSOR = (*WORDS, "kind")
FUND = (*WORDS, "open")


def _require(slug: str) -> None:
    """Before a callback does anything: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "event.view", events.get_event(slug).event_id)


def layout(slug: str = "", tab: str = "pledges", edit: str = "", **_: Any) -> html.Div:
    """One part of the forum's own; the part, and what is changed, are in the address."""
    event = events.get_event(slug)
    here = tab if tab in TABS else TABS[0]
    names = {"pledges": t("Pledges"), "memoranda": t("Memoranda"), "thanks": t("Thanks"), "fund": t("Special fund"),
             "ambassadors": t("Ambassadors")}  # fmt: skip
    doors = [
        html.A(words, href=f"/desk/e/{slug}/forum?tab={key}", className="fz-forum-tab",
               **({"aria-current": "page"} if key == here else {})) for key, words in names.items()
    ]  # fmt: skip
    acts = []
    if here != "ambassadors":
        acts.append(button_link(t("Public page"), f"/e/{slug}/{here}", "eye"))
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}"}
    inside = [
        dcc.Store(id="forum-slug", data=slug), dcc.Store(id="forum-tab", data=here),
        html.Nav(doors, className="fz-forum-tabs", **{"aria-label": t("Parts of the forum’s own")}),
        html.Div(id="forum-told", role="status"),
        html.Div(_body(event, here, str(edit)[:40]), id="forum-body", className="fz-grid"),
    ]  # fmt: skip
    return frame(inside, "forum", t("Forum"), slug=slug, actions=acts, **head, **event_notice(event))


def _body(event: events.Event, tab: str, edit: str = "", told: Any = None) -> list[Any]:
    """What stands there beside its form; ``told`` is what the form has just done."""
    manage = may(current_actor(), "event.edit", event.event_id)
    if tab == "ambassadors":
        return _ambassadors(event, manage)
    form, title = {"pledges": _pledge_form, "memoranda": _memorandum_form, "thanks": _sponsor_form,
                   "fund": _fund_form}[tab](event, edit, told)  # fmt: skip
    titles = {"pledges": t("Pledges"), "memoranda": t("Memoranda"), "thanks": t("Thanks"), "fund": t("The fund")}
    left = panel(titles[tab], html.Div(_list(event, tab, manage, edit), id="forum-list"), span=7 if manage else 12)
    return [left, panel(title, form, span=5, id="forum-form")] if manage else [left]


def _list(event: events.Event, tab: str, manage: bool, edit: str = "") -> list[Any]:
    """What stands in one part."""
    if tab == "pledges":
        note = html.P(t("A pledge is an intention. Its grams are never added to what is covered."), className="fz-note")
        return [note, *lists.pledge_list(events.pledge_wall(event.slug, with_withdrawn=True), manage, edit)]
    if tab == "memoranda":
        return lists.memorandum_list(events.memoranda(event.slug, with_drafts=True), manage, edit)
    if tab == "thanks":
        return lists.sponsor_list(events.thanks(event.slug), manage, edit)
    view, actor = events.special_fund(event.slug), current_actor()
    gifts: list[Any] = []
    if may(actor, "orders.view", event.event_id):
        gifts = lists.gift_list(offsetting.gifts_of(event.slug), may(actor, "orders.refund", event.event_id))
    return [lists.fund_facts(view), html.H3(t("Gifts of their own"), className="mt-3"), *gifts]


def _back(event: events.Event, tab: str) -> str:
    return f"/desk/e/{event.slug}/forum?tab={tab}"


def _pledge_form(event: events.Event, edit: str, told: Any) -> tuple[html.Div, str]:
    found = events.pledge_wall(event.slug, with_withdrawn=True).pledges if edit else ()
    kept = next((each for each in found if each.pledge_id == edit and not each.is_signed), None)
    form = forms.pledge_form(kept, _back(event, "pledges"), told)
    return form, t("Change the pledge") if kept else t("Write a pledge")


def _memorandum_form(event: events.Event, edit: str, told: Any) -> tuple[html.Div, str]:
    found = events.memoranda(event.slug, with_drafts=True).rows if edit else ()
    kept = next((each for each in found if each.memorandum_id == edit and each.published_at is None), None)
    form = forms.memorandum_form(kept, _back(event, "memoranda"), told)
    return form, t("Change the memorandum") if kept else t("Enter a memorandum")


def _sponsor_form(event: events.Event, edit: str, told: Any) -> tuple[html.Div, str]:
    found = events.thanks(event.slug).sponsors if edit else ()
    kept = next((each for each in found if each.sponsor_id == edit), None)
    form = forms.sponsor_form(kept, _back(event, "thanks"), told)
    return form, t("Change the thanks") if kept else t("Thank somebody")


def _fund_form(event: events.Event, _edit: str, told: Any) -> tuple[html.Div, str]:
    return forms.fund_form(events.special_fund(event.slug), told), t("What it supports")


def _ambassadors(event: events.Event, manage: bool) -> list[Any]:
    words = t("A guest’s shared link counts those who came by it and told their footprint. From this many on the guest "
              "has a certificate for ambassadors; nobody sees who came.")  # fmt: skip
    needed = events.needed_at(event)
    inside: list[Any] = [html.P(words)]
    if not manage:
        inside.append(html.P(t("Now: {count}", count=f.number(needed)), className="fz-note"))
    else:
        field = typed("honour", "needed", str(needed), maxlength=4)
        inside += [labelled("honour", "needed", t("People brought"), field),
                   button("honour-keep", t("Keep it"), "check", main=True),
                   html.Div(id="honour-told", role="status")]  # fmt: skip
    return [panel(t("Ambassadors"), html.Div(inside, className="fz-form"), span=6)]


def _labels() -> dict[str, str]:
    return {
        "names": t("Name"), "texts": t("What it means"), "kind": t("What changes"), "amount": t("How much"),
        "times": t("Journeys a year"), "source": t("Source"), "partners": t("Partners"),
        "signed_on": t("Signed on"), "document": t("Document"), "logo": t("Logo"), "needed": t("People brought"),
        "reason": t("Why"),
    }  # fmt: skip


def _amount(text: Any) -> float:
    try:
        return float(f.ungrouped(text))
    except ValueError:
        raise InputError(
            [FieldError("amount", str(text or "")[:60], "{field}: “{value}” is no number; write it as 12.5.")]
        ) from None


def _texts(told: dict[str, Any], name: str) -> dict[str, str]:
    return {language: str(told[f"{name}-{language}"] or "") for language in forms.LANGUAGES}


def _told(names: tuple[str, ...], given: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(names, given, strict=True))


def _try(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except (InputError, Conflict, NotFound, TooMany) as error:
        return told_of(error, _labels())


def _keep(slug: Any, tab: str, save: Callable[[], str]) -> tuple[Any, Any]:
    """(what is said, the page's body): the form anew with what was done, or as it is with what is wrong."""
    try:
        said = save()
    except (InputError, Conflict, NotFound, TooMany) as error:
        return told_of(error, _labels()), no_update
    return no_update, _body(events.get_event(str(slug)), tab, "", done(said))


def _place(slug: Any, tab: str, edit: Any) -> int:
    """Where a pledge or a sponsor stands: as before, or last."""
    if tab == "pledges":
        found = [(row.pledge_id, row.position) for row in events.pledge_wall(str(slug), with_withdrawn=True).pledges]
    else:
        found = [(each.sponsor_id, each.position) for each in events.thanks(str(slug)).sponsors]
    return dict(found).get(str(edit or ""), max((place for _, place in found), default=0) + 1)


@callback(
    Output("pledge-told", "children"), Output("forum-body", "children"), Input("pledge-try", "n_clicks"),
    Input("pledge-keep", "n_clicks"), State("forum-slug", "data"), State("pledge-edit", "data"),
    *[State(f"pledge-{name}", "value") for name in PLEDGE], prevent_initial_call=True,
)  # fmt: skip
def write_pledge(tries: int, keeps: int, slug: Any, edit: Any, *given: Any) -> Any:
    """Says what a pledge would stand for, or keeps it; what was typed stays where something is wrong."""
    _require(str(slug))
    told = _told(PLEDGE, given)

    def draft() -> events.PledgeDraft:
        return events.PledgeDraft(
            _texts(told, "name"), _texts(told, "text"), str(told["kind"] or ""), _amount(told["amount"]),
            number_of("times", told["times"] or 1), str(told["source"] or ""), _place(slug, "pledges", edit),
        )  # fmt: skip

    def save() -> str:
        events.save_pledge(str(slug), draft(), str(edit or ""))
        return t("The change is kept.") if edit else t("It is on the wall.")

    if not (tries or keeps):
        return no_update, no_update
    if ctx.triggered_id == "pledge-keep":
        return _keep(slug, "pledges", save)
    return _try(lambda: _would(str(slug), draft())), no_update


def _would(slug: str, draft: events.PledgeDraft) -> Any:
    change = events.preview_pledge(slug, draft)
    return done(t("It would stand for {mass} CO₂e a year and person.", mass=f.mass_text(change.change_g)))


@callback(
    Output("memo-told", "children"), Output("forum-body", "children", allow_duplicate=True),
    Input("memo-keep", "n_clicks"), State("forum-slug", "data"), State("memo-edit", "data"),
    State("memo-file", "contents"), State("memo-file", "filename"),
    *[State(f"memo-{name}", "value") for name in MEMO], prevent_initial_call=True,
)  # fmt: skip
def enter_memorandum(clicks: int, slug: Any, edit: Any, contents: Any, name: Any, *given: Any) -> Any:
    """Keeps a memorandum with its document, not published yet."""
    _require(str(slug))
    told = _told(MEMO, given)

    def save() -> str:
        draft = events.MemorandumDraft(
            _texts(told, "name"), str(told["partners"] or "").splitlines(), _texts(told, "text"),
            day_of("signed_on", told["day"]), bytes_of(contents), str(name or ""),
        )  # fmt: skip
        events.save_memorandum(str(slug), draft, str(edit or ""))
        return t("The change is kept.") if edit else t("It is kept, and not published yet.")

    return _keep(slug, "memoranda", save) if clicks else (no_update, no_update)


@callback(
    Output("sponsor-told", "children"), Output("forum-body", "children", allow_duplicate=True),
    Input("sponsor-keep", "n_clicks"), State("forum-slug", "data"), State("sponsor-edit", "data"),
    State("sponsor-file", "contents"), *[State(f"sponsor-{name}", "value") for name in SPONSOR],
    prevent_initial_call=True,
)  # fmt: skip
def thank(clicks: int, slug: Any, edit: Any, contents: Any, *given: Any) -> Any:
    """Adds somebody to the thanks, or changes how they are thanked."""
    _require(str(slug))
    told = _told(SPONSOR, given)

    def save() -> str:
        draft = events.SponsorDraft(
            _texts(told, "name"), str(told["kind"] or ""), _texts(told, "text"), _place(slug, "thanks", edit),
            bytes_of(contents),
        )  # fmt: skip
        events.save_sponsor(str(slug), draft, str(edit or ""))
        return t("The change is kept.") if edit else t("They are thanked.")

    return _keep(slug, "thanks", save) if clicks else (no_update, no_update)


@callback(
    Output("fund-told", "children"), Output("forum-body", "children", allow_duplicate=True),
    Input("fund-keep", "n_clicks"), State("forum-slug", "data"), State("fund-file", "contents"),
    State("fund-file", "filename"), *[State(f"fund-{name}", "value") for name in FUND], prevent_initial_call=True,
)  # fmt: skip
def tell_fund(clicks: int, slug: Any, contents: Any, name: Any, *given: Any) -> Any:
    """Keeps what the fund supports."""
    _require(str(slug))
    told = _told(FUND, given)

    def save() -> str:
        draft = events.FundDraft(_texts(told, "name"), _texts(told, "text"), told["open"] == "yes",
                                 bytes_of(contents), str(name or ""))  # fmt: skip
        events.save_fund(str(slug), draft)
        return t("The fund’s page says so now.")

    return _keep(slug, "fund", save) if clicks else (no_update, no_update)


@callback(
    Output("honour-told", "children"), Input("honour-keep", "n_clicks"), State("forum-slug", "data"),
    State("honour-needed", "value"), prevent_initial_call=True,
)  # fmt: skip
def set_needed(_clicks: int, slug: Any, needed: Any) -> Any:
    """How many have to be brought for a certificate."""
    _require(str(slug))

    def work() -> Any:
        events.set_ambassadors(str(slug), number_of("needed", needed))
        return done(t("Kept."))

    return _try(work)


@callback(
    Output("forum-told", "children"), Output("forum-list", "children"),
    Input({"type": "forum-act", "kind": ALL, "row": ALL, "do": ALL}, "n_clicks"), State("forum-slug", "data"),
    State("forum-tab", "data"), prevent_initial_call=True,
)  # fmt: skip
def act(clicks: Any, slug: Any, tab: Any) -> Any:
    """Moves, withdraws, publishes, deletes or pays back what stands in a row; what is typed beside it stays."""
    _require(str(slug))
    asked, event = ctx.triggered_id, events.get_event(str(slug))
    if not isinstance(asked, dict) or not any(clicks or []):
        return no_update, no_update
    kind, row, do = (str(asked.get(key) or "") for key in ("kind", "row", "do"))

    def work() -> Any:
        _do(event.slug, kind, row, do)
        return done(t("Done."))

    here = str(tab) if tab in TABS[:-1] else TABS[0]
    return _try(work), _list(event, here, may(current_actor(), "event.edit", event.event_id))


def _do(slug: str, kind: str, row: str, do: str) -> None:
    if do in ("earlier", "later") and kind in ("pledge", "sponsor"):
        move = events.move_pledge if kind == "pledge" else events.move_sponsor
        move(slug, row, do == "earlier")
    elif kind == "pledge":
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
