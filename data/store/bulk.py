"""Many rows of one table at once, as files bring them: values go to the driver as they are bound, without a look at
each statement; PostgreSQL takes them as a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from data.store.encoded import dumps

Row = Mapping[Any, Any]
Processor = Callable[[Any], Any]


def insert_many(conn: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """New rows, all with the same columns; further keys of a row are left alone. Raises what an insert raises."""
    if not rows:
        return
    names = tuple(c.name for c in table.columns if c.name in rows[0])
    values = _bound(rows, names, [(i, _of_type(table.c[name], conn.dialect)) for i, name in enumerate(names)])
    quoted = ", ".join(conn.dialect.identifier_preparer.quote(name) for name in names)
    driver: Any = conn.connection
    cursor, into = driver.cursor(), f"{conn.dialect.identifier_preparer.quote(table.name)} ({quoted})"
    try:
        if conn.dialect.name == "postgresql":
            _copy(cursor, f"COPY {into} FROM STDIN", values)
        else:
            cursor.executemany(f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})", values)
        cursor.close()
    except UnicodeError:  # text that no store takes: told as it is
        cursor.close()
        raise
    except BaseException as error:
        told: Any = conn
        told._handle_dbapi_exception(error, f"INSERT INTO {into}", None, cursor, None)


def _copy(cursor: Any, text: str, values: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(text) as copy:
        for each in values:
            copy.write_row(each)


def _bound(
    rows: Iterable[Row], names: Sequence[str], processors: Iterable[tuple[int, Processor | None]]
) -> Iterator[list[Any]]:
    wanted, given = itemgetter(*names), [(i, process) for i, process in processors if process is not None]
    for row in rows:
        values = list(wanted(row))
        for i, process in given:
            values[i] = process(values[i])
        yield values


def _of_type(column: sa.Column[Any], dialect: Any) -> Processor | None:
    """How a value of a column is bound; one that comes many times in a row is bound once."""
    if isinstance(column.type, sa.JSON):
        return dumps
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return None
    last: list[Any] = [None, process(None)]

    def once(value: Any) -> Any:
        if value is not last[0]:
            last[:] = [value, process(value)]
        return last[1]

    return once if isinstance(column.type, sa.types.TypeDecorator) else process
