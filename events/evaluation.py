"""The evaluation report after an event: written, looked at by a reviewer and a second one, then published.

Its figures are those of the statement of the closed books, frozen with the report when it is submitted. Nobody looks at
what they wrote, and the second reviewer is not the first: three people. What a reviewer saw is named by its SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785
import sqlalchemy as sa

from accounts import Actor, Conflict, Forbidden, NotFound, current_actor, may, record, require
from calculations.model import FieldError, InputError
from data.store import plans as rows
from data.store.engine import get_store, run_write
from events.books import BooksStatement, standing_statement
from events.catalogue import read_event
from events.model import Event
from events.plans import PublishedPlan, newest_plan
from events.totals import read_totals

DRAFT, SUBMITTED, REVIEWED, APPROVED, PUBLISHED, SUPERSEDED = (
    "draft", "submitted", "reviewed", "approved", "published", "superseded",
)  # fmt: skip
NEXT = {DRAFT: SUBMITTED, SUBMITTED: REVIEWED, REVIEWED: APPROVED, APPROVED: PUBLISHED}
ACTION = {SUBMITTED: "evaluation.write", REVIEWED: "evaluation.review", APPROVED: "evaluation.review",
          PUBLISHED: "evaluation.write"}  # fmt: skip
TEXTS = ("sources", "deviations", "conclusion")
ACHIEVED = ("done", "partly", "not")
MOST_TEXT = 8000
MOST_NOTE = 1000
SECOND = "You have already had a hand in this report: somebody else has to look at it."


@dataclass(frozen=True, slots=True)
class Step:
    """Who did what to a report, and the SHA-256 of what they saw."""

    state: str
    by: str
    by_person: str
    note: str
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Achieved:
    """A measure of the plan beside what became of it: ``state`` is done, partly or not ('' not told yet);
    ``achieved_g`` is what was saved, None where nobody can say."""

    words: str
    planned_g: int
    state: str = ""
    achieved_g: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report: ``texts`` hold sources, deviations and conclusion; ``subject`` is what the statement says that it is of
    (of the statement that stands, while it is a draft)."""

    event: Event
    version: int
    state: str
    sha256: str
    texts: Mapping[str, str]
    measures: tuple[Achieved, ...]
    statement_sha256: str
    subject: Mapping[str, Any]
    steps: tuple[Step, ...]
    authors: tuple[str, ...] = ()  # ids of who wrote in it

    def step(self, state: str) -> Step | None:
        """The last step into a state."""
        return next((each for each in reversed(self.steps) if each.state == state), None)


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """The desk's page: reports, the newest first; None of a draft where the books are not closed."""

    event: Event
    reports: tuple[Evaluation, ...]
    statement: BooksStatement | None
    plan: PublishedPlan | None
    may_write: bool
    may_review: bool
    why_not: str = ""

    @property
    def current(self) -> Evaluation | None:
        """The report that is worked on, or the newest one."""
        return self.reports[0] if self.reports else None


def evaluation_view(slug: str) -> EvaluationView:
    """The reports of an event, and what this person may do. Needs event.view. Raises NotFound, Forbidden."""
    actor = current_actor()
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(actor, "event.view", event.event_id)
        return _view(conn, event, actor)


def _view(conn: sa.Connection, event: Event, actor: Actor) -> EvaluationView:
    statement, plan = standing_statement(conn, event), newest_plan(conn, event)
    reports = tuple(_report(conn, event, row, statement) for row in rows.evaluations(conn, event.event_id))
    review = may(actor, "evaluation.review", event.event_id)
    hand = bool(reports) and _had_a_hand(actor, reports[0])
    return EvaluationView(
        event, reports, statement, plan, may(actor, "evaluation.write", event.event_id), review and not hand,
        SECOND if review and hand else "",
    )  # fmt: skip


def _report(
    conn: sa.Connection, event: Event, row: Mapping[Any, Any], statement: BooksStatement | None
) -> Evaluation:  # fmt: skip
    body = row["body"]
    frozen = body.get("subject") or (statement.subject if statement else {})
    sha256 = body.get("statement") or (statement.sha256 if statement else "")
    names = ("state", "by", "by_person", "note", "sha256", "at")
    steps = tuple(
        Step(**{name: each[name] for name in names}) for each in rows.steps(conn, event.event_id, row["version"])
    )
    measures = tuple(Achieved(**each) for each in body["measures"])
    return Evaluation(
        event, int(row["version"]), row["state"], row["sha256"], body["texts"], measures, sha256, frozen, steps,
        tuple(body["authors"]),
    )  # fmt: skip


