"""Pieces of the imports page: columns onto fields, the first rows as they are read, what is wrong, places, the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

import events
from calculations.model import FieldError
from data.table_forms import Kind, kinds
from events import ImportCard, Looked
from events.bringing_in_model import ReadRow
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, panel, sentence_of
from pages._parts.desk_form import button
from pages._parts.icons import icon
from pages._parts.pieces import empty, error_children, facts
from pages.organiser._estimate import region_name

MOST_SHOWN = 50
MOST_PLACES = 60
MOST_CELL = 60
NONE = "-"  # of a choice: nothing is chosen
FIXED = ("activity", "unit", "treatment", "mode", "way")
MODES = ("plane", "high_speed_rail", "rail", "coach", "car")


def work(seen: Looked, names: Mapping[str, str]) -> list[Any]:
    """Everything about a waiting file; ``names`` are activities' names by key."""
    kind = kinds().get(seen.reading.kind)
    about = panel(t("What the file is"), _facts(seen, kind), seen.name)
    if kind is None:
        none = panel(t("Columns"), empty(t("Choose what the file holds: its columns tell no kind.")), span=7)
        return [html.Div(about, className="fz-5 fz-column-stack"), none]
    places = panel(t("Places"), _places(seen), t("what was taken for each name"), flush=True) if seen.places else None
    return [
        html.Div([about, places], className="fz-5 fz-column-stack"),
        html.Div(panel(t("Columns"), _columns(seen, kind), t("each column onto a field"), flush=True),
                 className="fz-7 fz-column-stack"),
        panel(t("As it is read"), _rows(seen, kind, names), _checked_words(seen), flush=True, id="import-read"),
        panel(t("Bring it in"), _act(seen)),
    ]  # fmt: skip


# ---------------------------------------------------------------- what the file is
def _facts(seen: Looked, kind: Kind | None) -> html.Div:
    options = [{"value": name, "label": pick(dict(each.names))} for name, each in kinds().items()]
    rows = [
        (t("Rows"), f.number(seen.row_count)),
        (t("Form"), " · ".join(x for x in (seen.form.upper(), seen.encoding, seen.sheet) if x)),
    ]
    if seen.export:
        rows.append((t("Recognised as"), pick(dict(seen.export))))
    about = html.P(pick(dict(kind.about)), className="fz-small") if kind else None
    sheets = [{"value": each, "label": each} for each in dict.fromkeys([*seen.sheets, seen.sheet])]
    parts = [_select("import-sheet", t("Sheet of the workbook"), sheets, seen.sheet, hidden=not seen.sheets),
             _select("import-kind", t("What it holds"), [{"value": NONE, "label": t("choose")}, *options],
                     seen.reading.kind or NONE), about, facts(rows), _marks(seen, kind)]  # fmt: skip
    if seen.remembered:
        parts.append(html.P(t("Its columns are mapped as you mapped such a file before."), className="fz-note"))
    if seen.mended_count:
        told = t("{count} mended rows were put in their places.", count=f.number(seen.mended_count))
        parts.append(html.P([icon("check"), " ", told], className="fz-told"))
    if seen.bad_count:
        words = t("{count} of {all} rows must be put right", count=f.number(seen.bad_count),
                  all=f.number(seen.checked_count))  # fmt: skip
        parts.append(html.A([icon("error"), html.Span(words)], href="#import-read", className="fz-error"))
    return html.Div(parts, className="fz-form")


def _marks(seen: Looked, kind: Kind | None) -> Any:
    """How numbers and dates are written, and whether lines are planned. All are there, so that all can be asked."""
    types = {each.kind for each in kind.fields.values()} if kind else set()
    marks = [{"value": ".", "label": "1,234.5"}, {"value": ",", "label": "1.234,5"}]
    days = [{"value": "day", "label": t("3/4 is 3 April")}, {"value": "month", "label": t("3/4 is March 4")}]
    stages = [{"value": "actual", "label": t("Actual")}, {"value": "planned", "label": t("Planned")}]
    both = [{"value": "same", "label": t("of the same days are refused")},
            {"value": "apart", "label": t("are of different meters")}]  # fmt: skip
    is_lines = bool(kind) and kind is not None and kind.shape != "people"
    note = None
    if "date" in types and not seen.dates_tell:
        note = html.P(t("The file's dates do not tell whether the day or the month comes first."), className="fz-note")
    return html.Div(
        [
            _select("import-decimal", t("Numbers are written"), marks, seen.reading.decimal,
                    hidden=not types & {"number", "count"}),
            html.Div(
                [_select("import-days", t("Dates"), days, "day" if seen.reading.day_first else "month"), note],
                hidden="date" not in types,
            ),
            _select("import-planned", t("These lines are"), stages, "planned" if seen.reading.planned else "actual",
                    hidden=not is_lines),
            _select("import-apart", t("Invoices and meter readings"), both, "apart" if seen.reading.apart else "same",
                    hidden=not kind or kind.dataset not in ("energy", "meters")),
        ],
        className="fz-two",
    )  # fmt: skip


