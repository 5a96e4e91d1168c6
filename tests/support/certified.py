"""A paid order with all its rows, put into a store directly: what a certificate is made from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from data.store import schema as s

EVENT_ID, PARTICIPATION_ID, ORDER_ID = "evt00001", "evt00001-p", "evt00001-o"
PAID_AT = datetime(2021, 9, 7, 2, 42, tzinfo=UTC)
LINES = (("travel", 339_800, 280_000, 400_000), ("local", 7_056, 6_000, 8_000), ("stay", 107_000, 110_000, 120_000))
TOTAL_G = sum(line[1] for line in LINES)
FORUM = {"en": "First China Digital Carbon Neutrality Forum", "zh": "首届中国数字碳中和高峰论坛"}
PROJECT = {"en": "CDCER other projects, Chengdu", "zh": "CDCER 其他项目，成都"}


def paid_order(
    conn: Connection,
    share_percent: int = 100,
    livemode: bool = False,
    jurisdiction: str = "CN",
    buyer: str = "guest",
    holder: dict[str, Any] | None = None,
    scenario: str = "conference",
) -> None:
    """An event, a project with a batch, a guest's footprint and an order paid for ``share_percent`` of it."""
    grams = TOTAL_G * share_percent // 100
    _event(conn, livemode, jurisdiction, scenario)
    _credits(conn, grams, livemode)
    _person(conn, holder or {})
    _order(conn, grams, share_percent, livemode, buyer)
    _lines_and_claims(conn, grams, livemode)


def _event(conn: Connection, livemode: bool, jurisdiction: str, scenario: str) -> None:
    _put(
        conn,
        s.event,
        event_id=EVENT_ID,
        slug="forum",
        scenario=scenario,
        names=FORUM,
        texts={},
        place={"names": {"en": "Chengdu", "zh": "成都"}},
        country="CN",
        lat=30.66,
        lon=104.06,
        starts_at=datetime(2021, 9, 7, 1, tzinfo=UTC),
        ends_at=datetime(2021, 9, 7, 10, tzinfo=UTC),
        timezone="Asia/Shanghai",
        currency="CNY",
        factor_set_id="x",
        factor_set_sha256="y",
        boundary={},
        defaults={},
        jurisdiction=jurisdiction,
        state="published",
        livemode=livemode,
        payments=True,
        simulated=not livemode,
        search_text="",
        created_at=PAID_AT,
    )


def _credits(conn: Connection, grams: int, livemode: bool) -> None:
    _put(
        conn,
        s.project,
        project_id="cdcer",
        names=PROJECT,
        type="mixed",
        kind="reduction",
        methodology="CDCER",
        registry="碳惠天府",
        place={"names": {"en": "Chengdu"}},
        texts={},
        livemode=livemode,
        created_at=PAID_AT,
    )
    _put(
        conn,
        s.credit_batch,
        batch_id="DEMO-CDCER-2020",
        project_id="cdcer",
        vintage="2020",
        registry="碳惠天府",
        serial_prefix="DEMO-CDCER-2020-",
        serial_first=1,
        serial_digits=6,
        credit_count=1000,
        livemode=livemode,
        created_at=PAID_AT,
    )
    _put(
        conn,
        s.tranche,
        event_id=EVENT_ID,
        tranche_id="t",
        batch_id="DEMO-CDCER-2020",
        project_id="cdcer",
        from_g=0,
        to_g=1_000_000_000,
        livemode=livemode,
        created_at=PAID_AT,
    )
    _put(
        conn,
        s.allocation,
        event_id=EVENT_ID,
        tranche_id="t",
        from_g=139_546_144,
        to_g=139_546_144 + grams,
        state="sold",
        order_id=ORDER_ID,
        livemode=livemode,
    )


def _person(conn: Connection, holder: dict[str, Any]) -> None:
    person = {"pseudonym": "Quiet Magpie", "display_name": "", "display_consent": False, **holder}
    _put(
        conn,
        s.participation,
        event_id=EVENT_ID,
        participation_id=PARTICIPATION_ID,
        secret_hash="",
        session_id="",
        company_id="",
        kind="guest",
        people_count=1,
        footprint_version=1,
        origin_place_id="",
        main_mode="plane",
        created_at=PAID_AT,
        **person,
    )
    _put(
        conn,
        s.footprint,
        event_id=EVENT_ID,
        participation_id=PARTICIPATION_ID,
        version=1,
        answers={},
        low_g=396_000,
        total_g=TOTAL_G,
        high_g=528_000,
        factor_set_sha256="y",
        created_at=PAID_AT,
    )


def _order(conn: Connection, grams: int, share_percent: int, livemode: bool, buyer: str) -> None:
    _put(
        conn,
        s.orders,
        event_id=EVENT_ID,
        order_id=ORDER_ID,
        buyer=buyer,
        participation_id=PARTICIPATION_ID if buyer == "guest" else "",
        company_id="",
        covers=[],
        project_id="cdcer",
        grams=grams,
        share_percent=share_percent,
        price_minor_per_tonne=4500,
        amount_minor=2043,
        currency="CNY",
        split=[],
        state="pooled",
        locale="en",
        provider="demo",
        provider_ref="r",
        livemode=livemode,
        created_at=PAID_AT,
        expires_at=PAID_AT,
        paid_at=PAID_AT,
        certificate_number="",
    )


def _lines_and_claims(conn: Connection, grams: int, livemode: bool) -> None:
    left = grams
    for line_no, (category, total_g, low_g, high_g) in enumerate(LINES):
        _put(
            conn,
            s.emission_line,
            event_id=EVENT_ID,
            participation_id=PARTICIPATION_ID,
            version=1,
            line_no=line_no,
            category=category,
            activity=category,
            mode="",
            quantity=1.0,
            unit="km",
            factor_id="f",
            low_g=low_g,
            total_g=total_g,
            high_g=high_g,
            month="2021-09",
            trace={},
        )
        part = min(left, total_g)
        left -= part
        _claim(conn, line_no, part, livemode)
    _claim(conn, -1, left, livemode)


def _claim(conn: Connection, line_no: int, grams: int, livemode: bool) -> None:
    if grams:
        _put(
            conn,
            s.claim,
            event_id=EVENT_ID,
            claim_id=f"c{line_no}",
            order_id=ORDER_ID,
            participation_id=PARTICIPATION_ID,
            version=1,
            line_no=line_no,
            grams=grams,
            livemode=livemode,
            at=PAID_AT,
        )


def retire(conn: Connection) -> None:
    """Confirms the retirement of the credits the order lies in, and turns the order."""
    conn.execute(sa.update(s.orders).values(state="retired"))
    conn.execute(sa.update(s.allocation).values(state="retired"))
    _put(
        conn,
        s.retirement,
        event_id=EVENT_ID,
        retirement_id="r1",
        tranche_id="t",
        batch_id="DEMO-CDCER-2020",
        from_g=139_000_000,
        to_g=141_000_000,
        serials="DEMO-CDCER-2020-000140–000141",
        link="https://registry.example/r/1",
        evidence_sha256="ab" * 32,
        evidence_name="receipt.pdf",
        beneficiary="Guests of the forum",
        confirmed_by="exchange",
        retired_on=datetime(2021, 10, 3, tzinfo=UTC),
        confirmed_at=PAID_AT,
        livemode=False,
    )


def _put(conn: Connection, table: sa.Table, **values: Any) -> None:
    conn.execute(sa.insert(table).values(**values))
