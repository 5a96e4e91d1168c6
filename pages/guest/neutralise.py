"""Share, project, gift, and the fee in full before anything is asked of the person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
import offsetting
from accounts import DomainError
from calculations.model import InputError
from data.settings import get_settings
from events import Event, FootprintView
from locales import current_language, pick, t
from locales import formats as f
from offsetting import Offer, Quote
from pages._parts import pieces, shell
from pages._parts.icons import icon
from pages._parts.ring import mini_ring
from pages._parts.svg import themed_svg
from pages._parts.taking_part import over
from pages._parts.who_pays import ALL, COMPANY, payer_card, payer_of
from pages.guest import _offered, _words
from pages.guest._coverage import coverage_card
from pages.guest._device import device_of, notice_kind, proved
from pages.guest._fields import data
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-order.js")
page(
    "/e/<slug>/neutralise",
    kind="guest",
    title="How much, and with what?",
    styles=("css/guest-form.css",),
    scripts=SCRIPTS,
)
REST = "rest"
Share = int | str  # per cent of the footprint, or REST: what is open of it


def check(slug: str) -> None:
    """NotFound where there is no such event."""
    events.get_event(slug)


def layout(slug: str, own: str = "") -> Any:
    """The frame; what stands in it depends on the footprint of this device. With ``own`` a guest pays although the host
    does."""
    event = events.get_event(slug)
    main = [
        html.H1(
            t("Who pays") if payer_of(event) == ALL and not own else t("How much, and with what?"),
            className="fz-page-h1",
        ),
        html.Div(pieces.loading(5), id="neu-home"),
        html.P([icon("error"), html.Span()], className="fz-error", hidden=True, role="alert", **{"data-refusal": ""}),
        html.P(
            [icon("offline"), html.Span(t("No connection. We go on trying; nothing is lost."))],
            className="fz-error",
            hidden=True,
            **{"data-waiting": ""},
        ),
    ]
    side = html.Span(id="neu-side")
    hrefs = {"footprint": f"/e/{event.slug}/footprint"}
    body = shell.guest_shell(
        main,
        event.slug,
        "neutralise",
        notice_kind(event),
        side=side,
        bar=html.Div(id="neu-bar", className="fz-bar-home"),
        hrefs=hrefs,
        jurisdiction=event.jurisdiction,
    )
    stores = [dcc.Store(id=f"neu-{name}") for name in ("device", "ask", "placed", "sink-1", "sink-2", "sink-3")]
    return html.Div([body, dcc.Store(id="neu-config", data={"slug": event.slug, "own": bool(own)}), *stores])


dash.clientside_callback(
    ClientsideFunction("fz", "neutralise"), Output("neu-sink-1", "data"), Input("neu-config", "data")
)
dash.clientside_callback(
    ClientsideFunction("fz", "choices"), Output("neu-sink-2", "data"), Input("neu-home", "children")
)
dash.clientside_callback(ClientsideFunction("fz", "placed"), Output("neu-sink-3", "data"), Input("neu-placed", "data"))


@dash.callback(
    Output("neu-home", "children"), Output("neu-side", "children"), Output("neu-bar", "children"),
    Input("neu-device", "data"), prevent_initial_call=True,
)  # fmt: skip
def show(asked: Any) -> Any:
    """Shares and projects for the footprint of this device, or the way to a footprint."""
    event = events.get_event(str(asked["slug"]))
    participation_id = proved(event, device_of(asked))
    view = events.current_footprint(participation_id) if participation_id else None
    if view is None or view.total_g == 0:
        return _first(event, view), None, None
    if refused := over(event, "order") if event.payments else t("This event takes no payments."):
        return pieces.empty(refused), None, None
    seen = offsetting.coverage_of(participation_id)
    if payer_of(event) == ALL and asked.get("own") is not True:
        return _hosted(event, seen), t("of {mass}", mass=f.mass_text(view.total_g)), None
    offers = offsetting.offers(event.slug)
    if not offers:
        return (
            pieces.empty(t("No project is on offer at this event yet. Come back later: your footprint is kept.")),
            None,
            None,
        )
    quotes = {offer.project_id: _quotes(event, offer, view.total_g, seen) for offer in offers}
    before = offsetting.orders_of(participation_id)
    side = t("of {mass}", mass=f.mass_text(view.total_g))
    company = events.company_of_guest(participation_id) if payer_of(event) == COMPANY else None
    payer = payer_card(event, seen, company=company)
    return _form(event, offers, quotes, before, seen, payer), side, _bars(event, offers, quotes, seen.open_g)


def _hosted(event: Event, seen: offsetting.Coverage) -> list[Any]:
    """Where the host pays for everybody: that comes first, paying oneself is a choice apart."""
    on = html.A(t("To the boards"), href=f"/e/{event.slug}/rank", className="fz-button fz-button-main fz-button-wide")
    own = f"/e/{event.slug}/neutralise?own=1"
    return [coverage_card(seen), payer_card(event, seen, own), on]


def _quotes(event: Event, offer: Offer, total_g: int, seen: offsetting.Coverage) -> dict[Share, Quote]:
    """What the shares on offer cost; where a part is covered already, the open rest comes first."""
    shares: dict[Share, Quote] = dict(offsetting.shares(event.event_id, offer.project_id, total_g))
    left = max(0, seen.open_g - seen.held_g)
    if not seen.covered_g or not left:
        return shares
    return {REST: offsetting.quote(event.event_id, offer.project_id, left), **{k: shares[k] for k in (25, 50, 100)}}


def _first(event: Event, view: FootprintView | None) -> Any:
    words = t("First your footprint: it takes about a minute.")
    if view is not None:
        nothing = t("Your footprint is 0 kg: there is nothing to pay for.")
        words = _words.not_counted(view.left_out) if view.left_out else nothing
    way, path = t("To the calculator"), "/footprint"
    if closed := over(event):
        words, way, path = (closed if view is None else words), t("To the event"), ""
    return pieces.empty(words, html.A(way, href=f"/e/{event.slug}{path}", className="fz-button fz-button-main"))


def _form(
    event: Event, offers: list[Offer], quotes: Mapping[str, Mapping[Share, Quote]], before: list[offsetting.Order],
    seen: offsetting.Coverage, payer: html.Section | None,
) -> html.Form:  # fmt: skip
    first = _offered.first_left(offers)
    parts = [
        _earlier(before),
        coverage_card(seen),
        payer,
        html.Fieldset(
            [
                html.Legend(t("Share of your footprint"), className="visually-hidden"),
                html.Div(
                    [_share(share, offers, quotes, seen) for share in quotes[offers[0].project_id]],
                    className="fz-shares",
                ),
            ]
        ),
        html.P(
            [pieces.swatch("extra"), html.Span(t("Over 100 % is booked as an extra contribution."))],
            className="fz-over",
        ),
        html.Fieldset(
            [
                html.Legend(t("Project"), className="visually-hidden"),
                html.Div(
                    [_project(offer, quotes[offer.project_id], i == first) for i, offer in enumerate(offers)],
                    className="fz-stack",
                ),
                *_offered.sold_out(offers),
            ],
            className="mt-3",
        ),
        _offered.gift(offers[0], pick(dict(event.texts.get("gift") or {}))) if offers[0].gift_minor else None,
    ]
    mine = html.A(
        [t("All your orders, your company, your name"), icon("chevron_right")], href=f"/e/{event.slug}/me",
        className="fz-link mt-3",
    )  # fmt: skip
    return html.Form(
        [*parts, mine if before or seen.parts else None], id="neu-form", **data(covered=str(seen.covered_g))
    )


def _earlier(before: list[offsetting.Order]) -> Any:
    """What this device has paid, or begun to pay, already."""
    held = next((o for o in before if o.state == "held" and o.expires_at > datetime.now(UTC)), None)
    done = next((o for o in before if o.certificate_number and o.state in ("paid", "pooled", "retired")), None)
    if held is not None:
        words = t("An order of {money} waits for its payment.", money=f.money(held.total_minor, held.currency))
        return html.P(
            [icon("clock"), html.Span(words), html.A(t("Pay it"), href=f"/pay/{held.order_id}")], className="fz-told"
        )
    if done is not None:
        words = t("You have a certificate already; a new order adds to it, and what exceeds 100 % is extra.")
        link = html.A(t("Open it"), href=f"/certificate/{done.certificate_number}")
        return html.P([icon("seal"), html.Span(words), link], className="fz-told")
    return None


def radio(name: str, value: str, first: bool = False, **attributes: str) -> html.Span:
    """What the script makes a radio button of."""
    own = {"data-a-name": name, "data-a-value": value} | {f"data-a-{key}": said for key, said in attributes.items()}
    return html.Span(**{"data-input": "radio"}, **own, **({"data-a-data-first": "yes"} if first else {}))


def _share(
    share: Share, offers: list[Offer], quotes: Mapping[str, Mapping[Share, Quote]], seen: offsetting.Coverage
) -> html.Label:  # fmt: skip
    sums = (0, seen.open_g, max(1, seen.total_g), 0)
    if isinstance(share, int):
        sums = (0, min(share, 100), 100, max(0, share - 100))
    picture = themed_svg(lambda theme: mini_ring(*sums, size=26, theme=theme))
    prices = [
        html.Small(
            f.money(quotes[offer.project_id][share].amount_minor, offer.currency),
            hidden=i > 0,
            **data(of=f"{offer.project_id}|*"),
        )
        for i, offer in enumerate(offers)
    ]
    number = html.B(t("Rest") if share == REST else pieces.figure_number(f.number(share), "%", 0))
    return html.Label([radio("share", str(share)), picture, number, *prices], className="fz-share")


def _project(offer: Offer, quotes: Mapping[Share, Quote], first: bool) -> html.Label:
    sold_out = offer.available_g == 0
    name = html.B(pick(offer.names))
    price = html.B(
        [f.money(offer.price_minor_per_tonne, offer.currency), html.Small("/t", className="fz-unit")],
        className="fz-tabular",
    )
    kind = {"reduction": t("reduction"), "removal": t("removal")}.get(offer.kind, offer.kind)
    place = pick(offer.place.get("names") or {})
    about = " · ".join(
        part
        for part in (
            place,
            kind,
            t("vintage {year}", year=", ".join(offer.vintages)),
            t("demo batch") if not offer.livemode else "",
        )
        if part
    )
    marks = html.Div(
        [
            html.Span(
                {"reduction": t("Reduction"), "removal": t("Removal")}.get(offer.kind, offer.kind), className="fz-mark"
            ),
            html.Span(t("Registry: {registry}", registry=offer.registry), className="fz-mark"),
            html.Span(
                t("Sold out") if sold_out else t("{mass} left", mass=f.mass_text(offer.available_g, unit="t")),
                className="ms-auto fz-small",
            ),
        ],
        className="fz-project-marks",
    )
    more = html.Div(
        [
            marks,
            html.Div([_split(offer, quotes[share], share) for share in quotes], className="fz-project-more"),
            _offered.about(offer),
        ],
        hidden=not first,
        **data(of=f"{offer.project_id}|*"),
    )
    off = {"disabled": ""} if sold_out else {}
    head = html.Div(
        [radio("project", offer.project_id, first and not sold_out, **{"class": "fz-radio"}, **off), name, price,
         html.Small([about, html.B(" · " + t("Sold out"), className="fz-sold") if sold_out else None])],
        className="fz-project-head",
    )  # fmt: skip
    return html.Label([head, more], className="fz-card fz-project")


def _split(offer: Offer, quote: Quote, share: Share) -> html.Div:
    names = _words.recipients()
    parts = [
        pieces.SplitPart(
            names.get(to, to.replace("_", " ")),
            round(10_000 * amount / max(1, quote.amount_minor)),
            f.money(amount, quote.currency),
        )
        for to, amount in quote.parts.items()
    ]
    title = t("Where each fen of {money} goes", money=f.money(quote.amount_minor, quote.currency))
    inside = [html.P(title, className="fz-split-title"), pieces.split_bar(parts)]
    return html.Div(inside, hidden=share not in (100, REST), **data(of=f"{offer.project_id}|{share}"))


def _bars(
    event: Event, offers: list[Offer], quotes: Mapping[str, Mapping[Share, Quote]], open_g: int
) -> html.Aside:  # fmt: skip
    minutes = get_settings().order_hold_minutes
    held = html.P(
        [icon("clock"), t("Price and grams are held for {minutes} minutes", minutes=minutes)], className="fz-bar-held"
    )
    sums = [_sum(offer, quote, share) for offer in offers for share, quote in quotes[offer.project_id].items()]
    button = html.Button(
        [t("Continue"), icon("chevron_right")],
        id="neu-go",
        type="button",
        className="fz-button fz-button-main",
        disable_n_clicks=True,
    )
    words = [html.Div(sums, **{"aria-live": "polite"}), button]
    notes = [
        _note(offer, quote, share, open_g) for offer in offers for share, quote in quotes[offer.project_id].items()
    ]
    inside = html.Div([held, html.Div(words, className="fz-bar-line"), *notes], className="fz-column")
    return html.Aside(inside, className="fz-bar fz-on-ink", **{"aria-label": t("You pay")})


def _sum(offer: Offer, quote: Quote, share: Share) -> html.Div:
    sold = offer.available_g < quote.grams
    amounts = [
        html.P(f.money(quote.amount_minor + gift, quote.currency), className="fz-num fz-num-1", hidden=True,
               **data(of=f"{offer.project_id}|{share}|{int(gift > 0)}"))
        for gift in ({0, offer.gift_minor} if offer.gift_minor else {0})
    ]  # fmt: skip
    return html.Div(
        [html.P(t("You pay"), className="fz-small"), *amounts],
        hidden=True,
        **data(
            of=f"{offer.project_id}|{share}",
            bar=f"{offer.project_id}|{share}",
            sold="yes" if sold or quote.below_minimum else "no",
        ),
    )


def _note(offer: Offer, quote: Quote, share: Share, open_g: int) -> html.P:
    """Why this choice can't be paid; else how its price is made, and what of it nothing is left to cover with."""
    if offer.available_g < quote.grams:
        words = t(
            "Only {mass} are left of this project: choose another share or project.",
            mass=f.mass_text(offer.available_g),
        )
    elif quote.below_minimum:
        words = t("So little can't be paid: the least is {least}.", least=f.money(quote.minimum_minor, quote.currency))
    else:
        tonnes = f.number(quote.grams / 1_000_000, 6)
        words = f"{tonnes}{f.THIN}t × {f.per_tonne(offer.price_minor_per_tonne, offer.currency)}"
        words += t(", rounded up to the fen") if quote.rounded else ""
        if quote.grams > open_g:
            words += " · " + t("{mass} extra", mass=f.mass_text(quote.grams - open_g))
    return html.P(words, className="fz-bar-note", hidden=True, **data(of=f"{offer.project_id}|{share}"))


