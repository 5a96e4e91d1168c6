"""When somebody began; the roll-up that knows people and lines by everything a dashboard filters by at once."""

from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from calculations.slicing import proportion

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

PERSON = ("session_id", "company_id", "code_id", "place_id", "began")
KEYS = (*PERSON, "category", "activity", "mode", "month")
MEASURES = (
    "line_count", "person_count", "low_g", "total_g", "high_g", "reserved_g", "retired_g", "participation_count",
    "answered_count", "people_count", "order_count", "paid_order_count", "certificate_count", "extra_g", "paid_minor",
)  # fmt: skip
BY_HOUR = timedelta(days=3)
AT_ONCE = 2000
EVENTS = sa.text("SELECT event_id, starts_at, ends_at, timezone FROM event").columns(
    starts_at=sa.DateTime(), ends_at=sa.DateTime()
)
GUESTS = sa.text(
    "SELECT participation_id, created_at FROM participation"
    " WHERE event_id = :event AND kind = 'guest' AND import_id = ''"
).columns(created_at=sa.DateTime())
BEGAN = sa.text("UPDATE participation SET began = :began WHERE event_id = :event AND participation_id = :participation")

P = "p.session_id, p.company_id, p.code_id, p.origin_place_id AS place_id, p.began"
OR_ORDER = (
    "coalesce(p.session_id, '') AS session_id, coalesce(p.company_id, o.company_id) AS company_id,"
    " coalesce(p.code_id, '') AS code_id, coalesce(p.origin_place_id, '') AS place_id, coalesce(p.began, '') AS began"
)
GROUP = "1, 2, 3, 4, 5, 6"
LINE = "l.category, l.activity, l.mode, l.month"
JOIN_P = "p.event_id = {0}.event_id AND p.participation_id = {0}.participation_id"
JOIN_L = (
    "l.event_id = c.event_id AND l.participation_id = c.participation_id AND l.version = c.version"
    " AND l.line_no = c.line_no"
)
JOIN_O = "o.event_id = {0}.event_id AND o.order_id = {0}.order_id"
LINES = (
    f"SELECT p.event_id, {P}, {LINE},"
    " count(*) AS line_count,"
    " count(DISTINCT CASE WHEN p.kind <> 'organiser' THEN p.participation_id END) AS person_count,"
    " sum(l.low_g) AS low_g, sum(l.total_g) AS total_g, sum(l.high_g) AS high_g"
    f" FROM emission_line l JOIN participation p ON {JOIN_P.format('l')} AND p.footprint_version = l.version"
    f" GROUP BY {GROUP}, 7, 8, 9, 10"
)
CLAIMS = (
    f"SELECT p.event_id, {P}, {LINE},"
    " sum(CASE WHEN o.state <> 'retired' THEN c.grams ELSE 0 END) AS reserved_g,"
    " sum(CASE WHEN o.state = 'retired' THEN c.grams ELSE 0 END) AS retired_g"
    f" FROM claim c JOIN emission_line l ON {JOIN_L} JOIN participation p ON {JOIN_P.format('c')}"
    f" JOIN orders o ON {JOIN_O.format('c')} GROUP BY {GROUP}, 7, 8, 9, 10"
)
PEOPLE = (
    f"SELECT p.event_id, {P},"
    " count(*) AS participation_count,"
    " sum(CASE WHEN p.footprint_version > 0 THEN 1 ELSE 0 END) AS answered_count,"
    " sum(CASE WHEN p.footprint_version > 0 AND p.way <> 'uncounted' THEN 1 ELSE 0 END) AS person_count,"
    " sum(CASE WHEN p.footprint_version > 0 AND p.way <> 'uncounted' THEN p.people_count ELSE 0 END) AS people_count"
    f" FROM participation p WHERE p.kind <> 'organiser' GROUP BY {GROUP}"
)
EXTRA = (
    f"SELECT c.event_id, {OR_ORDER}, sum(c.grams) AS extra_g FROM claim c JOIN orders o ON {JOIN_O.format('c')}"
    f" LEFT JOIN participation p ON {JOIN_P.format('c')} WHERE c.line_no = -1 GROUP BY {GROUP}"
)
ORDERS = (
    f"SELECT o.event_id, {OR_ORDER}, count(*) AS order_count,"
    " sum(CASE WHEN o.state IN ('paid', 'pooled', 'retired') THEN 1 ELSE 0 END) AS paid_order_count,"
    " sum(CASE WHEN k.number IS NOT NULL THEN 1 ELSE 0 END) AS certificate_count"
    f" FROM orders o LEFT JOIN participation p ON {JOIN_P.format('o')} LEFT JOIN certificate k"
    " ON k.event_id = o.event_id AND k.order_id = o.order_id AND k.revoked_at IS NULL"
    f" WHERE o.buyer <> 'gift' GROUP BY {GROUP}"
)
MONEY = (
    f"SELECT j.event_id, {OR_ORDER}, -sum(j.amount_minor) AS paid_minor FROM journal j"
    f" JOIN orders o ON {JOIN_O.format('j')} LEFT JOIN participation p ON {JOIN_P.format('o')}"
    f" WHERE j.account IN ('buyer', 'to_give_back') GROUP BY {GROUP}"
)
PARTLY = (  # of orders that are not retired as a whole
    "SELECT o.event_id, o.order_id, sum(a.to_g - a.from_g) AS grams FROM orders o JOIN allocation a"
    " ON a.event_id = o.event_id AND a.order_id = o.order_id AND a.state = 'retired' WHERE o.state <> 'retired'"
    " GROUP BY o.event_id, o.order_id"
)
NET = (
    "SELECT c.event_id, c.participation_id, c.version, c.line_no, coalesce(p.session_id, '') AS session_id,"
    " coalesce(p.company_id, '') AS company_id, coalesce(p.code_id, '') AS code_id,"
    " coalesce(p.origin_place_id, '') AS place_id, coalesce(p.began, '') AS began,"
    " coalesce(l.category, '') AS category, coalesce(l.activity, '') AS activity, coalesce(l.mode, '') AS mode,"
    " coalesce(l.month, '') AS month, sum(c.grams) AS grams"
    f" FROM claim c LEFT JOIN participation p ON {JOIN_P.format('c')} LEFT JOIN emission_line l ON {JOIN_L}"
    " WHERE c.event_id = :event AND c.order_id = :order GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13"
    " HAVING sum(c.grams) <> 0"
)


