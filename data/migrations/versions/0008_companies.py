"""Companies with an account of their own and their invitations; an order that adds to an earlier one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("adds_to", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("company", sa.Column("registered_at", sa.DateTime(), nullable=True))
    op.add_column("company", sa.Column("approved_at", sa.DateTime(), nullable=True))
    op.create_table(
        "company_invitation",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("invitation_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("most_uses", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("use_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("participation_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "invitation_id", name=op.f("pk_company_invitation")),
    )
    op.create_index(
        op.f("ix_company_invitation_event_id_code_hash"), "company_invitation", ["event_id", "code_hash"], unique=False
    )
    op.create_index(
        op.f("ix_company_invitation_event_id_company_id"), "company_invitation", ["event_id", "company_id"],
        unique=False,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("company_invitation")
    op.drop_column("company", "approved_at")
    op.drop_column("company", "registered_at")
    op.drop_column("orders", "adds_to")
