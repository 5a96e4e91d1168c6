"""What each big screen is told to show, when it was last seen, and an event's count of such changes; a
board whose first rows are found without looking at the others."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


OLD = ["event_id", "share_bp", "norm_bp"]
NEW = [*OLD, "participation_id"]


def upgrade() -> None:
    _index_board(OLD, NEW)
    for column in (
        sa.Column("control", sa.JSON(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("identified_at", sa.DateTime(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
    ):
        op.add_column("screen_token", column)
    op.create_index(op.f("ix_screen_token_token_hash"), "screen_token", ["token_hash"], unique=False)
    op.create_table(
        "screen_count",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_screen_count")),
    )


def _index_board(before: list[str], after: list[str]) -> None:
    """The board's first rows are read in the order of its index."""
    op.drop_index(op.f("ix_board_person_" + "_".join(before)), table_name="board_person")
    op.create_index(op.f("ix_board_person_" + "_".join(after)), "board_person", after, unique=False)


def downgrade() -> None:
    _index_board(NEW, OLD)
    op.drop_table("screen_count")
    op.drop_index(op.f("ix_screen_token_token_hash"), table_name="screen_token")
    with op.batch_alter_table("screen_token") as table:
        for name in ("seen_at", "identified_at", "version", "control"):
            table.drop_column(name)