@dash.callback(Output("neu-placed", "data"), Input("neu-ask", "data"), prevent_initial_call=True)
def place(asked: Any) -> Any:
    """Holds price and grams; an order held for the same choice is given again, so that asking twice holds once."""
    event, choice = events.get_event(str(asked["slug"])), asked.get("choice")
    participation_id = proved(event, device_of(asked))
    choice = choice if isinstance(choice, Mapping) else {}
    if not participation_id:
        return {"seq": asked.get("seq"), "sentence": t("First your footprint: it takes about a minute.")}
    try:
        order = _held(participation_id, choice) or offsetting.place_order(
            participation_id,
            str(choice.get("project")),
            share_percent=None if choice.get("share") == REST else choice.get("share"),
            rest=choice.get("share") == REST,
            gift=choice.get("gift") is True,
            locale=current_language(),
        )
    except InputError as error:
        first = error.errors[0]
        return {
            "seq": asked.get("seq"),
            "sentence": t(first.message, **{"field": t("Share"), "value": first.value, **first.params}),
        }
    except DomainError as error:
        return {"seq": asked.get("seq"), "sentence": t(error.message, **error.params)}
    return {"seq": asked.get("seq"), "order_id": order.order_id, "next": f"/pay/{order.order_id}"}


def _held(participation_id: str, choice: Mapping[str, Any]) -> offsetting.Order | None:
    now, view = datetime.now(UTC), events.current_footprint(participation_id)
    for order in offsetting.orders_of(participation_id):
        same = (order.project_id, order.share_percent or REST, order.gift_minor > 0) == (
            choice.get("project"),
            choice.get("share"),
            choice.get("gift") is True,
        )
        newer = view is not None and view.created_at is not None and order.created_at >= view.created_at
        if order.state == "held" and same and newer and (order.expires_at - now).total_seconds() > 60:
            return order
    return None
