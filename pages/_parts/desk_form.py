"""Pieces of the desks' forms: labelled fields with their sentence, files handed in, typed days and numbers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from accounts import DomainError
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import t
from pages._parts.desk import sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import error_children, field_error


def labelled(prefix: str, name: str, label: str, control: Any) -> html.Div:
    """A field with its label and room for its sentence (``<prefix>-<name>-error``)."""
    return html.Div(
        [dbc.Label(label, html_for=f"{prefix}-{name}", className="fz-label"), control,
         field_error("", f"{prefix}-{name}-error")]
    )  # fmt: skip


def typed(prefix: str, name: str, value: Any = "", kind: str = "text", **more: Any) -> dbc.Input:
    """A field to type in."""
    return dbc.Input(id=f"{prefix}-{name}", type=kind, value=value, className="fz-input", **more)


def area(prefix: str, name: str, value: str = "", rows: int = 3) -> dbc.Textarea:
    """A field for several lines."""
    return dbc.Textarea(id=f"{prefix}-{name}", value=value, rows=rows, className="fz-input")


def chosen(prefix: str, name: str, options: Sequence[tuple[str, str]], value: str) -> dbc.Select:
    """One of a few."""
    shown = [{"value": key, "label": label} for key, label in options]
    return dbc.Select(options=shown, value=value, id=f"{prefix}-{name}", className="fz-input")


def upload(prefix: str, name: str, words: str, most_bytes: int = 20_000_000) -> dcc.Upload:
    """A file to hand in; its name shows in ``<prefix>-<name>-file``."""
    inside = html.Span([icon("upload"), html.Span(words, id=f"{prefix}-{name}-file")])
    return dcc.Upload(
        inside, id=f"{prefix}-{name}", max_size=most_bytes, className="fz-upload",
        className_active="fz-upload-over", style={}, style_active={},
    )  # fmt: skip


def too_large(most_bytes: int) -> html.P:
    """What is said beside an upload (by js/desk.js) of a file above its limit, which is dropped without a word."""
    words = t("This file is larger than {mb} MB: it was not taken.", mb=most_bytes // 1_000_000)
    return html.P(error_children(words), className="fz-error", hidden=True, role="alert",
                  **{"data-too-large": str(most_bytes)})  # fmt: skip


def button(dom_id: str, words: str, symbol: str, main: bool = False, **more: Any) -> html.Button:
    """A button with its icon."""
    look = "fz-button fz-button-main" if main else "fz-button"
    return html.Button([icon(symbol), html.Span(words)], id=dom_id, n_clicks=0, type="button", className=look, **more)


def shut_note(sentence: str, dom_id: str) -> html.P:
    """Why what stands below is disabled; the buttons are described by it."""
    look = "fz-told fz-shut d-flex align-items-center gap-2"
    return html.P([icon("lock"), html.Span(sentence)], id=dom_id, className=look)


def off_by(sentence: str, dom_id: str) -> dict[str, Any]:
    """What disables a button where there is a sentence why, which stands under ``dom_id``."""
    return {"disabled": True, "aria-describedby": dom_id} if sentence else {}


def bytes_of(contents: Any) -> bytes:
    """A file's bytes from what the browser sent; b"" where there is none or it is broken."""
    _, _, coded = str(contents or "").partition(";base64,")
    try:
        return base64.b64decode(coded, validate=True)
    except binascii.Error:
        return b""


def day_of(field: str, text: Any) -> date:
    """A day as typed. Raises InputError."""
    try:
        return date.fromisoformat(str(text or "").strip())
    except ValueError:
        message = "{field}: {value} is no day; write it as 2026-11-21."
        message = message if str(text or "").strip() else "{field}: say which day it is."
        raise InputError([FieldError(field, str(text or ""), message)]) from None


def number_of(field: str, text: Any) -> int:
    """A whole number as typed. Raises InputError."""
    try:
        return int(f.ungrouped(text))
    except ValueError:
        message = "{field}: “{value}” is no whole number; write it as 12."
        raise InputError([FieldError(field, str(text or "")[:60], message)]) from None


def told_of(error: InputError | DomainError, names: Mapping[str, str] | None = None) -> Any:
    """What is wrong, as one sentence or several."""
    if isinstance(error, InputError):
        return [html.P(error_children(sentence_of(each, names)), className="fz-error") for each in error.errors[:50]]
    return html.P(error_children(t(error.message, **error.params)), className="fz-error")


def done(words: str, more: Any = None) -> html.Div:
    """What was done, in one sentence."""
    return html.Div([html.P([icon("check"), html.Span(words)]), more], className="fz-told mt-3")
