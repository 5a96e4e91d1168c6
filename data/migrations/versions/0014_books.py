"""Comments and evidence of lines; planned lines; closed books."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("planned_line", "line_comment", "line_evidence", "books")


def _text(name: str, default: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''") if default else None, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _json(name: str) -> sa.Column:
    return sa.Column(name, sa.JSON(), nullable=False)


def _create(table: str, keys: tuple[str, ...], *columns: sa.Column, whole: tuple[str, ...] = ()) -> None:
    named = [sa.Column(k, sa.BigInteger() if k in whole else sa.Text(), nullable=False) for k in keys]
    op.create_table(table, *named, *columns, sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}")))


def upgrade() -> None:
    _create(
        "planned_line", ("event_id", "line_id"), _json("entry"), _json("line"), _count("low_g"), _count("total_g"),
        _count("high_g"), _text("by"), _at("at"), _at("removed_at", True),
    )  # fmt: skip
    _create(
        "line_comment", ("event_id", "comment_id"), _text("line_id"), _text("text"), _text("by"), _text("by_person"),
        _at("at"), _at("withdrawn_at", True), _text("withdrawn_by", True),
    )  # fmt: skip
    op.create_index(op.f("ix_line_comment_event_id_line_id"), "line_comment", ["event_id", "line_id"])
    _create(
        "line_evidence", ("event_id", "line_id", "sha256"), _text("name"), _text("media_type"), _count("size_bytes"),
        _text("by"), _at("at"), _at("withdrawn_at", True), _text("withdrawn_by", True),
    )  # fmt: skip
    op.create_index(op.f("ix_line_evidence_event_id_sha256"), "line_evidence", ["event_id", "sha256"])
    _create(
        "books", ("event_id", "version"), _text("statement"), _text("sha256"), _text("note"), _text("closed_by"),
        _at("closed_at"), _at("published_at", True), _text("published_by", True), _at("reopened_at", True),
        _text("reopened_by", True), _text("reason", True), sa.Column("livemode", sa.Boolean(), nullable=False),
        whole=("version",),
    )  # fmt: skip


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
