"""Plans and evaluation reports."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _keys(table: str, *whole: str) -> list:
    columns = [sa.Column("event_id", sa.Text(), nullable=False)]
    columns += [sa.Column(name, sa.BigInteger(), nullable=False) for name in whole]
    return [*columns, sa.PrimaryKeyConstraint("event_id", *whole, name=op.f(f"pk_{table}"))]


def _at() -> sa.Column:
    return sa.Column("at", sa.DateTime(), nullable=False)


def _body() -> sa.Column:
    return sa.Column("body", sa.JSON(), nullable=False)


def upgrade() -> None:
    op.create_table("event_plan", *_keys("event_plan", "version"), _body(), *_texts("sha256", "by"), _at())
    op.create_table("evaluation", *_keys("evaluation", "version"), _body(), *_texts("sha256", "state"), _at())
    op.create_table(
        "evaluation_step", *_keys("evaluation_step", "version", "seq"),
        *_texts("state", "by", "by_person", "note", "sha256"), _at(),
    )  # fmt: skip


def downgrade() -> None:
    for table in ("evaluation_step", "evaluation", "event_plan"):
        op.drop_table(table)
