"""All rows and kept files to one file and back: a zip with a JSON-lines file a table, the same from SQLite and from
PostgreSQL, and the files of DATA_DIR/evidence under their SHA-256.

The rows are of one moment; a server may go on working meanwhile. A file restores into either kind of store, all in or
all out, so it is also the way from one to the other. Keys and passwords of the install (DATA_DIR) are not in it.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Column, Connection, Table, func, insert, select

from data import evidence
from data.store.engine import Store
from data.store.migrate import newest_revision, revision
from data.store.schema import Utc, metadata

FORMAT = "forum-zero-backup/2"
MANIFEST = "manifest.json"
FILES = "evidence/"
SHOWN = 5
BATCH_ROWS = 2_000


class BackupError(Exception):
    """A file that can't be restored, or a store that it can't go into; the message is a sentence."""


@dataclass(frozen=True)
class BackupReport:
    """What was written or read: the tables revision, the rows of each table and the kept files; and by SHA-256 the
    files that could not be, since they are not there or were altered: {SHA-256: tables that name it}."""

    path: Path
    revision: str
    row_counts: dict[str, int]
    file_count: int = 0
    file_bytes: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)
    altered: dict[str, list[str]] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        """All rows."""
        return sum(self.row_counts.values())

    def told(self) -> list[str]:
        """A sentence each for what is missing and what was altered."""
        return lacking(self.missing, self.altered)


def lacking(missing: dict[str, list[str]], altered: dict[str, list[str]]) -> list[str]:
    """A sentence each about files that rows name and that are not there, and about files that were altered."""
    told = []
    if missing:
        told.append(f"{len(missing)} kept files are missing in DATA_DIR/evidence: {_listed(missing)}.")
    if altered:
        told.append(f"{len(altered)} kept files in DATA_DIR/evidence were altered: {_listed(altered)}.")
    return told


def _listed(found: dict[str, list[str]]) -> str:
    shown = [f"{sha256} ({', '.join(tables) or 'named by no row'})" for sha256, tables in sorted(found.items())]
    more = [f"and {len(shown) - SHOWN} more"] if len(shown) > SHOWN else []
    return "; ".join([*shown[:SHOWN], *more])


def named_files(connection: Connection) -> dict[str, list[str]]:
    """Every kept file that a row names: {SHA-256: tables}."""
    found: dict[str, list[str]] = {}
    for column in _file_columns():
        for sha256 in connection.scalars(select(column).where(column != "").distinct()):
            found.setdefault(sha256, []).append(column.table.name)
    return found


def _file_columns() -> Iterator[Column[str]]:
    """Columns that name a kept file: a hash of evidence, of a document, or beside the media type of what it is of."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            of_file = column.name == "sha256" and ("media_type" in table.columns or table.name == "batch_import")
            if of_file or column.name in ("evidence_sha256", "document_sha256"):
                yield column


def examine_files(connection: Connection) -> tuple[int, dict[str, list[str]], dict[str, list[str]]]:
    """How many kept files are here and whole, which that rows name are missing, and which were altered."""
    named, here = named_files(connection), evidence.every()
    altered = {sha256: named.get(sha256, []) for sha256 in here if not evidence.is_whole(sha256)}
    missing = {sha256: tables for sha256, tables in named.items() if not evidence.has(sha256)}
    return len(here) - len(altered), missing, altered


def write_backup(store: Store, path: Path) -> BackupReport:
    """Write every row and kept file to `path`, which appears only once it is whole. A file that is missing or altered
    is left out and told of in the report."""
    draft = path.with_name(path.name + ".part")
    manifest: dict[str, Any] = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "tables": {}, "files": {}}
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive, store.read() as connection:
            manifest["revision"] = revision(connection)
            for table in metadata.sorted_tables:
                with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
                    manifest["tables"][table.name] = _write_table(connection, table, file)
            named = named_files(connection)
            altered = _write_files(archive, manifest["files"])
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    missing = {sha256: tables for sha256, tables in named.items() if sha256 not in {*manifest["files"], *altered}}
    return _report(path, manifest, missing, {sha256: named.get(sha256, []) for sha256 in altered})


