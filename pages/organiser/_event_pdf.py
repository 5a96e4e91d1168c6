"""The organiser's dashboard as PDF: what was asked, as of when and at which version, then every figure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from locales import current_language, pick, t
from locales import formats as f
from pages._parts.desk import event_line
from pages.documents._sections import Paged, Section
from pages.documents._sections_pdf import sections_pdf
from pages.organiser._event_panels import MOST_TABLE_ROWS, cell_words, title_words, unit_of
from pages.organiser._filter import asked_words
from reports import Dashboard, Table, about_rows

MOST_MOMENTS = 24  # of the day's course; all of them stand in the other files


def dashboard_pdf(shown: Dashboard, found: Mapping[str, Table]) -> bytes:
    """The document's bytes."""
    event = shown.view.event
    lead = (event_line(event), t("Showing: {what}", what=asked_words(shown) or t("the whole event")))
    about = Section(t("Question"), facts=tuple(_facts(shown)))
    sources = (
        t("Every gram is an activity times a published factor of set {edition}; factors and sources stand at /method.",
          edition=event.factor_set_id),
        t("Rows of fewer than five guests stand in one sum, as do those that would tell of them."),
    )  # fmt: skip
    warnings = (t("Fewer than five guests stand behind what you chose: nothing is told of them apart."),)
    paged = Paged(
        title=pick(dict(event.names)), lead=lead, livemode=event.livemode, foot=sources,
        sections=(about, *[_section(table, event.timezone) for table in found.values() if table.rows]),
        warnings=warnings if shown.hidden else (),
    )  # fmt: skip
    return sections_pdf(paged, current_language(), shown.view.totals.as_of)


def _facts(shown: Dashboard) -> list[tuple[str, str]]:
    """What was asked and when, as it is read: the moment in the event's zone, an address only where there is one."""
    totals, zone = shown.view.totals, shown.view.event.timezone
    told = {t("As of"): f"{f.datetime_text(totals.as_of, zone)} ({zone})"}
    return [(name, told.get(name, value)) for name, value in about_rows(shown) if value != "?"]


def _section(table: Table, zone: str) -> Section:
    """A figure: its finding, then its rows in one unit; the last ones where there are very many, and of the course of
    the day as many of the same distance from each other."""
    unit, of_day, kept = unit_of(table), table.key == "day", table.rows[-MOST_TABLE_ROWS:]
    if of_day:
        kept = kept[:: -max(1, -(-len(kept) // MOST_MOMENTS))][::-1]  # the last one always
    rows = tuple(tuple(cell_words(cell, column, unit) for cell, column in zip(row, table.columns, strict=True))
                 for row in kept)  # fmt: skip
    head = tuple(title_words(column, unit) for column in table.columns)
    if of_day:
        head, rows = (t("Until"), *head[1:]), tuple((_moment(row[0], zone), *row[1:]) for row in rows)
    return Section(table.name, (table.finding,), head=head, rows=rows)


def _moment(instant: Any, zone: str) -> str:
    return f.datetime_text(datetime.fromisoformat(str(instant)), zone)
