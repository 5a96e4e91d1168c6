"""What the audit trail's codes mean, in words: of every action that is recorded anywhere, and of its details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locales import formats as f
from locales import pick, t

ACTIONS: dict[str, str] = {
    "account.change": "Changed their name or language",
    "account.factor-off": "Second factor taken off",
    "account.factor-on": "Second factor set up",
    "account.invite": "Set a first password by a mailed link",
    "account.openid-linked": "Account linked with another issuer’s",
    "account.password": "Changed their password",
    "account.recovery-codes": "New recovery codes",
    "account.reset": "Set a new password by a mailed link",
    "account.reset-asked": "A new password was asked for",
    "account.session-ended": "Ended a session",
    "account.sessions-ended": "Ended all other sessions",
    "account.token": "Made a program’s token",
    "batches.import": "Brought in credit batches",
    "board.hide": "Hid a name on the boards",
    "board.lift": "Showed a name on the boards again",
    "board.rename": "Gave a name on the boards other words",
    "books.close": "Closed the books",
    "books.publish": "Published or withdrew the statement",
    "books.reopen": "Opened the books again",
    "codes.make": "Made a code",
    "codes.rename": "Renamed a code",
    "codes.revoke": "Took a code back",
    "company.approve": "Approved a company for live events",
    "company.colleague": "Asked a colleague to look after a company’s account",
    "company.colleague-removed": "Took a colleague out of a company’s account",
    "company.invite": "Invited a company’s people",
    "company.join": "A guest joined a company",
    "company.joined": "Joined a company’s account",
    "company.leave": "A guest left a company",
    "company.register": "Opened a company’s account",
    "company.register-asked": "A company’s account was asked for",
    "company.withdraw": "Withdrew a company’s invitation",
    "credits.ask": "Asked the exchange for credits",
    "credits.decline": "Declined to give credits",
    "credits.grant": "Gave an event credits",
    "evaluation.approved": "Approved the evaluation report",
    "evaluation.draft": "Sent the evaluation report back",
    "evaluation.published": "Published the evaluation report",
    "evaluation.reviewed": "Reviewed the evaluation report",
    "evaluation.save": "Saved the evaluation report",
    "evaluation.submitted": "Handed the evaluation report to its reviewers",
    "event.boundary": "Changed what is counted",
    "event.create": "Made the event",
    "event.expected": "Changed the expected guests",
    "event.flight_method": "Changed how flights are reckoned",
    "event.logo": "Changed the logo",
    "event.recompute": "Reckoned the footprints anew",
    "event.setup": "Changed the event’s set-up",
    "event.state": "Changed the event’s state",
    "event.turn_failed": "The event’s state could not change by itself",
    "forestry.agreed": "Agreed the planting plan",
    "forestry.change": "Changed the planting plan",
    "forestry.closed": "Closed the planting plan",
    "forestry.draft": "Drafted a planting plan",
    "forestry.enter": "Entered what monitoring found",
    "forestry.laid": "Laid the plan on the event’s lines",
    "forestry.measured": "Confirmed a measured sink",
    "forestry.planted": "Confirmed the planting",
    "forestry.reject": "Rejected what monitoring found",
    "forestry.reversal": "Confirmed a loss of trees",
    "forestry.survival": "Confirmed how many trees live",
    "forestry.withdrawn": "Withdrew the planting plan",
    "forum.ambassadors": "Changed what makes an ambassador",
    "forum.fund": "Changed the special fund",
    "forum.memorandum": "Wrote a memorandum",
    "forum.memorandum.drop": "Took a memorandum out",
    "forum.memorandum.publish": "Published or withdrew a memorandum",
    "forum.pledge": "Wrote a pledge",
    "forum.pledge.place": "Moved a pledge",
    "forum.pledge.state": "Changed a pledge’s state",
    "forum.sponsor": "Wrote a sponsor’s thanks",
    "forum.sponsor.drop": "Took a sponsor out",
    "forum.sponsor.place": "Moved a sponsor",
    "forum.thanks.consent": "A company said whether it may be thanked by name",
    "import": "Brought in a file",
    "import.undo": "Undid an import",
    "inventory.add": "Added a line to the inventory",
    "inventory.change": "Changed a line of the inventory",
    "inventory.comment": "Commented on a line of the inventory",
    "inventory.comment.withdraw": "Withdrew a comment",
    "inventory.evidence": "Added evidence to a line of the inventory",
    "inventory.evidence.withdraw": "Withdrew evidence",
    "inventory.planned": "Wrote a planned line",
    "inventory.planned.remove": "Took a planned line out",
    "inventory.remove": "Took a line out of the inventory",
    "offering.close": "Took a project off sale",
    "offering.set": "Put a project on sale",
    "order.cancel": "Called an order off",
    "order.place": "Placed an order",
    "order.refund": "Refunded an order",
    "person.disable": "Kept somebody out",
    "person.enable": "Let somebody in again",
    "person.grant": "Gave somebody a role",
    "person.invite": "Invited somebody",
    "person.invite-again": "Mailed somebody a new link",
    "person.sessions-ended": "Ended somebody’s sessions",
    "person.take": "Took somebody’s role",
    "plan.publish": "Published the plan",
    "plan.save": "Saved the plan",
    "plan.settle": "Settled what the plan covers",
    "project.create": "Made a project",
    "project.dispute": "Recorded a dispute about a project",
    "project.document": "Added a project’s document",
    "project.edit": "Changed a project",
    "refund.try_again": "A refund is tried again",
    "retire": "Confirmed a retirement",
    "retirement.deadline": "A retirement’s deadline was told",
    "retirement.draft": "Drafted a retirement",
    "retirement.enter": "Entered what the registry has done",
    "retirement.return": "Sent a retirement back",
    "retirement.send": "Sent a retirement to the registry",
    "retirement.withdraw": "Withdrew a retirement",
    "screen.add": "Added a screen",
    "screen.control": "Steered a screen",
    "screen.rename": "Renamed a screen",
    "screen.revoke": "Took screens’ links back",
    "settlement.checked": "Checked a payout",
    "settlement.enter": "Entered a payout",
    "settlement.returned": "Sent a payout back",
}  # fmt: skip
AREAS: dict[str, str] = {
    "account": "Own accounts", "batches": "Credit batches", "board": "Names on boards", "books": "Books",
    "codes": "Codes", "company": "Companies", "credits": "Credits", "evaluation": "Evaluation", "event": "Set-up",
    "forestry": "Planting", "forum": "The forum’s own", "import": "Imports", "inventory": "Inventory",
    "offering": "Projects on sale", "order": "Orders", "person": "People", "plan": "Plan", "project": "Projects",
    "refund": "Refunds", "retire": "Retirements", "retirement": "Retirements", "screen": "Screens",
    "settlement": "Payouts",
}  # fmt: skip
NAMES: dict[str, str] = {
    "action": "Act", "address": "Address", "at": "At", "categories": "Categories", "company": "Company",
    "consent": "Consent", "copied_from": "Copied from", "count": "Count", "country": "Country", "credits": "Credits",
    "electricity": "Electricity", "email": "Email", "error": "Error", "event": "Event", "fields": "Fields",
    "grams": "Grams", "kind": "Kind", "label": "Words", "legal_name": "Name on invoices", "link": "Link",
    "name": "Name", "names": "Names", "needed": "Needed", "non_co2": "Non-CO₂ of flights", "note": "Note",
    "number": "Number", "person": "Person", "personal": "For one person", "place": "Place", "project": "Project",
    "public": "Public",
    "published": "Published", "reason": "Reason", "reference": "Reference", "role": "Role", "rows": "Rows",
    "serials": "Serial numbers", "session": "Session", "sha256": "SHA-256", "state": "State", "step": "Step",
    "tax_number": "Tax number", "token": "Token", "upstream": "Upstream of fuels", "version": "Version",
    "who": "Who counts", "why": "Why",
}  # fmt: skip
VALUES: dict[str, str] = {
    "draft": "Draft", "open": "Open", "closed": "Closed", "settled": "Settled", "organiser": "Organiser",
    "exchange": "Exchange desk", "auditor": "Auditor", "sustainability": "Sustainability team",
    "administrator": "Administrator",
}  # fmt: skip
SHORT_HASH, MOST_TEXT = 12, 300


def action_words(code: str) -> str:
    """What an action's code means; a code that is not ours stays as it is."""
    return t(ACTIONS[code]) if code in ACTIONS else code


