"""The list of an event's own lines, each opened to how it was computed, and their totals by category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dash import html

import events
import reports
from calculations.activity import FACTOR
from calculations.model import CATEGORIES, EmissionLine
from calculations.trace import quantity_of, rate_of
from locales import formats as f
from locales import pick, t
from pages._parts.desk import panel
from pages._parts.icons import icon
from pages._parts.pieces import category_name, category_strip, empty, equation, facts, mass_number, range_text, swatch
from pages._parts.trace_words import trace_rows

Names = Mapping[str, events.InventoryChoice]
LINES_AT_ONCE = 50


def known_words() -> dict[str, str]:
    """How a quantity is known, best first."""
    return {
        "measured": t("measured"), "declared": t("declared"), "estimated": t("estimated"), "defaulted": t("assumed"),
    }  # fmt: skip


def unit_words(unit: str) -> str:
    """A unit as people write it; one without words stands as it is."""
    return {
        "hour": t("hours"), "meal": t("meals"), "room-night": t("room-nights"), "guest-night": t("nights"),
        "m3": "m³", "Nm3": "Nm³", "m2": "m²", "m2-hour": t("m² × hours"), "sheet": t("sheets"), "item": t("pieces"),
        "litre": t("litres"), "tonne-km": t("tonne-km"), "passenger-km": t("passenger-km"),
        "vehicle-km": t("vehicle-km"), "kg leaked": t("kg leaked"), "cup": t("cups"),
    }.get(unit, unit)  # fmt: skip


def totals_panel(view: events.InventoryView) -> Any:
    """Totals by category with their ranges, and of all."""
    if not view.by_category:
        return empty(t("No line yet: add the first one."))
    unit = f.mass_unit(view.high_g)
    head = html.P(
        [mass_number(view.total_g, 1), " ", range_text(view.low_g, view.high_g, f.mass_unit(view.total_g))],
        className="fz-inventory-sum",
    )
    strip = category_strip({name: sums[1] for name, sums in view.by_category.items()}, legend=False)
    rows = [_category_row(name, *view.by_category[name], unit) for name in CATEGORIES if name in view.by_category]
    return [head, strip, html.Table(html.Tbody(rows), className="fz-table fz-table-plain mt-2")]


def _category_row(name: str, low_g: int, total_g: int, high_g: int, unit: str) -> html.Tr:
    title = html.Span([swatch(name), category_name(name)], className="fz-inventory-name")
    span = html.Td(range_text(low_g, high_g, unit), className="fz-right")
    return html.Tr([html.Td(title), html.Td(html.B(f.mass_text(total_g, unit=unit)), className="fz-right"), span])


def lines_panel(
    view: events.InventoryView, lines: Sequence[events.InventoryLine], names: Names, number: int, asked: str
) -> Any:
    """A page of lines in the order of categories, each opened by a click; ``asked`` is the query without the page."""
    if not lines:
        words = t("Nothing is here yet. What the venue used and what was bought for the event belongs here.")
        return empty(t("No line fits what is chosen above.") if view.lines or view.planned else words)
    order = {name: number for number, name in enumerate(CATEGORIES)}
    rows = sorted(enumerate(lines), key=lambda item: (order.get(_category(item[1], names), len(order)), item[0]))
    number = min(max(1, number), _page_count(lines))
    first = (number - 1) * LINES_AT_ONCE
    shown = [_line(view, each, names) for _, each in rows[first : first + LINES_AT_ONCE]]
    return [html.Ol(shown, className="fz-inventory", start=str(first + 1)), _pager(view, len(rows), number, asked)]


def _page_count(lines: Sequence[Any]) -> int:
    return max(1, -(-len(lines) // LINES_AT_ONCE))


def _pager(view: events.InventoryView, count: int, number: int, asked: str) -> Any:
    """Which lines these are, and those before and after; nothing where all are shown."""
    if count <= LINES_AT_ONCE:
        return None
    base = f"/desk/e/{view.event.slug}/inventory?{asked}{'&' if asked else ''}page="
    first, last = (number - 1) * LINES_AT_ONCE + 1, min(count, number * LINES_AT_ONCE)
    told = t("Lines {first} to {last} of {count}", first=f.number(first), last=f.number(last), count=f.number(count))
    links = [html.A(t("Lines before"), href=f"{base}{number - 1}#inventory-list", className="fz-link")] * (number > 1)
    links += [html.A(t("More lines"), href=f"{base}{number + 1}#inventory-list", className="fz-link")] * (last < count)
    return html.Nav([html.Span(told, className="fz-small"), *links], className="fz-pager fz-inventory-pager",
                    **{"aria-label": t("Pages of lines")})  # fmt: skip


def _category(each: events.InventoryLine, names: Names) -> str:
    chosen = names.get(each.entry["activity"])
    return each.line.category if each.line else chosen.category if chosen else ""


def title_of(each: events.InventoryLine, names: Names) -> str:
    """What a line is called: as it was told, also where its entry names the row that this has in the factor set."""
    entry, told = each.entry, each.line.activity if each.line else FACTOR
    if str(entry["activity"]).startswith(FACTOR) and not told.startswith(FACTOR):
        return reports.activity(told)
    chosen = names.get(entry["activity"])
    return pick(dict(chosen.names)) if chosen else str(entry["activity"]).replace("_", " ")


def amount_of(each: events.InventoryLine) -> str:
    """How much was told, in its unit."""
    return f"{f.number_as_told(Decimal(repr(each.entry['quantity'])))} {unit_words(each.entry['unit'])}"


def about_line(view: events.InventoryView, each: events.InventoryLine) -> str:
    """How a line is known, where it came from, what it was for, and what stands beside it, in one line."""
    parts = [amount_of(each), known_words().get(str(each.entry.get("known", "declared")), "")]
    if each.stage == "planned":
        parts.append(t("planned"))
    if each.source == "imported":
        parts.append(t("imported"))
    if each.session:
        parts.append(session_words(view.event, each.session))
    said = [one for one in each.comments if one.withdrawn_at is None]
    if said:
        parts.append(t("{count} comments", count=f.number(len(said))))
    if each.proofs:
        parts.append(t("{count} files", count=f.number(len(each.proofs))))
    return " · ".join(part for part in parts if part)


def session_words(event: events.Event, session_id: str) -> str:
    """A session by its name; one that is gone by its id."""
    return next((pick(dict(each.names)) for each in event.sessions if each.session_id == session_id), session_id)


def _line(view: events.InventoryView, each: events.InventoryLine, names: Names) -> html.Li:
    line, category = each.line, _category(each, names)
    words = html.Span(
        [html.B(title_of(each, names)), html.Small(about_line(view, each))], className="fz-inventory-what"
    )
    mass: Any = html.Small(t("not counted by the boundary"), className="fz-inventory-mass")
    if line is not None:
        spread = range_text(line.low_g, line.high_g, f.mass_unit(line.total_g))
        mass = html.Span([mass_number(line.total_g, 2), spread], className="fz-inventory-mass")
    summary = html.Summary([swatch(category) if category else None, words, mass, icon("chevron_down")])
    inside = [opened(line)] if line is not None else []
    inside.append(html.Div(_doors(view, each), className="d-flex flex-wrap gap-2 mt-3"))
    look = "fz-inventory-planned" if each.stage == "planned" else ""
    return html.Li(html.Details([summary, html.Div(inside, className="fz-inventory-open")]), className=look)


def _doors(view: events.InventoryView, each: events.InventoryLine) -> list[html.A]:
    """Where a line leads: to what stands beside it, and to its form."""
    base = f"/desk/e/{view.event.slug}/inventory"
    doors = [html.A([icon("document"), html.Span(t("Comments and evidence"))], className="fz-button",
                    href=f"{base}/line/{each.line_id}")]  # fmt: skip
    edit = f"planned={each.line_id}" if each.stage == "planned" else f"edit={each.number}"
    typed = each.source == "typed" and (each.stage == "planned" or each.number is not None)
    if view.may_edit and typed and view.event.state != "settled":
        doors.append(html.A([icon("edit"), html.Span(t("Change or delete"))], className="fz-button",
                            href=f"{base}?{edit}"))  # fmt: skip
    return doors


def opened(line: EmissionLine) -> html.Div:
    """The line's arithmetic, factors, bounds and notes, from its trace."""
    trace = line.trace
    quantity, rate = quantity_of(trace["quantity_terms"]), rate_of(trace["factors"], "value")
    boxes = [
        (f.number_as_told(quantity), unit_words(line.unit)),
        (_figures(rate), t("kg per {unit}", unit=line.unit)),
        (f.number(Decimal(line.total_g) / 1000, 3), t("kg, rounded once, to 1 g")),
    ]
    return html.Div([equation(boxes), facts(_facts(line))])


