"""A project as pages show it: facts, versions, disputes, documents, batches by serial range, prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts import NotFound
from calculations.serials import serial_runs
from data.store import inventory as rows
from data.store.engine import get_store

Row = Mapping[Any, Any]
FACTS = ("names", "type", "kind", "methodology", "registry", "registry_link", "place", "texts")
NO_PROJECT = "There is no project {value}."


@dataclass(frozen=True, slots=True)
class Dispute:
    """What is said of a project on a day, with where it was said; ``answers`` names the entry it is an answer to."""

    dispute_id: str
    dated_on: date
    text: str
    source: str
    link: str
    answers: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a project, kept under its SHA-256."""

    sha256: str
    name: str
    media_type: str
    size_bytes: int
    public: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch by its serial numbers; grams add up to its credits."""

    batch_id: str
    vintage: str
    registry: str
    serials: str
    credit_count: int
    document: str
    unassigned_g: int
    free_g: int
    held_g: int
    sold_g: int
    retired_g: int
    surplus_g: int


@dataclass(frozen=True, slots=True)
class OfferedAt:
    """A project's terms at an event."""

    event_id: str
    slug: str
    names: Mapping[str, str]
    currency: str
    price_minor_per_tonne: int
    split: tuple[Mapping[str, Any], ...]
    position: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Version:
    """The facts of a project from a moment on, and what of them is new."""

    version: int
    facts: Mapping[str, Any]
    changed: tuple[str, ...]
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProjectView:
    """All that is told of a project."""

    project_id: str
    facts: Mapping[str, Any]
    livemode: bool
    version: int
    created_at: datetime
    batches: tuple[Batch, ...]
    disputes: tuple[Dispute, ...]
    documents: tuple[Document, ...]
    offers: tuple[OfferedAt, ...]
    versions: tuple[Version, ...]

    @property
    def vintages(self) -> tuple[str, ...]:
        """Of its batches."""
        return tuple(dict.fromkeys(batch.vintage for batch in self.batches))


def project_list() -> list[Row]:
    """Every project, for choices and the desk. The caller asks for credits.view."""
    with get_store().read() as conn:
        return rows.projects(conn)


def project_view(project_id: str, public: bool = True) -> ProjectView:
    """A project with its batches, disputes, documents (in public the public ones) and terms. Raises NotFound."""
    with get_store().read() as conn:
        found = rows.project(conn, project_id)
        if found is None:
            raise NotFound(NO_PROJECT, value=project_id[:60])
        return ProjectView(
            project_id, {name: found[name] for name in FACTS}, bool(found["livemode"]), found["version"],
            found["created_at"], tuple(_batch(row) for row in rows.batches(conn, project_id)),
            tuple(_dispute(row) for row in rows.disputes(conn, [project_id]).get(project_id, [])),
            tuple(document_of(row) for row in rows.documents(conn, project_id) if row["public"] or not public),
            tuple(_offer(row) for row in rows.offers_of(conn, project_id) if row["event_state"] != "draft"),
            tuple(_version(row) for row in rows.versions(conn, project_id)),
        )  # fmt: skip


def disputes_of(project_ids: Sequence[str]) -> dict[str, tuple[Dispute, ...]]:
    """What is said against projects, oldest first: shown wherever they are offered, and on what was sold of them."""
    with get_store().read() as conn:
        found = rows.disputes(conn, list(project_ids))
    return {project_id: tuple(_dispute(row) for row in entries) for project_id, entries in found.items()}


def _batch(row: Row) -> Batch:
    runs = serial_runs(
        0, row["credit_count"] * 1_000_000, row["serial_prefix"], row["serial_first"], row["serial_digits"]
    )
    first, last = runs[0].serial_from, runs[-1].serial_to
    grams = ("unassigned_g", "held_g", "sold_g", "retired_g", "surplus_g")
    return Batch(
        row["batch_id"], row["vintage"], row["registry"], first if first == last else f"{first} – {last}",
        row["credit_count"], row["document"], free_g=int(row["free_g"]) + int(row["set_aside_g"]),
        **{name: int(row[name]) for name in grams},
    )  # fmt: skip


def _dispute(row: Row) -> Dispute:
    told = (row["text"], row["source"], row["link"], row["answers"])
    return Dispute(row["dispute_id"], row["dated_on"].date(), *told)


def document_of(row: Row) -> Document:
    """A document as it is handed out."""
    size, public = row["size_bytes"], bool(row["public"])
    return Document(row["sha256"], row["name"], row["media_type"], size, public, row["at"])


def _offer(row: Row) -> OfferedAt:
    return OfferedAt(
        row["event_id"], row["slug"], row["names"], row["currency"], row["price_minor_per_tonne"], tuple(row["split"]),
        row["position"], bool(row["open"]),
    )  # fmt: skip


def _version(row: Row) -> Version:
    changed = tuple(row["changed"])
    return Version(row["version"], row["facts"], changed, row["actor"], row["reason"], row["at"])
