"""Retirement instructions as files for the registry: one sheet of words and numbers, as CSV, XLSX, or on paper."""

from __future__ import annotations

from gateways.registry import InstructionSheet, as_csv, as_xlsx
from locales import formats as f
from locales import pick, t
from offsetting.instruction_models import Instruction

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def instruction_sheet(found: Instruction) -> InstructionSheet:
    """An instruction in the reader's language."""
    title = t("Retirement instruction {number}", number=found.number)
    facts: list[tuple[str, str | int]] = [
        (t("Instruction"), found.number),
        (t("To the registry"), found.registry),
        (t("Project"), f"{pick(dict(found.project_names))} ({found.project_id})"),
        (t("Vintage"), found.vintage),
        (t("Whole credits to retire"), found.credit_count),
        (t("Beneficiary"), found.beneficiary),
        (t("Reason"), found.reason or t("For the emissions of the events named below.")),
        (t("Drafted on"), f.date_text(found.drafted_at.date())),
        (t("SHA-256 of this instruction's content"), found.content_sha256),
    ]
    if not found.livemode:
        facts.insert(0, (t("TEST"), t("A test of no value: no registry is to act on it.")))
    columns = (
        t("Batch"), t("First serial number"), t("Last serial number"), t("Credits"), t("Sold (g)"), t("Surplus (g)"),
        t("Event"),
    )  # fmt: skip
    rows: list[tuple[str | int, ...]] = []
    for run in found.runs:
        first, _, last = run.serials.partition(" – ")
        name = pick(dict(run.event_names)) or run.event_id
        rows.append((run.batch_id, first, last or first, run.credit_count, run.sold_g, run.surplus_g, name))
    return InstructionSheet(title, tuple(facts), columns, tuple(rows), found.drafted_at)


def instruction_file(found: Instruction, suffix: str) -> bytes:
    """The sheet as ``csv`` or ``xlsx``."""
    return {"csv": as_csv, "xlsx": as_xlsx}[suffix](instruction_sheet(found))
