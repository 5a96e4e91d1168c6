"""Files are brought in step by step: what goes on with one, people and roll-ups as they will be."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = ("import_work", "import_facet", "import_staged")
KEYS = ("event_id", "import_id", "session_id", "company_id", "code_id", "place_id", "began", "category", "activity",
        "mode", "month")  # fmt: skip
MEASURES = (
    "line_count", "person_count", "low_g", "total_g", "high_g", "reserved_g", "retired_g", "participation_count",
    "answered_count", "people_count", "order_count", "paid_order_count", "certificate_count", "extra_g", "paid_minor",
)  # fmt: skip


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    op.create_table(
        "import_work",
        *_texts("event_id", "work_id", "import_id", "what", "kind", "name", "token", "step", "outcome", "at_key"),
        _count("done_count"), _count("of_count"), sa.Column("note", sa.JSON(), nullable=False), _count("attempts"),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False), *_texts("leased_by"), _at("leased_until", True),
        _at("at"), _at("ended_at", True), _key("import_work", "event_id", "work_id"),
    )  # fmt: skip
    op.create_index(op.f("ix_import_work_outcome_at"), "import_work", ["outcome", "at"])
    op.create_table(
        "import_facet", *_texts(*KEYS), *[_count(name) for name in MEASURES], _key("import_facet", *KEYS)
    )  # fmt: skip
    op.create_table(
        "import_staged", *_texts("event_id", "import_id", "participation_id", "action", "secret_hash", "session_id",
                                 "company_id", "kind"),
        sa.Column("people_count", sa.BigInteger(), nullable=False), *_texts("pseudonym", "display_name"),
        sa.Column("display_consent", sa.Boolean(), nullable=False),
        sa.Column("footprint_version", sa.BigInteger(), nullable=False), *_texts("origin_place_id", "main_mode"),
        _at("created_at"), _at("deleted_at", True), *_texts("origin_region", "way", "code_id", "began", "origin"),
        _key("import_staged", "event_id", "import_id", "participation_id"),
    )  # fmt: skip


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
