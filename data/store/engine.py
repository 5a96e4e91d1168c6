"""The store's engines: SQLite or PostgreSQL behind one small class.

A `Store` gives connections for reading and for writing. On SQLite there is one writer, which begins IMMEDIATE and
waits for its turn behind a fair lock among threads and a fair file lock among processes, so that a writer never meets
SQLITE_BUSY; readers have an engine of their own that cannot write. On PostgreSQL both draw on one pool; two writers
may meet, and `run_write` repeats what PostgreSQL asks to be repeated.
"""

import os
import random
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from data.store.encoded import dumps
from data.store.locks import FairLock, FileLock
from data.store.quick import quick

SAFE_WAL_VERSION = (3, 51, 3)
"""SQLite before this release can corrupt a database in WAL mode when a checkpoint and a writer meet."""

READ_POOL_SIZE = 16
WRITE_POOL_SIZE = 16
BUSY_TIMEOUT_MS = 15_000
RETRY_COUNT = 8
REPEATABLE = {"40001", "40P01"}  # PostgreSQL: serialization failure, deadlock detected

T = TypeVar("T")


def sqlite_library() -> ModuleType:
    """The newest SQLite at hand: the one bundled with pysqlite3, else the standard library's."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    return dbapi2 if dbapi2.sqlite_version_info >= sqlite3.sqlite_version_info else sqlite3


def journal_mode() -> str:
    """`wal`, or `delete` (the rollback journal) where only an SQLite with the WAL fault is at hand."""
    return "wal" if sqlite_library().sqlite_version_info >= SAFE_WAL_VERSION else "delete"


class Store:
    """Where the rows are. `read()` and `write()` each give a connection for one transaction."""

    def __init__(self, url: str | URL) -> None:
        self.url: URL = _normal_url(url)
        self.dialect: str = self.url.get_backend_name()
        self.is_sqlite: bool = self.dialect == "sqlite"
        self._turns = FairLock()
        self._file_lock: FileLock | None = None
        if self.is_sqlite:
            self.path = Path(self.url.database or "").absolute()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():  # hashes of passwords are in it: its owner's alone, as its log will be
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self.reader: Engine = _sqlite_engine(self.url, "BEGIN", READ_POOL_SIZE, query_only=True)
            self.writer: Engine = _sqlite_engine(self.url, "BEGIN IMMEDIATE", 1, query_only=False)
        else:
            self.writer = _postgresql_engine(self.url)
            self.reader = quick(
                self.writer.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True, postgresql_deferrable=False
                )
            )
        _stores.add(self)

    def __repr__(self) -> str:
        return f"Store({self.url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the store and can change nothing."""
        joint = _joint_of(self)
        if joint is not None and joint.connection is not None:
            yield joint.connection  # what the joint transaction has written is seen
            return
        with self.reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection whose changes are kept when the block ends, and dropped when it raises. Within `joined` the
        block is a part of the joint transaction: kept with all the rest, and all the rest is dropped with it."""
        joint = _joint_of(self)
        if joint is not None:
            with joint.part() as connection:
                yield connection
            return
        with self._begin() as connection:
            yield connection

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        if not self.is_sqlite:
            with self.writer.begin() as connection:
                yield connection
            return
        with self._turns, self._between_processes(), self.writer.begin() as connection:
            yield connection

    def _between_processes(self) -> FileLock:
        if self._file_lock is None:  # opened by each process for itself: a forked copy would share its parent's lock
            self._file_lock = FileLock(self.path.with_name(self.path.name + ".lock"))
        return self._file_lock

    def dispose(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.writer.dispose()
        if self._file_lock is not None:
            self._file_lock.close()
            self._file_lock = None

    def forget_parent(self) -> None:
        """In a forked child: let go of the parent's connections and locks without closing them under it."""
        self.reader.dispose(close=False)
        self.writer.dispose(close=False)
        self._turns = FairLock()
        self._file_lock = None