def _select(dom_id: Any, label: str, options: Sequence[Mapping[str, str]], value: str, hidden: bool = False) -> Any:
    box = dbc.Select(id=dom_id, options=list(options), value=value, className="fz-input")
    return html.Label([html.Span(label, className="fz-label"), box], hidden=hidden, className="fz-import-field")


def _in_cell(dom_id: Any, label: str, options: Sequence[Mapping[str, str]], value: str) -> html.Label:
    """The same in a table's cell, its label for those who can't see the cell's row."""
    box = dbc.Select(id=dom_id, options=list(options), value=value, className="fz-input")
    return html.Label([html.Span(label, className="visually-hidden"), box], className="fz-import-field")


# ---------------------------------------------------------------- columns
def _columns(seen: Looked, kind: Kind) -> list[Any]:
    told = {at: name for name, at in seen.reading.columns.items()}
    options = [{"value": NONE, "label": t("not used")}]
    options += [
        {"value": name, "label": pick(dict(each.names)) + (" *" if each.needed else "")}
        for name, each in kind.fields.items()
    ]
    head = html.Tr([html.Th(word, scope="col") for word in (t("Column"), t("Is read as"))])
    rows = [
        html.Tr([
            html.Th([title, html.Span(_values(seen, at), className="fz-import-values")], scope="row",
                    className="fz-import-name"),
            html.Td(_in_cell({"type": "import-field", "at": at}, t("What the column {name} is read as", name=title),
                             options, told.get(at, NONE))),
        ])
        for at, title in enumerate(seen.columns)
    ]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="fz-table fz-import-columns")
    words = t("Still needed: {names}.", names=_missing(seen, kind))
    wrong = html.P(error_children(words), className="fz-error fz-import-pad") if seen.missing else None
    return [html.Div(table, className="fz-scroll", tabIndex="0"), wrong, _fixed(seen, kind)]


def _missing(seen: Looked, kind: Kind) -> str:
    """The needed fields that nothing tells yet."""
    return t(", ").join(pick(dict(kind.fields[name].names)) for name in seen.missing if name in kind.fields)


def _values(seen: Looked, at: int) -> str:
    found = dict.fromkeys(row[at][:MOST_CELL] for row in seen.samples if row[at])
    return " · ".join(list(found)[:3]) or "–"


def _fixed(seen: Looked, kind: Kind) -> Any:
    """What holds for all rows, for fields that no column tells."""
    boxes = []
    for name in FIXED:
        field = kind.fields.get(name)
        if field is None or name in seen.reading.columns or (name == "treatment" and kind.kind_id != "waste"):
            continue
        label = t("{field}, for all rows", field=pick(dict(field.names)))
        boxes.append(_select({"type": "import-fixed", "field": name}, label, _choices(name, seen, kind),
                             seen.reading.fixed.get(name, NONE)))  # fmt: skip
    return html.Div(boxes, className="fz-two fz-import-pad") if boxes else None


def _choices(name: str, seen: Looked, kind: Kind) -> list[dict[str, str]]:
    if name == "activity":
        wanted = [
            (c.key, pick(dict(c.names))) for c in events.activities(seen.event.slug) if c.category in kind.activities
        ]
    elif name == "unit":
        wanted = [(unit, unit) for unit in ("kWh", "MWh", "GJ", "m3", "litre", "kg", "t", "tonne-km", "meal", "item")]
    elif name == "treatment":
        wanted = [("landfill", t("Landfill")), ("incineration", t("Incineration")), ("composting", t("Composting")),
                  ("digestion", t("Digestion")), ("recycling", t("Recycling"))]  # fmt: skip
    elif name == "mode":
        words = (t("Plane"), t("High-speed rail"), t("Train"), t("Coach"), t("Car"))
        wanted = list(zip(MODES, words, strict=True))
    else:
        wanted = [("onsite", t("on site")), ("remote", t("remotely"))]
    return [{"value": NONE, "label": "–"}, *({"value": key, "label": label} for key, label in wanted)]


