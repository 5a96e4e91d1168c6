"""Backups: every row, every kind of value and every kept file comes back, in either kind of store, or nothing does."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import cli
from data import evidence
from data.doctor import Check, examine
from data.settings import get_settings
from data.store.backup import BackupError, named_files, restore_backup, write_backup
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


# ------------------------------------------------------------------ kept files
def keep(store: Store, *contents: bytes) -> list[str]:
    """Kept files, and a project's document for each."""
    kept = [evidence.keep(content) for content in contents]
    table = metadata.tables["project_document"]
    with store.write() as connection:
        for number, sha256 in enumerate(kept):
            row = {column.name: sample(column, number) for column in table.columns} | {"sha256": sha256}
            connection.execute(sa.insert(table), row)
    return kept


def test_kept_files_come_back_with_the_rows(sqlite_store: Store, tmp_path: Path) -> None:
    kept = keep(sqlite_store, b"%PDF one", b"%PDF two", bytes(70_000))
    other = evidence.keep(b"named by no row yet")
    report = write_backup(sqlite_store, tmp_path / "a.zip")
    assert (report.file_count, report.file_bytes, report.told()) == (4, 70_016 + 19, [])
    evidence.path_of(kept[0]).unlink()
    evidence.path_of(kept[1]).write_bytes(b"%PDF two, altered")
    late = evidence.keep(b"since the backup")
    restored = restore_backup(sqlite_store, tmp_path / "a.zip", replace=True)
    assert (restored.file_count, restored.told()) == (4, [])
    assert [evidence.read(sha256) for sha256 in kept] == [b"%PDF one", b"%PDF two", bytes(70_000)]
    assert evidence.every() == sorted([*kept, other, late])


def test_a_file_that_is_missing_or_altered_is_told_and_the_rest_is_saved(sqlite_store: Store, tmp_path: Path) -> None:
    gone, spoilt, good = keep(sqlite_store, b"one", b"two", b"three")
    assert doctored(sqlite_store).ok
    evidence.path_of(gone).unlink()
    evidence.path_of(spoilt).write_bytes(b"zwei")
    run = CliRunner().invoke(cli.app, ["backup", str(tmp_path / "a.zip")])
    said = run.stdout
    assert run.exit_code == 0, run.output
    assert "1 kept files" in said.splitlines()[0]
    assert f"1 kept files are missing in DATA_DIR/evidence: {gone} (project_document)." in said
    assert f"1 kept files in DATA_DIR/evidence were altered: {spoilt} (project_document)." in said
    found = doctored(sqlite_store)
    assert not found.ok and gone in found.detail and spoilt in found.detail and good not in found.detail
    restored = restore_backup(sqlite_store, tmp_path / "a.zip", replace=True)
    assert set(restored.missing) == {gone} and not evidence.is_whole(spoilt), "an altered file is not in the backup"


def doctored(store: Store) -> Check:
    return next(check for check in examine(get_settings(), store) if check.name == "evidence")


def test_a_backup_whose_kept_file_was_altered_changes_nothing(store: Store, tmp_path: Path) -> None:
    kept = keep(store, b"one", b"two")
    path = tmp_path / "a.zip"
    write_backup(store, path)
    before = contents(store)
    for sha256 in kept:
        evidence.path_of(sha256).unlink()
    for spoilt in (b"owe", b"one more", b""):
        with pytest.raises(BackupError, match=f"{kept[0]} in the backup was altered, nothing was changed"):
            restore_backup(store, rewritten(path, {f"evidence/{kept[0]}": spoilt}), replace=True)
    assert contents(store) == before and evidence.every() == []


def test_a_backup_of_before_kept_files_restores(sqlite_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    before = fill(sqlite_store)
    write_backup(sqlite_store, path)
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    old = {key: value for key, value in manifest.items() if key != "files"} | {"format": "forum-zero-backup/1"}
    restore_backup(sqlite_store, rewritten(path, {"manifest.json": json.dumps(old).encode()}), replace=True)
    assert contents(sqlite_store) == before


def test_every_table_that_names_a_kept_file_is_known(sqlite_store: Store) -> None:
    known = {"retirement", "instruction_entry", "project_document", "batch_import", "forestry_plan", "forestry_record"}
    for name in known:
        assert name in metadata.tables, name
    table = metadata.tables
    columns = {"project_document": "sha256", "batch_import": "sha256", "forestry_plan": "document_sha256"}
    with sqlite_store.write() as connection:
        for name in known:
            row = {column.name: sample(column, 0) for column in table[name].columns}
            connection.execute(sa.insert(table[name]), row | {columns.get(name, "evidence_sha256"): f"of {name}"})
    with sqlite_store.read() as connection:
        assert named_files(connection) == {f"of {name}": [name] for name in known}
