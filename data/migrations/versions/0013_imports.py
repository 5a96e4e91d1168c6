"""Files brought in for an event, and undone."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("import_file", "import_row", "import_mapping")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _told(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _json(name: str) -> sa.Column:
    return sa.Column(name, sa.JSON(), nullable=False)


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def upgrade() -> None:
    op.add_column("participation", _told("import_id"))
    op.create_table(
        "import_file", _text("event_id"), _text("import_id"), _text("kind"), _text("name"), _text("sha256"),
        _text("state"), _count("row_count"), _count("new_count"), _count("changed_count"), _count("known_count"),
        _json("mapping"), _json("detail"), _text("actor"), _at("at"), _told("undone_by"), _at("undone_at", True),
        sa.PrimaryKeyConstraint("event_id", "import_id", name=op.f("pk_import_file")),
    )  # fmt: skip
    op.create_index(op.f("ix_import_file_event_id_sha256"), "import_file", ["event_id", "sha256"])
    op.create_table(
        "import_row", _text("event_id"), _text("dataset"), _text("row_key"),
        sa.Column("version", sa.BigInteger(), nullable=False), _text("import_id"), _count("row_no"), _text("series"),
        _json("content"),
        sa.PrimaryKeyConstraint("event_id", "dataset", "row_key", "version", name=op.f("pk_import_row")),
    )  # fmt: skip
    op.create_index(op.f("ix_import_row_event_id_import_id"), "import_row", ["event_id", "import_id"])
    op.create_index(op.f("ix_import_row_event_id_dataset_series"), "import_row", ["event_id", "dataset", "series"])
    op.create_table(
        "import_mapping", _text("event_id"), _text("shape"), _json("mapping"), _at("at"),
        sa.PrimaryKeyConstraint("event_id", "shape", name=op.f("pk_import_mapping")),
    )  # fmt: skip


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("participation") as batch:
        batch.drop_column("import_id")
