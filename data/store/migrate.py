"""Brings a store's tables to the newest revision, and says whether they are there."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from data.store.engine import Store
from data.store.locks import process_lock

MIGRATIONS_DIR = Path(__file__).resolve().parent.parent / "migrations"
ADVISORY_LOCK = 48_620_210_907  # any number that no other program of the same PostgreSQL uses


def upgrade(store: Store) -> bool:
    """Run the migrations that are missing, all or none; True if there were any. Safe to call from many processes."""
    with _alone(store):
        if is_current(store):
            return False
        with store.write() as connection:
            command.upgrade(config(connection), "head")
        return True


def is_current(store: Store) -> bool:
    """Whether the store's tables are those of this release."""
    with store.read() as connection:
        return revision(connection) == newest_revision()


def revision(connection: Connection) -> str | None:
    """The revision of the store's tables; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


@lru_cache(maxsize=1)
def newest_revision() -> str | None:
    """The revision that this release's code expects."""
    return ScriptDirectory(str(MIGRATIONS_DIR)).get_current_head()


def config(connection: Connection) -> Config:
    """Alembic's configuration, made here: there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS_DIR))
    made.attributes["connection"] = connection
    return made


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Let one process migrate at a time."""
    if store.is_sqlite:
        with process_lock(store.path.with_name(store.path.name + ".migrate")):
            yield
        return
    with store.writer.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": ADVISORY_LOCK})
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": ADVISORY_LOCK})
            connection.commit()
