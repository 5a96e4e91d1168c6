"""Backups: every row and every kind of value comes back, in either kind of store, or nothing does."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from data.store.backup import BackupError, restore_backup, write_backup
from data.store.engine import Store
from data.store.schema import metadata

NOW = datetime(2026, 11, 21, 8, 30, 15, 123456, tzinfo=UTC)


def sample(column: sa.Column[Any], number: int) -> Any:
    """A value of the column's type, another for each number; texts are Chinese, quoted and broken over lines."""
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"zh": "零碳论坛", "list": [number, 1.5, None, True]}
    if isinstance(kind, sa.Boolean):
        return number % 2 == 0
    if isinstance(kind, sa.Float):
        return 30.578541234567 + number
    if isinstance(kind, sa.Integer):
        return 9_000_000_000_000_000 + number
    if isinstance(kind, sa.Text):
        return f'成都 "x"\n\u2028 {number}'
    return None if column.nullable and number else NOW


def fill(store: Store, count: int = 3) -> dict[str, list[Any]]:
    with store.write() as connection:
        for table in metadata.sorted_tables:
            rows = [{column.name: sample(column, number) for column in table.columns} for number in range(count)]
            if table.name == "allocation":
                rows = [row | {"from_g": number, "to_g": number + 1} for number, row in enumerate(rows)]
            connection.execute(sa.insert(table), rows)
    return contents(store)


def contents(store: Store) -> dict[str, list[Any]]:
    with store.read() as connection:
        found = {table.name: connection.execute(sa.select(table)).all() for table in metadata.sorted_tables}
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


def test_everything_comes_back_where_it_was(store: Store, tmp_path: Path) -> None:
    before = fill(store)
    report = write_backup(store, tmp_path / "a.zip")
    assert report.row_count == 3 * len(metadata.tables)
    with store.write() as connection:
        connection.execute(metadata.tables["journal"].delete())
    restore_backup(store, tmp_path / "a.zip", replace=True)
    assert contents(store) == before


def test_one_kind_of_store_restores_the_other(sqlite_store: Store, postgres_store: Store, tmp_path: Path) -> None:
    before = fill(sqlite_store)
    write_backup(sqlite_store, tmp_path / "a.zip")
    restore_backup(postgres_store, tmp_path / "a.zip")
    assert contents(postgres_store) == before
    write_backup(postgres_store, tmp_path / "b.zip")
    restore_backup(sqlite_store, tmp_path / "b.zip", replace=True)
    assert contents(sqlite_store) == before


def test_a_store_with_events_is_not_overwritten_by_accident(sqlite_store: Store, tmp_path: Path) -> None:
    before = fill(sqlite_store)
    write_backup(sqlite_store, tmp_path / "a.zip")
    with pytest.raises(BackupError, match="holds 3 events"):
        restore_backup(sqlite_store, tmp_path / "a.zip")
    assert contents(sqlite_store) == before


def rewritten(path: Path, change: dict[str, bytes]) -> Path:
    """A copy of the archive with some of its files changed."""
    copy = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            target.writestr(name, change.get(name, source.read(name)))
    return copy


def test_an_altered_backup_changes_nothing(store: Store, tmp_path: Path) -> None:
    before = fill(store)
    path = tmp_path / "a.zip"
    write_backup(store, path)
    with zipfile.ZipFile(path) as archive:
        rows = archive.read("journal.jsonl").replace(b"9000000000000001", b"9000000000000007")
        manifest = json.loads(archive.read("manifest.json"))
    with pytest.raises(BackupError, match="journal in the backup was altered"):
        restore_backup(store, rewritten(path, {"journal.jsonl": rows}), replace=True)
    manifest["revision"] = "9999"
    with pytest.raises(BackupError, match="revision 9999"):
        restore_backup(store, rewritten(path, {"manifest.json": json.dumps(manifest).encode()}), replace=True)
    path.write_bytes(b"no archive")
    with pytest.raises(BackupError, match="can't be restored"):
        restore_backup(store, path, replace=True)
    assert contents(store) == before


def test_a_backup_that_fails_leaves_the_last_one(sqlite_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_backup(sqlite_store, path)
    kept = path.read_bytes()
    with sqlite_store.write() as connection:
        connection.execute(sa.text("DROP TABLE journal"))
    with pytest.raises(sa.exc.OperationalError):
        write_backup(sqlite_store, path)
    assert path.read_bytes() == kept
    assert [item.name for item in tmp_path.glob("*.part")] == []
