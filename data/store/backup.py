"""All rows to one file and back: a zip with a JSON-lines file a table, the same from SQLite and from PostgreSQL.

The rows are of one moment; a server may go on working meanwhile. A file restores into either kind of store, all in or
all out, so it is also the way from one to the other. Keys and passwords of the install (DATA_DIR) are not in it.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, func, insert, select

from data.store.engine import Store
from data.store.migrate import newest_revision, revision
from data.store.schema import Utc, metadata

FORMAT = "forum-zero-backup/1"
MANIFEST = "manifest.json"
BATCH_ROWS = 2_000


class BackupError(Exception):
    """A file that can't be restored, or a store that it can't go into; the message is a sentence."""


@dataclass(frozen=True)
class BackupReport:
    """What was written or read: the tables revision and the rows of each table."""

    path: Path
    revision: str
    row_counts: dict[str, int]

    @property
    def row_count(self) -> int:
        """All rows."""
        return sum(self.row_counts.values())


def write_backup(store: Store, path: Path) -> BackupReport:
    """Write every row to `path`, which appears only once it is whole."""
    draft = path.with_name(path.name + ".part")
    manifest: dict[str, Any] = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "tables": {}}
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive, store.read() as connection:
            manifest["revision"] = revision(connection)
            for table in metadata.sorted_tables:
                with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
                    manifest["tables"][table.name] = _write_table(connection, table, file)
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return _report(path, manifest)


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
    """Put the rows of `path` into a migrated store, all or none; one that holds events is refused unless `replace`."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            _check(manifest, path)
            with store.write() as connection:
                _empty(connection, replace)
                for table in metadata.sorted_tables:
                    _read_table(connection, table, archive, manifest["tables"][table.name])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BackupError(f"{path} can't be restored, nothing was changed: {error}") from error
    return _report(path, manifest)


def _check(manifest: dict[str, Any], path: Path) -> None:
    if manifest.get("format") != FORMAT:
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


def _report(path: Path, manifest: dict[str, Any]) -> BackupReport:
    counts = {name: int(entry["row_count"]) for name, entry in manifest["tables"].items()}
    return BackupReport(path, str(manifest["revision"]), counts)