def save_evaluation(slug: str, body: Any) -> Evaluation:
    """Keeps the draft: ``{texts: {sources, deviations, conclusion}, measures: [{state, achieved_g, note}, …]}``, its
    measures in the order of the published plan's. The first one begins the report; after one that is published a new
    version. Needs evaluation.write and closed books. Raises NotFound, InputError, Conflict."""
    actor, now = current_actor(), datetime.now(UTC)

    def work(conn: sa.Connection) -> Evaluation:
        event = read_event(conn, slug=slug)
        require(actor, "evaluation.write", event.event_id)
        rows.take(conn, event.event_id)
        view = _view(conn, event, actor)
        if view.statement is None:
            raise Conflict("The report is of closed books: close the books of this event first.")
        kept = _checked(body, view.plan)
        current = view.current
        if current is not None and current.state in (SUBMITTED, REVIEWED, APPROVED):
            raise Conflict("The report is with its reviewers; they send it back where it has to change.")
        former = current.authors if current is not None and current.state == DRAFT else ()
        kept["authors"] = sorted({*former, actor.person_id})
        version = current.version if current and current.state == DRAFT else (current.version + 1 if current else 1)
        values = {"body": kept, "sha256": _hash(kept), "state": DRAFT, "at": now}
        if current is not None and current.state == DRAFT:
            rows.set_evaluation(conn, event.event_id, version, **values)
        else:
            rows.add_evaluation(conn, {"event_id": event.event_id, "version": version, **values})
        record(conn, event.event_id, actor, "evaluation.save", slug, {"version": version, "sha256": values["sha256"]})
        return _newest(conn, event)

    return run_write(get_store(), work)


def move_evaluation(slug: str, version: int, to: str, sha256: str, note: str = "") -> Evaluation:
    """The next step of a report: submitted, reviewed, approved, published; or sent back to draft with a note.
    ``sha256`` is of what was seen. Needs evaluation.write, or for the two looks evaluation.review and to have had no
    hand in it. Raises NotFound, Forbidden, InputError, Conflict."""
    actor, now, said = current_actor(), datetime.now(UTC), " ".join(note.split())

    def work(conn: sa.Connection) -> Evaluation:
        event = read_event(conn, slug=slug)
        rows.take(conn, event.event_id)
        report = _newest(conn, event)
        if report.version != version or report.sha256 != sha256:
            raise Conflict("The report has changed meanwhile: look at it anew.")
        _may_move(actor, event, report, to, said)
        values: dict[str, Any] = {"state": to, "at": now}
        kept_hash = report.sha256
        if to == SUBMITTED:
            body = _frozen(report)
            kept_hash = _hash(body)
            values |= {"body": body, "sha256": kept_hash}
        elif to == DRAFT:
            body = {name: value for name, value in _frozen(report).items() if name not in ("statement", "subject")}
            values |= {"body": body, "sha256": _hash(body)}
        elif to == PUBLISHED:
            _check_public(conn, event, report)
            _supersede(conn, event, version)
        rows.set_evaluation(conn, event.event_id, version, **values)
        rows.add_step(conn, {
            "event_id": event.event_id, "version": version, "seq": len(report.steps) + 1, "state": to,
            "by": actor.name or actor.label, "by_person": actor.person_id, "note": said, "sha256": kept_hash, "at": now,
        })  # fmt: skip
        record(conn, event.event_id, actor, f"evaluation.{to}", slug, {"version": version, "sha256": kept_hash})
        return _newest(conn, event)

    return run_write(get_store(), work)


def _may_move(actor: Actor, event: Event, report: Evaluation, to: str, note: str) -> None:
    """Raises what is against this step."""
    back = to == DRAFT and report.state in (SUBMITTED, REVIEWED, APPROVED)
    if not back and NEXT.get(report.state) != to:
        raise Conflict("A report that is {state} can't become {to}.", state=report.state, to=to[:20])
    require(actor, "evaluation.review" if back else ACTION[to], event.event_id)
    if (to in (REVIEWED, APPROVED)) and _had_a_hand(actor, report):
        raise Forbidden(SECOND)
    if len(note) > MOST_NOTE or (back and not note):
        message = "{field}: say why, in at most {limit} characters."
        raise InputError([FieldError("note", note[:60], message, {"limit": MOST_NOTE})])
    if to == SUBMITTED and (missing := [name for name in TEXTS if not report.texts.get(name)]):
        message = "{field} needs words before the report is submitted."
        raise InputError([FieldError(name, "", message) for name in missing])
    if to == SUBMITTED and not report.statement_sha256:
        raise Conflict("The report is of closed books: close the books of this event first.")


