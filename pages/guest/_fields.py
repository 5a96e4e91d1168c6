"""The pieces the guest's forms are made of: fields that the device's script makes inputs of, figures, sentences.

``data-input`` becomes an input, ``data-name`` ties a field to the draft, ``data-slot`` takes a figure, ``data-error`` a
sentence, ``data-act`` is a button's act (assets/js/guest-calculator.js).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from locales import t
from pages._parts.icons import icon
from pages.guest import _words


def data(**attributes: Any) -> dict[str, str]:
    """``data(act="swap")`` → {"data-act": "swap"}; underscores become hyphens."""
    return {f"data-{name.rstrip('_').replace('_', '-')}": str(value) for name, value in attributes.items()}


def text_input(kind: str, name: str, class_name: str = "", **attributes: Any) -> html.Span:
    """What becomes an input; ``attributes`` as the input's own (aria_label, placeholder, inputmode, class)."""
    own = {f"data-a-{key.rstrip('_').replace('_', '-')}": str(value) for key, value in attributes.items()}
    return html.Span(className=class_name, **data(input=kind, name=name), **own)


def select(name: str, options: Mapping[str, str], class_name: str = "", label: str = "") -> html.Select:
    chosen = [html.Option(words, value=value) for value, words in options.items()]
    said = {"aria-label": label} if label else {}
    return html.Select(chosen, className=class_name, **data(name=name), **said)


def error(*names: str) -> html.P:
    """The sentence below the fields ``names``."""
    return html.P(
        [icon("error"), html.Span()], className="fz-error", hidden=True, tabIndex="-1", **data(error=" ".join(names))
    )


def counter(name: str, words: str, unit: str = "", least: int = 0, step: float = 1) -> html.Span:
    """Less, a number to type, more."""
    return html.Span(
        [
            html.Button(
                icon("minus"), type="button", disable_n_clicks=True, **{"aria-label": t("Less: {name}", name=words)}
            ),
            html.Span(
                [
                    html.Span(
                        className="",
                        **data(input="text"),
                        **{
                            "data-a-inputmode": "decimal" if step < 1 else "numeric",
                            "data-a-aria-label": words,
                            "data-a-maxlength": "6",
                            "data-a-autocomplete": "off",
                        },
                    ),
                    html.Small(unit, className="fz-unit-word") if unit else None,
                ]
            ),
            html.Button(
                icon("plus"), type="button", disable_n_clicks=True, **{"aria-label": t("More: {name}", name=words)}
            ),
        ],
        className="fz-counter",
        **data(name=name, min=least, step=step),
    )


def result(trace: bool = True, of: str = "") -> html.Div:
    """Number, range and the way to the trace; the better way below."""
    number = html.Span(
        [html.Span(**data(slot="number")), html.Small(["\u202f", html.Span(**data(slot="unit"))])],
        className="fz-num fz-num-2",
    )
    how = html.Button(
        [t("How computed"), icon("chevron_up")],
        type="button",
        className="fz-link",
        disable_n_clicks=True,
        **data(act="trace", of=of),
        **{"aria-haspopup": "dialog"},
    )
    return html.Div(
        [
            html.Div(
                [html.Div([number, html.Span(className="fz-range", **data(slot="range"))]), how if trace else None],
                className="fz-result", hidden=True, **data(if_="known"),
            ),
            html.P(className="fz-note mt-2", hidden=True, **data(slot="outside", if_="outside")),
            better(),
        ]
    )  # fmt: skip


def better() -> html.P:
    """What the better way would have been, on jade-wash."""
    words = [icon("check", **data(way="icon")), html.Span(**data(slot="better")), html.B(**data(slot="less"))]
    return html.P(words, className="fz-better", hidden=True, **data(if_="better"))


def place_row(name: str, placeholder: str, label: str) -> html.Div:
    """A combobox row of the place field."""
    field = html.Span(
        className="", **data(input="text"), **{"data-a-aria-label": label, "data-a-placeholder": placeholder}
    )
    return html.Div(
        [icon("pin"), field, html.Span(className="fz-place-code", **data(code=""))], className="fz-place",
        **data(place="yes", name=name),
    )  # fmt: skip


def unit_words(unit: str) -> str:
    """ "kWh a month"; a unit without words stands as it is."""
    base, _, span = unit.partition("/")
    spans = {"week": t("a week"), "month": t("a month"), "year": t("a year")}
    words = _words.units() | {
        "Nm3": "m³", "GJ": "GJ", "cup": t("cups"), "bottle": t("bottles"), "sheet": t("sheets"), "item": t("pieces"),
        "parcel": t("parcels"), "litre": t("litres"), "meal": t("meals"), "night": t("nights"), "day": t("days"),
        "person-hour": t("hours"), "m2": "m²", "tonne-km": "t·km", "m2-hour": "m²·h", "GB-year": t("GB for a year"),
        "email": t("e-mails"), "bag": t("bags"), "room-night": t("room-nights"), "guest-night": t("nights"),
    }  # fmt: skip
    shown = words.get(base, base)
    return f"{shown} {spans[span]}" if span in spans else shown
