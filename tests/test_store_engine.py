"""The store's engines: one transaction a block, writers by turns, readers that see one moment."""

import multiprocessing
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from data.store.engine import Store, is_repeatable, journal_mode, open_store, run_write, sqlite_library
from data.store.migrate import config, is_current, newest_revision, upgrade
from data.store.schema import metadata
from tests.support.postgres import Postgres


@pytest.fixture
def counter(store: Store) -> Store:
    with store.write() as connection:
        connection.execute(text("CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES ('a', 0), ('b', 0)"))
    return store


def value(connection: Connection, name: str = "a") -> int:
    return int(connection.execute(text("SELECT value FROM counter WHERE name = :name"), {"name": name}).scalar_one())


def add_one(connection: Connection, name: str = "a") -> None:
    statement = text("UPDATE counter SET value = value + 1 WHERE name = :name")
    connection.execute(statement, {"name": name})


def test_a_block_is_kept_whole_or_not_at_all(counter: Store) -> None:
    with counter.write() as connection:
        add_one(connection)
    with pytest.raises(RuntimeError, match="cut"), counter.write() as connection:
        add_one(connection)
        raise RuntimeError("cut")
    with counter.read() as connection:
        assert value(connection) == 1


def test_a_reader_changes_nothing(counter: Store) -> None:
    with pytest.raises(DBAPIError, match="read-only|readonly"), counter.read() as connection:
        add_one(connection)


def test_a_reader_sees_one_moment(counter: Store) -> None:
    with counter.read() as reading:
        assert value(reading) == 0
        with counter.write() as writing:
            add_one(writing)
        assert value(reading) == 0
    with counter.read() as reading:
        assert value(reading) == 1


def test_threads_write_by_turns_and_lose_nothing(counter: Store) -> None:
    def work() -> None:
        for _ in range(50):
            with counter.write() as connection:
                add_one(connection)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with counter.read() as connection:
        assert value(connection) == 400


def _work_in_process(url: str) -> None:
    store = open_store(url)
    for _ in range(100):
        with store.write() as connection:
            before = value(connection)
            connection.execute(text("UPDATE counter SET value = :after WHERE name = 'a'"), {"after": before + 1})
    store.dispose()


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_processes_write_by_turns_on_sqlite(sqlite_store: Store, method: str) -> None:
    with sqlite_store.write() as connection:
        connection.execute(text("CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES ('a', 0)"))
    url = sqlite_store.url.render_as_string()
    context = multiprocessing.get_context(method)
    processes = [context.Process(target=_work_in_process, args=(url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with sqlite_store.read() as connection:
        assert value(connection) == 300


def test_sqlite_is_as_durable_and_strict_as_promised(sqlite_store: Store) -> None:
    assert journal_mode() == "wal", f"SQLite {sqlite_library().sqlite_version} is too old for WAL"
    for block in (sqlite_store.read, sqlite_store.write):
        with block() as connection:
            found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
            assert found == ["wal", 2]
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_deadlock_is_run_again(postgres_store: Store) -> None:
    with postgres_store.write() as connection:
        connection.execute(text("CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES ('a', 0), ('b', 0)"))
    both_hold_one = threading.Barrier(2)

    def worker(first: str, second: str) -> Callable[[], None]:
        attempts: list[int] = []

        def work(connection: Connection) -> None:
            attempts.append(1)
            add_one(connection, first)
            if len(attempts) == 1:
                both_hold_one.wait()
            add_one(connection, second)

        return lambda: run_write(postgres_store, work)

    threads = [threading.Thread(target=worker("a", "b")), threading.Thread(target=worker("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with postgres_store.read() as connection:
        assert (value(connection, "a"), value(connection, "b")) == (2, 2)


def test_other_errors_are_not_run_again(counter: Store) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        connection.execute(text("INSERT INTO counter VALUES ('a', 0)"))

    with pytest.raises(DBAPIError) as raised:
        run_write(counter, work)
    assert attempts == [1]
    assert not is_repeatable(raised.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_other_stores_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValueError, match="The store is"):
        open_store(url)


def test_migrating_twice_changes_nothing(tmp_path: Path, postgres: Postgres) -> None:
    for url in (f"sqlite:///{tmp_path}/new.sqlite3", postgres.new_database("template0")):
        store = open_store(url)
        assert not is_current(store)
        assert upgrade(store)
        assert not upgrade(store)
        assert is_current(store)
        store.dispose()
    assert newest_revision() is not None


def _migrate(url: str) -> None:
    store = open_store(url)
    upgrade(store)
    assert is_current(store)


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    url = f"sqlite:///{tmp_path}/together.sqlite3"
    processes = [context.Process(target=_migrate, args=(url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        inspector = inspect(connection)
        for table in metadata.sorted_tables:
            key = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key], table.name
            checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
            assert checks == ({"ck_allocation_not_empty"} if table.name == "allocation" else set())


def test_the_first_migration_goes_back(store: Store) -> None:
    with store.write() as connection:
        command.downgrade(config(connection), "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    assert upgrade(store)
