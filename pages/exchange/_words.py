"""What the retirement pages share: words of states, deadlines, runs of serial numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dash import html

import offsetting
from locales import formats as f
from locales import pick, t
from pages._parts.pieces import facts, swatch, table, timeline

LOOKS = {"drafted": "open", "sent": "reserved", "entered": "extra", "confirmed": "retired", "withdrawn": "revoked"}
SOON_DAYS = 60


def state_word(state: str) -> str:
    """An instruction's state."""
    return {
        "drafted": t("Drafted"), "sent": t("Sent to the registry"), "entered": t("Entered, to be confirmed"),
        "confirmed": t("Confirmed: retired"), "withdrawn": t("Withdrawn"),
    }[state]  # fmt: skip


def state_mark(state: str) -> html.Span:
    """Swatch and word of an instruction's state."""
    look = LOOKS[state]
    return html.Span([swatch(look), html.Span(state_word(state))], className=f"fz-state fz-state-{look}")


def deadline_text(retire_by: datetime | None, days_left: int | None) -> Any:
    """By when, and how long that is; said plainly when it has passed."""
    if retire_by is None or days_left is None:
        return t("nothing waits")
    day = f.date_text(retire_by.date())
    if days_left < 0:
        return html.Span(t("{day}: passed {count} days ago", day=day, count=f.number(-days_left)), className="fz-late")
    words = t("{day}: {count} days left", day=day, count=f.number(days_left))
    return html.Span(words, className="fz-soon" if days_left <= SOON_DAYS else "")


def run_table(runs: Sequence[offsetting.InstructionRun]) -> html.Div:
    """The credits of an instruction by run of serial numbers."""
    rows = [
        [
            html.Span([html.B(pick(dict(run.event_names)) or run.event_id), html.Br(),
                       html.Span(run.serials, className="fz-mono fz-serials")]),
            f.number(run.credit_count), f.mass_text(run.sold_g), f.mass_text(run.surplus_g) if run.surplus_g else "–",
        ]
        for run in runs
    ]  # fmt: skip
    return table([t("Event and serial numbers"), t("Credits"), t("Sold"), t("Surplus")], rows)


def names_of(found: offsetting.Instruction) -> str:
    """The names of an instruction's events, the first three."""
    names = list(dict.fromkeys(pick(dict(run.event_names)) or run.event_id for run in found.runs))
    return t(", ").join(names[:3]) + ("…" if len(names) > 3 else "")


def entry_facts(found: offsetting.Instruction) -> Any:
    """What was entered of the registry's answer, with links to its page and document."""
    entry = found.entry
    if entry is None:
        return None
    document = html.A(
        entry.evidence_name or t("document"), href=f"/desk/exchange/evidence/{entry.evidence_sha256}", download=""
    )
    page = html.A(entry.link, href=entry.link, rel="noreferrer", target="_blank", className="fz-hash")
    size = t("{count} bytes", count=f.number(entry.evidence_bytes))
    return facts(
        [
            (t("Registry's page"), page),
            (t("Retired on"), f.date_text(entry.retired_on.date())),
            (t("Beneficiary"), entry.beneficiary),
            (t("Document"), html.Span([document, html.Br(), html.Span(size, className="fz-note")])),
            (t("SHA-256"), html.Span(entry.evidence_sha256, className="fz-mono fz-hash")),
            (t("Entered by"), _by(found, entry.entered_by, entry.entered_at)),
        ]
    )


def steps_list(found: offsetting.Instruction) -> html.Ol:
    """What has happened to an instruction, when and by whom, with reasons."""
    steps = []
    for i, step in enumerate(found.steps):
        back = step.state == "sent" and i > 0 and found.steps[i - 1].state == "entered"
        name = t("Sent back") if back else state_word(step.state)
        words = _by(found, step.actor, step.at) + (f" – {step.reason}" if step.reason else "")
        steps.append((name, words, True))
    return timeline(steps)


def _by(found: offsetting.Instruction, label: str, at: datetime) -> str:
    name = t("this installation") if label.startswith("system") else found.name_of(label)
    return t("{name}, {time} UTC", name=name, time=f.datetime_text(at, UTC))