# ---------------------------------------------------------------- places
def _places(seen: Looked) -> Any:
    ordered = sorted(seen.places, key=lambda each: bool(each.place_id))
    rows = []
    for each in ordered[:MOST_PLACES]:
        options = [{"value": i, "label": _place(names, where)} for i, names, where in each.choices]
        if each.place_id and each.place_id not in {option["value"] for option in options}:
            options.insert(0, {"value": each.place_id, "label": _place(each.names, each.country)})
        box: Any = html.Span(t("nothing is called so"), className="fz-error")
        if options:
            first = [] if each.place_id else [{"value": NONE, "label": t("choose: several are called so")}]
            label = t("What {name} is taken for", name=each.text)
            box = _in_cell(
                {"type": "import-place", "text": each.text}, label, [*first, *options], each.place_id or NONE
            )
        rows.append(html.Tr([html.Th(each.text, scope="row"), html.Td(box)]))
    head = html.Tr([html.Th(t("In the file"), scope="col"), html.Th(t("Is taken for"), scope="col")])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="fz-table fz-import-places")
    more = len(seen.places) - len(rows)
    note = html.P(t("… and {count} more, all found.", count=f.number(more)), className="fz-note fz-import-pad")
    return [html.Div(table, className="fz-scroll", tabIndex="0"), note if more > 0 else None]


def _place(names: Mapping[str, str], where: str) -> str:
    return " · ".join(part for part in (pick(dict(names)), region_name(where) if where else "") if part)


# ---------------------------------------------------------------- rows
def _checked_words(seen: Looked) -> str:
    if seen.missing:
        return t("no row is read yet")
    if seen.checked_count < seen.row_count:
        return t(
            "the first {count} rows are checked now, the others as they come in", count=f.number(seen.checked_count)
        )
    return t("every row is checked")


def _rows(seen: Looked, kind: Kind, names: Mapping[str, str]) -> Any:
    if seen.missing:
        words = t("Choose above what tells this, and the rows are read: {names}.", names=_missing(seen, kind))
        return html.P(words, className="fz-small fz-import-pad")
    wrong = _wrong(seen) if seen.bad_count else None
    if not seen.first:
        return wrong
    head = html.Tr(
        [html.Th(word, scope="col")
         for word in (t("Row"), t("Is read as"), t("Comes from") if kind.shape == "people" else t("Turned into"))]
    )  # fmt: skip
    rows = [
        html.Tr([html.Td(f.number(row.number)), html.Td(_told(row.content, kind, names)), html.Td(_turned(row))])
        for row in seen.first
    ]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="fz-table")
    if kind.shape == "people" and "session" in seen.reading.columns:
        notes = t("Sessions are counted and kept with each journey; people without a journey are expected at the event "
                  "as a whole, the estimate is not told apart by session.")  # fmt: skip
        wrong = html.Div([wrong, html.P(notes, className="fz-note fz-import-pad")])
    good = html.P(t("The first rows that can come in:"), className="fz-small fz-import-pad") if wrong else None
    return [wrong, good, html.Div(table, className="fz-scroll", tabIndex="0")]


def _turned(row: ReadRow) -> str:
    """What an amount was turned into, or where a person comes from."""
    if row.place is not None:
        return _place(row.place.names, str(row.content["region"]))
    region = str(row.content.get("region", ""))
    return row.said or (region_name(region) if region else "–")


def _told(content: Mapping[str, Any], kind: Kind, names: Mapping[str, str]) -> str:
    if kind.shape == "people":
        return _person(content)
    entry = content.get("entry") or {
        "activity": content["activity"],
        "quantity": content["reading"],
        "unit": content["unit"],
    }
    days = [f.date_text(each) for each in _days(content)]
    parts = [
        names.get(entry["activity"], entry["activity"]),
        f"{_amount(entry['quantity'])} {entry['unit']}",
        *days,
    ]
    return " · ".join([content["meter"], *parts] if "meter" in content else parts)


def _amount(value: float) -> str:
    """A number with as many decimals as it has, three at most."""
    decimals = next((places for places in range(3) if round(value, places) == value), 3)
    return f.number(value, decimals)


def _days(content: Mapping[str, Any]) -> list[date]:
    told = [*content.get("days", ()), content.get("day", "")]
    return [date.fromisoformat(each) for each in told if each]


def _person(content: Mapping[str, Any]) -> str:
    states = {"registered": t("registered"), "cancelled": t("cancelled")}
    ways = {"onsite": t("on site"), "remote": t("remotely")}
    parts = [states.get(content["state"], ""), ways.get(content["way"], ""), content["company"]]
    if "attended" in content:
        parts.insert(0, t("attended") if content["attended"] else t("did not come"))
    if content["people"] != 1:
        parts.append(t("{count} people", count=f.number(content["people"])))
    if content.get("sessions"):
        parts.append(t("{count} sessions", count=f.number(len(content["sessions"]))))
    if content["trip"]:
        parts.append(t("with their journey"))
    parts.append(t("named, as they agree") if content.get("name") else t("without a name"))
    return " · ".join(part for part in parts if part)