def _write_files(archive: zipfile.ZipFile, sizes: dict[str, int]) -> list[str]:
    """Packs what is kept, a file at a time; the names of those that were altered, which are left out. Files are only
    ever added, so all that rows of an earlier moment name are there."""
    altered = []
    for sha256 in evidence.every():
        try:
            content = evidence.read(sha256)
        except ValueError:
            altered.append(sha256)
            continue
        archive.writestr(zipfile.ZipInfo(FILES + sha256), content, zipfile.ZIP_STORED)
        sizes[sha256] = len(content)
    return altered


def _write_table(connection: Connection, table: Table, file: IO[bytes]) -> dict[str, Any]:
    digest, row_count = hashlib.sha256(), 0
    rows = connection.execution_options(yield_per=BATCH_ROWS).execute(select(table).order_by(*table.primary_key))
    for row in rows:
        values = [value.isoformat() if isinstance(value, datetime) else value for value in row]
        line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        digest.update(line)
        file.write(line)
        row_count += 1
    return {"columns": [column.name for column in table.columns], "row_count": row_count, "sha256": digest.hexdigest()}


def restore_backup(store: Store, path: Path, replace: bool = False) -> BackupReport:
    """Put the rows and kept files of `path` back, all or none, every hash checked before anything is changed; a store
    that holds events is refused unless `replace`. Files that are here stay; one that was altered is put right."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            _check(manifest, path)
            for _ in _files(archive, manifest):
                pass
            with store.write() as connection:
                _empty(connection, replace)
                for table in metadata.sorted_tables:
                    _read_table(connection, table, archive, manifest["tables"][table.name])
                for content in _files(archive, manifest):
                    evidence.keep(content)
                missing = {key: names for key, names in named_files(connection).items() if not evidence.has(key)}
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BackupError(f"{path} can't be restored, nothing was changed: {error}") from error
    return _report(path, manifest, missing)


def _files(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Iterator[bytes]:
    """Every kept file of a backup; BackupError where one is not there or not what its name says."""
    for sha256, size in manifest.get("files", {}).items():
        with archive.open(FILES + sha256) as file:
            content = file.read(evidence.MOST_BYTES + 1)
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            raise BackupError(f"The kept file {sha256} in the backup was altered, nothing was changed.")
        yield content


def _check(manifest: dict[str, Any], path: Path) -> None:
    if manifest.get("format") not in (FORMAT, "forum-zero-backup/1"):  # the first had no kept files
        raise BackupError(f"{path} is not a backup of Forum Zero ({FORMAT}).")
    if manifest["revision"] != newest_revision():
        raise BackupError(
            f"{path} has tables of revision {manifest['revision']}, this release {newest_revision()}: "
            "restore it with the release that wrote it, then migrate."
        )


def _empty(connection: Connection, replace: bool) -> None:
    events = connection.execute(select(func.count()).select_from(metadata.tables["event"])).scalar_one()
    if events and not replace:
        raise BackupError(f"The store holds {events} events; restore into an empty one, or say --replace to lose them.")
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def _read_table(connection: Connection, table: Table, archive: zipfile.ZipFile, entry: dict[str, Any]) -> None:
    digest, columns, row_count = hashlib.sha256(), entry["columns"], 0
    moments = {column.name for column in table.columns if isinstance(column.type, Utc)}
    with archive.open(f"{table.name}.jsonl") as file:
        for lines in _batches(file):
            rows = []
            for line in lines:
                digest.update(line)
                row = dict(zip(columns, json.loads(line), strict=True))
                rows.append({name: _value(value, name in moments) for name, value in row.items()})
            connection.execute(insert(table), rows)
            row_count += len(rows)
    if digest.hexdigest() != entry["sha256"] or row_count != entry["row_count"]:
        raise BackupError(f"{table.name} in the backup was altered, nothing was changed.")


def _value(value: Any, is_moment: bool) -> Any:
    return datetime.fromisoformat(value) if is_moment and value is not None else value


def _batches(file: IO[bytes]) -> Iterator[list[bytes]]:
    while lines := list(islice(file, BATCH_ROWS)):
        yield lines


def _report(
    path: Path, manifest: dict[str, Any], missing: dict[str, list[str]], altered: dict[str, list[str]] | None = None
) -> BackupReport:
    counts = {name: int(entry["row_count"]) for name, entry in manifest["tables"].items()}
    sizes: Iterable[int] = manifest.get("files", {}).values()
    return BackupReport(path, str(manifest["revision"]), counts, len(list(sizes)), sum(sizes), missing, altered or {})
