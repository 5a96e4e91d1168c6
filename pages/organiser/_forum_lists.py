"""The lists of the forum's desk page: what stands there, with the buttons of each row."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from dash import html

import events
import offsetting
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, order_state
from pages._parts.icons import icon
from pages._parts.pieces import empty
from pages.organiser._forum_forms import sponsor_kinds


def act(words: str, kind: str, row_id: str, do: str, of: str, symbol: str = "") -> html.Button:
    """A small button of a row; ``of`` names the row for who can't see it."""
    name = {"type": "forum-act", "kind": kind, "row": row_id, "do": do}
    look = "fz-button fz-button-small" + (" fz-button-icon" if symbol else "")
    return html.Button(icon(symbol) if symbol else words, id=name, n_clicks=0, type="button", className=look,
                       **{"aria-label": f"{words}: {of}"})  # fmt: skip


def change(slug: str, tab: str, row_id: str, of: str) -> html.A:
    """The link that opens the form filled with a row."""
    return html.A(t("Change"), href=f"/desk/e/{slug}/forum?tab={tab}&edit={row_id}#forum-form",
                  className="fz-button fz-button-small", **{"aria-label": f"{t('Change')}: {of}"})  # fmt: skip


def _places(kind: str, row_id: str, of: str, at: int, count: int) -> list[Any]:
    """Buttons that put a row one place earlier or later."""
    if count < 2:
        return []
    earlier = act(t("Earlier"), kind, row_id, "earlier", of, "chevron_up")
    later = act(t("Later"), kind, row_id, "later", of, "chevron_down")
    earlier.disabled, later.disabled = at == 0, at == count - 1
    return [earlier, later]


def _row(name: str, line: Any, acts: list[Any], manage: bool, here: bool = False) -> html.Div:
    look = "fz-planting fz-forum-row" + (" fz-forum-here" if here else "")
    return html.Div([html.P(html.B(name)), html.P(line, className="fz-note"),
                     html.Div(acts, className="fz-files") if manage and acts else None], className=look)  # fmt: skip


def pledge_list(wall: events.PledgeWall, manage: bool, edit: str = "") -> list[Any]:
    """Pledges with what each stands for, how many signed, and what may be done with each."""
    count = len(wall.pledges)
    rows = [_pledge(wall, each, at, count, manage, edit) for at, each in enumerate(wall.pledges)]
    return rows or [empty(t("No pledge yet: write what people can do, and what it changes."))]


def _pledge(wall: events.PledgeWall, pledge: events.Pledge, at: int, count: int, manage: bool, edit: str) -> html.Div:
    name, row_id, is_open = pick(dict(pledge.names)), pledge.pledge_id, pledge.state == "open"
    signed = t("fewer than five signed") if pledge.count is None else t("{count} signed", count=f.number(pledge.count))
    stands = t("{mass} CO₂e a year and person", mass=f.mass_text(pledge.change_g))
    line = [stands, signed, *([] if is_open else [t("withdrawn")])]
    if pledge.is_signed:
        line.append(t("words and figure stay as people signed them"))
    do, words = ("withdraw", t("Withdraw")) if is_open else ("reopen", t("Put back"))
    acts = [None if pledge.is_signed else change(wall.event.slug, "pledges", row_id, name),
            act(words, "pledge", row_id, do, name), *_places("pledge", row_id, name, at, count)]  # fmt: skip
    return _row(name, " · ".join(line), acts, manage, row_id == edit)


def memorandum_list(found: events.Memoranda, manage: bool, edit: str = "") -> list[Any]:
    """Memoranda with their state."""
    rows = [_memorandum(found, each, manage, edit) for each in found.rows]
    return rows or [empty(t("No memorandum yet."))]


def _memorandum(found: events.Memoranda, each: events.Memorandum, manage: bool, edit: str) -> html.Div:
    name, row_id, shown = pick(dict(each.names)), each.memorandum_id, each.published_at is not None
    state = t("published") if shown else t("not published")
    document: Any = t("without a document")
    if each.document.sha256:
        href = f"/e/{found.event.slug}/memoranda/{each.document.sha256}"
        document = html.A(each.document.name, href=href, download=each.document.name)
    line = [" · ".join([f.date_text(each.signed_on), ", ".join(each.partners), state]), " · ", document]
    publish = act(t("Take off the page"), "memorandum", row_id, "hide", name) if shown else act(
        t("Publish"), "memorandum", row_id, "publish", name)  # fmt: skip
    edits = [] if shown else [change(found.event.slug, "memoranda", row_id, name)]
    return _row(name, line, [*edits, publish, act(t("Delete"), "memorandum", row_id, "drop", name)], manage,
                row_id == edit)  # fmt: skip


def sponsor_list(found: events.Thanks, manage: bool, edit: str = "") -> list[Any]:
    """Whom the organiser thanks, by kind as the page of thanks shows them."""
    rows: list[Any] = []
    order = [kind for kind, _ in sponsor_kinds()]
    by_kind = sorted(found.sponsors, key=lambda each: order.index(each.kind))
    for kind, group in groupby(by_kind, key=lambda each: each.kind):
        same = list(group)
        rows.append(html.H3(dict(sponsor_kinds())[kind], className="fz-forum-kind"))
        rows += [_sponsor(found.event.slug, each, at, len(same), manage, edit) for at, each in enumerate(same)]
    if found.companies:
        words = t("{count} companies that covered their people let themselves be named.",
                  count=f.number(len(found.companies)))  # fmt: skip
        rows.append(html.P(words, className="fz-note"))
    return rows or [empty(t("Nobody to thank yet."))]


def _sponsor(slug: str, each: events.Sponsor, at: int, count: int, manage: bool, edit: str) -> html.Div:
    name, row_id = pick(dict(each.names)), each.sponsor_id
    logo = t("with a logo") if each.logo_sha256 else t("without a logo")
    acts = [change(slug, "thanks", row_id, name), act(t("Delete"), "sponsor", row_id, "drop", name),
            *_places("sponsor", row_id, name, at, count)]  # fmt: skip
    return _row(name, logo, acts, manage, row_id == edit)


def fund_facts(view: events.FundView) -> html.Dl:
    """What was given, paid out and is left."""
    found = view.figures
    given = t("shown from five gifts on") if found.given_minor is None else f.money(found.given_minor, found.currency)
    rows = [(t("Given"), given), (t("Paid out by settlements"), f.money(found.paid_out_minor, found.currency))]
    cells: list[Any] = []
    for name, value in rows:
        cells += [html.Dt(name), html.Dd(value)]
    return html.Dl(cells, className="fz-facts")


def gift_list(gifts: list[offsetting.Gift], may_refund: bool) -> list[Any]:
    """The newest gifts of their own."""
    rows = []
    for gift in gifts:
        state = order_state(gift.state).children[1]  # without the swatch, which tells of covering
        words = [html.B(f.money(gift.amount_minor, gift.currency)), " ", state]
        links = [button_link(t("Receipt"), f"/order/{gift.order_id}/receipt", "document", "fz-button-small")]
        if may_refund and gift.state == "paid":
            links.append(act(t("Pay it back"), "gift", gift.order_id, "refund", gift.order_id))
        inside = [html.P(words), html.P(gift.order_id, className="fz-mono fz-note")]
        rows.append(html.Div([*inside, html.Div(links, className="fz-files")], className="fz-planting fz-forum-row"))
    return rows or [empty(t("No gift of its own yet."))]
