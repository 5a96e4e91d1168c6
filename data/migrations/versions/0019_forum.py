"""Pledges, memoranda, thanks, the fund's gifts, shared links and ambassadors."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = (
    "pledge", "pledge_signature", "pledge_sum", "pledge_sum_delta", "memorandum", "sponsor", "company_thanks",
    "special_fund", "referral_code", "referral", "ambassador",
)  # fmt: skip


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _texts(*names: str) -> list[sa.Column]:
    return [_text(name) for name in names]


def _counts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in names]


def _json(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.JSON(), nullable=False) for name in names]


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _create(table: str, keys: tuple[str, ...], *columns: sa.Column) -> None:
    named = [_text(key) for key in ("event_id", *keys)]
    primary = sa.PrimaryKeyConstraint("event_id", *keys, name=op.f(f"pk_{table}"))
    op.create_table(table, *named, *columns, primary)


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=unique)


def upgrade() -> None:
    _create(
        "pledge", ("pledge_id",), *_json("names", "texts"), *_counts("change_g"), *_json("computed"), _text("source"),
        *_counts("position"), *_texts("state", "made_by"), _at("made_at"),
    )  # fmt: skip
    _create("pledge_signature", ("pledge_id", "signer"), _text("name"), _at("signed_at"))
    _index("pledge_signature", "event_id", "signer")
    _create("pledge_sum", ("pledge_id",), *_counts("signature_count"))
    _create("pledge_sum_delta", ("delta_id",), _text("pledge_id"), *_counts("signature_count"))
    _create(
        "memorandum", ("memorandum_id",), *_json("names", "partners", "texts"), *_texts("sha256", "file_name"),
        *_counts("size_bytes"), _text("signed_on"), _at("published_at", True), _text("made_by"), _at("made_at"),
    )  # fmt: skip
    _create(
        "sponsor", ("sponsor_id",), *_json("names"), _text("kind"), *_json("texts"), *_texts("sha256", "media_type"),
        *_counts("width_px", "height_px", "position"), _text("made_by"), _at("made_at"),
    )  # fmt: skip
    _create("company_thanks", ("company_id",), _flag("consent"), _text("by"), _at("at"))
    _create(
        "special_fund", (), *_json("names", "texts"), *_texts("sha256", "file_name"), *_counts("size_bytes"),
        _flag("is_open"), _text("made_by"), _at("made_at"),
    )  # fmt: skip
    _create("referral_code", ("code",), _text("participation_id"), _at("made_at"))
    _index("referral_code", "event_id", "participation_id", unique=True)
    _create("referral", ("participation_id",), _text("code"), _at("at"))
    _index("referral", "event_id", "code")
    _create(
        "ambassador", ("number",), _text("participation_id"), *_counts("brought"), *_texts("statement", "sha256"),
        _flag("livemode"), _at("issued_at"), _at("revoked_at", True), _text("reason"),
    )  # fmt: skip
    _index("ambassador", "number")
    _index("ambassador", "event_id", "participation_id")
    gave = sa.text("gift_minor > 0")
    op.create_index("ix_orders_gave", "orders", ["event_id", "order_id"], sqlite_where=gave, postgresql_where=gave)


def downgrade() -> None:
    op.drop_index("ix_orders_gave", "orders")
    for table in reversed(TABLES):
        op.drop_table(table)
