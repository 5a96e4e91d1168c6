"""All tables. Grams and minor units are integers, times UTC; a row of an event has ``event_id`` first in its key.

Rules (DESIGN 1, 3, 6, 7, 8): rows of ledgers (allocation apart) are written once and corrected by new rows; roll-ups
are folded from ``*_delta`` rows written in the transaction of the change.
"""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_accounts import letter as letter
from data.store.schema_accounts import mailed_link as mailed_link
from data.store.schema_accounts import outside_identity as outside_identity
from data.store.schema_accounts import recovery_code as recovery_code
from data.store.schema_accounts import second_factor as second_factor
from data.store.schema_base import Grams, Minor
from data.store.schema_base import Utc as Utc
from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import metadata as metadata
from data.store.schema_base import text as _text
from data.store.schema_books import books as books
from data.store.schema_books import evaluation as evaluation
from data.store.schema_books import evaluation_step as evaluation_step
from data.store.schema_books import event_plan as event_plan
from data.store.schema_books import line_comment as line_comment
from data.store.schema_books import line_evidence as line_evidence
from data.store.schema_books import planned_line as planned_line
from data.store.schema_codes import KEYS_CHANNEL as KEYS_CHANNEL
from data.store.schema_codes import MEASURES_CHANNEL as MEASURES_CHANNEL
from data.store.schema_codes import channel as channel
from data.store.schema_codes import channel_delta as channel_delta
from data.store.schema_codes import code_scan as code_scan
from data.store.schema_codes import event_code as event_code
from data.store.schema_facets import KEYS_FACET as KEYS_FACET
from data.store.schema_facets import KEYS_LINE as KEYS_LINE
from data.store.schema_facets import KEYS_PERSON as KEYS_PERSON
from data.store.schema_facets import MEASURES_FACET as MEASURES_FACET
from data.store.schema_facets import WHOLE_FACET as WHOLE_FACET
from data.store.schema_facets import facet as facet
from data.store.schema_facets import facet_delta as facet_delta
from data.store.schema_forum import KEYS_PLEDGE as KEYS_PLEDGE
from data.store.schema_forum import MEASURES_PLEDGE as MEASURES_PLEDGE
from data.store.schema_forum import ambassador as ambassador
from data.store.schema_forum import company_thanks as company_thanks
from data.store.schema_forum import memorandum as memorandum
from data.store.schema_forum import pledge as pledge
from data.store.schema_forum import pledge_signature as pledge_signature
from data.store.schema_forum import pledge_sum as pledge_sum
from data.store.schema_forum import pledge_sum_delta as pledge_sum_delta
from data.store.schema_forum import referral as referral
from data.store.schema_forum import referral_code as referral_code
from data.store.schema_forum import special_fund as special_fund
from data.store.schema_forum import sponsor as sponsor
from data.store.schema_imports import import_facet as import_facet
from data.store.schema_imports import import_file as import_file
from data.store.schema_imports import import_mapping as import_mapping
from data.store.schema_imports import import_row as import_row
from data.store.schema_imports import import_work as import_work
from data.store.schema_imports import staged_of
from data.store.schema_inventory import batch_import as batch_import
from data.store.schema_inventory import forestry_claim as forestry_claim
from data.store.schema_inventory import forestry_plan as forestry_plan
from data.store.schema_inventory import forestry_record as forestry_record
from data.store.schema_inventory import project_dispute as project_dispute
from data.store.schema_inventory import project_document as project_document
from data.store.schema_inventory import project_version as project_version
from data.store.schema_money import number_series as number_series
from data.store.schema_money import receipt as receipt
from data.store.schema_money import receipt_buyer as receipt_buyer
from data.store.schema_money import settlement as settlement
from data.store.schema_money import settlement_line as settlement_line
from data.store.schema_money import settlement_look as settlement_look
from data.store.schema_screens import screen_count as screen_count
from data.store.schema_screens import screen_token as screen_token
from data.store.schema_setup import credit_request as credit_request
from data.store.schema_setup import event_logo as event_logo
from data.store.schema_setup import event_setup as event_setup