def _had_a_hand(actor: Actor, report: Evaluation) -> bool:
    """Whether somebody wrote in this report, or submitted or reviewed it since it was last a draft."""
    since: list[Step] = []
    for step in report.steps:
        since = [] if step.state == DRAFT else [*since, step]
    return actor.person_id in report.authors or any(step.by_person == actor.person_id for step in since)


def _check_public(conn: sa.Connection, event: Event, report: Evaluation) -> None:
    """Raises Conflict where the figures are not for everybody to read, or no longer those of the closed books."""
    if read_totals(conn, event).hidden:
        raise Conflict("Fewer than five people stand behind these figures: they are not shown in public.")
    statement = standing_statement(conn, event)
    if statement is None or statement.sha256 != report.statement_sha256:
        raise Conflict("The books were opened again since this report was submitted: send it back to be written anew.")


def _supersede(conn: sa.Connection, event: Event, version: int) -> None:
    for row in rows.evaluations(conn, event.event_id):
        if row["version"] != version and row["state"] == PUBLISHED:
            rows.set_evaluation(conn, event.event_id, row["version"], state=SUPERSEDED)


def _newest(conn: sa.Connection, event: Event) -> Evaluation:
    found = rows.evaluations(conn, event.event_id)
    if not found:
        raise NotFound("There is no evaluation report of this event yet.")
    return _report(conn, event, found[0], standing_statement(conn, event))


def public_evaluation(slug: str) -> Evaluation:
    """The report that was published, for anybody. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        found = next((row for row in rows.evaluations(conn, event.event_id) if row["state"] == PUBLISHED), None)
        if found is None:
            raise NotFound("No evaluation report of this event is published yet.")
        return _report(conn, event, found, None)


def _frozen(report: Evaluation) -> dict[str, Any]:
    """The report with what the statement says."""
    return {
        "texts": dict(report.texts), "measures": [_plain(each) for each in report.measures],
        "authors": list(report.authors), "statement": report.statement_sha256, "subject": _public(report.subject),
    }  # fmt: skip


def _public(subject: Mapping[str, Any]) -> dict[str, Any]:
    """What of a statement the report tells: its lines one by one stay in the statement."""
    lines = {name: subject["lines"][name] for name in ("count", "merkleRoot", "ownCount")}
    return {**{name: value for name, value in subject.items() if name != "lines"}, "lines": lines}


def _plain(each: Achieved) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__dataclass_fields__}


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(body))).hexdigest()


def _checked(body: Any, plan: PublishedPlan | None) -> dict[str, Any]:
    """The draft as it may be kept. Raises InputError naming each wrong field (``measures.2`` counts from 1)."""
    told: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    wrong: list[FieldError] = []
    texts = {name: str((told.get("texts") or {}).get(name) or "").strip() for name in TEXTS}
    for name, text in texts.items():
        if len(text) > MOST_TEXT:
            message = "{field}: write at most {limit} characters."
            wrong.append(FieldError(name, text[:40], message, {"limit": MOST_TEXT}))
    given = list(told.get("measures") or [])
    measures = []
    for number, measure in enumerate(plan.figures.measures if plan else (), 1):
        said = given[number - 1] if number <= len(given) and isinstance(given[number - 1], Mapping) else {}
        measures.append(_achieved(f"measures.{number}", measure.words, measure.saved_g, said, wrong))
    if wrong:
        raise InputError(wrong)
    return {"texts": texts, "measures": measures}


def _achieved(
    name: str, words: str, planned_g: int, said: Mapping[str, Any], wrong: list[FieldError]
) -> dict[str, Any]:  # fmt: skip
    state, grams, note = said.get("state") or "", said.get("achieved_g"), str(said.get("note") or "").strip()
    if state not in ("", *ACHIEVED):
        message = "{field} must be one of {known}; it is {value}."
        wrong.append(
            FieldError(name, str(state)[:40], message, {"known": ", ".join(ACHIEVED), "value": str(state)[:40]})
        )
    if grams is not None and not (isinstance(grams, int) and not isinstance(grams, bool) and abs(grams) <= 10**15):
        message = "{field}: {value} is no mass."
        wrong.append(FieldError(name, str(grams)[:40], message, {"value": str(grams)[:40]}))
    if len(note) > MOST_NOTE:
        message = "{field}: write at most {limit} characters."
        wrong.append(FieldError(name, note[:40], message, {"limit": MOST_NOTE}))
    return {"words": words, "planned_g": planned_g, "state": state, "achieved_g": grams, "note": note}
