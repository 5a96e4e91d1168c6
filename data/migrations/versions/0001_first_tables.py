"""The first tables, as they were on the first day: never changed, later revisions follow."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allocation",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("tranche_id", sa.Text(), nullable=False),
        sa.Column("from_g", sa.BigInteger(), nullable=False),
        sa.Column("to_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.CheckConstraint("to_g > from_g", name=op.f("ck_allocation_not_empty")),
        sa.PrimaryKeyConstraint("event_id", "tranche_id", "from_g", name=op.f("pk_allocation")),
    )
    op.create_index(op.f("ix_allocation_event_id_order_id"), "allocation", ["event_id", "order_id"], unique=False)
    op.create_index(
        op.f("ix_allocation_event_id_tranche_id_state_slot"),
        "allocation",
        ["event_id", "tranche_id", "state", "slot"],
        unique=False,
    )
    op.create_table(
        "audit_trail",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "entry_id", name=op.f("pk_audit_trail")),
    )
    op.create_table(
        "board_person",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("participation_id", sa.Text(), nullable=False),
        sa.Column("share_bp", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("norm_bp", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("grams_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "participation_id", name=op.f("pk_board_person")),
    )
    op.create_index(
        op.f("ix_board_person_event_id_share_bp_norm_bp"),
        "board_person",
        ["event_id", "share_bp", "norm_bp"],
        unique=False,
    )
    op.create_table(
        "certificate",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("statement_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "number", name=op.f("pk_certificate")),
    )
    op.create_index(op.f("ix_certificate_event_id_order_id"), "certificate", ["event_id", "order_id"], unique=False)
    op.create_table(
        "certificate_number",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_certificate_number")),
    )
    op.create_table(
        "certificate_statement",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "number", "version", name=op.f("pk_certificate_statement")),
    )
    op.create_table(
        "claim",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("participation_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("line_no", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "claim_id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_event_id_order_id"), "claim", ["event_id", "order_id"], unique=False)
    op.create_index(
        op.f("ix_claim_event_id_participation_id_version_line_no"),
        "claim",
        ["event_id", "participation_id", "version", "line_no"],
        unique=False,
    )
    op.create_table(
        "company",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_company")),
        sa.UniqueConstraint("name_key", name=op.f("uq_company_name_key")),
    )
    op.create_table(
        "credit_batch",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("vintage", sa.Text(), nullable=False),
        sa.Column("registry", sa.Text(), nullable=False),
        sa.Column("serial_prefix", sa.Text(), nullable=False),
        sa.Column("serial_first", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("serial_digits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credit_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_credit_batch")),
    )
    op.create_table(
        "cube",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("line_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("low_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("high_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("non_co2_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retired_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "event_id", "session_id", "category", "activity", "mode", "month", name=op.f("pk_cube")
        ),
    )
    op.create_table(
        "cube_delta",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("delta_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("line_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("low_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("high_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("non_co2_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retired_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", "delta_id", name=op.f("pk_cube_delta")),
    )
    op.create_table(
        "emission_line",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("participation_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("distance_km", sa.Float(), nullable=True),
        sa.Column("factor_id", sa.Text(), nullable=False),
        sa.Column("low_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("high_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("non_co2_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "participation_id", "version", "line_no", name=op.f("pk_emission_line")),
    )
    op.create_table(
        "event",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("factor_set_id", sa.Text(), nullable=False),
        sa.Column("factor_set_sha256", sa.Text(), nullable=False),
        sa.Column("boundary", sa.JSON(), nullable=False),
        sa.Column("defaults", sa.JSON(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("payments", sa.Boolean(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("expected_people", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
    )
    op.create_table(
        "event_session",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=True),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "session_id", name=op.f("pk_event_session")),
    )
    op.create_table(
        "factor_set",
        sa.Column("factor_set_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("factor_set_id", name=op.f("pk_factor_set")),
    )
    op.create_table(
        "footprint",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("participation_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("low_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("high_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("non_co2_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("norm_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("travel_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("travel_m", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("factor_set_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "participation_id", "version", name=op.f("pk_footprint")),
    )
    op.create_table(
        "idempotency",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "issuer_key",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("public_multibase", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_issuer_key")),
    )
    op.create_table(
        "job",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "job_id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_done_at_due_at"), "job", ["done_at", "due_at"], unique=False)
    op.create_table(
        "journal",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("posting_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "posting_id", "seq", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_event_id_order_id"), "journal", ["event_id", "order_id"], unique=False)
    op.create_table(
        "live_version",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_people", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_categories", sa.JSON(), nullable=True),
        sa.Column("as_of", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_live_version")),
    )
    op.create_table(
        "login",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login")),
    )
    op.create_index(op.f("ix_login_person_id"), "login", ["person_id"], unique=False)
    op.create_table(
        "money",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", "recipient", name=op.f("pk_money")),
    )
    op.create_table(
        "money_delta",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("delta_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", "delta_id", name=op.f("pk_money_delta")),
    )
    op.create_table(
        "offering",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_minor_per_tonne", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("split", sa.JSON(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "project_id", name=op.f("pk_offering")),
    )
    op.create_table(
        "order_transition",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "order_id", "seq", name=op.f("pk_order_transition")),
    )
    op.create_table(
        "orders",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("participation_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("grams", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("share_percent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("price_minor_per_tonne", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("gift_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("split", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("paid_at", sa.DateTime(), nullable=True),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "order_id", name=op.f("pk_orders")),
    )
    op.create_index(
        op.f("ix_orders_event_id_participation_id"), "orders", ["event_id", "participation_id"], unique=False
    )
    op.create_index(op.f("ix_orders_event_id_state"), "orders", ["event_id", "state"], unique=False)
    op.create_index(
        "ix_orders_held",
        "orders",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_table(
        "origin",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Text(), nullable=False),
        sa.Column("people_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("air_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rail_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", "place_id", name=op.f("pk_origin")),
    )
    op.create_table(
        "origin_delta",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("delta_id", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Text(), nullable=False),
        sa.Column("people_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("air_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rail_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", "delta_id", name=op.f("pk_origin_delta")),
    )
    op.create_table(
        "participation",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("participation_id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("people_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("display_consent", sa.Boolean(), nullable=False),
        sa.Column("footprint_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("origin_place_id", sa.Text(), nullable=False),
        sa.Column("main_mode", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "participation_id", name=op.f("pk_participation")),
    )
    op.create_index(
        op.f("ix_participation_event_id_company_id"), "participation", ["event_id", "company_id"], unique=False
    )
    op.create_table(
        "payment",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "order_id", "provider_ref", name=op.f("pk_payment")),
    )
    op.create_table(
        "person",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "project",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("methodology", sa.Text(), nullable=False),
        sa.Column("registry", sa.Text(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project")),
    )
    op.create_table(
        "retirement",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("retirement_id", sa.Text(), nullable=False),
        sa.Column("tranche_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("from_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("serials", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.Text(), nullable=False),
        sa.Column("evidence_name", sa.Text(), nullable=False),
        sa.Column("beneficiary", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("retired_on", sa.DateTime(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "retirement_id", name=op.f("pk_retirement")),
    )
    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "role", "event_id", "company_id", name=op.f("pk_role_grant")),
    )
    op.create_table(
        "screen_token",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "token_hash", name=op.f("pk_screen_token")),
    )
    op.create_table(
        "tally",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("participation_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answered_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("people_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("order_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_order_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("certificate_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("low_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("high_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retired_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("extra_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", "session_id", "company_id", name=op.f("pk_tally")),
    )
    op.create_table(
        "tally_delta",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("delta_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("participation_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answered_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("people_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("order_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_order_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("certificate_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("low_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("high_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retired_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("extra_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", "delta_id", name=op.f("pk_tally_delta")),
    )
    op.create_table(
        "throttle",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("window", sa.Text(), nullable=False),
        sa.Column("hits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "window", name=op.f("pk_throttle")),
    )
    op.create_table(
        "ticker",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("ticker_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "ticker_id", name=op.f("pk_ticker")),
    )
    op.create_table(
        "timeline",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("bucket_at", sa.DateTime(), nullable=False),
        sa.Column("low_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("high_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retired_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("event_id", "bucket_at", name=op.f("pk_timeline")),
    )
    op.create_table(
        "tranche",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("tranche_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("from_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_g", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "tranche_id", name=op.f("pk_tranche")),
    )
    op.create_index(op.f("ix_tranche_batch_id"), "tranche", ["batch_id"], unique=False)
    op.create_table(
        "webhook_event",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "provider_event_id", name=op.f("pk_webhook_event")),
    )


def downgrade() -> None:
    op.drop_table("webhook_event")
    op.drop_index(op.f("ix_tranche_batch_id"), table_name="tranche")
    op.drop_table("tranche")
    op.drop_table("timeline")
    op.drop_table("ticker")
    op.drop_table("throttle")
    op.drop_table("tally_delta")
    op.drop_table("tally")
    op.drop_table("screen_token")
    op.drop_table("role_grant")
    op.drop_table("retirement")
    op.drop_table("project")
    op.drop_table("person")
    op.drop_table("payment")
    op.drop_index(op.f("ix_participation_event_id_company_id"), table_name="participation")
    op.drop_table("participation")
    op.drop_table("origin_delta")
    op.drop_table("origin")
    op.drop_index(
        "ix_orders_held",
        table_name="orders",
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.drop_index(op.f("ix_orders_event_id_state"), table_name="orders")
    op.drop_index(op.f("ix_orders_event_id_participation_id"), table_name="orders")
    op.drop_table("orders")
    op.drop_table("order_transition")
    op.drop_table("offering")
    op.drop_table("money_delta")
    op.drop_table("money")
    op.drop_index(op.f("ix_login_person_id"), table_name="login")
    op.drop_table("login")
    op.drop_table("live_version")
    op.drop_index(op.f("ix_journal_event_id_order_id"), table_name="journal")
    op.drop_table("journal")
    op.drop_index(op.f("ix_job_done_at_due_at"), table_name="job")
    op.drop_table("job")
    op.drop_table("issuer_key")
    op.drop_table("installation")
    op.drop_table("idempotency")
    op.drop_table("footprint")
    op.drop_table("factor_set")
    op.drop_table("event_session")
    op.drop_table("event")
    op.drop_table("emission_line")
    op.drop_table("cube_delta")
    op.drop_table("cube")
    op.drop_table("credit_batch")
    op.drop_table("company")
    op.drop_index(op.f("ix_claim_event_id_participation_id_version_line_no"), table_name="claim")
    op.drop_index(op.f("ix_claim_event_id_order_id"), table_name="claim")
    op.drop_table("claim")
    op.drop_table("certificate_statement")
    op.drop_table("certificate_number")
    op.drop_index(op.f("ix_certificate_event_id_order_id"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_index(op.f("ix_board_person_event_id_share_bp_norm_bp"), table_name="board_person")
    op.drop_table("board_person")
    op.drop_table("audit_trail")
    op.drop_index(op.f("ix_allocation_event_id_tranche_id_state_slot"), table_name="allocation")
    op.drop_index(op.f("ix_allocation_event_id_order_id"), table_name="allocation")
    op.drop_table("allocation")
