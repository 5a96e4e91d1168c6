"""What the demonstration's forum has of its own, made up as `data/demo/forum_own.toml` says."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import offsetting
from accounts import SYSTEM, current_actor, set_actor
from events.memoranda import MemorandumDraft, publish_memorandum, save_memorandum
from events.pledges import PledgeDraft, new_pledger, save_pledge, sign_pledges, signer_of
from events.special_fund import FundDraft, save_fund
from events.thanks import SponsorDraft, save_sponsor

OWN = Path(__file__).resolve().parent.parent / "data" / "demo" / "forum_own.toml"
EVERY = timedelta(minutes=3)


def seed_forum(slug: str) -> None:
    """Pledges with signatures, a memorandum, thanks and the fund with gifts, through the use cases of organisers."""
    told = tomllib.loads(OWN.read_text(encoding="utf-8"))
    before, at = current_actor(), datetime.fromisoformat(told["signed_from"])
    set_actor(SYSTEM)
    try:
        for place, pledge in enumerate(told["pledge"], 1):
            _pledge(slug, pledge, place, at)
        for place, row in enumerate(told["sponsor"], 1):
            save_sponsor(slug, SponsorDraft(row["names"], row["kind"], row["texts"], place), now=at)
        _memorandum(slug, told["memorandum"], at)
        _fund(slug, told["fund"], at)
    finally:
        set_actor(before)


def _pledge(slug: str, row: dict[str, Any], place: int, at: datetime) -> None:
    draft = PledgeDraft(row["names"], row["texts"], row["kind"], row["amount"], row["times"], "", place)
    pledge_id = save_pledge(slug, draft, now=at)
    signers = [signer_of(slug, pledger=new_pledger()) for _ in range(row["signatures"])]
    sign_pledges(slug, pledge_id, [(signer, at + EVERY * i) for i, signer in enumerate(signers)])


def _memorandum(slug: str, row: dict[str, Any], at: datetime) -> None:
    signed_on: date = row["signed_on"]
    draft = MemorandumDraft(row["names"], row["partners"], row["texts"], signed_on)
    publish_memorandum(slug, save_memorandum(slug, draft, now=at), now=at)


def _fund(slug: str, row: dict[str, Any], at: datetime) -> None:
    save_fund(slug, FundDraft(row["names"], row["texts"], True), now=at)
    for place, amount in enumerate(row["gifts_minor"]):
        given_at = at + EVERY * place
        offsetting.demo_payment(offsetting.place_gift(slug, amount, now=given_at), "succeeded", now=given_at)
