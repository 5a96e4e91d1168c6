"""The journal's project; settlements of what is owed; receipts without gaps, also for what was paid before this."""

from collections import defaultdict
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

AT_ONCE = 2_000


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _whole(name: str, default: str | None = "0") -> sa.Column:
    return sa.Column(name, sa.BigInteger(), server_default=default, nullable=False)


def upgrade() -> None:
    for name in ("project_id", "settlement_id"):
        op.add_column("journal", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    _number_series()
    _receipts()
    _settlements()
    op.execute(
        "UPDATE journal SET project_id = COALESCE((SELECT o.project_id FROM orders o"
        " WHERE o.event_id = journal.event_id AND o.order_id = journal.order_id), '')"
    )
    _number_what_was_paid(op.get_bind())


def _number_series() -> None:
    op.create_table(
        "number_series",
        *_texts("event_id", "series"),
        sa.Column("year", sa.BigInteger(), nullable=False),
        _whole("last_no"),
        sa.PrimaryKeyConstraint("event_id", "series", "year", name=op.f("pk_number_series")),
    )


def _receipts() -> None:
    op.create_table(
        "receipt",
        *_texts("event_id", "number", "kind"),
        _whole("year"),
        _whole("seq_no"),
        *_texts("order_id", "refers_to"),
        _whole("amount_minor"),
        *_texts("currency"),
        sa.Column("seller", sa.JSON(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "number", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_event_id_order_id_kind"), "receipt", ["event_id", "order_id", "kind"], unique=True)
    op.create_table(
        "receipt_buyer",
        *_texts("event_id", "order_id"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        *_texts("title", "tax_number", "address", "entered_by"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "order_id", "version", name=op.f("pk_receipt_buyer")),
    )


def _settlements() -> None:
    op.create_table(
        "settlement",
        *_texts("settlement_id", "number", "account", "project_id", "currency"),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("from_at", sa.DateTime(), nullable=True),
        sa.Column("until_at", sa.DateTime(), nullable=False),
        _whole("amount_minor"),
        _whole("line_count"),
        *_texts("reference"),
        sa.Column("paid_on", sa.DateTime(), nullable=False),
        *_texts("entered_by", "entered_by_id"),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("settlement_id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("number", name=op.f("uq_settlement_number")),
    )
    op.create_table(
        "settlement_line",
        *_texts("event_id", "posting_id"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        *_texts("settlement_id"),
        sa.PrimaryKeyConstraint("event_id", "posting_id", "seq", name=op.f("pk_settlement_line")),
    )
    op.create_index(op.f("ix_settlement_line_settlement_id"), "settlement_line", ["settlement_id"], unique=False)
    op.create_table(
        "settlement_look",
        *_texts("settlement_id", "kind", "by", "note"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("settlement_id", "kind", name=op.f("pk_settlement_look")),
    )


def _number_what_was_paid(conn: sa.Connection) -> None:
    """Receipts, and credit notes of refunds, for orders that were paid before there were any."""
    zones = dict(conn.execute(sa.text("SELECT event_id, timezone FROM event")).tuples().all())
    orders = sa.table(
        "orders", *[sa.column(n) for n in ("event_id", "order_id", "amount_minor", "gift_minor", "currency", "state",
                                           "certificate_number")],
        sa.column("livemode", sa.Boolean), sa.column("paid_at", sa.DateTime),
    )  # fmt: skip
    o = orders.c
    query = sa.select(orders).where((o.certificate_number != "") & o.paid_at.is_not(None))
    steps = sa.table(
        "order_transition", sa.column("event_id"), sa.column("order_id"), sa.column("state"),
        sa.column("at", sa.DateTime),
    )  # fmt: skip
    refunds = sa.select(steps.c.order_id, steps.c.at).where(steps.c.state == "refunded")
    refunded = dict(conn.execute(refunds).tuples().all())
    last: dict[tuple[str, str, int], int] = defaultdict(int)
    rows: list[dict[str, object]] = []
    for order in conn.execute(query.order_by(o.event_id, o.paid_at, o.order_id)).mappings():
        rows += _papers(order, zones.get(order["event_id"], "UTC"), refunded.get(order["order_id"]), last)
    _insert(conn, rows, last)


def _papers(order, zone, refunded_at, last):
    """The receipt of an order, and its credit note where it went back."""
    made = []
    number = ""
    for kind, letter, sign, at in (("receipt", "R", 1, order["paid_at"]), ("credit_note", "C", -1, refunded_at)):
        if kind == "credit_note" and (order["state"] != "refunded" or at is None):
            continue
        year = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).year
        last[order["event_id"], kind, year] += 1
        seq_no, refers_to = last[order["event_id"], kind, year], number
        number = f"{letter}-{order['event_id'].upper()}-{year}-{seq_no:06d}"
        number = number if order["livemode"] else "TEST-" + number
        made.append({
            "event_id": order["event_id"], "number": number, "kind": kind, "year": year, "seq_no": seq_no,
            "order_id": order["order_id"], "refers_to": refers_to,
            "amount_minor": sign * (order["amount_minor"] + order["gift_minor"]), "currency": order["currency"],
            "seller": {}, "livemode": order["livemode"], "at": at,
        })  # fmt: skip
    return made


def _insert(conn, rows, last) -> None:
    texts = ("event_id", "number", "kind", "order_id", "refers_to", "currency")
    receipt = sa.table(
        "receipt", *[sa.column(n, sa.Text) for n in texts],
        *[sa.column(n, sa.BigInteger) for n in ("year", "seq_no", "amount_minor")],
        sa.column("seller", sa.JSON), sa.column("livemode", sa.Boolean), sa.column("at", sa.DateTime),
    )  # fmt: skip
    for start in range(0, len(rows), AT_ONCE):
        conn.execute(sa.insert(receipt), rows[start : start + AT_ONCE])
    series = sa.table("number_series", *[sa.column(n) for n in ("event_id", "series", "year", "last_no")])
    kept = [{"event_id": e, "series": kind, "year": year, "last_no": n} for (e, kind, year), n in last.items()]
    if kept:
        conn.execute(sa.insert(series), kept)


def downgrade() -> None:
    for name in ("settlement_look", "settlement_line", "settlement", "receipt_buyer", "receipt", "number_series"):
        op.drop_table(name)
    with op.batch_alter_table("journal") as table:
        table.drop_column("settlement_id")
        table.drop_column("project_id")
