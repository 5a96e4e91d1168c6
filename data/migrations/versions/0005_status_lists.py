"""A bit for each certificate in a status list of its event."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "status_entry",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("list_no", sa.BigInteger(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "list_no", "idx", name=op.f("pk_status_entry")),
    )
    op.create_index(op.f("ix_status_entry_event_id_number"), "status_entry", ["event_id", "number"], unique=False)


def downgrade() -> None:
    op.drop_table("status_entry")
