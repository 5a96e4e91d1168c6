"""The organiser's dashboard as PDF: what was asked, as of when and at which version, then every figure."""

from __future__ import annotations

from collections.abc import Mapping

from locales import current_language, pick, t
from pages._parts.desk import event_line
from pages.documents._sections import Paged, Section
from pages.documents._sections_pdf import sections_pdf
from pages.organiser._event_panels import MOST_TABLE_ROWS, cell_words, title_words, unit_of
from pages.organiser._filter import asked_words
from reports import Dashboard, Table, about_rows


def dashboard_pdf(shown: Dashboard, found: Mapping[str, Table]) -> bytes:
    """The document's bytes."""
    event = shown.view.event
    lead = (event_line(event), t("Showing: {what}", what=asked_words(shown) or t("the whole event")))
    about = Section(t("Question"), facts=tuple(about_rows(shown)))
    sources = (
        t("Every gram is an activity times a published factor of set {edition}; factors and sources stand at /method.",
          edition=event.factor_set_id),
        t("Rows of fewer than five guests stand in one sum, as do those that would tell of them."),
    )  # fmt: skip
    warnings = (t("Fewer than five guests stand behind what you chose: nothing is told of them apart."),)
    paged = Paged(
        title=pick(dict(event.names)), lead=lead, livemode=event.livemode, foot=sources,
        sections=(about, *[_section(table) for table in found.values() if table.rows]),
        warnings=warnings if shown.hidden else (),
    )  # fmt: skip
    return sections_pdf(paged, current_language(), shown.view.totals.as_of)


def _section(table: Table) -> Section:
    """A figure: its finding, then its rows in one unit; the last ones where there are very many."""
    unit = unit_of(table)
    rows = tuple(tuple(cell_words(cell, column, unit) for cell, column in zip(row, table.columns, strict=True))
                 for row in table.rows[-MOST_TABLE_ROWS:])  # fmt: skip
    head = tuple(title_words(column, unit) for column in table.columns)
    return Section(table.name, (table.finding,), head=head, rows=rows)
