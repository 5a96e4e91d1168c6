"""Versions, disputes, documents of projects, files of batches; forestry: plans, records, claims, their roll-up."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MEASURES = ("covered_g", "extra_g", "measured_g", "lost_g")
TABLES = (
    "project_version", "project_dispute", "project_document", "batch_import", "forestry_plan", "forestry_record",
    "forestry_claim", "forest", "forest_delta",
)  # fmt: skip
ADDED = (("project", "registry_link"), ("credit_batch", "document"), ("credit_batch", "import_sha256"))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _json(name: str) -> sa.Column:
    return sa.Column(name, sa.JSON(), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _create(table: str, keys: tuple[str, ...], *columns: sa.Column, whole: tuple[str, ...] = ()) -> None:
    named = [sa.Column(k, sa.BigInteger() if k in whole else sa.Text(), nullable=False) for k in keys]
    op.create_table(table, *named, *columns, sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}")))


def upgrade() -> None:
    for table, name in ADDED:
        op.add_column(table, sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("project", _count("version"))
    _create(
        "project_version", ("project_id", "version"), _json("facts"), _json("changed"), _text("actor"),
        _text("reason"), _at("at"), whole=("version",),
    )  # fmt: skip
    _create(
        "project_dispute", ("project_id", "dispute_id"), _at("dated_on"), _text("text"), _text("source"),
        _text("link"), _text("answers"), _text("actor"), _at("at"),
    )  # fmt: skip
    _create(
        "project_document", ("project_id", "sha256"), _text("name"), _text("media_type"), _count("size_bytes"),
        _flag("public"), _text("actor"), _at("at"),
    )  # fmt: skip
    _create(
        "batch_import", ("sha256",), _text("name"), _json("batch_ids"), _count("credit_count"), _text("actor"),
        _at("at"),
    )  # fmt: skip
    _forestry()


def _forestry() -> None:
    _create(
        "forestry_plan", ("event_id", "plan_id"), _text("title"), _text("place"), _text("planter"), _count("area_m2"),
        _json("species"), _at("planted_by"), _json("checks"), _count("survival_percent"), _at("sink_due_on"),
        _text("method"), _count("expected_g"), _text("replaces"), _text("state"), _flag("livemode"),
        _text("document_sha256"), _text("document_name"), _text("drafted_by"), _at("drafted_at"), _text("agreed_by"),
        _at("agreed_at", True), _at("closed_at", True),
    )  # fmt: skip
    _create(
        "forestry_record", ("event_id", "record_id"), _text("plan_id"), _text("kind"), _at("observed_on"),
        _count("survival_percent"), _count("grams"), _text("note"), _text("evidence_sha256"), _text("evidence_name"),
        _count("evidence_bytes"), _text("entered_by"), _text("entered_person"), _at("entered_at"), _text("state"),
        _text("confirmed_by"), _at("confirmed_at", True), _text("reason"),
    )  # fmt: skip
    op.create_index(op.f("ix_forestry_record_event_id_plan_id"), "forestry_record", ["event_id", "plan_id"])
    _create(
        "forestry_claim", ("event_id", "claim_id"), _text("plan_id"), _text("participation_id"), _count("version"),
        _count("line_no"), sa.Column("grams", sa.BigInteger(), nullable=False), _flag("livemode"), _at("at"),
    )  # fmt: skip
    op.create_index(op.f("ix_forestry_claim_event_id_plan_id"), "forestry_claim", ["event_id", "plan_id"])
    line = ["event_id", "participation_id", "version", "line_no"]
    op.create_index(op.f("ix_forestry_claim_event_id_participation_id_version_line_no"), "forestry_claim", line)
    _create("forest", ("event_id", "plan_id"), *[_count(name) for name in MEASURES])
    _create("forest_delta", ("event_id", "delta_id"), _text("plan_id"), *[_count(name) for name in MEASURES])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("project") as batch:
        batch.drop_column("version")
    for table, name in ADDED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(name)