# ---------------------------------------------------------------- installation and people
installation = sa.Table("installation", metadata, _key("name"), _json("value"))
person = sa.Table(
    "person", metadata, _key("person_id"), _text("email", unique=True), _text("name"), _text("password_hash"),
    _text("locale"), _at("created_at"), _at("disabled_at", True),
)  # fmt: skip
role_grant = sa.Table(  # event_id or company_id '' = of the whole installation
    "role_grant", metadata, _key("person_id"), _key("role"), _key("event_id"), _key("company_id"), _at("granted_at"),
)  # fmt: skip
login = sa.Table(  # a signed-in browser (session), one whose second factor is awaited (waiting), a program's token
    "login", metadata, _key("token_hash"), _text("person_id", index=True), _text("kind"), _text("label"),
    _at("created_at"), _at("expires_at"), _at("ended_at", True),
    _text("agent", server_default=sa.text("''")), _text("seen_from", server_default=sa.text("''")),
    _at("factor_at", True), _at("seen_at", True),
)  # fmt: skip
throttle = sa.Table("throttle", metadata, _key("name"), _key("window"), _count("hits"), _at("expires_at"))
audit_trail = sa.Table(  # who changed what
    "audit_trail", metadata, _key("event_id"), _key("entry_id"), _at("at"), _text("actor", index=True), _text("action"),
    _text("subject"), _json("detail"), sa.Index(None, "entry_id"),
)  # fmt: skip
company = sa.Table(
    "company", metadata, _key("company_id"), _json("names"), _text("kind"), _text("name_key", unique=True),
    _at("created_at"),
    _at("registered_at", True), _at("approved_at", True),  # an account of its own; approved: at live events too
)  # fmt: skip
company_invitation = sa.Table(  # ties guests to a company. most_uses 0 = a link for many, 1 = one person of a list
    "company_invitation", metadata, _key("event_id"), _key("invitation_id"), _text("company_id"), _text("code_hash"),
    _text("label"), _count("most_uses"), _count("use_count"), _text("participation_id"), _at("created_at"),
    _at("withdrawn_at", True), sa.Index(None, "event_id", "code_hash"), sa.Index(None, "event_id", "company_id"),
)  # fmt: skip

# ---------------------------------------------------------------- events
factor_set = sa.Table("factor_set", metadata, _key("factor_set_id"), _text("sha256"), _at("added_at"))
event = sa.Table(
    "event", metadata, _key("event_id"), _text("slug", unique=True), _text("scenario"), _json("names"), _json("texts"),
    _json("place"), _text("country"), sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False), _at("starts_at"), _at("ends_at"), _text("timezone"), _text("currency"),
    _text("factor_set_id"), _text("factor_set_sha256"), _json("boundary"), _json("defaults"), _text("jurisdiction"),
    _text("state"), sa.Column("livemode", sa.Boolean, nullable=False),
    sa.Column("payments", sa.Boolean, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False), _count("expected_people"), _text("search_text"),
    _at("created_at"), _at("opens_at", True), _at("closes_at", True), _at("pay_until", True), _at("books_by", True),
)  # fmt: skip
event_session = sa.Table(
    "event_session", metadata, _key("event_id"), _key("session_id"), _json("names"), _text("kind"), _count("position"),
    _at("starts_at", True), _at("ends_at", True),
)  # fmt: skip
participation = sa.Table(  # kind: guest, group, organiser (the event's own inventory)
    "participation", metadata, _key("event_id"), _key("participation_id"), _text("secret_hash"), _text("session_id"),
    _text("company_id"), _text("kind"), _count("people_count"), _text("pseudonym"), _text("display_name"),
    sa.Column("display_consent", sa.Boolean, nullable=False), _count("footprint_version"), _text("origin_place_id"),
    _text("main_mode"), _at("created_at"), _at("deleted_at", True),
    _text("origin_region", server_default=sa.text("''")),  # CN-51, or CN where its part is not known; '' = not told
    _text("way", server_default=sa.text("''")),  # onsite, remote; '' before the first answer
    _text("import_id", server_default=sa.text("''")),  # the file that brought it; '' where somebody told it here
    _text("code_id", server_default=sa.text("''")),  # the code that was scanned; '' = came another way
    _text("began", server_default=sa.text("''")),  # its day there, with the hour at short events; '' = brought in, own
    sa.Index(None, "event_id", "company_id"),
)  # fmt: skip
import_staged = staged_of(participation)
footprint = sa.Table(
    "footprint", metadata, _key("event_id"), _key("participation_id"),
    sa.Column("version", sa.BigInteger, primary_key=True), _json("answers"), _count("low_g", Grams),
    _count("total_g", Grams), _count("high_g", Grams), _count("non_co2_g", Grams), _count("norm_g", Grams),
    _count("travel_g", Grams), _count("travel_m"), _text("factor_set_sha256"), _at("created_at"),
    _count("upstream_g", Grams), _count("quality"),
)  # fmt: skip
emission_line = sa.Table(  # of every version; the current one is participation.footprint_version
    "emission_line", metadata, _key("event_id"), _key("participation_id"),
    sa.Column("version", sa.BigInteger, primary_key=True), sa.Column("line_no", sa.BigInteger, primary_key=True),
    _text("category"), _text("activity"), _text("mode"), sa.Column("quantity", sa.Float, nullable=False), _text("unit"),
    sa.Column("distance_km", sa.Float), _text("factor_id"), _count("low_g", Grams), _count("total_g", Grams),
    _count("high_g", Grams), _count("non_co2_g", Grams), _text("month"), _json("trace"), _count("upstream_g", Grams),
    _count("quality"),  # data quality in hundredths: 100 best … 500 worst, 0 = not scored
)  # fmt: skip

