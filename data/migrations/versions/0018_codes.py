"""Codes by hall and channel: short links, their scans, what each brought; every event has its own two."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CHANNELS = ("poster", "wall")
MEASURES = (
    "scan_count", "participation_count", "answered_count", "people_count", "paid_order_count", "certificate_count",
    "total_g",
)  # fmt: skip


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _counts() -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in MEASURES]


def upgrade() -> None:
    op.add_column("participation", sa.Column("code_id", sa.Text(), server_default=sa.text("''"), nullable=False))
    code = op.create_table(
        "event_code", _text("event_id"), _text("code_id"), _text("session_id"), _text("channel"), _text("label"),
        sa.Column("is_default", sa.Boolean(), nullable=False), _text("made_by"),
        sa.Column("made_at", sa.DateTime(), nullable=False), sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "code_id", name=op.f("pk_event_code")),
    )  # fmt: skip
    op.create_index(op.f("ix_event_code_code_id"), "event_code", ["code_id"])
    op.create_table(
        "code_scan", _text("event_id"), _text("scan_id"), _text("code_id"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "scan_id", name=op.f("pk_code_scan")),
    )  # fmt: skip
    op.create_table(
        "channel", _text("event_id"), _text("code_id"), *_counts(),
        sa.PrimaryKeyConstraint("event_id", "code_id", name=op.f("pk_channel")),
    )  # fmt: skip
    op.create_table(
        "channel_delta", _text("event_id"), _text("delta_id"), _text("code_id"), *_counts(),
        sa.PrimaryKeyConstraint("event_id", "delta_id", name=op.f("pk_channel_delta")),
    )  # fmt: skip
    _codes_of_events(code)


def _codes_of_events(code: sa.Table) -> None:
    """The codes that later events are made with."""
    now = datetime.now(UTC).replace(tzinfo=None)
    events = op.get_bind().execute(sa.text("SELECT event_id FROM event")).scalars().all()
    rows = [
        {
            "event_id": event_id, "code_id": "".join(secrets.choice(ALPHABET) for _ in range(7)), "session_id": "",
            "channel": channel, "label": "", "is_default": True, "made_by": "system", "made_at": now,
            "revoked_at": None,
        }
        for event_id in events for channel in CHANNELS
    ]  # fmt: skip
    if rows:
        op.bulk_insert(code, rows)


def downgrade() -> None:
    for table in ("channel_delta", "channel", "code_scan", "event_code"):
        op.drop_table(table)
    with op.batch_alter_table("participation") as batch:
        batch.drop_column("code_id")
