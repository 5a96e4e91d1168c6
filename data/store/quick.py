"""A connection that runs a statement it has seen before without asking SQLAlchemy to look at it again.

Statements of a hot path are built once, as module-level objects. Of such a one SQLAlchemy still makes an execution
context, a cache key and a result's metadata each time it is run, which costs several times what the driver takes. The
second time the same object is run, its text, how its values are bound and how its rows are read are kept here; from
then on only the driver works. Whatever is not plain (lists given with a run, defaults computed in Python, options of
one execution, somebody who listens to the cursor) goes the usual way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Delete, Engine, Insert, Select, TextClause, Update
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler

PLAIN = (Select, Insert, Update, Delete, TextClause)
ENOUGH = 3
"""So often a statement goes the usual way; one that is built for a single use is never compiled for more."""
Processor = Callable[[Any], Any]
Shape = tuple[str, bool, tuple[str, ...]]


class Rows(IteratorResult[Any]):
    """Rows that have been fetched, as `Connection.execute` gives them."""

    rowcount = -1


@dataclass(slots=True)
class Ready:
    """A statement as the driver takes it: text, (name, value where none is given, how it is bound) of each value in
    order, and how its rows are read, known from the first run on."""

    text: str
    binds: tuple[tuple[str, Any, bool, Processor | None], ...]
    positional: bool
    columns: Sequence[Any]
    metadata: SimpleResultMetaData | None = None
    processors: tuple[tuple[int, Processor], ...] = ()

    def bound(self, given: Mapping[str, Any]) -> Any:
        """The values of one run, a tuple or a mapping as the driver wants it. Raises KeyError where one is missing."""
        values = []
        for name, default, required, processor in self.binds:
            value = given[name] if required or name in given else default
            values.append(processor(value) if processor is not None else value)
        return tuple(values) if self.positional else {b[0]: v for b, v in zip(self.binds, values, strict=True)}

    def learn(self, description: Sequence[Any], dialect: Any) -> SimpleResultMetaData:
        """How rows are read, from the first cursor's description."""
        found = []
        for i, column in enumerate(self.columns):
            processor = column[3]._cached_result_processor(dialect, description[i][1])
            if processor is not None:
                found.append((i, processor))
        self.processors = tuple(found)
        names = [column[0] for column in self.columns] or [column[0] for column in description]
        extra = [tuple(column[2]) for column in self.columns] or None
        self.metadata = SimpleResultMetaData(names, extra=extra)
        return self.metadata

    def read(self, rows: list[Any]) -> list[Any]:
        """Rows of the driver as values of the columns' types."""
        if not self.processors:
            return rows
        read = []
        for row in rows:
            values = list(row)
            for i, processor in self.processors:
                values[i] = processor(values[i])
            read.append(tuple(values))
        return read


@dataclass(slots=True)
class Seen:
    """How often a statement has been run, up to `ENOUGH`, and what is kept of it by the shape of its values."""

    count: int = 0
    ready: dict[Shape, Ready | None] = field(default_factory=dict)


_seen: WeakKeyDictionary[Any, Seen] = WeakKeyDictionary()


def quick(engine: Engine) -> Engine:
    """The engine, whose connections are quick ones from now on."""
    engine._connection_cls = QuickConnection
    return engine


class QuickConnection(Connection):
    """See the module."""

    def execute(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """As `sqlalchemy.Connection.execute`."""
        if execution_options is None and isinstance(statement, PLAIN) and not self._is_watched():
            ready = self._ready(statement, parameters)
            if ready is not None:
                return self._run(ready, parameters)
        return super().execute(statement, parameters, execution_options=execution_options)

    def _ready(self, statement: Any, parameters: Any) -> Ready | None:
        """The statement as it is kept; None where it has to go the usual way, as it does the first time."""
        many = isinstance(parameters, list)
        first = parameters[0] if many and parameters else parameters
        shape = (self.dialect.name, many, tuple(first) if first else ())
        known = _seen.get(statement)
        if known is None:
            known = _seen[statement] = Seen()
        if known.count < ENOUGH:
            known.count += 1
            return None
        if shape not in known.ready:
            known.ready[shape] = _prepared(statement, self.dialect, many, sorted(shape[2]))
        return known.ready[shape] if self._is_open() else None

    def _is_watched(self) -> bool:
        return bool(self.dispatch.before_cursor_execute or self.dispatch.before_execute)

    def _is_open(self) -> bool:
        if self._transaction is None and not self.closed and not self.invalidated:
            self._autobegin()
        return self._transaction is not None and self._transaction.is_active and not self.invalidated

    def _run(self, ready: Ready, parameters: Any) -> Any:
        cursor: Any = self.connection.cursor()
        values: Any = None
        try:
            if isinstance(parameters, list):
                values = [ready.bound(given) for given in parameters]
                cursor.executemany(ready.text, values)
            else:
                values = ready.bound(parameters or {})
                cursor.execute(ready.text, values)
            result = _result(ready, cursor, self.dialect)
            cursor.close()
        except BaseException as error:
            if isinstance(error, UnicodeError):  # text that no store takes: told as it is, as the usual way does
                cursor.close()
                raise
            self._handle_dbapi_exception(error, ready.text, values, cursor, None)
        return result


def _result(ready: Ready, cursor: Any, dialect: Any) -> Rows:
    if cursor.description is None:
        rows = Rows(_NOTHING, iter(()))
    else:
        metadata = ready.metadata or ready.learn(cursor.description, dialect)
        rows = Rows(metadata, iter(ready.read(cursor.fetchall())))
    rows.rowcount = cursor.rowcount
    return rows


_NOTHING = SimpleResultMetaData(())


def _prepared(statement: Any, dialect: Any, many: bool, keys: list[str]) -> Ready | None:
    """The statement compiled for a driver; None where it is not plain. A list that stands in the statement itself is
    expanded here, once; one that is given with each run is not plain."""
    compiled = statement.compile(dialect=dialect, column_keys=keys, for_executemany=many)
    if not isinstance(compiled, SQLCompiler) or _is_special(compiled, many):
        return None
    state = compiled._process_parameters_for_postcompile(compiled.construct_params(_check=False))
    lists = state.parameter_expansion
    names = state.positiontup if compiled.positional else [name for name in state.parameters if name not in lists]
    required = {name for bind, name in compiled.bind_names.items() if bind.required}
    processors: dict[str, Any] = {**compiled._bind_processors, **state.processors}
    binds = tuple((name, state.parameters[name], name in required, processors.get(name)) for name in names or ())
    return Ready(state.statement, binds, bool(compiled.positional), compiled._result_columns or ())


def _is_special(compiled: SQLCompiler, many: bool) -> bool:
    made_up = [getattr(compiled, name, None) for name in ("insert_prefetch", "update_prefetch", "postfetch")]
    given = any(bind.required or bind.type._is_tuple_type for bind in compiled.post_compile_params)
    expanded = compiled.literal_execute_params or given or compiled.escaped_bind_names
    computed = any(bind.callable is not None for bind in compiled.bind_names)
    is_change = isinstance(compiled.statement, Insert | Update | Delete)
    returns = bool(compiled._result_columns) or not is_change
    return bool(any(made_up) or expanded or computed or (many and returns))
