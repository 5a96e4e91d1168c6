"""What tables are made of: the metadata with its names of constraints, times in UTC, and the kinds of columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware UTC instant, kept without its zone; a naive datetime is refused."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value!r}; give UTC")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


Grams = sa.BigInteger
Minor = sa.BigInteger


def text(name: str, **kw: Any) -> sa.Column[str]:
    """A text that is always there."""
    return sa.Column(name, sa.Text, nullable=False, **kw)


def key(name: str) -> sa.Column[str]:
    """A part of the primary key."""
    return sa.Column(name, sa.Text, primary_key=True)


def count(name: str, kind: Any = sa.BigInteger) -> sa.Column[int]:
    """A whole number, 0 unless told."""
    return sa.Column(name, kind, nullable=False, server_default="0")


def json(name: str, nullable: bool = False) -> sa.Column[Any]:
    """A JSON value."""
    return sa.Column(name, sa.JSON, nullable=nullable)


def at(name: str, nullable: bool = False) -> sa.Column[datetime]:
    """An instant in UTC."""
    return sa.Column(name, Utc, nullable=nullable)
