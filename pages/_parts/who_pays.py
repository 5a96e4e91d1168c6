"""Who pays at an event, in one sentence, and how far the host has got with what it said."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

import offsetting
from events import Event, Membership
from locales import formats as f
from locales import pick, t
from offsetting import Coverage, claims
from pages._parts import pieces
from pages._parts.icons import icon

ALL, RESIDUAL, COMPANY = "host_all", "host_residual", "company"


def payer_of(event: Event) -> str:
    """Who pays, as the host told it: guest, company, host_residual or host_all."""
    return str(event.defaults.get("payer") or "guest") if event.payments else "guest"


def host_of(event: Event) -> str:
    """The host's name."""
    return str(event.texts.get("host") or t("The host"))


def promise(event: Event) -> str:
    """Who pays, as a sentence; '' where guests pay for themselves."""
    return {
        COMPANY: t("Companies can cover their people; whoever is covered is told so before paying."),
        RESIDUAL: t("{host} covers what guests and companies leave open.", host=host_of(event)),
        ALL: t("{host} covers everybody’s footprint. You need not pay; whoever does gives more.", host=host_of(event)),
    }.get(payer_of(event), "")


def host_state(event: Event) -> str:
    """Whether the host has bought credits for what it said; '' where it pays for nobody beforehand."""
    if payer_of(event) != ALL:
        return ""
    if not offsetting.host_cover(event.event_id).bought:
        return t("{host} has not bought the credits for it yet: until then your footprint stays open.",
                 host=host_of(event))  # fmt: skip
    stands = claims.say("state.line", state="reserved", evidence="plan", subject="event", share_bp=0,
                        jurisdiction=event.jurisdiction)  # fmt: skip
    return t("{host} has bought credits on its plan, which cover answers as they come. {state}.", host=host_of(event),
             state=stands)  # fmt: skip


def payer_card(
    event: Event, seen: Coverage | None = None, own: str = "", company: Membership | None = None
) -> html.Section | None:
    """What a guest is told before paying; ``own`` is the address where they pay all the same, ``company`` the one they
    belong to. What is covered already, and what is open, stands in the card of the coverage and not here again."""
    said = promise(event)
    if not said:
        return None
    words: list[str] = [said]
    if payer_of(event) == COMPANY and company is not None:
        words = [_by_company(seen, company)]
    if payer_of(event) == ALL:
        if not _grams_of(seen, "organiser"):
            words.append(host_state(event))
        if not seen or seen.open_g:
            words.append(t("If you pay yourself, your payment covers it in the host’s place."))
    link = None
    if own:
        link = html.A([t("Pay something yourself"), icon("chevron_right")], href=own, className="fz-link mt-2")
    head = None if own else html.H2(t("Who pays"))  # there it is the page's own heading
    return html.Section([head, *_lines(words), link], className="fz-card fz-pad fz-payer mb-3")


def _grams_of(seen: Coverage | None, buyer: str) -> int:
    """Grams of one guest's footprint that buyers of a kind have covered."""
    return sum(part.grams for part in seen.parts if part.buyer == buyer) if seen else 0


def _by_company(seen: Coverage | None, company: Membership) -> str:
    """What a guest's own company has covered of theirs."""
    name, grams = pick(dict(company.names)), 0
    if seen is not None:
        grams = sum(part.grams for part in seen.parts if part.buyer == "company" and part.names == company.names)
    if not grams or seen is None:
        return t("{company} can cover its people, and you are one of them. It has covered nothing of your footprint "
                 "yet; once it has, you see it here before you pay.", company=name)  # fmt: skip
    return t("{company} covers its people, and you are one of them: {share} of your footprint so far.", company=name,
             share=f.percent(grams / seen.total_g))  # fmt: skip


def _lines(words: Sequence[str]) -> list[html.P]:
    return [html.P(line, className="fz-body mt-2") for line in words if line]


def ordered_note(event: Event, open_g: int, planned_g: int) -> html.P | None:
    """At the desk: what the host has still to order for what it said, and by when; nothing where guests pay."""
    payer, left_g = payer_of(event), max(0, open_g - planned_g)
    if payer not in (ALL, RESIDUAL):
        return None
    if not left_g:
        words = t("You said that the host covers the rest; nothing is left to order as far as is known now.") \
            if payer == RESIDUAL else t("You said that the host covers everybody; enough is ordered as far as is known "
                                        "now.")  # fmt: skip
        return html.P([icon("check"), html.Span(words)], className="fz-told mb-3")
    params = {"mass": f.mass_text(left_g)}
    said = t("You said that the host covers everybody: {mass} are still to be ordered.", **params)
    if payer == RESIDUAL:
        said = t(
            "You said that the host covers what is left: {mass} are to be ordered once answers have closed.", **params
        )
    by = event.books_by
    when = t("By {day}, when the books are closed.", day=f.datetime_text(by, event.timezone)) if by else t(
        "Before the books are closed; set a day for that in the set-up.")  # fmt: skip
    return html.P([pieces.swatch("open"), html.Span(f"{said} {when}")], className="fz-told mb-3")
