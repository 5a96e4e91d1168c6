"""What goes back stands on ``to_give_back`` until it is sent; the roll-up of money knows project and currency."""

import json
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

_REFUND = sa.text("kind = 'refund'")
_WIDE = (("recipient", "project_id", "currency"), ("account", "project_id", "currency"))
_NARROW = (("recipient",), ("account",))


def upgrade() -> None:
    _money_by(*_WIDE)
    op.create_index(
        "ix_job_refund", "job", ["event_id", "job_id"], sqlite_where=_REFUND, postgresql_where=_REFUND
    )  # fmt: skip
    _tell_refunds(op.get_bind())


def downgrade() -> None:
    op.drop_index("ix_job_refund", "job")
    _money_by(*_NARROW)


def _money_by(keys: tuple[str, ...], columns: tuple[str, ...]) -> None:
    """The roll-up anew from the journal, with nothing left to fold."""
    for table, key in (("money", keys), ("money_delta", ("delta_id",))):
        op.drop_table(table)
        op.create_table(
            table,
            *[sa.Column(name, sa.Text(), nullable=False) for name in dict.fromkeys(("event_id", *key, *keys))],
            sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
            sa.PrimaryKeyConstraint("event_id", *key, name=op.f(f"pk_{table}")),
        )
    named = ", ".join(columns)
    op.execute(
        f"INSERT INTO money (event_id, {', '.join(keys)}, amount_minor)"
        f" SELECT event_id, {named}, SUM(amount_minor) FROM journal"
        " WHERE account NOT IN ('buyer', 'to_give_back') AND order_id <> ''"
        f" GROUP BY event_id, {named} HAVING SUM(amount_minor) <> 0"
    )


def _tell_refunds(bind: sa.Connection) -> None:
    """Refunds that were queued before now say what they send back; what is still to go stands on its account."""
    found = bind.execute(sa.text(
        "SELECT j.event_id, j.job_id, j.payload, j.due_at, j.done_at, j.last_error, o.order_id, o.project_id,"
        " o.provider, o.provider_ref, o.amount_minor + o.gift_minor AS due_minor, o.currency, o.livemode"
        " FROM job j JOIN orders o ON o.event_id = j.event_id AND"
        " (j.job_id = 'refund-' || o.order_id OR j.job_id LIKE 'refund-' || o.order_id || '-%')"
        " WHERE j.kind = 'refund'"
    )).mappings().all()  # fmt: skip
    for row in found:
        told = json.loads(row["payload"]) if isinstance(row["payload"], str) else dict(row["payload"])
        if "amount_minor" in told:
            continue
        due_at = row["due_at"] if isinstance(row["due_at"], str) else row["due_at"].isoformat()
        told = {
            "provider": row["provider"], "provider_ref": row["provider_ref"], "amount_minor": int(row["due_minor"]),
            "currency": row["currency"], "why": "paid twice" if "provider_ref" in told else "refund",
            "since": datetime.fromisoformat(due_at).isoformat() + "+00:00", **told,
        }  # fmt: skip
        values = {"p": json.dumps(told), "e": row["event_id"], "j": row["job_id"]}
        cast = "CAST(:p AS JSON)" if bind.dialect.name == "postgresql" else ":p"
        bind.execute(sa.text(f"UPDATE job SET payload = {cast} WHERE event_id = :e AND job_id = :j"), values)
        if row["done_at"] is None or row["last_error"]:
            _stand(bind, row, int(told["amount_minor"]))


def _stand(bind: sa.Connection, row: sa.RowMapping, amount: int) -> None:
    """It had been posted as gone already."""
    insert = sa.text(
        "INSERT INTO journal (event_id, posting_id, seq, order_id, account, amount_minor, currency, memo, livemode, at,"
        " project_id, settlement_id) VALUES (:e, :p, :seq, :o, :account, :amount, :currency, 'not sent back yet',"
        " :livemode, :at, :project, '')"
    )
    for seq, (account, part) in enumerate((("buyer", -amount), ("to_give_back", amount))):
        bind.execute(insert, {
            "e": row["event_id"], "p": f"0017-{row['job_id']}", "seq": seq, "o": row["order_id"], "account": account,
            "amount": part, "currency": row["currency"], "livemode": row["livemode"], "at": row["due_at"],
            "project": row["project_id"],
        })  # fmt: skip
