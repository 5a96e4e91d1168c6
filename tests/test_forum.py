"""A forum's own: pledges and who signs them, memoranda, thanks, the fund's words, ambassadors."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from PIL import Image

import events
import offsetting
from accounts import SYSTEM, Actor, Forbidden, TooMany, set_actor
from calculations.model import InputError
from calculations.trace import recompute
from data.store import forum, rebuild
from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.events import draft
from tests.support.shop import rows

PDF = b"%PDF-1.7\nmade up\n%%EOF"
TRIP = {"trips": [{"from": "iata:PEK", "mode": "plane", "round_trip": True}]}
OUTSIDER = Actor("person", "p-out", "Out", frozenset({("organiser", "elsewher", "")}))


@pytest.fixture
def event(sqlite_store: Store) -> events.Event:
    """An open event; who asks is the installation itself."""
    set_actor(SYSTEM)
    return events.create_event(draft(state="open"))


def pledge(kind: str = "train", amount: float = 800, times: int = 2, **more: str) -> events.PledgeDraft:
    return events.PledgeDraft({"en": "By train", "zh": "坐火车"}, {"en": "Below 800 km."}, kind, amount, times, **more)


def put(event: events.Event, **more: object) -> str:
    return events.save_pledge(event.slug, pledge(**more))  # type: ignore[arg-type]


def devices(event: events.Event, pledge_id: str, count: int) -> list[str]:
    signers = [events.signer_of(event.slug, pledger=events.new_pledger()) for _ in range(count)]
    for number, signer in enumerate(signers):
        assert events.sign_pledge(event.slug, pledge_id, signer, f"Guest {number}", True)
    return signers


def balanced(event: events.Event) -> bool:
    with get_store().read() as conn:
        return rebuild.differences(conn, event.event_id) == []


def test_a_change_is_before_less_after_and_its_traces_recompute_to_the_gram(event: events.Event) -> None:
    shown = events.preview_pledge(event.slug, pledge())
    lines = [*shown.told["before"], *shown.told["after"]]
    assert [line["mode"] for line in lines] == ["plane", "high_speed_rail"]
    assert all(recompute(line["trace"])[1] == line["total_g"] for line in lines)
    assert shown.change_g == lines[0]["total_g"] - lines[1]["total_g"] > 0
    meals = events.preview_pledge(event.slug, pledge("meals", 100, 1))
    power = events.preview_pledge(event.slug, pledge("power", 200, 1))
    assert meals.change_g > 0 and power.change_g == power.told["before"][0]["total_g"] > 0
    assert power.told["after"] == []


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (pledge("typed", 5000, 1), "source"), (pledge("train", 0), "amount"), (pledge("train", float("nan")), "amount"),
        (pledge("walk"), "kind"), (pledge(times=0), "times"),
        (events.PledgeDraft({}, {}, "power", 10), "names"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(event: events.Event, draft: events.PledgeDraft, field: str) -> None:
    with pytest.raises(InputError) as raised:
        events.save_pledge(event.slug, draft)
    assert field in {error.field for error in raised.value.errors}
    assert rows(s.pledge) == []


def test_counts_show_from_five_and_sums_are_count_times_change(event: events.Event) -> None:
    pledge_id = put(event, kind="typed", amount=12_000, times=1, source="A study")
    devices(event, pledge_id, 4)
    four = events.pledge_wall(event.slug).pledges[0]
    assert (four.count, four.sum_g, four.signed_names) == (None, None, ())
    assert "Guest" not in json.dumps(events.pledge_board(event.slug))
    devices(event, pledge_id, 1)
    wall = events.pledge_wall(event.slug)
    assert (wall.pledges[0].count, wall.pledges[0].sum_g, wall.sum_g) == (5, 60_000, 60_000)
    board = events.pledge_board(event.slug)
    assert board["pledges"][0]["count"] == 5
    assert events.totals(event.slug).reserved_g == 0, "nothing is covered by a pledge"
    assert balanced(event)
    events.fold(event.event_id)
    assert events.pledge_wall(event.slug).signatures == 5 and balanced(event)


def test_one_signature_of_a_signer_and_it_can_be_taken_back(event: events.Event) -> None:
    pledge_id, started = put(event), events.start_participation(event.slug)
    me = events.signer_of(event.slug, started.participation_id, started.secret)
    assert events.sign_pledge(event.slug, pledge_id, me) and not events.sign_pledge(event.slug, pledge_id, me)
    assert len(rows(s.pledge_signature)) == 1
    assert events.pledge_wall(event.slug, me).pledges[0].is_mine
    assert events.take_pledge_back(event.slug, pledge_id, me)
    assert not events.take_pledge_back(event.slug, pledge_id, me)
    assert rows(s.pledge_signature) == [] and balanced(event)
    with pytest.raises(events.Unauthenticated):
        events.signer_of(event.slug, started.participation_id, "not it")


def test_who_has_no_part_signs_with_a_name_by_consent(event: events.Event) -> None:
    pledge_id, device = put(event), events.signer_of(event.slug, pledger="x" * 40)
    for name, consent in (("Ada", False), ("", True)):
        with pytest.raises(InputError, match="name"):
            events.sign_pledge(event.slug, pledge_id, device, name, consent)
    with pytest.raises(InputError):
        events.sign_pledge(event.slug, pledge_id, "")
    assert events.sign_pledge(event.slug, pledge_id, device, "  Ada\u0000  L. ", True)
    assert rows(s.pledge_signature)[0]["name"] == "Ada L."
    with pytest.raises(events.NotFound):
        events.sign_pledge(event.slug, "nowhere", device, "Ada", True)


def test_signing_is_throttled_by_address(event: events.Event) -> None:
    pledge_id, device = put(event), events.signer_of(event.slug, pledger="y" * 40)
    with pytest.raises(TooMany):
        for _ in range(130):
            events.sign_pledge(event.slug, pledge_id, device, "Ada", True, "10.0.0.1")


def test_what_people_signed_does_not_change_under_them(event: events.Event) -> None:
    pledge_id = put(event)
    devices(event, pledge_id, 1)
    with pytest.raises(events.Conflict, match="signed"):
        events.save_pledge(event.slug, pledge(amount=700), pledge_id)
    events.set_pledge_state(event.slug, pledge_id, "withdrawn")
    assert events.pledge_wall(event.slug).pledges == ()
    assert len(events.pledge_wall(event.slug, with_withdrawn=True).pledges) == 1
    set_actor(OUTSIDER)
    for refused in (lambda: put(event), lambda: events.set_pledge_state(event.slug, pledge_id, "open")):
        with pytest.raises(Forbidden):
            refused()


def test_who_leaves_is_unlinked_and_their_signature_counts_on(event: events.Event) -> None:
    pledge_id, started = put(event), events.start_participation(event.slug)
    me = events.signer_of(event.slug, started.participation_id, started.secret)
    events.sign_pledge(event.slug, pledge_id, me, "Ada", True)
    events.delete_participation(started.participation_id)
    kept = rows(s.pledge_signature)[0]
    assert kept["name"] == "" and kept["signer"].startswith(forum.GONE) and balanced(event)


def memorandum(content: bytes = PDF) -> events.MemorandumDraft:
    names, texts = {"en": "On rail"}, {"en": "Both will."}
    return events.MemorandumDraft(names, ["One", "Two"], texts, date(2021, 9, 7), content, "../on rail")


def test_a_memorandum_is_seen_once_it_is_published(event: events.Event) -> None:
    memorandum_id = events.save_memorandum(event.slug, memorandum())
    sha256 = events.memoranda(event.slug, with_drafts=True).rows[0].document.sha256
    set_actor(OUTSIDER)
    assert events.memoranda(event.slug).rows == ()
    with pytest.raises(Forbidden):
        events.memorandum_file(event.slug, sha256)
    set_actor(SYSTEM)
    events.publish_memorandum(event.slug, memorandum_id)
    with pytest.raises(events.Conflict, match="published"):
        events.save_memorandum(event.slug, memorandum(), memorandum_id)
    set_actor(OUTSIDER)
    assert events.memoranda(event.slug).rows[0].partners == ("One", "Two")
    assert events.memorandum_file(event.slug, sha256) == ("on rail.pdf", PDF)
    set_actor(SYSTEM)
    events.drop_memorandum(event.slug, memorandum_id)
    assert events.memoranda(event.slug).rows == ()


@pytest.mark.parametrize("draft", [
    memorandum(b"<html>"), events.MemorandumDraft({"en": "x"}, ["One"], {}, date(2021, 9, 7)),
    events.MemorandumDraft({}, ["One", "Two"], {}, date(2021, 9, 7)),
])  # fmt: skip
def test_a_memorandum_that_is_none_is_refused(event: events.Event, draft: events.MemorandumDraft) -> None:
    with pytest.raises(InputError):
        events.save_memorandum(event.slug, draft)
    assert rows(s.memorandum) == []


def test_a_sponsors_logo_is_drawn_anew(event: events.Event) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "PNG")
    sent = out.getvalue() + b"<script>"
    sponsor_id = events.save_sponsor(event.slug, events.SponsorDraft({"en": "Acme"}, "main", {"en": "Tea"}, 1, sent))
    thanked = events.thanks(event.slug).sponsors[0]
    media_type, kept = events.sponsor_logo(event.slug, thanked.logo_sha256)
    assert media_type == "image/png" and b"<script>" not in kept and (thanked.width_px, thanked.height_px) == (40, 20)
    events.save_sponsor(event.slug, events.SponsorDraft({"en": "Acme 2"}, "main", {}, 1), sponsor_id)
    assert events.thanks(event.slug).sponsors[0].logo_sha256 == thanked.logo_sha256, "the logo stays"
    with pytest.raises(InputError):
        events.save_sponsor(event.slug, events.SponsorDraft({"en": "A"}, "main", {}, 1, b"GIF89a"))
    events.drop_sponsor(event.slug, sponsor_id)
    with pytest.raises(events.NotFound):
        events.sponsor_logo(event.slug, thanked.logo_sha256)


def test_the_fund_takes_gifts_once_it_is_told(event: events.Event) -> None:
    assert not events.special_fund(event.slug).is_told
    events.save_fund(event.slug, events.FundDraft({"en": "Fund"}, {"en": "Trees"}, True, PDF, "rules.pdf"))
    told = events.special_fund(event.slug)
    assert told.takes and told.figures.given_minor is None and told.document.name == "rules.pdf"
    assert offsetting.get_order(offsetting.place_gift(event.slug, 500)).gift_minor == 500
    events.save_fund(event.slug, events.FundDraft({"en": "Fund"}, {"en": "Trees"}, False))
    after = events.special_fund(event.slug)
    assert not after.takes and after.document.sha256 == told.document.sha256
    assert events.fund_file(event.slug, told.document.sha256)[1] == PDF


def brought(event: events.Event, code: str, count: int, answered: bool = True) -> list[str]:
    ids = []
    for _ in range(count):
        started = events.start_participation(event.slug)
        events.came_by_link(started.participation_id, code.upper())
        if answered:
            events.save_footprint(started.participation_id, TRIP)
        ids.append(started.participation_id)
    return ids


def test_five_who_finished_make_an_ambassador(event: events.Event) -> None:
    me = events.start_participation(event.slug).participation_id
    code = events.ambassador(me).code
    assert me.partition("-")[2][:8] not in code and len(code) == 10
    brought(event, code, 4)
    brought(event, code, 3, answered=False)
    brought(event, "nosuchcode", 2)
    events.came_by_link(me, code)
    assert (events.ambassador(me).brought, events.ambassador(me).number) == (None, ""), "own links bring nobody"
    brought(event, code, 1)
    mine = events.ambassador(me)
    assert mine.brought == 5 and mine.number.startswith("TEST-") and events.ambassador(me).number == mine.number
    found = events.ambassador_certificate(mine.number.lower())
    assert offsetting.verify_document(found.statement, offsetting.did_document()).ok
    assert not offsetting.verify_document(found.statement.replace('"brought":5', '"brought":6'),
                                          offsetting.did_document()).ok  # fmt: skip
    said = json.loads(found.statement)
    assert offsetting.AMBASSADOR_TYPE in said["type"] and "rams" not in said["credentialSubject"]
    assert me not in found.statement
    assert offsetting.wrong_status(said, _list(said), offsetting.did_document()) is None
    events.delete_participation(me)
    gone = events.ambassador_certificate(mine.number)
    assert gone.revoked_at is not None and rows(s.referral_code) == []
    assert offsetting.wrong_status(said, _list(said), offsetting.did_document())


def _list(said: dict[str, dict[str, str]]) -> str:
    return offsetting.status_list(said["credentialStatus"]["statusListCredential"].rpartition("/")[2])


def test_how_many_it_takes_is_the_organisers(event: events.Event) -> None:
    with pytest.raises(InputError, match="needed"):
        events.set_ambassadors(event.slug, 4)
    events.set_ambassadors(event.slug, 7)
    me = events.start_participation(event.slug).participation_id
    brought(event, events.ambassador(me).code, 6)
    assert (events.ambassador(me).brought, events.ambassador(me).needed, events.ambassador(me).number) == (6, 7, "")


def test_a_pledge_goes_earlier_and_later_also_once_it_is_signed(event: events.Event) -> None:
    first, second, third = (put(event, amount=amount) for amount in (700, 800, 900))
    devices(event, second, 1)

    def order() -> list[str]:
        return [each.pledge_id for each in events.pledge_wall(event.slug).pledges]

    events.move_pledge(event.slug, third, True)
    assert order() == [first, third, second]
    events.move_pledge(event.slug, first, False)
    assert order() == [third, first, second]
    events.move_pledge(event.slug, third, True)  # it is first already
    assert order() == [third, first, second]
    with pytest.raises(events.NotFound):
        events.move_pledge(event.slug, "nothing", True)
    set_actor(OUTSIDER)
    with pytest.raises(Forbidden):
        events.move_pledge(event.slug, first, True)


def test_a_sponsor_goes_earlier_among_those_of_its_kind(event: events.Event) -> None:
    def thank(name: str, kind: str) -> str:
        return events.save_sponsor(event.slug, events.SponsorDraft({"en": name}, kind, {}))

    main, media, second = thank("A", "main"), thank("B", "media"), thank("C", "main")
    events.move_sponsor(event.slug, second, True)
    found = [each.sponsor_id for each in events.thanks(event.slug).sponsors]
    assert found.index(second) < found.index(main) and media in found
    events.move_sponsor(event.slug, media, True)  # alone of its kind: nothing to pass
    assert [each.sponsor_id for each in events.thanks(event.slug).sponsors] == found


def test_only_the_desk_is_told_that_a_pledge_of_few_is_signed(event: events.Event) -> None:
    pledge_id = put(event)
    devices(event, pledge_id, 1)
    assert not events.pledge_wall(event.slug).pledges[0].is_signed
    assert events.pledge_wall(event.slug, with_withdrawn=True).pledges[0].is_signed
