"""What the statement of an event's books says, as sections for the page and the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import events
import reports
from events.books import BooksStatement
from events.inventory import choices_of
from locales import formats as f
from locales import pick, t
from pages._parts.desk import event_days
from pages._parts.pieces import category_name
from pages._parts.who_pays import promise
from pages.documents._sections import Paged, Section
from pages.organiser._inventory_lines import unit_words

MOST_LINES = 200
Subject = Mapping[str, Any]


def statement_document(found: BooksStatement, retired_now_g: int) -> Paged:
    """The statement as a document; ``retired_now_g`` are the grams retired by now."""
    subject, event = found.subject, found.event
    closed = f.datetime_text(found.closed_at, event.timezone)
    lead = (
        f"{pick(dict(event.names))} · {pick(dict(event.place.names))} · {event_days(event)}",
        t("Closed on {day} by {who}; statement {version}.", day=closed, who=found.closed_by, version=found.version),
    )
    coverage = coverage_section(subject, retired_now_g)
    sections = (
        emission_section(subject), category_section(subject), _sessions(subject),
        replace(coverage, sentences=(*filter(None, (promise(event),)), *coverage.sentences)), covered_section(subject),
        _boundary(subject), _method(subject), *_own(subject, event), _proof(found),
    )  # fmt: skip
    foot = (
        t("Low and high are the ends of a 95 % interval. Grams are whole numbers in the file; here they are rounded."),
    )
    return Paged(t("Statement of the books"), lead, sections, event.livemode, _warnings(found), foot)


def _warnings(found: BooksStatement) -> tuple[str, ...]:
    if found.reopened_at is None:
        return ()
    day = f.datetime_text(found.reopened_at, found.event.timezone)
    return (t("Superseded: the books were opened again on {day} ({reason}). This statement no longer stands.", day=day,
              reason=found.reason),)  # fmt: skip


def _mass(grams: int | None, unit: str | None = None) -> str:
    return "–" if grams is None else f.mass_text(grams, unit=unit)


def emission_section(subject: Subject) -> Section:
    """What was emitted, of how many people."""
    told = subject["emissions"]
    people = subject["people"]
    rows = [
        (t("Emitted"), _mass(told["totalGrams"])),
        (t("Range"), t("from {low} to {high}", low=_mass(told["lowGrams"]), high=_mass(told["highGrams"]))),
        (t("Declared"), _mass(told["declaredGrams"])), (t("Estimated"), _mass(told["estimatedGrams"])),
        (t("People who answered"), f.number(people["answered"])),
        (t("People expected"), f.number(people["expected"]) if people["expected"] else t("not stated")),
    ]  # fmt: skip
    if told["quality"]:
        rows.append((t("Data quality"), t("{score} (1 best, 5 worst)", score=f.number(told["quality"] / 100, 2))))
    note = (subject["note"],) if subject["note"] else ()
    return Section(t("What was emitted"), note, tuple(rows))


def category_section(subject: Subject) -> Section:
    """Emitted and covered by category."""
    told = subject["byCategory"]
    unit = f.mass_unit(*[each["highGrams"] for each in told])
    names = ("lowGrams", "totalGrams", "highGrams", "estimatedGrams")
    rows = tuple((category_name(each["category"]), *(_mass(each[name], unit) for name in names)) for each in told)
    total, estimated = (_mass(sum(each[name] for each in told), unit) for name in ("totalGrams", "estimatedGrams"))
    head = (t("Category"), t("low"), t("central"), t("high"), t("of it estimated"))
    return Section(t("By category"), (), (), head, rows, (t("Total"), "", total, "", estimated))


def covered_section(subject: Subject) -> Section:
    """Retired and reserved by category."""
    told = subject["byCategory"]
    unit = f.mass_unit(*[each["totalGrams"] for each in told])
    names = ("totalGrams", "retiredGrams", "reservedGrams")
    rows = tuple((category_name(each["category"]), *(_mass(each[name], unit) for name in names)) for each in told)
    foot = (t("Total"), *(_mass(sum(each[name] for each in told), unit) for name in names))
    head = (t("Category"), t("emitted"), t("retired"), t("reserved"))
    return Section(t("Covered by category"), (), (), head, rows, foot)


def _sessions(subject: Subject) -> Section:
    told = subject["bySession"]
    unit = f.mass_unit(*[each["totalGrams"] or 0 for each in told])
    rows = tuple(
        (pick(dict(each["names"])), "–" if each["people"] is None else f.number(each["people"]),
         _mass(each["totalGrams"], unit), _mass(each["estimatedGrams"], unit))
        for each in told
    )  # fmt: skip
    note = (t("“–” stands where fewer than five people are behind a figure."),)
    return Section(t("By session"), note, (), (t("Session"), t("people"), t("central"), t("of it estimated")), rows)


def coverage_section(subject: Subject, retired_now_g: int = 0) -> Section:
    """Retired, reserved, planted and open, and orders by their state."""
    told = subject["coverage"]
    rows = [
        (t("Retired"), _mass(told["retiredGrams"])), (t("Reserved, not yet retired"), _mass(told["reservedGrams"])),
        (t("Planting, confirmed"), _mass(told["forestryConfirmedGrams"])),
        (t("Planting, promised"), _mass(told["forestryPromisedGrams"])),
        (t("Residual, covered by nobody"), _mass(told["residualGrams"])),
        (t("Extra contributions, beside it"), _mass(told["extraGrams"])),
    ]  # fmt: skip
    said: tuple[str, ...] = ()
    if (since := retired_now_g - told["retiredGrams"]) > 0:
        said = (t("After the books were closed {mass} more were retired, of what was reserved.", mass=_mass(since)),)
    orders = tuple(
        (order_words(each["state"]), f.number(each["count"]), _mass(each["grams"])) for each in told["orders"]
    )
    head = (t("Orders by state"), t("orders"), t("mass"))
    return Section(t("What was covered"), said, tuple(rows), head if orders else (), orders)


def order_words(state: str) -> str:
    """The state of an order."""
    return {
        "held": t("Held, not paid"), "paid": t("Paid"), "pooled": t("Reserved"), "retired": t("Retired"),
        "expired": t("Expired"), "failed": t("Payment failed"), "cancelled": t("Cancelled"),
        "refunded": t("Refunded"), "paid_late": t("Paid late"),
    }.get(state, state)  # fmt: skip


def _boundary(subject: Subject) -> Section:
    return Section(t("Boundary"), (), boundary_facts(subject["boundary"], subject["factorSet"]))


def boundary_facts(told: Mapping[str, Any], factor_set: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What an event counts, and by which factors."""
    who = {"all": t("all guests"), "onsite": t("guests who came"), "remote": t("guests who took part remotely"),
           "guests": t("guests, without staff and speakers"),
           "guests and the organiser": t("guests and the organiser")}  # fmt: skip
    grid = {"location": t("by place (the grid's mix)"), "market": t("by contract (what was bought)")}
    method = told.get("flight_method") or {}
    return (
        (t("Categories"), ", ".join(category_name(name) for name in told["categories"])),
        (t("Flights: effects beyond CO₂ (at height)"), t("counted") if told["non_co2"] else t("not counted")),
        (t("Making of fuels (well to tank)"), t("counted") if told["upstream"] else t("not counted")),
        (t("Who counts"), who.get(told["who"], told["who"])),
        (t("Electricity"), grid.get(told["electricity"], told["electricity"])),
        (t("Method of flights"), method.get("name") or method.get("id") or t("the factor set's own rows")),
        (t("Factor set"), f"{factor_set['id']} · SHA-256 {factor_set['sha256']}"),
    )  # fmt: skip


