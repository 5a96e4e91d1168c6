"""Use cases of neutralising: credits, orders, claims, payments, journal, retirement, certificates."""

from accounts import Conflict, Forbidden, NotFound, Unauthenticated
from calculations.order_states import STATES, TRANSITIONS
from offsetting.attempts import PayStep, PayWay, start_payment, ways_to_pay
from offsetting.auditing import audit
from offsetting.batch_imports import import_batches, preview_batches
from offsetting.bundle import MEDIA_TYPE as CERTIFICATE_FILE
from offsetting.bundle import verify_file
from offsetting.certificates import (
    certificate,
    certificate_credential,
    find_certificate,
    possible_numbers,
    restate_holder,
)
from offsetting.claiming import reslice
from offsetting.coverage import (
    Coverage,
    CoverageSplit,
    CoverPart,
    Settled,
    coverage_of,
    coverage_split,
    extra_if_paid,
    settle_plan,
)
from offsetting.deadlines import Deadline, plan_deadline_watch, retirement_deadline
from offsetting.deferred import on_job, run_due
from offsetting.desk_lists import PlannedRun, Retired, retirement_plan, retirements
from offsetting.event_statements import STATEMENT_TYPE, books_entry, sign_books, tell_reopened
from offsetting.evidence import Evidence, certificate_evidence, retirement_evidence
from offsetting.filing import certificate_file, open_badge
from offsetting.forestry_view import ForestryTotals
from offsetting.forestry_view import read_totals as forestry_totals
from offsetting.gifts import GIFT, FundFigures, Gift, Payout, fund_figures, gifts_of, place_gift, takes_gifts
from offsetting.giving_back import MoneyBack, money_back, on_its_way, try_again
from offsetting.honours import AMBASSADOR_TYPE, sign_ambassador
from offsetting.hosting import HostCover, cover_all, cover_told, host_cover
from offsetting.instructing import (
    draft_instruction,
    get_instruction,
    instructions,
    return_retirement,
    send_instruction,
    withdraw_instruction,
)
from offsetting.instruction_files import MEDIA_TYPES as INSTRUCTION_FILES
from offsetting.instruction_files import instruction_file, instruction_sheet
from offsetting.instruction_models import Instruction, InstructionRun, Pick, RetirementEntry
from offsetting.listing import OrderList, OrderRow, list_orders
from offsetting.log import LogProof
from offsetting.log import checkpoint as log_checkpoint
from offsetting.log import consistency as log_consistency
from offsetting.log import entries as log_entries
from offsetting.log import proof as log_proof
from offsetting.log import sequence as log_sequence
from offsetting.log_former import log_former
from offsetting.models import DeskRow, Finding, Offer, Order, Quote, Retirement, WebhookOutcome
from offsetting.open_badges import MEDIA_TYPE as OPEN_BADGE
from offsetting.ordering import (
    cancel_order,
    get_order,
    orders_of,
    orders_together,
    place_event_order,
    place_order,
    refund_order,
)
from offsetting.payments import OUTCOMES, demo_payment, expire_due, handle_webhook, reconcile
from offsetting.pooling import Pool, picks_of, pool, pools, retirement_desk
from offsetting.pricing import offers, quote, shares
from offsetting.providers import can_pay
from offsetting.renderings import render
from offsetting.retiring import SECOND_PERSON, confirm_retirement, enter_retirement, entered_by_me
from offsetting.signing import did_document, issuer_keys, rotate_key
from offsetting.status_check import wrong_status
from offsetting.statuses import status_list
from offsetting.stock import (
    add_batch,
    add_project,
    assign_tranche,
    assign_tranche_in,
    forget_test_events,
    open_offering,
    return_tranche,
)
from offsetting.verification import verify_document

__all__ = [
    "AMBASSADOR_TYPE",
    "CERTIFICATE_FILE",
    "GIFT",
    "INSTRUCTION_FILES",
    "OPEN_BADGE",
    "OUTCOMES",
    "SECOND_PERSON",
    "STATEMENT_TYPE",
    "STATES",
    "TRANSITIONS",
    "Conflict",
    "CoverPart",
    "Coverage",
    "CoverageSplit",
    "Deadline",
    "DeskRow",
    "Evidence",
    "Finding",
    "Forbidden",
    "ForestryTotals",
    "FundFigures",
    "Gift",
    "HostCover",
    "Instruction",
    "InstructionRun",
    "LogProof",
    "MoneyBack",
    "NotFound",
    "Offer",
    "Order",
    "OrderList",
    "OrderRow",
    "PayStep",
    "PayWay",
    "Payout",
    "Pick",
    "PlannedRun",
    "Pool",
    "Quote",
    "Retired",
    "Retirement",
    "RetirementEntry",
    "Settled",
    "Unauthenticated",
    "WebhookOutcome",
    "add_batch",
    "add_project",
    "assign_tranche",
    "assign_tranche_in",
    "audit",
    "books_entry",
    "can_pay",
    "cancel_order",
    "certificate",
    "certificate_credential",
    "certificate_evidence",
    "certificate_file",
    "confirm_retirement",
    "cover_all",
    "cover_told",
    "coverage_of",
    "coverage_split",
    "demo_payment",
    "did_document",
    "draft_instruction",
    "enter_retirement",
    "entered_by_me",
    "expire_due",
    "extra_if_paid",
    "find_certificate",
    "forestry_totals",
    "forget_test_events",
    "fund_figures",
    "get_instruction",
    "get_order",
    "gifts_of",
    "handle_webhook",
    "host_cover",
    "import_batches",
    "instruction_file",
    "instruction_sheet",
    "instructions",
    "issuer_keys",
    "list_orders",
    "log_checkpoint",
    "log_consistency",
    "log_entries",
    "log_former",
    "log_proof",
    "log_sequence",
    "money_back",
    "offers",
    "on_its_way",
    "on_job",
    "open_badge",
    "open_offering",
    "orders_of",
    "orders_together",
    "picks_of",
    "place_event_order",
    "place_gift",
    "place_order",
    "plan_deadline_watch",
    "pool",
    "pools",
    "possible_numbers",
    "preview_batches",
    "quote",
    "reconcile",
    "refund_order",
    "render",
    "reslice",
    "restate_holder",
    "retirement_deadline",
    "retirement_desk",
    "retirement_evidence",
    "retirement_plan",
    "retirements",
    "return_retirement",
    "return_tranche",
    "rotate_key",
    "run_due",
    "send_instruction",
    "settle_plan",
    "shares",
    "sign_ambassador",
    "sign_books",
    "start_payment",
    "status_list",
    "takes_gifts",
    "tell_reopened",
    "try_again",
    "verify_document",
    "verify_file",
    "ways_to_pay",
    "withdraw_instruction",
    "wrong_status",
]  # fmt: skip