def upgrade() -> None:
    op.add_column("participation", sa.Column("began", sa.Text(), server_default=sa.text("''"), nullable=False))
    keys = [sa.Column(name, sa.Text(), nullable=False) for name in KEYS]
    counts = [sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in MEASURES]
    facet = op.create_table(
        "facet", sa.Column("event_id", sa.Text(), nullable=False), *[key._copy() for key in keys],
        *[count._copy() for count in counts], sa.PrimaryKeyConstraint("event_id", *KEYS, name=op.f("pk_facet")),
    )  # fmt: skip
    op.create_table(
        "facet_delta", sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("delta_id", sa.Text(), nullable=False), *keys, *counts,
        sa.PrimaryKeyConstraint("event_id", "delta_id", name=op.f("pk_facet_delta")),
    )  # fmt: skip
    _tell_when_they_began()
    rows = _sums()
    for start in range(0, len(rows), AT_ONCE):
        op.bulk_insert(facet, rows[start : start + AT_ONCE])


def _tell_when_they_began() -> None:
    """The day in the event's zone, with the hour where it lasts at most three days."""
    bind = op.get_bind()
    for event in bind.execute(EVENTS).all():
        form = "%Y-%m-%dT%H" if event.ends_at - event.starts_at <= BY_HOUR else "%Y-%m-%d"
        zone = ZoneInfo(event.timezone)
        rows = [
            {
                "event": event.event_id, "participation": guest.participation_id,
                "began": guest.created_at.replace(tzinfo=UTC).astimezone(zone).strftime(form),
            }
            for guest in bind.execute(GUESTS, {"event": event.event_id})
        ]  # fmt: skip
        if rows:
            bind.execute(BEGAN, rows)


def _sums() -> list[dict[str, Any]]:
    """The new roll-up of the rows that are there."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for row in _rows():
        key = (row["event_id"], *[row.get(name, "") for name in KEYS])
        entry = sums.setdefault(key, [0] * len(MEASURES))
        for i, name in enumerate(MEASURES):
            entry[i] += int(row.get(name) or 0)
    names = ("event_id", *KEYS, *MEASURES)
    return [dict(zip(names, (*key, *entry), strict=True)) for key, entry in sorted(sums.items()) if any(entry)]


def _rows() -> Iterator[Mapping[str, Any]]:
    bind = op.get_bind()
    for text in (LINES, CLAIMS, PEOPLE, EXTRA, ORDERS, MONEY):
        yield from bind.execute(sa.text(text).execution_options(yield_per=AT_ONCE)).mappings()
    for order in bind.execute(sa.text(PARTLY)).all():
        found = bind.execute(sa.text(NET), {"event": order.event_id, "order": order.order_id}).mappings().all()
        net = sorted(found, key=lambda row: (row["participation_id"], row["line_no"], row["version"]))
        parts = proportion(int(order.grams), [int(row["grams"]) for row in net])
        for row, part in zip(net, parts, strict=True):
            if row["line_no"] >= 0:
                yield {**row, "reserved_g": -part, "retired_g": part}


def downgrade() -> None:
    op.drop_table("facet_delta")
    op.drop_table("facet")
    with op.batch_alter_table("participation") as batch:
        batch.drop_column("began")