def _figures(value: Decimal) -> str:
    """Five figures, as published rows have."""
    if value == 0:
        return "0"
    text = f.number(value, min(max(0, 4 - value.adjusted()), 9))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _facts(line: EmissionLine) -> list[tuple[str, Any]]:
    trace, rows = line.trace, []
    for factor in (each for each in trace["factors"] if each["counted"]):
        told = f"{factor['value']:g} {factor['unit']}, {factor['region']}, {factor['year']}"
        rows.append((t("Factor"), [html.Span(factor["id"], className="fz-mono"), html.Br(), told]))
        rows.append((t("Source"), f"{factor['source_title']} · {factor['licence'] or t('not stated')}"))
    rows += trace_rows(line)
    if line.quality:
        rows.append((t("Data quality"), t("{score} (1 best, 5 worst)", score=f.number(Decimal(line.quality) / 100, 2))))
    rows += [(t("Range"), t(basis["message"], **basis["params"])) for basis in trace["bounds"]]
    rows += [(t("Note"), t(note["message"], **note["params"])) for note in trace["notes"]]
    chosen = trace["factor_set"]
    digest = html.Span(f"{chosen['sha256'][:12]}…", className="fz-mono", title=chosen["sha256"])
    return [*rows, (t("Factor set"), [f"{chosen['id']} · ", digest])]


def list_card(
    view: events.InventoryView, lines: Sequence[events.InventoryLine], names: Names, number: int = 1, asked: str = ""
) -> html.Section:
    """The card that a callback fills anew."""
    version = t("version {number}", number=view.version) if view.version else ""
    return panel(t("Lines"), lines_panel(view, lines, names, number, asked), version, span=12)