# ---------------------------------------------------------------- credits
project = sa.Table(  # kind: reduction, removal; split: [{"to": "project_owner", "share": 0.84}, …]
    "project", metadata, _key("project_id"), _json("names"), _text("type"), _text("kind"), _text("methodology"),
    _text("registry"), _json("place"), _json("texts"), sa.Column("livemode", sa.Boolean, nullable=False),
    _at("created_at"), _text("registry_link", server_default=sa.text("''")), _count("version"),
)  # fmt: skip
credit_batch = sa.Table(  # grams 0 … credit_count × 1,000,000; credit k has serial serial_prefix + (serial_first + k)
    "credit_batch", metadata, _key("batch_id"), _text("project_id"), _text("vintage"), _text("registry"),
    _text("serial_prefix"), _count("serial_first"), _count("serial_digits"), _count("credit_count"),
    sa.Column("livemode", sa.Boolean, nullable=False), _at("created_at"),
    _text("document", server_default=sa.text("''")), _text("import_sha256", server_default=sa.text("''")),
)  # fmt: skip
offering = sa.Table(  # a project on offer at an event
    "offering", metadata, _key("event_id"), _key("project_id"), _count("position"), _text("currency"),
    _count("price_minor_per_tonne", Minor), _json("split"), sa.Column("open", sa.Boolean, nullable=False),
)  # fmt: skip
tranche = sa.Table(  # event_id '' = not assigned to any event
    "tranche", metadata, _key("event_id"), _key("tranche_id"), _text("batch_id", index=True), _text("project_id"),
    _count("from_g", Grams), _count("to_g", Grams), sa.Column("livemode", sa.Boolean, nullable=False),
    _at("created_at"),
)  # fmt: skip
allocation = sa.Table(  # tiles its tranche. state: free, held, sold, retired, surplus (retired without a claim)
    "allocation", metadata, _key("event_id"), _key("tranche_id"), sa.Column("from_g", Grams, primary_key=True),
    _count("to_g", Grams), _text("state"), _text("order_id"), _count("slot"),
    sa.Column("livemode", sa.Boolean, nullable=False), sa.CheckConstraint("to_g > from_g", name="not_empty"),
    sa.Index(None, "event_id", "order_id"), sa.Index(None, "event_id", "tranche_id", "state", "slot"),
)  # fmt: skip

