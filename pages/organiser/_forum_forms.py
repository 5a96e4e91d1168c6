"""The forms and lists of the forum's desk page."""

from __future__ import annotations

from typing import Any

from dash import html

import events
import offsetting
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, order_state
from pages._parts.desk_form import area, button, chosen, labelled, typed, upload
from pages._parts.pieces import empty

LANGUAGES = ("en", "zh")


def kind_words() -> list[tuple[str, str]]:
    """What a pledge's change is computed from."""
    return [
        ("train", t("train in place of plane: km one way, journeys a year")),
        ("meals", t("vegetarian in place of average meals: meals a year")),
        ("power", t("electricity saved: kWh a year")),
        ("typed", t("grams typed, with their source")),
    ]


def sponsor_kinds() -> list[tuple[str, str]]:
    """Kinds of sponsors."""
    return [
        ("host", t("host")), ("organiser", t("organiser")), ("main", t("main sponsor")), ("partner", t("partner")),
        ("in_kind", t("gift in kind")), ("media", t("media")), ("other", t("other")),
    ]  # fmt: skip


def two_languages(prefix: str, name: str, english: str, chinese: str, long: bool = False) -> html.Div:
    """A text in English and Chinese."""
    fields = []
    for language, words in zip(LANGUAGES, (english, chinese), strict=True):
        key = f"{name}-{language}"
        control = area(prefix, key, "", 3) if long else typed(prefix, key, maxlength=200)
        fields.append(labelled(prefix, key, words, control))
    return html.Div(fields, className="fz-two")


def act(words: str, kind: str, row_id: str, do: str) -> html.Button:
    """A small button of a row."""
    name = {"type": "forum-act", "kind": kind, "row": row_id, "do": do}
    return html.Button(words, id=name, n_clicks=0, type="button", className="fz-button fz-button-small")


def pledge_list(wall: events.PledgeWall, manage: bool) -> list[Any]:
    """Pledges with what each stands for, how many signed, and its two buttons."""
    rows = [_pledge(each, manage) for each in wall.pledges]
    return rows or [empty(t("No pledge yet: write what people can do, and what it changes."))]


def _pledge(pledge: events.Pledge, manage: bool) -> html.Div:
    is_open = pledge.state == "open"
    signed = t("fewer than five signed") if pledge.count is None else t("{count} signed", count=f.number(pledge.count))
    stands = t("{mass} CO₂e a year and person", mass=f.mass_text(pledge.change_g))
    line = " · ".join([stands, signed, *([] if is_open else [t("withdrawn")])])
    do, words = ("withdraw", t("Withdraw")) if is_open else ("reopen", t("Put back"))
    return html.Div(
        [html.P(html.B(pick(dict(pledge.names)))), html.P(line, className="fz-note"),
         act(words, "pledge", pledge.pledge_id, do) if manage else None],
        className="fz-planting",
    )  # fmt: skip


def pledge_form() -> html.Div:
    """Writing a pledge."""
    return html.Div(
        [two_languages("pledge", "name", t("Name in English"), t("Name in Chinese")),
         two_languages("pledge", "text", t("What it means, in English"), t("What it means, in Chinese"), long=True),
         html.Div([labelled("pledge", "kind", t("What changes"), chosen("pledge", "kind", kind_words(), "train")),
                   labelled("pledge", "amount", t("How much"), typed("pledge", "amount", maxlength=12)),
                   labelled("pledge", "times", t("Journeys a year"), typed("pledge", "times", "1", maxlength=4)),
                   labelled("pledge", "position", t("Place on the wall"),
                            typed("pledge", "position", "1", maxlength=3))], className="fz-two"),
         labelled("pledge", "source", t("Source, where grams are typed"), typed("pledge", "source", maxlength=300)),
         html.Div([button("pledge-try", t("What would it stand for?"), "eye"),
                   button("pledge-keep", t("Put it on the wall"), "check", main=True)], className="fz-files"),
         html.Div(id="pledge-told", role="status")],
        className="fz-form",
    )  # fmt: skip


def memorandum_list(found: events.Memoranda, manage: bool) -> list[Any]:
    """Memoranda with their state."""
    rows = []
    for each in found.rows:
        shown = each.published_at is not None
        state = t("published") if shown else t("not published")
        document = t("with its document") if each.document.sha256 else t("without a document")
        line = " · ".join([f.date_text(each.signed_on), ", ".join(each.partners), state, document])
        acts = [
            act(t("Take off the page") if shown else t("Publish"), "memorandum", each.memorandum_id,
                "hide" if shown else "publish"),
            act(t("Delete"), "memorandum", each.memorandum_id, "drop"),
        ]  # fmt: skip
        rows.append(html.Div([html.P(html.B(pick(dict(each.names)))), html.P(line, className="fz-note"),
                              html.Div(acts, className="fz-files") if manage else None],
                             className="fz-planting"))  # fmt: skip
    return rows or [empty(t("No memorandum yet."))]


