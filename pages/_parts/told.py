"""What is told of projects and plantings, for documents and desks alike: disputes, documents, states of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from locales import formats as f
from locales import t
from offsetting import claims
from offsetting.forestry_view import Due, PlanView, Record
from offsetting.project_view import Batch, Dispute, Document, OfferedAt
from pages._parts.desk import recipient_name
from pages._parts.pieces import facts


def kind_word(kind: str) -> str:
    """Reduction or removal, as a title."""
    return {"reduction": t("Reduction"), "removal": t("Removal")}.get(kind, kind)


def dispute_list(entries: Sequence[Dispute]) -> Any:
    """What is said against a project, each with its day, source and answers; None where nothing is."""
    if not entries:
        return None
    named = {entry.dispute_id: i for i, entry in enumerate(entries, start=1)}
    return html.Ol([_dispute(entry, named.get(entry.answers, 0)) for entry in entries], className="fz-disputes")


def _dispute(entry: Dispute, answers: int) -> html.Li:
    head = f.date_text(entry.dated_on)
    said = t("{day}, an answer to {number}", day=head, number=f.number(answers)) if answers else head
    link = html.A(entry.source, href=entry.link, rel="noreferrer nofollow", target="_blank")
    return html.Li([html.B(said), html.P(entry.text, className="fz-body"), html.P([t("Source: "), link])])


def document_list(project_id: str, documents: Sequence[Document]) -> Any:
    """Documents with size and hash, to download."""
    rows = [
        html.Li(
            [
                html.A(document.name, href=f"/project/{project_id}/document/{document.sha256}", download=document.name),
                html.Span(_about(document), className="fz-note"),
                html.Span(document.sha256, className="fz-mono fz-hash"),
            ]
        )
        for document in documents
    ]
    return html.Ul(rows, className="fz-documents")


def _about(document: Document) -> str:
    size = f.number(max(1, round(document.size_bytes / 1000)))
    seen = "" if document.public else " · " + t("for the desk alone")
    return " · " + t("{size} kB, {day}", size=size, day=f.date_text(document.at.date())) + seen


def batch_facts(batch: Batch) -> html.Dl:
    """A batch by serial range with what is sold, retired and free; no buyer is named."""
    free = batch.unassigned_g + batch.free_g
    rows = [
        (t("Serial numbers"), html.Span(batch.serials, className="fz-mono fz-hash")),
        (t("Credits"), f.number(batch.credit_count)),
        (t("Retired"), f.mass_text(batch.retired_g + batch.surplus_g, unit="t")),
        (t("Sold, to be retired"), f.mass_text(batch.sold_g, unit="t")),
        (t("Held for unpaid orders"), f.mass_text(batch.held_g, unit="t")),
        (t("Free"), f.mass_text(free, unit="t")),
    ]
    return facts([*rows, *([(t("Issue"), batch.document)] if batch.document else [])])


def split_text(offer: OfferedAt) -> str:
    """Who gets which share of the price."""
    return " · ".join(f"{recipient_name(part['to'])} {_percent(float(part['share']))}" for part in offer.split)


def _percent(share: float) -> str:
    percent = round(100 * share, 2)
    return t("{count} %", count=f.number(percent, 0 if percent == int(percent) else 2))


def plan_state(plan: PlanView) -> tuple[str, str]:
    """How a planting stands: swatch and sentence, the claim's own words once it is agreed."""
    if plan.state == "drafted":
        return "open", t("Drafted, not agreed")
    if plan.state == "withdrawn":
        return "revoked", t("Withdrawn")
    if plan.state == "closed" and not plan.covered_g:
        return "revoked", t("Closed")
    there = plan.confirmed_on
    about: dict[str, Any] = {"evidence": "forestry", "subject": "event", "share_bp": min(1, plan.covered_g)}
    if there is not None:
        return "retired", claims.say("state.line", state="retired", date=f.date_text(there), **about)
    return "reserved", claims.say("state.line", state="reserved", **about)


def record_text(record: Record) -> str:
    """What an entry says, in one sentence."""
    return {
        "planted": t("The trees are planted."),
        "survival": t("{count} % of the trees live.", count=f.number(record.survival_percent)),
        "measured": t("{mass} taken up since the planting.", mass=f.mass_text(record.grams, unit="t")),
        "reversal": t("{mass} lost.", mass=f.mass_text(record.grams, unit="t")),
    }[record.kind]  # fmt: skip


def due_text(due: Due) -> str:
    """What a plan owes by which day, said plainly when it has passed."""
    what = {
        "planted": t("planting to be confirmed"), "survival": t("survival to be looked at"),
        "sink": t("sink to be there"),
    }[due.what]  # fmt: skip
    day = f.date_text(due.day)
    if due.days_left < 0:
        return t("{what}: {day}, passed {count} days ago", what=what, day=day, count=f.number(-due.days_left))
    return t("{what}: {day}, {count} days left", what=what, day=day, count=f.number(due.days_left))


def area_text(area_m2: int) -> str:
    """An area in hectares."""
    return f"{f.number(area_m2 / 10_000, 2)}{f.THIN}ha"


def species_text(plan: PlanView) -> str:
    """Species with their numbers of trees."""
    return t(", ").join(t("{name} {count}", name=name, count=f.number(count)) for name, count in plan.species)


def plan_facts(plan: PlanView) -> html.Dl:
    """What was agreed, and how far it is."""
    return facts(
        [
            (t("Place"), plan.place),
            (t("Planted by"), plan.planter),
            (t("Area"), area_text(plan.area_m2)),
            (t("Species"), species_text(plan)),
            (t("Planting done by"), f.date_text(plan.planted_by)),
            (t("Survival looked at"), t(", ").join(f.date_text(day) for day in plan.checks)),
            (t("Least survival"), t("{count} %", count=f.number(plan.survival_percent))),
            (t("Sink there by"), f.date_text(plan.sink_due_on)),
            (t("Found by"), plan.method),
            (t("Expected sink"), f.mass_text(plan.expected_g, unit="t")),
            (t("Covers of the event, promised"), f.mass_text(plan.promised_g, unit="t")),
            (t("Covers of the event, confirmed"), f.mass_text(plan.confirmed_g, unit="t")),
            (t("Beside it, on no emission"), f.mass_text(plan.beside_g, unit="t")),
            (t("Lost"), f.mass_text(plan.lost_g, unit="t") if plan.lost_g else t("nothing")),
        ]
    )
