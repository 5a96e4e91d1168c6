"""What an event's set-up keeps: deadlines, how far it has come, the logo, grams asked of the exchange."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DEADLINES = ("opens_at", "closes_at", "pay_until", "books_by")


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _whole(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in names]


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def upgrade() -> None:
    for name in DEADLINES:
        op.add_column("event", _at(name, True))
    op.create_table(
        "event_setup",
        *_texts("event_id"),
        sa.Column("done", sa.JSON(), nullable=False),
        *_texts("made_by", "copied_from"),
        _at("made_at"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_setup")),
    )
    op.create_table(
        "event_logo",
        *_texts("event_id", "sha256", "media_type"),
        *_whole("size_bytes", "width_px", "height_px"),
        *_texts("actor"),
        _at("at"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_logo")),
    )
    op.create_table(
        "credit_request",
        *_texts("event_id", "request_id", "project_id"),
        *_whole("grams", "price_minor_per_tonne"),
        *_texts("currency", "note", "state", "asked_by"),
        _at("asked_at"),
        *_texts("answered_by"),
        _at("answered_at", True),
        *_texts("answer", "tranche_id"),
        sa.PrimaryKeyConstraint("event_id", "request_id", name=op.f("pk_credit_request")),
    )
    op.create_index(op.f("ix_credit_request_state"), "credit_request", ["state"], unique=False)


def downgrade() -> None:
    for name in ("credit_request", "event_logo", "event_setup"):
        op.drop_table(name)
    with op.batch_alter_table("event") as table:
        for name in DEADLINES:
            table.drop_column(name)
