"""Said before paying: who has covered what meanwhile, and how much of an order would be an extra contribution."""

from __future__ import annotations

from dash import html

import offsetting
from events import Event
from locales import formats as f
from locales import t
from offsetting import Coverage, Order
from pages._parts import pieces
from pages._parts.icons import icon
from pages.guest._coverage import covered_words


def before_paying(order: Order, event: Event, is_linked: bool = True) -> html.Div | None:
    """The note on an order that waits for its payment, with the way to calling it off where ``is_linked``; nothing
    where it covers what is open and nobody else has."""
    if order.state != "held":
        return None
    extra_g = offsetting.extra_if_paid(order.order_id)
    if not order.participation_id:
        told = t("If you pay now, {mass} of it are an extra contribution: others have covered the rest meanwhile.",
                 mass=f.mass_text(extra_g))  # fmt: skip
        return _note([told], None, True) if extra_g else None
    seen = offsetting.coverage_of(order.participation_id)
    words = [sentence for sentence in (_already(seen), _extra(order, seen, extra_g)) if sentence]
    if not words:
        return None
    link = html.A(t("Call it off, or see all your orders"), href=f"/e/{event.slug}/me")
    return _note(words, link if seen.parts and is_linked else None, extra_g > 0)


def _already(seen: Coverage) -> str:
    return covered_words(seen) if seen.covered_g else ""


def _extra(order: Order, seen: Coverage, extra_g: int) -> str:
    if not extra_g:
        return t("Your order covers what is still open; nothing of it is extra.") if seen.covered_g else ""
    if not seen.covered_g:
        return t("{mass} of it go beyond your footprint: an extra contribution, which covers nothing more.",
                 mass=f.mass_text(extra_g))  # fmt: skip
    if extra_g >= order.grams:
        return t("If you pay now, all of it is an extra contribution: your whole footprint is covered already.")
    return t("If you pay now, {mass} of your order are an extra contribution; {rest} cover what is still open.",
             mass=f.mass_text(extra_g), rest=f.mass_text(order.grams - extra_g))  # fmt: skip


def _note(words: list[str], link: html.A | None, is_extra: bool) -> html.Div:
    mark = pieces.swatch("extra") if is_extra else icon("check")
    return html.Div([mark, html.Div([*map(html.P, words), link])], className="fz-told fz-before mt-3", role="note")
