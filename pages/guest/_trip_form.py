"""A trip's card: folded to a row, or open with its modes, places, class, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from locales import t
from pages._parts.icons import icon
from pages.guest import _words
from pages.guest._fields import counter, data, error, place_row, result, select, text_input
from pages.guest._models import card_spread


def trip_card() -> html.Div:
    """One trip: folded to a row, or open with its fields."""
    return html.Div([_folded(), html.Div(_trip_fields(), className="fz-trip", **data(open="yes"))], className="fz-card")


def _folded() -> html.Div:
    words = html.Span([html.B(**data(fold_title="")), html.Small(**data(fold_route=""))], className="fz-row-words")
    number = html.Span(
        [
            html.Span(
                [html.Span(**data(slot="number")), html.Small(["\u202f", html.Span(**data(slot="unit"))])],
                className="fz-num",
            ),
            html.Span(className="fz-range", **data(slot="range")),
        ],
        className="fz-row-result",
        hidden=True,
        **data(if_="known"),
    )
    return html.Div(
        html.Button(
            [html.Span(icon("plane"), className="fz-fold-icon", **data(fold_icon="")), words, number],
            type="button",
            className="fz-row",
            disable_n_clicks=True,
            **data(act="unfold"),
            **{"aria-expanded": "false"},
        ),
        hidden=True,
        **data(folded="yes"),
    )


def _trip_fields() -> list[Any]:
    return [
        _chips(),
        html.Div(
            [
                place_row("from", t("From where?"), t("From")),
                html.Div(**data(stops="")),
                place_row("to", t("To where?"), t("To")),
                html.Button(
                    icon("swap"),
                    type="button",
                    className="fz-swap",
                    disable_n_clicks=True,
                    **data(act="swap"),
                    **{"aria-label": t("Swap from and to")},
                ),
            ],
            className="fz-places",
        ),
        error("from", "to", "mode"),
        html.Div(
            [
                _pill("cabin", _words.cabins(), t("Class"), when="mode:plane"),
                _pill("fuel", _words.fuels(), t("Fuel"), when="mode:car,taxi"),
                _pill("size", _words.sizes(), t("Size"), when="mode:car,motorcycle"),
                html.Label(
                    [icon("check", "fz-tick"), t("There and back"), text_input("checkbox", "round_trip")],
                    className="fz-toggle",
                ),
                html.Button(
                    [t("More"), icon("chevron_down")],
                    type="button",
                    className="fz-toggle",
                    disable_n_clicks=True,
                    **data(act="more"),
                    **{"aria-expanded": "false"},
                ),
            ],
            className="fz-toggles",
        ),
        html.Div(
            [
                html.Div(
                    [html.Span(t("People in the car")), counter("people", t("People in the car"), least=1)],
                    className="fz-line",
                    **data(when="mode:car,taxi"),
                ),
                error("people", "fuel", "cabin", "size"),
            ]
        ),
        html.Div(
            [
                html.Div([html.Span(t("How often")), counter("count", t("How often"), least=1)], className="fz-line"),
                error("count", "round_trip"),
                html.Div(
                    [
                        act("stop", "plus", t("Add a stop on the way")),
                        act("remove", "trash", t("Remove this trip")),
                    ],
                    className="fz-line-acts",
                ),
            ],
            hidden=True,
            **data(more="yes"),
        ),
        html.Div([result(), card_spread()]),
        html.Button(
            t("Fold this trip"), type="button", className="visually-hidden", disable_n_clicks=True, **data(act="fold")
        ),
    ]


def _chips() -> html.Fieldset:
    names = _words.modes()

    def chip(mode: str, rare: bool) -> html.Label:
        marks = data(rare="yes") if rare else {}
        radio = html.Span(className="", **data(input="radio", name="mode", value=mode))
        return html.Label([icon(mode), html.Span(names[mode]), radio], className="fz-chip", **marks)

    chips = [chip(mode, False) for mode in _words.FIRST_MODES] + [chip(mode, True) for mode in _words.RARE_MODES]
    return html.Fieldset(
        [html.Legend(t("How you came"), className="visually-hidden"), html.Div(chips, className="fz-chips")]
    )


def _pill(name: str, options: Mapping[str, str], label: str, when: str) -> html.Span:
    return html.Span(
        [select(name, options, label=label), icon("chevron_down")], className="fz-toggle", **data(when=when)
    )


def stop_row() -> html.Div:
    """A stop between from and to."""
    return html.Div(
        [
            html.Div(
                [
                    place_row("place", t("Stop on the way"), t("Stop")),
                    html.Button(
                        icon("close"),
                        type="button",
                        className="fz-unstop",
                        disable_n_clicks=True,
                        **data(act="unstop"),
                        **{"aria-label": t("Remove this stop")},
                    ),
                ],
                className="fz-stop",
            ),
            error("place"),
        ]
    )


def act(name: str, picture: str, words: str) -> html.Button:
    return html.Button(
        [icon(picture), words], type="button", className="fz-link", disable_n_clicks=True, **data(act=name)
    )