class Joint:
    """One transaction for everything that is written while it is open; begun by the first write."""

    def __init__(self, store: Store, first: Callable[[Connection], None]) -> None:
        self.store = store
        self.connection: Connection | None = None
        self.is_broken = False
        self._first = first
        self._stack = ExitStack()

    def begin(self) -> Connection:
        """The connection; the first time the transaction begins, with ``first``."""
        if self.connection is None:
            self.connection = self._stack.enter_context(self.store._begin())
            self._first(self.connection)
        return self.connection

    @contextmanager
    def part(self) -> Iterator[Connection]:
        """A block of the transaction; where one raises, the whole can't be kept."""
        try:
            yield self.begin()
        except BaseException:
            self.is_broken = True
            raise

    def check(self) -> None:
        """Raises where a part failed, whoever caught its error."""
        if self.is_broken:
            raise RuntimeError("a part of a joint transaction failed; nothing of it is kept")


@contextmanager
def joined(store: Store, first: Callable[[Connection], None]) -> Iterator[Joint]:
    """All that this thread writes within the block is one transaction, kept when the block ends and dropped when it
    raises. ``first`` runs at its beginning. What is read before the first write is read outside of it."""
    joint = Joint(store, first)
    with joint._stack:
        token = _joint.set(joint)
        try:
            yield joint
            joint.check()
        finally:
            _joint.reset(token)


_joint: ContextVar[Joint | None] = ContextVar("forum_zero_joint", default=None)


def _joint_of(store: Store) -> Joint | None:
    joint = _joint.get()
    return joint if joint is not None and joint.store is store else None


def open_store(url: str | URL) -> Store:
    """A store at `url`: `sqlite:///var/forumzero.sqlite3` or `postgresql://user:password@host/name`."""
    return Store(url)


def run_write(store: Store, work: Callable[[Connection], T]) -> T:
    """Run `work` in a write transaction; repeat it a bounded number of times when PostgreSQL asks for that.

    `work` must have no effect but on the store, as it may run several times. Within `joined` it runs once: the joint
    transaction is repeated by whoever opened it.
    """

    def attempt_once() -> T:
        with store.write() as connection:
            return work(connection)

    return attempt_once() if _joint_of(store) is not None else repeated(attempt_once)


def repeated(work: Callable[[], T]) -> T:
    """Run `work`, a transaction in itself, again a bounded number of times when PostgreSQL asks for that."""
    for attempt in range(1, RETRY_COUNT + 1):
        try:
            return work()
        except DBAPIError as error:
            if attempt == RETRY_COUNT or not is_repeatable(error):
                raise
            time.sleep(random.uniform(0, 0.005 * 2**attempt))
    raise AssertionError("unreachable")


def is_repeatable(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when run again."""
    return getattr(error.orig, "sqlstate", None) in REPEATABLE


_stores: "weakref.WeakSet[Store]" = weakref.WeakSet()
_process_store: Store | None = None


def get_store() -> Store:
    """The store of this process, at the settings' DATABASE_URL."""
    global _process_store
    if _process_store is None:
        from data.settings import get_settings

        _process_store = open_store(get_settings().store_url)
    return _process_store


def set_store(store: Store | None) -> None:
    """Make `store` the one `get_store()` gives; None to open it from the settings again. For tests and tools."""
    global _process_store
    _process_store = store


def _after_fork() -> None:
    for store in list(_stores):
        store.forget_parent()


os.register_at_fork(after_in_child=_after_fork)


def _normal_url(url: str | URL) -> URL:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise ValueError(f"The store is {url!r}; SQLite needs a file here, as in sqlite:///var/forumzero.sqlite3")
        return parsed
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError(f"The store is {url!r}; it should start with sqlite:/// or postgresql://")


def _sqlite_engine(url: URL, begin: str, pool_size: int, *, query_only: bool) -> Engine:
    engine = create_engine(
        url,
        module=sqlite_library(),
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0 if pool_size == 1 else pool_size,
        json_serializer=dumps,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin and end where we say
        for pragma in (
            f"journal_mode = {journal_mode()}",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "cache_size = -32000",
            f"query_only = {'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver_connection: Any = connection.connection.driver_connection  # exec_driver_sql would cost as much again
        driver_connection.execute(begin)

    return quick(engine)


def _postgresql_engine(url: URL) -> Engine:
    return quick(create_engine(
        url,
        pool_size=WRITE_POOL_SIZE,
        max_overflow=WRITE_POOL_SIZE,
        pool_pre_ping=False,
        pool_recycle=1800,
        json_serializer=dumps,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=15000", "connect_timeout": 10},
    ))  # fmt: skip
