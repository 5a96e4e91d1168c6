"""Where participations came from and how they took part; the roll-up of those who answered by stratum."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from calculations.strata import square_parts
from data.places import index

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEYS = ("region", "way", "company_id")
MEASURES = ("people_count", "total_g", "square_t2", "square_g2")
PLACES = sa.text("SELECT DISTINCT origin_place_id FROM participation WHERE origin_place_id <> ''")
REGION = sa.text("UPDATE participation SET origin_region = :region WHERE origin_place_id = :place")
ONSITE = sa.text("UPDATE participation SET way = 'onsite' WHERE footprint_version > 0")
REMOTE = sa.text(
    "UPDATE participation SET way = 'remote' WHERE footprint_version > 0 AND main_mode = '' AND EXISTS ("
    "SELECT 1 FROM emission_line l WHERE l.event_id = participation.event_id"
    " AND l.participation_id = participation.participation_id AND l.version = participation.footprint_version"
    " AND l.activity = 'remote_participation')"
)
ANSWERS = sa.text(
    "SELECT p.event_id, p.origin_region, p.way, p.company_id, p.people_count, f.total_g FROM participation p"
    " JOIN footprint f ON f.event_id = p.event_id AND f.participation_id = p.participation_id"
    " AND f.version = p.footprint_version WHERE p.kind <> 'organiser'"
)


def upgrade() -> None:
    for name in ("origin_region", "way"):
        op.add_column("participation", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    counts = [sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in MEASURES]
    keys = [sa.Column(name, sa.Text(), nullable=False) for name in KEYS]
    strata = op.create_table(
        "strata", sa.Column("event_id", sa.Text(), nullable=False), *[key._copy() for key in keys],
        *[count._copy() for count in counts], sa.PrimaryKeyConstraint("event_id", *KEYS, name=op.f("pk_strata")),
    )  # fmt: skip
    op.create_table(
        "strata_delta", sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("delta_id", sa.Text(), nullable=False), *keys, *counts,
        sa.PrimaryKeyConstraint("event_id", "delta_id", name=op.f("pk_strata_delta")),
    )  # fmt: skip
    _tell_participations()
    rows = _sums()
    if rows:
        op.bulk_insert(strata, rows)


def _tell_participations() -> None:
    """Where those who are there came from, and how they took part."""
    bind = op.get_bind()
    for place_id in list(bind.execute(PLACES).scalars()):
        place = index.get(place_id)
        if place is not None:
            bind.execute(REGION, {"region": place.region or place.country, "place": place_id})
    bind.execute(ONSITE)
    bind.execute(REMOTE)


def _sums() -> list[dict[str, Any]]:
    sums: dict[tuple[str, ...], list[int]] = {}
    for row in op.get_bind().execute(ANSWERS):
        entry = sums.setdefault((row.event_id, row.origin_region, row.way, row.company_id), [0] * len(MEASURES))
        parts = (row.people_count, row.total_g, *square_parts(row.people_count, row.total_g))
        entry[:] = [old + new for old, new in zip(entry, parts, strict=True)]
    names = ("event_id", *KEYS, *MEASURES)
    return [dict(zip(names, (*key, *entry), strict=True)) for key, entry in sorted(sums.items()) if any(entry)]


def downgrade() -> None:
    op.drop_table("strata_delta")
    op.drop_table("strata")
    for name in ("origin_region", "way"):
        with op.batch_alter_table("participation") as batch:
            batch.drop_column(name)