# ---------------------------------------------------------------- orders, claims, money
_HELD = sa.text("state = 'held'")
_GAVE = sa.text("gift_minor > 0")
orders = sa.Table(  # buyer: guest, company, organiser; gift = to the special fund, of no grams and no project
    "orders", metadata, _key("event_id"), _key("order_id"), _text("buyer"), _text("participation_id"),
    _text("company_id"), _json("covers"), _text("project_id"), _count("grams", Grams), _count("share_percent"),
    _count("price_minor_per_tonne", Minor), _count("amount_minor", Minor), _count("gift_minor", Minor),
    _text("currency"), _json("split"), _text("state"), _text("locale"), _text("provider"), _text("provider_ref"),
    sa.Column("livemode", sa.Boolean, nullable=False), _at("created_at"), _at("expires_at"), _at("paid_at", True),
    _text("certificate_number"),
    _text("adds_to", server_default=sa.text("''")),  # the guest's first paid order, to which this one adds
    sa.Index(None, "event_id", "participation_id"), sa.Index(None, "event_id", "state"),
    sa.Index("ix_orders_held", "expires_at", sqlite_where=_HELD, postgresql_where=_HELD),
    sa.Index("ix_orders_gave", "event_id", "order_id", sqlite_where=_GAVE, postgresql_where=_GAVE),
)  # fmt: skip
order_transition = sa.Table(
    "order_transition", metadata, _key("event_id"), _key("order_id"), sa.Column("seq", sa.BigInteger, primary_key=True),
    _text("state"), _at("at"), _text("actor"), _text("reason"),
)  # fmt: skip
claim = sa.Table(  # signed grams; coverage of a line or order is their sum. line_no -1 = extra contribution, -2 = plan
    "claim", metadata, _key("event_id"), _key("claim_id"), _text("order_id"), _text("participation_id"),
    _count("version"), _count("line_no"), sa.Column("grams", Grams, nullable=False),
    sa.Column("livemode", sa.Boolean, nullable=False), _at("at"),
    sa.Index(None, "event_id", "order_id"), sa.Index(None, "event_id", "participation_id", "version", "line_no"),
)  # fmt: skip
payment = sa.Table(
    "payment", metadata, _key("event_id"), _key("order_id"), _key("provider_ref"), _text("provider"), _text("state"),
    _count("amount_minor", Minor), _text("currency"), sa.Column("livemode", sa.Boolean, nullable=False), _at("at"),
)  # fmt: skip
payment_attempt = sa.Table(  # begun at a provider; several of an order may be, one is paid. details: to go on with it
    "payment_attempt", metadata, _key("event_id"), _key("order_id"), _key("provider"), _key("provider_ref"),
    _text("way"), _json("details"), sa.Column("fee_minor", Minor), _at("started_at"), _at("asked_at", True),
)  # fmt: skip
webhook_event = sa.Table(
    "webhook_event", metadata, _key("provider"), _key("provider_event_id"), _text("kind"), _text("outcome"),
    _text("body_sha256"), _at("received_at"),
)  # fmt: skip
journal = sa.Table(  # postings of one posting_id sum to zero. account: buyer, project_owner, exchange, platform, …
    "journal", metadata, _key("event_id"), _key("posting_id"), sa.Column("seq", sa.BigInteger, primary_key=True),
    _text("order_id"), _text("account"), sa.Column("amount_minor", Minor, nullable=False), _text("currency"),
    _text("memo"), sa.Column("livemode", sa.Boolean, nullable=False), _at("at"),
    _text("project_id", server_default=sa.text("''")),  # of the order, or that a settlement is of
    _text("settlement_id", server_default=sa.text("''")),  # '' unless it is the payment out of a settlement
    sa.Index(None, "event_id", "order_id"),
)  # fmt: skip
retirement = sa.Table(  # whole credits from_g … to_g of a batch (multiples of 1,000,000)
    "retirement", metadata, _key("event_id"), _key("retirement_id"), _text("tranche_id"), _text("batch_id"),
    _count("from_g", Grams), _count("to_g", Grams), _text("serials"), _text("link"), _text("evidence_sha256"),
    _text("evidence_name"), _text("beneficiary"), _text("confirmed_by"), _at("retired_on"), _at("confirmed_at"),
    sa.Column("livemode", sa.Boolean, nullable=False), _text("instruction_id", server_default=sa.text("''")),
    _text("entered_by", server_default=sa.text("''")),
)  # fmt: skip
instruction = sa.Table(  # what a registry is asked to retire; state: drafted, sent, entered, confirmed, withdrawn
    "instruction", metadata, _key("instruction_id"), _text("number", unique=True), _text("project_id"),
    _text("vintage"), _text("registry"), _text("beneficiary"), _text("reason"), _text("state"),
    _text("content_sha256"), _text("drafted_by"), _count("credit_count"), _count("sold_g", Grams),
    _count("surplus_g", Grams), sa.Column("livemode", sa.Boolean, nullable=False), _at("drafted_at"),
)  # fmt: skip
instruction_run = sa.Table(  # whole credits from_g … to_g of a batch that an instruction asks for, of one event each
    "instruction_run", metadata, _key("event_id"), _key("instruction_id"),
    sa.Column("run_no", sa.BigInteger, primary_key=True), _text("batch_id"), _count("from_g", Grams),
    _count("to_g", Grams), _text("serials"), _count("sold_g", Grams), _count("surplus_g", Grams),
    sa.Index(None, "instruction_id"),
)  # fmt: skip
instruction_step = sa.Table(
    "instruction_step", metadata, _key("instruction_id"), sa.Column("seq", sa.BigInteger, primary_key=True),
    _text("state"), _at("at"), _text("actor"), _text("reason"),
)  # fmt: skip
instruction_entry = sa.Table(  # what a person entered of the registry's answer; entered_person: who must not confirm
    "instruction_entry", metadata, _key("instruction_id"), sa.Column("seq", sa.BigInteger, primary_key=True),
    _text("link"), _text("beneficiary"), _at("retired_on"), _text("evidence_sha256"), _text("evidence_name"),
    _count("evidence_bytes"), _text("entered_by"), _text("entered_person"), _at("entered_at"),
)  # fmt: skip
instruction_counter = sa.Table("instruction_counter", metadata, _key("name"), _count("last"))
certificate = sa.Table(  # the state is derived from the order; statements are the signed credentials, newest counts
    "certificate", metadata, _key("event_id"), _key("number"), _text("order_id"), _text("locale"),
    _count("statement_version"), sa.Column("livemode", sa.Boolean, nullable=False), _at("issued_at"),
    _at("revoked_at", True), sa.Index(None, "event_id", "order_id"),
)  # fmt: skip
certificate_statement = sa.Table(
    "certificate_statement", metadata, _key("event_id"), _key("number"),
    sa.Column("version", sa.BigInteger, primary_key=True), _text("credential"), _text("reason"), _at("signed_at"),
)  # fmt: skip
status_entry = sa.Table(  # a certificate's bit in a status list of its event (Bitstring Status List)
    "status_entry", metadata, _key("event_id"), sa.Column("list_no", sa.BigInteger, primary_key=True),
    sa.Column("idx", sa.BigInteger, primary_key=True), _text("number"), sa.Index(None, "event_id", "number"),
)  # fmt: skip
certificate_number = sa.Table("certificate_number", metadata, _key("number"), _text("event_id"), _text("order_id"))
issuer_key = sa.Table(  # public halves only
    "issuer_key", metadata, _key("key_id"), _text("public_multibase"), _at("created_at"), _at("retired_at", True)
)

