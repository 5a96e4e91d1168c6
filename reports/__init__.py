"""Use cases of reports: questions across events, their answers from the roll-ups, and files of them."""

from reports.choices import Choice, Choices, choices
from reports.companies import CompanyAtEvent, companies_at_events, company_at_event
from reports.exploring import Answer, Column, Row, explore, visible_events
from reports.exports import export_csv, export_xlsx
from reports.question import BY, KINDS, MEASURES, NO_MODE, Question

__all__ = [
    "BY", "KINDS", "MEASURES", "NO_MODE", "Answer", "Choice", "Choices", "Column", "CompanyAtEvent", "Question", "Row",
    "choices", "companies_at_events", "company_at_event", "explore", "export_csv", "export_xlsx", "visible_events",
]  # fmt: skip
