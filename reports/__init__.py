"""Use cases of reports: questions across events, their answers from the roll-ups, and files of them."""

from reports.choices import Choice, Choices, choices
from reports.companies import CompanyAtEvent, companies_at_events, company_at_event
from reports.dashboard import Dashboard, dashboard
from reports.dashboard_cells import FEW
from reports.dashboard_files import about_rows, figure_csv, figures_xlsx, whole_csv
from reports.dashboard_rows import channel_names
from reports.dashboard_tables import Table, open_g, row_names, step_names, tables
from reports.exploring import Answer, Column, Row, explore, visible_events
from reports.exports import export_csv, export_xlsx
from reports.narrowing import Narrowing
from reports.question import BY, KINDS, MEASURES, NO_MODE, Question
from reports.words import activity, recipient

__all__ = [
    "BY", "FEW", "KINDS", "MEASURES", "NO_MODE", "Answer", "Choice", "Choices", "Column", "CompanyAtEvent",
    "Dashboard", "Narrowing", "Question", "Row", "Table", "about_rows", "activity", "channel_names", "choices",
    "companies_at_events", "company_at_event", "dashboard",
    "explore", "export_csv", "export_xlsx", "figure_csv", "figures_xlsx", "open_g",
    "recipient", "row_names", "step_names", "tables", "visible_events", "whole_csv",
]  # fmt: skip