# ---------------------------------------------------------------- transparency log: append-only, positions from 0
log_entry = sa.Table(  # kind: order, retirement, revocation; position NULL until it is in the tree
    "log_entry", metadata, _key("event_id"), _key("entry_id"), _text("kind"), _text("subject"), _text("body"),
    _text("salt"), _text("leaf_hash"), sa.Column("livemode", sa.Boolean, nullable=False), _at("at"),
    sa.Column("position", sa.BigInteger, unique=True), sa.Index(None, "event_id", "subject"),
)  # fmt: skip
log_node = sa.Table(  # complete subtrees of the tree (RFC 6962)
    "log_node", metadata, sa.Column("level", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False), _text("hash"),
)  # fmt: skip
log_head = sa.Table("log_head", metadata, _key("name"), _count("size"))
log_checkpoint = sa.Table(
    "log_checkpoint", metadata, sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False), _text("root"),
    _text("note"), _at("at"),
)  # fmt: skip
log_key = sa.Table("log_key", metadata, _key("verifier_key"), _at("created_at"))

# ---------------------------------------------------------------- roll-ups and live views
MEASURES_CUBE = ("line_count", "low_g", "total_g", "high_g", "non_co2_g", "upstream_g", "reserved_g", "retired_g")
MEASURES_TALLY = (
    "participation_count", "answered_count", "people_count", "order_count", "paid_order_count", "certificate_count",
    "low_g", "total_g", "high_g", "reserved_g", "retired_g", "extra_g", "paid_minor",
)  # fmt: skip
KEYS_CUBE = ("session_id", "category", "activity", "mode", "month")
KEYS_TALLY = ("session_id", "company_id")
KEYS_MONEY = ("recipient", "project_id", "currency")
KEYS_ORIGIN = ("place_id",)
MEASURES_ORIGIN = ("people_count", "air_count", "rail_count")
KEYS_SPREAD = ("category", "source_id")
MEASURES_SPREAD = ("sd_low_cg", "sd_high_cg", "variance_hi", "variance_lo", "scored_g", "quality_g")  # see rebuild.py
KEYS_FOREST = ("plan_id",)
MEASURES_FOREST = ("covered_g", "extra_g", "measured_g", "lost_g")  # see rebuild.py
KEYS_STRATA = ("region", "way", "company_id")
MEASURES_STRATA = ("people_count", "total_g", "square_t2", "square_g2")  # see rebuild.py


