"""The form by which an organiser or a company orders for many at once, and what it answers with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from accounts import Conflict
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import pick, t
from offsetting import Offer, Order
from pages._parts.desk import sentence_of
from pages._parts.pieces import error_children, field_error


def group_order_form(prefix: str, offers: Sequence[Offer], button: str, planned_kg: int | None = None) -> html.Div:
    """Project and share with one button; ids are ``<prefix>-project``, ``-share``, ``-place``, ``-share-error`` and
    ``-told``. With ``planned_kg`` a mass in kg is asked for in the share's place."""
    amount = t("Share of what is open, %") if planned_kg is None else t("Mass, kg")
    options = [
        {
            "value": offer.project_id,
            "label": f"{pick(dict(offer.names))} · {f.per_tonne(offer.price_minor_per_tonne, offer.currency)}",
        }
        for offer in offers
    ]
    fields = [
        _field(
            t("Project"),
            f"{prefix}-project",
            dcc.Dropdown(
                options,
                options[0]["value"] if options else None,
                id=f"{prefix}-project",
                clearable=False,
                searchable=False,
            ),
        ),
        _field(
            amount,
            f"{prefix}-share",
            dbc.Input(
                id=f"{prefix}-share",
                type="number",
                value=100 if planned_kg is None else planned_kg,
                step=1,
                className="fz-input",
            ),
            f"{prefix}-share-error",
        ),
    ]
    act = dbc.Button(button, id=f"{prefix}-place", n_clicks=0, className="fz-button fz-button-main")
    told = html.Div(id=f"{prefix}-told", role="status")
    return html.Div([html.Div(fields, className="fz-two"), html.Div(act, className="mt-3"), told])


def _field(label: str, dom_id: str, control: Any, error_id: str = "") -> html.Div:
    below = field_error("", error_id) if error_id else None
    return html.Div([dbc.Label(label, html_for=dom_id, className="fz-label"), control, below])


def placed_words(order: Order, zone: str) -> html.Div:
    """What is held for the order, until when, and the way to the payment."""
    held = t(
        "{mass} held at {money} until {time}.",
        mass=f.mass_text(order.grams),
        money=f.money(order.total_minor, order.currency),
        time=f.zoned_text(order.expires_at, zone),
    )
    link = html.A(t("Go to the payment"), href=order.pay_url, className="fz-button fz-button-main")
    return html.Div([html.P(held), html.Div(link, className="mt-2")], className="fz-told mt-3")


def refused_words(error: Conflict | InputError) -> tuple[Any, Any]:
    """(children of the share's error, what is told below) for an order that could not be placed."""
    if isinstance(error, InputError):
        return error_children(
            " ".join(
                sentence_of(e, {"share_percent": t("Share of what is open, %"), "grams": t("Mass, kg")})
                for e in error.errors
            )
        ), None
    return [], html.Div(t(error.message, **error.params), className="fz-told fz-told-wrong mt-3")


def asked_grams(mass_kg: Any) -> int:
    """Grams of a mass in kg as typed; InputError where it is none."""
    if isinstance(mass_kg, int | float) and not isinstance(mass_kg, bool) and 0 < mass_kg <= 1e9:
        return round(mass_kg * 1000)
    message = "{field}: {value} is no mass; give kilograms above 0."
    raise InputError([FieldError("grams", "" if mass_kg is None else mass_kg, message)])


def asked_share(share: Any) -> int:
    """The share as typed; InputError where it is no whole number."""
    if isinstance(share, int) and not isinstance(share, bool):
        return share
    message = "{field}: {value} is no share; give a whole number from 1 to 200 (per cent)."
    if share in (None, ""):
        message = "{field}: give a whole number from 1 to 200 (per cent)."
    raise InputError([FieldError("share_percent", "" if share is None else share, message)])