def _wrong(seen: Looked) -> html.Div:
    head = html.Tr([html.Th(word, scope="col") for word in (t("Row"), t("Column"), t("Value"), t("What is wrong"))])
    rows = [
        html.Tr([
            html.Td(f.number(each.number)), html.Td(str(error.params.get("field", ""))),
            html.Td(str(error.value) or "–"), html.Td(sentence(error)),
        ])
        for each in seen.bad[:MOST_SHOWN] for error in each.errors
    ]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="fz-table fz-import-wrong")
    link = button_link(t("Bad rows as CSV"), f"/desk/e/{seen.event.slug}/import/bad.csv?file={seen.token}", "table",
                       download="")  # fmt: skip
    words = t(
        "Nothing comes in yet: {count} of {all} rows must be put right. Take them as CSV, mend them, and choose that "
        "file above: they go back to their places. Empty a row's cells to leave it out.",
        count=f.number(seen.bad_count), all=f.number(seen.checked_count),
    )  # fmt: skip
    return html.Div([
        html.Div([html.P(error_children(words), className="fz-error"), link], className="fz-import-pad fz-import-bad"),
        html.Div(table, className="fz-scroll", tabIndex="0"),
    ])  # fmt: skip


def sentence(error: FieldError) -> str:
    """What is wrong with a cell, in the person's language; the sentence need not repeat the column's name."""
    return sentence_of(error)


def _act(seen: Looked) -> html.Div:
    if seen.known_at:
        told = html.P(t("This very file came in on {day}: it would bring nothing new.",
                        day=f.date_text(seen.known_at.date())), className="fz-told")  # fmt: skip
    elif seen.may_come_in:
        told = html.P(t("All {count} rows come in, or none.", count=f.number(seen.row_count)), className="fz-small")
    else:
        told = html.P(t("Nothing comes in while anything is wrong."), className="fz-small")
    acts = [button("import-forget", t("Forget this file"), "close")]
    if seen.may_come_in and not seen.known_at:
        acts.insert(0, button("import-bring", t("Bring it in"), "check", main=True))
    return html.Div([told, html.Div(acts, className="fz-import-acts")])


# ---------------------------------------------------------------- the list
def listed(cards: Sequence[ImportCard], may_undo: bool) -> Any:
    """Imports of the event, newest first."""
    if not cards:
        return empty(t("Nothing has been brought in yet."))
    return html.Ul([_card(card, may_undo) for card in cards], className="fz-versions")


def _card(card: ImportCard, may_undo: bool) -> html.Li:
    kind = kinds().get(card.kind)
    counts = t("{new} new, {changed} changed, {known} known before", new=f.number(card.new_count),
               changed=f.number(card.changed_count), known=f.number(card.known_count))  # fmt: skip
    facts_line = f"{f.date_text(card.at.date())} · {card.actor}"
    if card.state == "undone" and card.undone_at:
        facts_line += " · " + t("undone on {day} by {who}", day=f.date_text(card.undone_at.date()), who=card.undone_by)
    act = None
    if may_undo and card.state == "in":
        act = html.Button(
            [icon("back"), html.Span(t("Undo"))], id={"type": "import-undo", "id": card.import_id}, n_clicks=0,
            type="button", className="fz-button", **{"aria-label": t("Undo the import of {name}", name=card.name)},
        )  # fmt: skip
    words = [
        html.B(card.name), " ", html.Span(pick(dict(kind.names)) if kind else card.kind, className="fz-small"),
        html.Br(), counts, *([" · ", brought(card.detail)] if card.detail and card.state == "in" else []), html.Br(),
        html.Span(facts_line, className="fz-note"), html.Br(), html.Span(card.sha256, className="fz-mono fz-hash"),
    ]  # fmt: skip
    look = "fz-import-card fz-import-undone" if card.state == "undone" else "fz-import-card"
    return html.Li([html.Div(words), act], className=look)


def brought(detail: Mapping[str, Any]) -> str:
    """What a file came to, in words."""
    if "lines" in detail:
        return t("{count} lines of the inventory", count=f.number(detail["lines"]))
    if "attended" not in detail:
        return ""
    parts = [t("{count} expected", count=f.number(detail["expected"]))]
    if detail["attended"]:
        parts.append(t("{count} attended", count=f.number(detail["attended"])))
    if detail["no_show"]:
        parts.append(t("{count} did not come", count=f.number(detail["no_show"])))
    if detail["cancelled"]:
        parts.append(t("{count} cancelled", count=f.number(detail["cancelled"])))
    if detail.get("sessions"):
        parts.append(t("{count} seats in sessions", count=f.number(sum(detail["sessions"].values()))))
    if detail.get("guests_made"):
        parts.append(t("{count} journeys", count=f.number(detail["guests_made"])))
    return " · ".join(parts)