def _rollup(name: str, keys: tuple[str, ...], measures: tuple[str, ...]) -> tuple[sa.Table, sa.Table]:
    total = sa.Table(name, metadata, _key("event_id"), *[_key(k) for k in keys], *[_count(m) for m in measures])
    delta = sa.Table(
        name + "_delta", metadata, _key("event_id"), _key("delta_id"), *[_text(k) for k in keys],
        *[_count(m) for m in measures],
    )  # fmt: skip
    return total, delta


cube, cube_delta = _rollup("cube", KEYS_CUBE, MEASURES_CUBE)
tally, tally_delta = _rollup("tally", KEYS_TALLY, MEASURES_TALLY)
money, money_delta = _rollup("money", KEYS_MONEY, ("amount_minor",))
origin, origin_delta = _rollup("origin", KEYS_ORIGIN, MEASURES_ORIGIN)
spread, spread_delta = _rollup("spread", KEYS_SPREAD, MEASURES_SPREAD)
strata, strata_delta = _rollup("strata", KEYS_STRATA, MEASURES_STRATA)
forest, forest_delta = _rollup("forest", KEYS_FOREST, MEASURES_FOREST)
live_version = sa.Table(  # raised by each fold; published_*: categories move once five more have come
    "live_version", metadata, _key("event_id"), _count("version"), _count("published_people"),
    _json("published_categories", True), _at("as_of"),
)  # fmt: skip
timeline = sa.Table(  # totals as they stood at the end of each five-minute bucket
    "timeline", metadata, _key("event_id"), sa.Column("bucket_at", Utc, primary_key=True), _count("low_g", Grams),
    _count("total_g", Grams), _count("high_g", Grams), _count("reserved_g", Grams), _count("retired_g", Grams),
)  # fmt: skip
board_person = sa.Table(  # share_bp ≤ 10,000; norm_bp: grams a km against the norm of the route, 10,000 = the norm
    "board_person", metadata, _key("event_id"), _key("participation_id"), _count("share_bp"), _count("norm_bp"),
    _count("grams_g", Grams), _text("display"), _text("mode"), _text("state"), _at("updated_at"),
    sa.Index(None, "event_id", "share_bp", "norm_bp", "participation_id"),
)  # fmt: skip
ticker = sa.Table(  # anonymous: no grams, route or company
    "ticker", metadata, _key("event_id"), _key("ticker_id"), _at("at"), _text("kind"), _json("params"),
)  # fmt: skip

# ---------------------------------------------------------------- deferred work and idempotency
_REFUND = sa.text("kind = 'refund'")
job = sa.Table(
    "job", metadata, _key("event_id"), _key("job_id"), _text("kind"), _json("payload"), _at("due_at"),
    _at("leased_until", True), _text("leased_by"), _count("attempts"), _at("done_at", True), _text("last_error"),
    sa.Index(None, "done_at", "due_at"),
    sa.Index("ix_job_refund", "event_id", "job_id", sqlite_where=_REFUND, postgresql_where=_REFUND),
)  # fmt: skip
idempotency = sa.Table(
    "idempotency", metadata, _key("scope"), _key("key"), _text("body_sha256"), _count("status"), _json("answer", True),
    _at("created_at"),
)  # fmt: skip
