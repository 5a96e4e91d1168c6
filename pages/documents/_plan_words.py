"""What an event's plan and its evaluation report say, as sections for their pages and PDFs."""

from __future__ import annotations

from datetime import date

import events
from events.evaluation import APPROVED, PUBLISHED, REVIEWED, SUBMITTED, Achieved, Evaluation
from events.plans import PlanFigures, PublishedPlan
from locales import formats as f
from locales import pick, t
from offsetting.forestry_view import forestry_terms
from pages._parts.desk import event_days
from pages._parts.pieces import category_name
from pages.documents._books_words import (
    boundary_facts,
    category_section,
    coverage_section,
    covered_section,
    emission_section,
)
from pages.documents._sections import Paged, Section


def event_lead(event: events.Event) -> str:
    """Name, place and days of an event."""
    return f"{pick(dict(event.names))} · {pick(dict(event.place.names))} · {event_days(event)}"


def guidance_words() -> str:
    """By which guidance the two papers are ordered, and that we could not read its text where that is so."""
    terms = forestry_terms()
    said = t("Made as {guidance} asks for: a plan before the event, an evaluation after it.",
             guidance=pick(dict(terms.guidance_names)))  # fmt: skip
    unread = t("Its own text could not be opened from here; the paper makes no claim to follow each of its rules.")
    return said if terms.guidance_read else f"{said} {unread}"


# ---------------------------------------------------------------- the plan
def plan_document(found: PublishedPlan) -> Paged:
    """The plan as a document."""
    event, figures = found.event, found.figures
    day = f.datetime_text(found.at, event.timezone)
    lead = (event_lead(event), t("Published on {day}; version {version}.", day=day, version=found.version))
    sections = (
        *([Section(t("What we intend"), tuple(found.text.splitlines()))] if found.text else []),
        estimate_section(figures), measures_section(figures), offset_section(figures), _counted(event),
        Section(t("How it was found"), note_words(figures), ((t("SHA-256 of the plan"), found.sha256),)),
    )  # fmt: skip
    return Paged(t("Plan for the event's emissions"), lead, sections, event.livemode, (), (guidance_words(),),
                 event.simulated)  # fmt: skip


def _counted(event: events.Event) -> Section:
    told = event.as_json()
    return Section(t("Boundary"), (), boundary_facts(told["boundary"], told["factor_set"]))


def note_words(figures: PlanFigures) -> tuple[str, ...]:
    """What was assumed."""
    return tuple(
        t(note.message, **{k: f.number(v) if isinstance(v, int | float) else v for k, v in note.params.items()})
        for note in figures.notes
    )


def estimate_section(figures: PlanFigures) -> Section:
    """What is expected, by category."""
    unit = f.mass_unit(figures.high_g)
    rows = tuple(
        (category_name(name), *(f.mass_text(grams, unit=unit) for grams in masses))
        for name, masses in figures.by_category.items()
    )
    whole = (figures.low_g, figures.total_g, figures.high_g)
    foot = (t("Total"), *(f.mass_text(grams, unit=unit) for grams in whole))
    said = (t("{people} people are expected.", people=f.number(figures.people)),)
    return Section(t("Expected emissions"), said, (), (t("Category"), t("low"), t("central"), t("high")), rows, foot)


def measures_section(figures: PlanFigures) -> Section:
    """The measures with what each saves, together, and what is left."""
    if not figures.measures:
        return Section(t("Reduction measures"), (t("No measure is planned."),))
    unit = f.mass_unit(figures.total_g)
    rows = tuple(
        (each.words, t("computed from the estimate") if each.kind == "computed" else each.source,
         f.mass_text(each.saved_g, unit=unit))
        for each in figures.measures
    )  # fmt: skip
    foot = (t("All together"), "", f.mass_text(figures.together_g, unit=unit))
    said = (t("With all of them {mass} are expected. Measures that touch the same lines save less together than one by "
              "one.", mass=f.mass_text(figures.left_g, unit=unit)),)  # fmt: skip
    head = (t("Reduction measure"), t("Where the figure is from"), t("saves"))
    return Section(t("Reduction measures"), said, (), head, rows, foot, text_columns=2)


def way_words(way: str) -> str:
    """Credits, or forestry."""
    return {"credits": t("Credits"), "forestry": t("Forestry")}.get(way, way)


