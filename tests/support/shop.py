"""An event with credits on offer and guests with footprints, as rows: what orders are placed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

import offsetting
from data.store import live, rebuild
from data.store import schema as s
from data.store.engine import get_store
from data.store.ids import new_event_id, new_id

NOW = datetime(2021, 9, 7, 2, 42, tzinfo=UTC)
SPLIT = (
    {"to": "project_owner", "share": 0.84},
    {"to": "exchange", "share": 0.08},
    {"to": "platform", "share": 0.05},
    {"to": "payment", "share": 0.03},
)
LINES = (339_800, 7_056, 107_000)
TOTAL_G = sum(LINES)
CATEGORIES = ("travel", "local", "stay")


_HOSTED = (
    sa.select(s.participation.c.participation_id)
    .join(s.event, s.event.c.event_id == s.participation.c.event_id)
    .where(s.event.c.event_id == sa.bindparam("event_id"), s.event.c.defaults["payer"].as_string() == "host_all")
    .where(s.participation.c.participation_id == sa.bindparam("participation_id"))
    .where(s.participation.c.kind == "guest", s.participation.c.import_id == "")
)  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """Where to order: an event, its project, batch and tranche."""

    event_id: str
    slug: str
    project: str
    batch_id: str
    tranche_id: str


def open_shop(credit_count: int = 10, slug: str = "forum", livemode: bool = False, price: int = 4500) -> Shop:
    """A test event with one project on offer, all credits of its batch in one tranche."""
    event_id, project = new_event_id(), f"cdcer-{slug}"
    with get_store().write() as conn:
        put(conn, s.event, event_id=event_id, slug=slug, scenario="conference", names={"en": "Forum", "zh": "论坛"},
            texts={}, place={"names": {"en": "Chengdu"}}, country="CN", lat=30.66, lon=104.06, starts_at=NOW,
            ends_at=NOW, timezone="Asia/Shanghai", currency="CNY", factor_set_id="x", factor_set_sha256="y",
            boundary={}, defaults={}, jurisdiction="CN", state="open",
            livemode=livemode, payments=True, simulated=not livemode, search_text="",
            created_at=NOW)  # fmt: skip
        live.start(conn, event_id, NOW)
    offsetting.add_project(project, {"en": "CDCER other projects"}, type="mixed", kind="reduction", methodology="CDCER",
                           registry="demo", livemode=livemode, now=NOW)  # fmt: skip
    batch_id = f"DEMO-{slug}-2020"
    offsetting.add_batch(
        batch_id, project, vintage="2020", credit_count=credit_count, serial_prefix=f"{batch_id}-", now=NOW
    )
    tranche_id = offsetting.assign_tranche(event_id, batch_id, credit_count * 1_000_000, now=NOW)
    offsetting.open_offering(event_id, project, price, "CNY", SPLIT)
    return Shop(event_id, slug, project, batch_id, tranche_id)


def add_guest(
    shop: Shop, lines: Sequence[int] = LINES, company_id: str = "", session_id: str = "main", kind: str = "guest",
    import_id: str = "",
) -> str:  # fmt: skip
    """A participation with a footprint of ``lines`` grams; its id."""
    participation_id = new_id(shop.event_id)
    with get_store().write() as conn:
        put(conn, s.participation, event_id=shop.event_id, participation_id=participation_id, secret_hash="",
            session_id=session_id, company_id=company_id, kind=kind, people_count=1, pseudonym="Quiet Magpie",
            display_name="", display_consent=False, footprint_version=0, origin_place_id="", main_mode="plane",
            import_id=import_id, created_at=NOW)  # fmt: skip
    if lines:
        set_lines(shop, participation_id, lines)
    return participation_id


def set_lines(shop: Shop, participation_id: str, lines: Sequence[int]) -> None:
    """A new version of the footprint, with claims laid anew, and covered by its host, as `save_footprint` does. A line
    that is counted no more is told by none."""
    key = {"event_id": shop.event_id, "participation_id": participation_id}
    p = s.participation.c
    with get_store().write() as conn:
        where = (p.event_id == shop.event_id, p.participation_id == participation_id)
        version = conn.execute(sa.select(p.footprint_version).where(*where).with_for_update()).scalar_one() + 1
        put(conn, s.footprint, **key, version=version, answers={}, low_g=sum(lines), total_g=sum(lines),
            high_g=sum(lines), factor_set_sha256="y", created_at=NOW)  # fmt: skip
        for line_no, grams in enumerate(lines):
            category = CATEGORIES[line_no % len(CATEGORIES)]
            put(conn, s.emission_line, **key, version=version, line_no=line_no, category=category, activity=category,
                mode="", quantity=1.0, unit="km", factor_id="f", low_g=grams, total_g=grams, high_g=grams,
                month="2021-09", trace={})  # fmt: skip
        conn.execute(sa.update(s.participation).where(*where).values(footprint_version=version))
        offsetting.reslice(conn, shop.event_id, participation_id, version, None, NOW)
        if conn.execute(_HOSTED, key).first() is not None:
            offsetting.cover_told(conn, shop.event_id, participation_id, NOW)


def put(conn: sa.Connection, table: sa.Table, **values: Any) -> None:
    """One row."""
    conn.execute(sa.insert(table).values(**values))


def rows(table: sa.Table, **where: Any) -> list[dict[str, Any]]:
    """Rows of a table whose columns have these values."""
    conditions = [table.c[name] == value for name, value in where.items()]
    with get_store().read() as conn:
        return [dict(row) for row in conn.execute(sa.select(table).where(*conditions)).mappings()]


def covered(participation_id: str) -> tuple[list[int], int]:
    """Grams claimed of each line that has any, of the newest version, and extra grams."""
    sums: dict[tuple[int, int], int] = {}
    for row in rows(s.claim, participation_id=participation_id):
        key = (row["version"], row["line_no"])
        sums[key] = sums.get(key, 0) + row["grams"]
    lines = [grams for (_, line_no), grams in sorted(sums.items()) if line_no >= 0 and grams]
    return lines, sum(grams for (_, line_no), grams in sums.items() if line_no < 0)


def pay(order: offsetting.Order, outcome: str = "succeeded") -> offsetting.Order:
    """The order after somebody paid on the demo provider's page."""
    offsetting.demo_payment(order.order_id, outcome, now=NOW)
    return offsetting.get_order(order.order_id)


def prove(*shops: Shop) -> None:
    """Every invariant holds, in all and for each event, and what orders wrote into the roll-ups is what rows say."""
    for event_id in (None, *[shop.event_id for shop in shops]):
        wrong = [finding for finding in offsetting.audit(event_id) if not finding.ok]
        assert not wrong, wrong
    ours = (
        "order_count",
        "paid_order_count",
        "certificate_count",
        "reserved_g",
        "retired_g",
        "extra_g",
        "paid_minor",
        "money",
    )
    with get_store().read() as conn:
        for shop in shops:
            differing = [
                line for line in rebuild.differences(conn, shop.event_id) if any(name in line for name in ours)
            ]
            assert not differing, differing
