"""Retirement instructions: numbered and immutable, with their steps and what was entered about them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
TEXTS = (
    "number", "project_id", "vintage", "registry", "beneficiary", "reason", "state", "content_sha256", "drafted_by",
)  # fmt: skip


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    op.create_table(
        "instruction", _text("instruction_id"), *[_text(name) for name in TEXTS], _count("credit_count"),
        _count("sold_g"), _count("surplus_g"), sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(), nullable=False), _key("instruction", "instruction_id"),
        sa.UniqueConstraint("number", name=op.f("uq_instruction_number")),
    )  # fmt: skip
    op.create_table(
        "instruction_run", _text("event_id"), _text("instruction_id"),
        sa.Column("run_no", sa.BigInteger(), nullable=False), _text("batch_id"), _count("from_g"), _count("to_g"),
        _text("serials"), _count("sold_g"), _count("surplus_g"),
        _key("instruction_run", "event_id", "instruction_id", "run_no"),
    )  # fmt: skip
    op.create_index(op.f("ix_instruction_run_instruction_id"), "instruction_run", ["instruction_id"], unique=False)
    op.create_table(
        "instruction_step", _text("instruction_id"), sa.Column("seq", sa.BigInteger(), nullable=False),
        _text("state"), sa.Column("at", sa.DateTime(), nullable=False), _text("actor"), _text("reason"),
        _key("instruction_step", "instruction_id", "seq"),
    )  # fmt: skip
    op.create_table(
        "instruction_entry", _text("instruction_id"), sa.Column("seq", sa.BigInteger(), nullable=False),
        _text("link"), _text("beneficiary"), sa.Column("retired_on", sa.DateTime(), nullable=False),
        _text("evidence_sha256"), _text("evidence_name"), _count("evidence_bytes"), _text("entered_by"),
        _text("entered_person"), sa.Column("entered_at", sa.DateTime(), nullable=False),
        _key("instruction_entry", "instruction_id", "seq"),
    )  # fmt: skip
    op.create_table("instruction_counter", _text("name"), _count("last"), _key("instruction_counter", "name"))
    for name in ("instruction_id", "entered_by"):
        op.add_column("retirement", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    for name in ("entered_by", "instruction_id"):
        with op.batch_alter_table("retirement") as batch:
            batch.drop_column(name)
    for table in (
        "instruction_counter",
        "instruction_entry",
        "instruction_step",
        "instruction_run",
        "instruction",
    ):
        op.drop_table(table)