def _method(subject: Subject) -> Section:
    told = subject["estimate"]
    if not told["estimatedGrams"]:
        return Section(t("Estimate"), (t("Nothing is estimated: every figure was declared."),))
    rows = (
        (t("Estimated"), _mass(told["estimatedGrams"])),
        (t("Range"), t("from {low} to {high}", low=_mass(told["lowGrams"]), high=_mass(told["highGrams"]))),
        (t("Answered"), t("{some} of {all} people", some=f.number(told["answeredPeople"]),
                          all=f.number(told["expectedPeople"]))),
    )  # fmt: skip
    return Section(t("Estimate"), (t(told["method"]),), rows)


def _own(subject: Subject, event: events.Event) -> list[Section]:
    lines = subject["lines"]
    own = lines["own"]
    if not own:
        return []
    names = {each.key: pick(dict(each.names)) for each in choices_of(event)}
    rows = tuple(
        (category_name(each["category"]), names.get(each["activity"]) or reports.activity(each["activity"]),
         _amount(float(each["quantity"]), each["unit"]), _mass(each["totalGrams"]), f.number(len(each["evidence"])))
        for each in own[:MOST_LINES]
    )  # fmt: skip
    head = (t("Category"), t("Activity"), t("Quantity"), t("central"), t("files"))
    more = len(own) - len(rows)
    note = (t("{count} more lines stand in the file.", count=f.number(more)),) if more else ()
    return [Section(t("The organiser's own lines"), note, (), head, rows, text_columns=2)]


def _amount(quantity: float, unit: str) -> str:
    return f"{f.number(quantity, 0 if quantity.is_integer() else 2)} {unit_words(unit)}"


def _proof(found: BooksStatement) -> Section:
    subject = found.subject
    said = t("The statement is signed with this installation's key, and its hash stands in the transparency log. The "
             "file can be checked off line: cli.py verify FILE --keys did.json.")  # fmt: skip
    rows = [
        (t("SHA-256 of the file"), found.sha256), (t("Lines counted"), f.number(subject["lines"]["count"])),
        (t("Root of their hashes"), subject["lines"]["merkleRoot"]),
    ]  # fmt: skip
    if subject["supersedes"]:
        rows.append((t("In place of"), subject["supersedes"]))
    return Section(t("How to check it"), (said,), tuple(rows))


def file_name(event: events.Event, version: int) -> str:
    """What a file of a statement is called."""
    return f"{event.slug}-books-{version}"
