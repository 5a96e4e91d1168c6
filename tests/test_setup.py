"""Setting up an event: each step kept, each refusal with its sentence, credits asked and granted, copies, hours."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from dash import html
from PIL import Image

import events
import offsetting
from accounts import ANONYMOUS, SYSTEM, Actor, Conflict, Forbidden, NotFound, Unauthenticated, set_actor
from calculations import contrast
from calculations.model import InputError
from data import evidence
from data.settings import get_settings
from data.store import schema as s
from data.store.engine import Store
from events.setup_look import needs_of
from pages._parts.html_text import render
from pages.exchange._requests import requests_panel
from pages.organiser import _setup_form, _setup_offer
from tests.support.events import body, draft, guests, trip

ORGANISER = Actor("person", "p-organiser", "Organiser", frozenset({("organiser", "", "")}))
EXCHANGE = Actor("person", "p-exchange", "Exchange", frozenset({("exchange", "", "")}), has_factor=True)
AUDITOR = Actor("person", "p-auditor", "Auditor", frozenset({("auditor", "", "")}))
ABOUT = {"scenario": "conference", "names_en": "River Forum", "names_zh": "河流论坛", "host": "River Bureau"}
PLACE = {
    "place": "geo:1815286", "starts": "2027-09-07T09:00", "ends": "2027-09-08T18:00", "timezone": "Asia/Shanghai",
    "slug": "river-forum",
}  # fmt: skip
SLUG = "river-forum"


@pytest.fixture
def made(sqlite_store: Store) -> Store:
    """A draft of which the first step was kept, by an organiser."""
    set_actor(ORGANISER)
    events.start_setup(ABOUT)
    return sqlite_store


def wrong(step: str, **told: Any) -> set[str]:
    """The fields that a step refuses."""
    with pytest.raises(InputError) as raised:
        events.save_step(SLUG, step, told)
    return {error.field for error in raised.value.errors}


def complete() -> None:
    """Keeps every step that is needed."""
    events.save_step(SLUG, "place", PLACE)
    events.save_step(SLUG, "privacy", {"privacy_en": "Little is kept.", "jurisdiction": "CN", "livemode": "test"})


def test_a_draft_is_there_after_the_first_step_and_opens_once_nothing_is_missing(made: Store) -> None:
    view = events.setup_view(SLUG)
    assert (view.event.state, view.done, view.next_step) == ("draft", ("about",), "place")
    with pytest.raises(Conflict):
        events.change_state(SLUG, "open")
    complete()
    assert not [gap for gap in events.setup_view(SLUG).gaps if gap.needed]
    assert events.change_state(SLUG, "open").state == "open"
    assert [card.slug for card in events.find_events("河流").items] == [SLUG]


def test_only_who_may_make_an_event_makes_one_and_then_organises_it(sqlite_store: Store) -> None:
    for actor, refused in ((ANONYMOUS, Unauthenticated), (AUDITOR, Forbidden)):
        set_actor(actor)
        with pytest.raises(refused):
            events.start_setup(ABOUT)
    elsewhere = Actor("person", "p-else", "Elsewhere", frozenset({("organiser", "other123", "")}))
    set_actor(elsewhere)
    event = events.start_setup(ABOUT)
    with sqlite_store.read() as conn:
        grant = s.role_grant.c
        query = sa.select(grant.role).where(grant.person_id == "p-else", grant.event_id == event.event_id)
        assert conn.execute(query).scalars().all() == ["organiser"]


def test_the_first_step_names_what_is_wrong(sqlite_store: Store) -> None:
    set_actor(ORGANISER)
    with pytest.raises(InputError) as raised:
        events.start_setup({"scenario": "moon", "names_en": " ", "intro_en": "x" * 7000})
    assert {error.field for error in raised.value.errors} == {"scenario", "names_en", "intro_en"}
    assert events.drafts() == []


def test_two_of_a_name_have_addresses_of_their_own_and_none_takes_anothers(made: Store) -> None:
    assert events.start_setup(ABOUT).slug == "river-forum-2"
    assert events.start_setup({"scenario": "other", "names_zh": "河流"}).slug.startswith("event-")
    assert wrong("place", **PLACE | {"slug": "river-forum-2"}) == {"slug"}
    assert wrong("place", **PLACE | {"slug": "No Good!"}) == {"slug"}
    assert events.save_step(SLUG, "place", PLACE | {"slug": "rivers-27"}).slug == "rivers-27"


def test_place_and_days_are_held_to_sense_and_the_zone_is_proposed(made: Store) -> None:
    assert wrong("place", place="geo:0", starts="soon", ends="", timezone="") == {"place", "starts", "ends"}
    assert wrong("place", **PLACE | {"ends": "2027-09-06T09:00"}) == {"ends"}
    late = {"closes_at": "2027-09-06T00:00", "pay_until": "2027-09-05T00:00"}
    assert wrong("place", **PLACE | late) == {"closes_at", "pay_until"}
    soon = {"pay_until": "2027-09-01T00:00", "books_by": "2027-09-02T00:00"}  # before it begins, before it ends
    assert wrong("place", **PLACE | soon) == {"pay_until", "books_by"}
    event = events.save_step(SLUG, "place", PLACE | {"timezone": ""})
    assert (event.timezone, event.currency, event.jurisdiction) == ("Asia/Shanghai", "CNY", "CN")
    assert event.starts_at == datetime(2027, 9, 7, 1, tzinfo=UTC)
    assert events.proposed_zone("IS", 64.1, -21.9) == "Atlantic/Reykjavik"


def test_sessions_are_pasted_moved_with_the_days_and_kept_while_in_use(made: Store) -> None:
    complete()
    paste = "09:00-12:00 Main forum | 主论坛\n2027-09-08 14:00 水\n- Rails"
    event = events.save_step(SLUG, "programme", {"sessions": [], "paste": paste})
    assert [(each.session_id, each.kind) for each in event.sessions] == [
        ("main-forum", "main"), ("s2", "parallel"), ("rails", "parallel"),
    ]  # fmt: skip
    assert event.sessions[1].starts_at == datetime(2027, 9, 8, 6, tzinfo=UTC)
    moved = events.save_step(SLUG, "place", PLACE | {"starts": "2027-09-10T09:00", "ends": "2027-09-11T18:00"})
    assert moved.sessions[0].starts_at == datetime(2027, 9, 10, 1, tzinfo=UTC)
    assert wrong("programme", sessions=[], paste="25:00-26:00 Night") == {"paste"}
    events.change_state(SLUG, "open")
    events.start_participation(SLUG, "rails")
    rows = events.setup_view(SLUG).values["sessions"]
    assert wrong("programme", sessions=rows[:2]) == {"sessions"}
    kept = events.save_step(SLUG, "programme", {"sessions": [rows[2], rows[0]]})
    assert [each.session_id for each in kept.sessions] == ["rails", "main-forum"]


def test_hours_of_a_pasted_programme_are_read_as_people_write_them(made: Store) -> None:
    complete()
    written = "9.00 – 12.30 Uhr\tPlenum\n2:15 pm - 5 pm Tea\n12:30 am – 1:00 a.m. Night\n9h30 Wasser | Water | 水"
    plenum, tea, night, water = events.save_step(SLUG, "programme", {"sessions": [], "paste": written}).sessions[:4]
    zone = ZoneInfo("Asia/Shanghai")
    assert plenum.names == {"en": "Plenum"} and plenum.starts_at and plenum.ends_at
    assert (plenum.starts_at.astimezone(zone).hour, plenum.ends_at.astimezone(zone).minute) == (9, 30)
    assert tea.starts_at and tea.ends_at and tea.names == {"en": "Tea"}
    assert (tea.starts_at.astimezone(zone).hour, tea.ends_at.astimezone(zone).hour) == (14, 17)
    assert night.starts_at and night.starts_at.astimezone(zone).hour == 0
    assert water.names == {"en": "Wasser · Water", "zh": "水"}
    assert wrong("programme", sessions=[], paste="14:00-13:00 Backwards") == {"paste"}
    assert wrong("programme", sessions=[], paste="13:00 pm Late") == {"paste"}


def test_what_an_open_event_keeps(made: Store) -> None:
    complete()
    events.change_state(SLUG, "open")
    assert wrong("about", **ABOUT | {"scenario": "hotel"}) == {"scenario"}
    assert wrong("place", **PLACE | {"slug": "other"}) == {"slug"}
    assert wrong("projects", currency="EUR", payer="guest", flags=[]) == {"currency"}
    assert wrong("privacy", privacy_en="x", jurisdiction="CN", livemode="live") == {"livemode"}
    assert events.save_step(SLUG, "about", ABOUT | {"names_en": "River Forum, new"}).names["en"] == "River Forum, new"
    events.change_state(SLUG, "closed")
    assert wrong("place", **PLACE | {"ends": "2027-09-09T18:00"}) == {"place"}
    events.change_state(SLUG, "settled")
    assert wrong("about", **ABOUT) == {"names_en"}


def test_the_boundary_step(made: Store) -> None:
    told = {"categories": ["travel", "food"], "flags": ["upstream"], "who": "onsite", "people": "1,200"}
    event = events.save_step(SLUG, "boundary", told)
    counted = event.boundary
    assert (counted.categories, counted.non_co2, counted.upstream) == (("travel", "food"), False, True)
    assert (event.boundary.who, event.expected_people) == ("onsite", 1200)
    assert wrong("boundary", categories=[], people="many", factor_set="2001") == {"categories", "people", "factor_set"}


def stock(count: int = 10) -> None:
    """A test project with so many credits that no event has."""
    offsetting.add_project("ccer-solar", {"en": "Sun"}, type="solar", kind="reduction")
    offsetting.add_batch("batch-1", "ccer-solar", vintage="2024", credit_count=count, serial_prefix="S-")


def offers(**more: Any) -> dict[str, Any]:
    """The step of projects with one of them on offer."""
    one = {"project": "ccer-solar", "open": True, "price": "45.00", "tonnes": "3"} | more
    return {"currency": "CNY", "payer": "host_residual", "flags": ["payments"], "offers": [one]}


def test_credits_are_asked_of_the_exchange_which_grants_or_declines(made: Store) -> None:
    complete()
    stock()
    events.save_step(SLUG, "projects", offers())
    assert wrong("projects", **offers() | {"currency": "YUA"}) == {"currency"}
    with pytest.raises(InputError, check=lambda error: error.errors[0].value == "Swiss francs"):
        events.save_step(SLUG, "projects", offers() | {"currency": "Swiss francs"})
    for bad in ("45.005", "1,2,3", "a lot", "-3", ""):
        assert wrong("projects", **offers(price=bad)) == {"price_ccer-solar"}
    view = events.setup_view(SLUG)
    assert (view.offers[0].waiting_g, view.offers[0].is_open, view.values["gift"]) == (3_000_000, False, False)
    shown = render(html.Div(_setup_offer.projects(_setup_form.Fields("setup", view.values, "kept"), view)))
    assert "Free now: 10\u202ft." in shown and "withdrawn by unticking its project" in shown
    events.save_step(SLUG, "projects", offers(price="7.00") | {"currency": "EUR"})
    requests = events.setup_view(SLUG).requests
    assert [(each.currency, each.state) for each in requests] == [("EUR", "asked"), ("CNY", "withdrawn")]
    events.save_step(SLUG, "projects", offers())
    view = events.setup_view(SLUG)
    asked = view.requests[0]
    with pytest.raises(Forbidden):
        events.grant_credits(ORGANISER, asked.event_id, asked.request_id)
    set_actor(EXCHANGE)
    assert [each.request_id for each in events.credit_requests()] == [asked.request_id]
    shown = str(render(requests_panel()))
    assert "Chengdu" in shown and "7 Sep 2027 – 8 Sep 2027" in shown and "/e/river-forum" in shown
    with pytest.raises(InputError):
        events.decline_credits(EXCHANGE, asked.event_id, asked.request_id, " ")
    assert events.grant_credits(EXCHANGE, asked.event_id, asked.request_id).state == "granted"
    with pytest.raises(Conflict):
        events.grant_credits(EXCHANGE, asked.event_id, asked.request_id)
    offer = offsetting.offers(SLUG)[0]
    assert (offer.available_g, offer.price_minor_per_tonne, offer.currency) == (3_000_000, 4500, "CNY")
    set_actor(ORGANISER)
    assert wrong("privacy", privacy_en="x", jurisdiction="CN", livemode="live") == {"livemode"}
    events.save_step(SLUG, "projects", offers(open=False, tonnes=""))
    assert offsetting.offers(SLUG) == []


def test_more_than_is_free_is_refused_and_nothing_of_it_is_kept(made: Store) -> None:
    complete()
    stock(2)
    events.save_step(SLUG, "projects", offers())
    asked = events.setup_view(SLUG).requests[0]
    set_actor(EXCHANGE)
    with pytest.raises(Conflict, match="the longest has 2"):
        events.grant_credits(EXCHANGE, asked.event_id, asked.request_id)
    assert events.credit_requests()[0].state == "asked"
    declined = events.decline_credits(EXCHANGE, asked.event_id, asked.request_id, "only two are left")
    assert (declined.state, declined.answer) == ("declined", "only two are left")
    assert offsetting.offers(SLUG) == []


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 300), **more: Any) -> bytes:
    """A picture file."""
    out = io.BytesIO()
    Image.new("RGB", size, "#134a8c").save(out, kind, **more)
    return out.getvalue()


def test_a_logo_is_drawn_anew_and_what_is_no_picture_is_refused(made: Store) -> None:
    info = Image.Exif()
    info[0x010E] = "secret words"
    logo = events.set_logo(SLUG, picture("JPEG", exif=info.tobytes()))
    assert (logo.media_type, logo.width_px, logo.height_px) == ("image/jpeg", 800, 200)
    assert b"secret words" not in evidence.read(logo.sha256)
    assert events.logo_file(SLUG, logo.sha256)[1] == evidence.read(logo.sha256)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
    for bad in (b"", b"x" * 200_001, svg, picture()[:60], picture(size=(7000, 1))):
        with pytest.raises(InputError):
            events.set_logo(SLUG, bad)
    set_actor(ANONYMOUS)
    with pytest.raises(NotFound):  # a draft's logo is nobody else's
        events.logo_file(SLUG, logo.sha256)


def test_colours_that_are_not_read_are_refused_with_ratio_and_the_nearest_that_passes(made: Store) -> None:
    with pytest.raises(InputError) as raised:
        events.save_step(SLUG, "look", {"button_light": "#ffcc00", "words_dark": "blue"})
    told = {error.field: error.params for error in raised.value.errors}
    assert told.keys() == {"button_light", "words_dark"}
    assert (told["button_light"]["ratio"], told["button_light"]["needed"]) == ("1.33", "3")
    nearest = told["button_light"]["nearest"]
    assert contrast.check(nearest, needs_of("button_light")).ok
    kept = events.save_step(SLUG, "look", {"button_light": " 134A8C"})  # as other programs copy it
    assert kept.defaults["look"]["button_light"] == "#134a8c"
    event = events.save_step(SLUG, "look", {"button_light": nearest})
    look = event.defaults["look"]
    assert contrast.check(look["button_dark"], needs_of("button_dark")).ok
    css = events.look_css(SLUG)
    assert f"--fz-button:{nearest}" in css and f"--fz-button:{look['button_dark']}" in css
    assert events.look_href(SLUG).startswith(f"/e/{SLUG}/look.css?v=")


def test_a_copy_has_nothing_of_people_orders_or_lines(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    former = events.create_event(draft("hall-2026", texts={"intro": {"en": "Hello"}, "notice": {"en": "n"}}))
    guests("hall-2026", 2)
    set_actor(ORGANISER)
    made = events.copy_event("hall-2026", "2027-05-10")
    assert (made.slug, made.state, made.livemode, made.names) == ("hall-2027", "draft", False, former.names)
    assert made.starts_at - former.starts_at == timedelta(days=371)
    assert [each.session_id for each in made.sessions] == ["main", "life"]
    assert made.texts == {"intro": {"en": "Hello"}}
    kept = {
        "event",
        "event_session",
        "event_setup",
        "live_version",
        "audit_trail",
        "role_grant",
        "event_code",
    }  # codes of its own
    with sqlite_store.read() as conn:
        for table in s.metadata.sorted_tables:
            if "event_id" in table.c and table.name not in kept:
                query = sa.select(sa.func.count()).select_from(table).where(table.c.event_id == made.event_id)
                assert conn.execute(query).scalar_one() == 0, table.name
    with pytest.raises(InputError):
        events.copy_event("hall-2026", "some day")


def test_it_opens_and_closes_at_the_hours_that_were_set(made: Store) -> None:
    complete()
    hours = {"opens_at": "2027-09-01T09:00", "closes_at": "2027-09-09T18:00"}
    events.save_step(SLUG, "place", PLACE | hours)
    events.save_step(SLUG, "place", PLACE | hours | {"closes_at": "2027-09-10T18:00"})
    set_actor(ANONYMOUS)
    for at, state in (
        ("2027-09-01T01:00:01", "open"),
        ("2027-09-09T10:00:01", "open"),
        ("2027-09-10T10:00:01", "closed"),
    ):
        offsetting.run_due(datetime.fromisoformat(at).replace(tzinfo=UTC))
        set_actor(SYSTEM)
        assert events.get_event(SLUG).state == state, at
        set_actor(ANONYMOUS)
    offsetting.run_due(datetime(2027, 9, 11, tzinfo=UTC))


def test_an_hour_does_not_open_what_is_not_complete(made: Store) -> None:
    events.save_step(SLUG, "place", PLACE | {"opens_at": "2027-09-01T09:00"})
    offsetting.run_due(datetime(2027, 9, 2, tzinfo=UTC))
    assert events.get_event(SLUG).state == "draft"
    with made.read() as conn:
        trail = s.audit_trail.c
        detail = conn.execute(sa.select(trail.detail).where(trail.action == "event.turn_failed")).scalar_one()
    assert "privacy" in detail["why"]


def test_who_may_not_edit_keeps_nothing(made: Store) -> None:
    for actor, refused in ((AUDITOR, Forbidden), (ANONYMOUS, (NotFound, Unauthenticated))):
        set_actor(actor)
        with pytest.raises(refused):
            events.save_step(SLUG, "about", ABOUT)
        with pytest.raises(refused):
            events.set_logo(SLUG, picture())


def test_the_guest_answers_at_the_event_that_was_set_up(made: Store) -> None:
    complete()
    events.change_state(SLUG, "open")
    set_actor(ANONYMOUS)
    started = events.start_participation(SLUG)
    assert events.save_footprint(started.participation_id, body(trip())).total_g > 0


def test_a_guest_pays_until_the_day_that_was_set(made: Store) -> None:
    complete()
    stock()
    set_actor(SYSTEM)
    events.save_step(SLUG, "projects", offers())  # who may assign gives at once
    events.save_step(SLUG, "place", PLACE | {"closes_at": "2027-09-09T00:00", "pay_until": "2027-09-10T00:00"})
    events.change_state(SLUG, "open")
    person = guests(SLUG, 1, session="")[0]
    with pytest.raises(Conflict, match="ended on 10 September 2027"):
        offsetting.place_order(person, "ccer-solar", grams=1000, now=datetime(2027, 9, 9, 17, tzinfo=UTC))
    placed = offsetting.place_order(person, "ccer-solar", grams=1000, now=datetime(2027, 9, 9, 15, tzinfo=UTC))
    assert placed.state == "held"
    assert offsetting.offers(SLUG)[0].gift_minor == 0


def test_credits_are_given_at_once_only_with_the_second_factor_where_it_is_asked_for(
    made: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete()
    stock()
    monkeypatch.setenv("SECOND_FACTOR", "required")
    get_settings.cache_clear()
    admin = Actor("person", "a-1", "Administrator", frozenset({("administrator", "", "")}))
    set_actor(admin)
    events.save_step(SLUG, "projects", offers())
    assert not events.setup_view(SLUG).may_assign
    assert [each.state for each in events.setup_view(SLUG).requests] == ["asked"] and not offsetting.offers(SLUG)
    set_actor(replace(admin, has_factor=True))
    events.save_step(SLUG, "projects", offers())
    assert events.setup_view(SLUG).requests[0].state == "granted"


def test_two_who_keep_the_same_step_lose_nothing_silently(made: Store) -> None:
    seen = events.setup_view(SLUG).seen("about")
    events.save_step(SLUG, "about", ABOUT | {"host": "Lake Bureau", "notice_en": "A rehearsal."}, seen)
    with pytest.raises(Conflict, match="Somebody else"):
        events.save_step(SLUG, "about", ABOUT | {"host": "Sea Bureau"}, seen)
    assert events.get_event(SLUG).texts["host"] == "Lake Bureau"
    again = events.setup_view(SLUG).seen("about")
    assert again != seen and events.setup_view(SLUG).seen("place")
    kept = events.save_step(SLUG, "about", ABOUT | {"host": "Sea Bureau"}, again)
    assert (kept.texts["host"], kept.texts["notice"]) == ("Sea Bureau", {"en": "A rehearsal."})
    assert "notice" not in events.save_step(SLUG, "about", ABOUT | {"notice_en": ""}).texts


def test_a_webp_is_kept_as_a_png(made: Store) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 20), "#0b7a5e").save(out, "WEBP")
    assert events.set_logo(SLUG, out.getvalue()).media_type == "image/png"
