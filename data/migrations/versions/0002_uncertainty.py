"""Upstream fuel and data quality of lines and footprints, and the roll-up of what is uncertain."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from calculations.propagation import spread_rows

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MEASURES = ("sd_low_cg", "sd_high_cg", "variance_hi", "variance_lo", "scored_g", "quality_g")
NEW = (("emission_line", "upstream_g"), ("emission_line", "quality"), ("footprint", "upstream_g"),
       ("footprint", "quality"), ("cube", "upstream_g"), ("cube_delta", "upstream_g"))  # fmt: skip
LINES = sa.text(
    "SELECT l.event_id, l.category, l.total_g, l.trace FROM emission_line l JOIN participation p"
    " ON p.event_id = l.event_id AND p.participation_id = l.participation_id AND p.footprint_version = l.version"
)
AT_ONCE = 2000


def upgrade() -> None:
    for table, column in NEW:
        op.add_column(table, _count(column))
    spread = op.create_table(
        "spread",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *[_count(name) for name in MEASURES],
        sa.PrimaryKeyConstraint("event_id", "category", "source_id", name=op.f("pk_spread")),
    )
    op.create_table(
        "spread_delta",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("delta_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *[_count(name) for name in MEASURES],
        sa.PrimaryKeyConstraint("event_id", "delta_id", name=op.f("pk_spread_delta")),
    )
    rows = _sums()
    if rows:
        op.bulk_insert(spread, rows)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _sums() -> list[dict[str, Any]]:
    """The new roll-up of the lines that are there."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for event_id, row in _lines():
        entry = sums.setdefault((event_id, row["category"], row["source_id"]), [0] * len(MEASURES))
        for i, name in enumerate(MEASURES):
            entry[i] += row.get(name, 0)
    keys = ("event_id", "category", "source_id")
    return [
        dict(zip(keys, key, strict=True)) | dict(zip(MEASURES, entry, strict=True))
        for key, entry in sorted(sums.items())
        if any(entry)
    ]


def _lines() -> Iterator[tuple[str, dict[str, Any]]]:
    for line in op.get_bind().execute(LINES.execution_options(yield_per=AT_ONCE)):
        trace = json.loads(line.trace) if isinstance(line.trace, str) else line.trace
        for row in spread_rows(line.category, line.total_g, 0, trace):
            yield line.event_id, row


def downgrade() -> None:
    op.drop_table("spread_delta")
    op.drop_table("spread")
    for table, column in reversed(NEW):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
