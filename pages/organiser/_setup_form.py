"""The forms of setting up: fields by name, each with its label and room for its sentence; all are read at once.

Ids are {"type": prefix, "name": field}; what is typed stays in the browser's session until it is kept."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from calculations.model import InputError
from locales import NATIVE_NAMES, t
from pages._parts.desk import sentence_of
from pages._parts.html_text import html_language
from pages._parts.pieces import error_children

KEPT = {"persistence_type": "session"}


def dom_id(prefix: str, name: str) -> dict[str, str]:
    """The id of a field."""
    return {"type": prefix, "name": name}


class Fields:
    """Makes the fields of one form: `values` are what they hold, `kept` names what the browser keeps them under."""

    def __init__(
        self, prefix: str, values: Mapping[str, Any], kept: str, fixed: Collection[str] = ()
    ) -> None:  # fmt: skip
        self.prefix, self.values, self.kept, self.fixed = prefix, values, kept, fixed

    def having(self, values: Mapping[str, Any], kept: str = "") -> Fields:
        """The same form with more values."""
        return Fields(self.prefix, {**self.values, **values}, kept or self.kept, self.fixed)

    def _common(self, name: str) -> dict[str, Any]:
        return {"id": dom_id(self.prefix, name), "persistence": self.kept, **KEPT}

    def _off(self, name: str) -> dict[str, bool]:
        """Disabled where the event's state no longer lets it change; what it holds is told all the same."""
        return {"disabled": True} if name in self.fixed else {}

    def _value(self, name: str) -> Any:
        value = self.values.get(name, "")
        return "" if value is None else value

    def block(self, name: str, label: Any, control: Any, note: Any = None, **more: Any) -> html.Div:
        """Label, control, note and the sentence of what is wrong."""
        target = json.dumps(dom_id(self.prefix, name), sort_keys=True, separators=(",", ":"))
        said = html.Div(id=dom_id(f"{self.prefix}-error", name), className="fz-error-place", role="alert")
        words = html.Label(label, htmlFor=target, className="fz-label")
        return html.Div([words, control, html.P(note, className="fz-note mt-1") if note else None, said], **more)

    def text(self, name: str, label: str, note: Any = None, kind: str = "text", **more: Any) -> html.Div:
        """A line to type in."""
        box = dbc.Input(type=kind, value=self._value(name), className="fz-input", autocomplete="off",
                        **self._common(name), **self._off(name), **more)  # fmt: skip
        return self.block(name, label, box, note)

    def area(self, name: str, label: str, note: Any = None, rows: int = 3, **more: Any) -> html.Div:
        """Several lines to type in."""
        box = dbc.Textarea(value=self._value(name), rows=rows, className="fz-input", **self._common(name), **more)
        return self.block(name, label, box, note)

    def words(self, name: str, label: str, codes: Sequence[str], rows: int = 0, more: Sequence[str] = ()) -> html.Div:
        """The same words in several languages, side by side; those of ``more`` are folded while they are empty."""
        shown = [self._word(name, label, code, rows) for code in codes]
        folded = [self._word(name, label, code, rows) for code in more]
        is_open = any(self._value(f"{name}_{code}") for code in more)
        summary = html.Summary(t("In more languages"))
        rest = html.Details([summary, html.Div(folded, className="fz-two mt-2")], open=is_open) if more else None
        return html.Div([html.Div(shown, className="fz-two"), rest])

    def _word(self, name: str, label: str, code: str, rows: int) -> html.Div:
        words = [label, html.Span(NATIVE_NAMES[code], lang=html_language(code), className="fz-setup-lang")]
        key = f"{name}_{code}"
        look = {"className": "fz-input", "value": self._value(key)}
        if rows:
            box: Any = dbc.Textarea(rows=rows, **look, **self._common(key))
        else:
            box = dbc.Input(type="text", autocomplete="off", **look, **self._common(key))
        return self.block(key, words, box)

    def select(self, name: str, label: str, options: Sequence[tuple[str, str]], note: Any = None) -> html.Div:
        """One of a few."""
        shown = [{"value": key, "label": words} for key, words in options]
        box = dbc.Select(options=shown, value=self._value(name), className="fz-input", **self._common(name),
                         **self._off(name))  # fmt: skip
        return self.block(name, label, box, note)

    def search(self, name: str, label: str, options: list[dict[str, str]], note: Any = None, **more: Any) -> html.Div:
        """One of many, found by typing."""
        box = dcc.Dropdown(options, self._value(name) or None, searchable=True, clearable=False, labels=_labels(),
                           **self._common(name), **more)  # fmt: skip
        return self.block(name, label, box, note)

    def hidden(self, name: str) -> dbc.Input:
        """A value that another control sets; kept as what is typed."""
        return dbc.Input(type="hidden", value=self._value(name), **self._common(name))

    def finder(self, name: str, box_id: str, label: str, options: list[dict[str, str]], hint: str) -> html.Div:
        """A field that offers what fits as one types; the page's callback sets the hidden value ``name`` from it."""
        box = dcc.Dropdown(options, self._value(name) or None, id=box_id, searchable=True, clearable=False,
                           labels=_labels(), placeholder=hint)  # fmt: skip
        said = html.Div(id=dom_id(f"{self.prefix}-error", name), className="fz-error-place", role="alert")
        return html.Div([html.Label(label, htmlFor=box_id, className="fz-label"), box, said])

    def checks(
        self, name: str, legend: str, options: Sequence[tuple[str, str]], look: str = "", note: Any = None
    ) -> Any:
        """Several of a few."""
        shown = [{"value": key, "label": words} for key, words in options]
        box = dcc.Checklist(shown, list(self.values.get(name) or []), className=f"fz-checks {look}".strip(),
                            **self._common(name))  # fmt: skip
        return self._set(name, legend, box, note)

    def radios(
        self, name: str, legend: str, options: Sequence[tuple[str, Any]], look: str = "", note: Any = None
    ) -> Any:
        """One of a few, all seen."""
        shown = [{"value": key, "label": words, **self._off(name)} for key, words in options]
        box = dcc.RadioItems(shown, self._value(name), className=f"fz-checks {look}".strip(), **self._common(name))
        return self._set(name, legend, box, note)

    def _set(self, name: str, legend: str, box: Any, note: Any) -> html.Fieldset:
        said = html.Div(id=dom_id(f"{self.prefix}-error", name), className="fz-error-place", role="alert")
        words = html.P(note, className="fz-note mt-1") if note else None
        return html.Fieldset([html.Legend(legend, className="fz-label"), box, words, said], className="fz-setup-set")

    def said(self, name: str) -> html.Div:
        """Room for a sentence about something that is no field."""
        return html.Div(id=dom_id(f"{self.prefix}-error", name), className="fz-error-place", role="alert")