def memorandum_form() -> html.Div:
    """Entering a memorandum."""
    return html.Div(
        [two_languages("memo", "name", t("Title in English"), t("Title in Chinese")),
         html.Div([labelled("memo", "partners", t("Partners, a line each"), area("memo", "partners", "", 3)),
                   labelled("memo", "day", t("Signed on (year-month-day)"), typed("memo", "day", maxlength=10))],
                  className="fz-two"),
         two_languages("memo", "text", t("What it says, in English"), t("What it says, in Chinese"), long=True),
         labelled("memo", "file", t("The document as signed (PDF)"), upload("memo", "file", t("Choose a document"))),
         button("memo-keep", t("Keep it"), "check", main=True), html.Div(id="memo-told", role="status")],
        className="fz-form",
    )  # fmt: skip


def sponsor_list(found: events.Thanks, manage: bool) -> list[Any]:
    """Whom the organiser thanks."""
    kinds, rows = dict(sponsor_kinds()), []
    for each in found.sponsors:
        logo = t("with a logo") if each.logo_sha256 else t("without a logo")
        rows.append(html.Div([html.P(html.B(pick(dict(each.names)))),
                              html.P(f"{kinds[each.kind]} · {logo}", className="fz-note"),
                              act(t("Delete"), "sponsor", each.sponsor_id, "drop") if manage else None],
                             className="fz-planting"))  # fmt: skip
    if found.companies:
        words = t("{count} companies that covered their people let themselves be named.",
                  count=f.number(len(found.companies)))  # fmt: skip
        rows.append(html.P(words, className="fz-note"))
    return rows or [empty(t("Nobody to thank yet."))]


def sponsor_form() -> html.Div:
    """Thanking somebody."""
    return html.Div(
        [two_languages("sponsor", "name", t("Name in English"), t("Name in Chinese")),
         html.Div([labelled("sponsor", "kind", t("Kind"), chosen("sponsor", "kind", sponsor_kinds(), "main")),
                   labelled("sponsor", "position", t("Place in the list"),
                            typed("sponsor", "position", "1", maxlength=3))], className="fz-two"),
         two_languages("sponsor", "text", t("Words in English"), t("Words in Chinese"), long=True),
         labelled("sponsor", "file", t("Logo: PNG or JPEG, at most 200 KB"),
                  upload("sponsor", "file", t("Choose a picture"), 200_000)),
         button("sponsor-keep", t("Add them"), "check", main=True), html.Div(id="sponsor-told", role="status")],
        className="fz-form",
    )  # fmt: skip


def fund_form(view: events.FundView) -> html.Div:
    """What the fund supports, and whether gifts are taken."""
    taken = [("yes", t("are taken")), ("no", t("are not taken"))]
    takes = "yes" if view.is_open or not view.is_told else "no"
    form = html.Div(
        [two_languages("fund", "name", t("Name in English"), t("Name in Chinese")),
         two_languages("fund", "text", t("What it supports, in English"), t("What it supports, in Chinese"), long=True),
         labelled("fund", "open", t("Gifts"), chosen("fund", "open", taken, takes)),
         labelled("fund", "file", t("A document (PDF)"), upload("fund", "file", t("Choose a document"))),
         button("fund-keep", t("Keep it"), "check", main=True), html.Div(id="fund-told", role="status")],
        className="fz-form",
    )  # fmt: skip
    for name, texts in (("name", view.names), ("text", view.texts)):
        for language in LANGUAGES:
            _fill(form, f"fund-{name}-{language}", str(texts.get(language, "")))
    return form


def _fill(form: Any, dom_id: str, value: str) -> None:
    for part in form._traverse():
        if getattr(part, "id", None) == dom_id:
            part.value = value


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
            links.append(act(t("Pay it back"), "gift", gift.order_id, "refund"))
        rows.append(html.Div([html.P(words), html.P(gift.order_id, className="fz-mono fz-note"),
                              html.Div(links, className="fz-files")], className="fz-planting"))  # fmt: skip
    return rows or [empty(t("No gift of its own yet."))]