def offset_section(figures: PlanFigures) -> Section:
    """How what is left is to be offset."""
    if not figures.offset:
        return Section(t("Cover planned"), (t("Nothing is said yet of how the rest is to be covered."),))
    unit = f.mass_unit(figures.left_g, figures.offset_g)
    rows = tuple(
        (way_words(each.way), each.words, f.date_text(date.fromisoformat(each.by)), f.mass_text(each.grams, unit=unit))
        for each in figures.offset
    )
    open_g = figures.left_g - figures.offset_g
    said = t("What is planned covers all that is expected.")
    if open_g > 0:
        said = t("{mass} of what is expected are not yet planned to be covered.", mass=f.mass_text(open_g, unit=unit))
    foot = (t("Total"), "", "", f.mass_text(figures.offset_g, unit=unit))
    head = (t("Way"), t("What"), t("By when"), t("mass"))
    return Section(t("Cover planned"), (said,), (), head, rows, foot, text_columns=3)


# ---------------------------------------------------------------- the evaluation
def evaluation_document(found: Evaluation) -> Paged:
    """The report as a document; before it is published with its state on top."""
    event, subject = found.event, found.subject
    done = found.step(PUBLISHED)
    day = f.datetime_text(done.at, event.timezone) if done else ""
    state = t("Published on {day}; version {version}.", day=day, version=found.version) if done else t(
        "Version {version}, not published.", version=found.version)  # fmt: skip
    warnings = () if done else (t("A draft: its words may change until two others have looked at it."),)
    sections = (
        Section(t("Boundary"), (), boundary_facts(subject["boundary"], subject["factorSet"])),
        Section(t("Data sources and quality"), _lines(found, "sources"), emission_section(subject).facts),
        category_section(subject), achieved_section(found.measures), coverage_section(subject),
        covered_section(subject),
        Section(t("Deviations from the plan"), _lines(found, "deviations")),
        Section(t("Conclusion"), _lines(found, "conclusion")), _proof(found),
    )  # fmt: skip
    return Paged(
        t("Evaluation of the event's emissions"), (event_lead(event), state), sections, event.livemode, warnings,
        (guidance_words(),), event.simulated,
    )  # fmt: skip


def _lines(found: Evaluation, name: str) -> tuple[str, ...]:
    return tuple(line for line in found.texts.get(name, "").splitlines() if line.strip()) or ("–",)


def achieved_words() -> dict[str, str]:
    """What became of a measure."""
    return {"": t("not told"), "done": t("done"), "partly": t("partly done"), "not": t("not done")}


def achieved_section(measures: tuple[Achieved, ...]) -> Section:
    """Measures as planned beside what became of them."""
    title = t("Measures: planned and achieved")
    if not measures:
        return Section(title, (t("No plan with measures was published before the event."),))
    unit = f.mass_unit(*[each.planned_g for each in measures])
    rows = tuple(
        (each.words, " · ".join(x for x in (achieved_words()[each.state], each.note) if x),
         f.mass_text(each.planned_g, unit=unit),
         "–" if each.achieved_g is None else f.mass_text(each.achieved_g, unit=unit))
        for each in measures
    )  # fmt: skip
    head = (t("Reduction measure"), t("What became of it"), t("planned"), t("achieved"))
    note = t("“–” stands where nobody could say how many grams were saved.")
    return Section(title, (note,), (), head, rows, text_columns=2)


def step_words() -> dict[str, str]:
    """What somebody did to a report."""
    return {
        SUBMITTED: t("Written and submitted"), REVIEWED: t("Reviewed"), APPROVED: t("Reviewed a second time"),
        PUBLISHED: t("Published"), "draft": t("Sent back"),
    }  # fmt: skip


def _proof(found: Evaluation) -> Section:
    zone, words = found.event.timezone, step_words()
    rows = [
        (words[each.state], " · ".join(x for x in (each.by, f.datetime_text(each.at, zone), each.note) if x))
        for each in found.steps
    ]
    rows += [(t("Statement of the books"), f"SHA-256 {found.statement_sha256}"),
             (t("This report"), f"SHA-256 {found.sha256}")]  # fmt: skip
    return Section(t("Who wrote and reviewed it"), (), tuple(rows))