def _labels() -> dict[str, str]:
    return {
        "search": t("Type to search"), "clear_search": t("Clear the search"), "no_options_found": t("Nothing found"),
    }  # fmt: skip


def body_of(ids: Sequence[Mapping[str, str]], values: Sequence[Any]) -> dict[str, Any]:
    """What was typed, by field; ``session.3.en`` and ``offer.<project>.price`` are gathered as rows."""
    told: dict[str, Any] = {}
    rows: dict[str, dict[str, dict[str, Any]]] = {"session": {}, "offer": {}}
    for each, value in zip(ids, values, strict=True):
        name = str(each.get("name", ""))
        kind, _, rest = name.partition(".")
        key, _, part = rest.rpartition(".")
        if kind in rows and key:
            rows[kind].setdefault(key, {})[part] = value
        else:
            told[name] = value
    if rows["session"]:
        told["sessions"] = [rows["session"][key] for key in sorted(rows["session"], key=_number)]
    if rows["offer"]:
        told["offers"] = [{**row, "project": key, "open": bool(row.get("open"))} for key, row in rows["offer"].items()]
    return told


def _number(key: str) -> int:
    return int(key) if key.isdigit() else 0


def said_of(
    error: InputError, ids: Sequence[Mapping[str, str]], names: Mapping[str, str]
) -> tuple[list[Any], list[str]]:
    """The sentence below each field (in the order of ``ids``), and those of fields that the form has not."""
    places = [str(each.get("name", "")) for each in ids]
    below: dict[str, str] = {}
    rest = []
    for each in error.errors:
        sentence = sentence_of(each, names)
        name = _place_of(each.field)
        if name in places:
            below.setdefault(name, sentence)
        else:
            rest.append(sentence)
    return [error_children(below[name]) if name in below else [] for name in places], rest


def _place_of(field: str) -> str:
    """Where a field of the domain stands in the form."""
    if field.startswith("session_"):
        _, number, part = field.split("_", 2)
        return f"session.{number}.{part}"
    for name in ("price", "tonnes"):
        if field.startswith(f"{name}_"):
            return f"offer.{field.removeprefix(f'{name}_')}.{name}"
    return field