def detail_words(detail: Mapping[str, Any]) -> list[str]:
    """An entry's details, a sentence's part each: "Name: before → after", "Reason: …"."""
    told, rest = [], dict(detail)
    for first, second in (("from", "to"), ("before", "after"), ("before", "to")):
        if first in rest and second in rest:
            told += _changes(rest.pop(first), rest.pop(second))
    return [*told, *(each for key, value in rest.items() for each in _named(key, value))]


def _changes(before: Any, after: Any) -> list[str]:
    """What differs, from → to."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        return [
            f"{_name(key)}: {line}" if ": " not in line.split(" → ")[0] else line
            for key in keys for line in _changes(before.get(key), after.get(key))
        ]  # fmt: skip
    return [f"{_value(before)} → {_value(after)}"]


def _named(key: str, value: Any) -> list[str]:
    if value in ("", None, [], {}):
        return []
    if key.endswith("_g") or key == "grams":
        return [f"{_name(key.removesuffix('_g'))}: {f.mass_text(value) if isinstance(value, int) else value}"]
    return [f"{_name(key)}: {_value(value)}"]


def _name(key: str) -> str:
    return t(NAMES[key]) if key in NAMES else key.replace("_", " ")


def _value(value: Any) -> str:
    """A value as people read it: yes and no, names in their language, hashes short, lists with commas."""
    if value in ("", None, [], {}):
        return "–"
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, Mapping):
        if set(value) & {"en", "zh", "und"}:
            return pick({str(k): str(v) for k, v in value.items()})
        return "; ".join(f"{_name(str(key))} {_value(each)}" for key, each in value.items())[:MOST_TEXT]
    if isinstance(value, list | tuple):
        return ", ".join(_value(each) for each in value)[:MOST_TEXT]
    text = str(value)
    if len(text) == 64 and all(letter in "0123456789abcdef" for letter in text):
        return text[:SHORT_HASH] + "…"
    return t(VALUES[text]) if text in VALUES else text[:MOST_TEXT]
