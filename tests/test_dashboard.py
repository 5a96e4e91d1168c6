"""The organiser's dashboard: one question narrows every figure, small groups stay hidden, files say the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

import events
from accounts import ANONYMOUS, SYSTEM, set_actor
from calculations.model import InputError
from data.store.engine import Store
from pages.organiser._event_panels import packed
from reports import FEW, Dashboard, Narrowing, dashboard, open_g, tables
from tests.support.api import Forum, begin, buy, layout, pay, token
from tests.support.events import BEIJING, body, draft, guests, trip

SLUG, PAGE = "hall-2026", "/desk/e/hall-2026"


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    """Each test begins and ends without anybody signed in."""
    set_actor(ANONYMOUS)
    yield
    set_actor(ANONYMOUS)


def hall() -> None:
    """Seven by plane and six by fast rail in the main forum, five by plane of a company in the other, two by coach."""
    events.create_event(draft())
    guests(SLUG, 7)
    guests(SLUG, 6, mode="high_speed_rail")
    guests(SLUG, 5, "life", company="Alpha Works")
    guests(SLUG, 2, mode="coach", company="Beta Works")
    set_actor(SYSTEM)
    own = {
        "trips": [],
        "stays": [],
        "meals": [],
        "other": [{"activity": "electricity", "quantity": 1000, "unit": "kWh"}],
    }
    events.save_inventory(SLUG, own)


def keys(shown: Dashboard, name: str) -> list[str]:
    """Keys of a figure's rows."""
    return [row.key for row in shown.rows[name]]


def test_a_question_is_its_address() -> None:
    asked = Narrowing(session=("life", "none"), mode=("plane",), month_from="2026-05", state="open", told="declared")
    assert asked.to_url() == "session=life,none&mode=plane&month_from=2026-05&state=open&told=declared"
    read = dict(pair.split("=") for pair in asked.to_url().split("&"))
    assert Narrowing.from_url(read) == asked
    assert asked.toggled("mode", "plane") == asked.asking(mode=())
    assert asked.toggled("session", "main").session == ("life", "none", "main")


@pytest.mark.parametrize("wrong", [{"state": "sold"}, {"month_from": "May"}, {"category": "air"}, {"mode": "a b"}])
def test_what_cannot_be_asked_is_refused_by_name(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError) as refused:
        Narrowing.from_url(wrong)
    assert [error.field for error in refused.value.errors] == list(wrong)


def test_what_can_be_asked_is_kept_beside_what_cannot() -> None:
    told = {"mode": "plane,a b", "ring": "nonsense", "began": "2026-05,May", "month_from": "May", "month_to": "2026-05",
            "session": ",".join(str(number) for number in range(101))}  # fmt: skip
    asked, wrong = Narrowing.sifted(told)
    assert asked == Narrowing(mode=("plane",), began=("2026-05",), month_to="2026-05")
    assert sorted(error.field for error in wrong) == ["began", "mode", "month_from", "ring", "session"]


def test_the_whole_is_the_events_totals(store: Store) -> None:
    hall()
    shown = dashboard(SLUG)
    totals = events.totals(SLUG)
    assert (shown.whole.total_g, shown.people) == (totals.mass.total_g, 20)
    for name in ("category", "session", "activity"):
        assert sum(row.total_g for row in shown.rows[name]) == totals.mass.total_g, name
    assert open_g(shown) == totals.residual_g
    assert shown.left_out == ()
    assert set(tables(shown)) >= {"whole", "category", "session", "mode", "funnel", "origin", "day", "money"}


def test_every_figure_answers_the_same_question(sqlite_store: Store) -> None:
    hall()
    whole = dashboard(SLUG)
    life = dashboard(SLUG, Narrowing(session=("life",)))
    of_life = next(row for row in whole.rows["session"] if row.key == "life")
    assert (life.whole.total_g, life.people) == (of_life.total_g, 5)
    assert sum(row.total_g for row in life.rows["category"]) == life.whole.total_g
    assert life.funnel["footprint"] == 5
    assert set(keys(life, "session")) == set(keys(whole, "session"))
    flown = dashboard(SLUG, Narrowing(session=("life",), mode=("plane",)))
    assert 0 < flown.whole.total_g < life.whole.total_g
    assert keys(flown, "category") == ["travel"]
    assert flown.left_out == ("scans", "recipients", "funnel", "orders", "extra", "boards")
    assert set(tables(flown)) == {"whole", "category", "session", "mode", "activity", "origin", "ring", "channel",
                                  "began", "company"}  # fmt: skip
    assert sum(row.people or 0 for row in flown.rows["origin"]) == 5


def test_a_company_is_told_by_people(sqlite_store: Store) -> None:
    hall()
    whole = dashboard(SLUG)
    alpha = whole.choices["company"][0]
    shown = dashboard(SLUG, Narrowing(company=(alpha.value,)))
    assert (alpha.name, shown.people) == ("Alpha Works", 5)
    assert shown.whole.total_g == next(row for row in whole.rows["company"] if row.key == alpha.value).total_g
    assert sum(row.total_g for row in shown.rows["category"]) == shown.whole.total_g
    assert keys(shown, "session") == ["life"]
    flown = dashboard(SLUG, Narrowing(company=(alpha.value,), mode=("plane",)))
    assert flown.whole.total_g == next(row for row in shown.rows["mode"] if row.key == "plane").total_g


def test_fewer_than_five_are_never_told_apart(sqlite_store: Store) -> None:
    hall()
    shown = dashboard(SLUG)
    assert [choice.name for choice in shown.choices["company"]] == ["Alpha Works"]
    assert "coach" not in keys(shown, "mode")
    assert keys(shown, "mode")[-1] == FEW
    assert shown.rows["mode"][-1].total_g > 0
    coach = dashboard(SLUG, Narrowing(mode=("coach",)))
    assert coach.hidden
    assert coach.whole.total_g == 0
    main = dashboard(SLUG, Narrowing(session=("main",), mode=("plane", "coach")))
    assert "coach" not in keys(main, "activity")
    with pytest.raises(InputError):
        dashboard(SLUG, Narrowing(company=("nobody",)))


def test_conditions_of_people_and_lines_are_asked_together(api: TestClient, forum: Forum) -> None:
    set_actor(SYSTEM)
    badge = events.make_code(SLUG, "badge").code_id
    set_actor(ANONYMOUS)
    for _ in range(6):
        guest = begin(api, session="main", code=badge)
        assert guest.tell(body(trip(), nights=1)).status_code == 200
    buyers = [begin(api, session="life") for _ in range(5)]
    for guest in buyers:
        pay(api, buy(guest, forum)["order_id"])
    guests(SLUG, 6, "life", "coach", "Alpha Works")
    set_actor(SYSTEM)
    badged = dashboard(SLUG, Narrowing(channel=("badge",)))
    assert (badged.people, keys(badged, "mode"), badged.funnel["began"]) == (6, ["plane"], 6)
    assert badged.orders is not None
    assert badged.orders.paid_order_count == 0
    alike = dashboard(SLUG, Narrowing(channel=("badge",), origin=(BEIJING,), mode=("plane",), ring=("km2000",)))
    assert alike.whole.total_g == next(row for row in badged.rows["mode"] if row.key == "plane").total_g > 0
    assert [(row.key, row.people) for row in alike.rows["origin"]] == [(BEIJING, 6)]
    hour = badged.rows["began"][0].key
    assert dashboard(SLUG, Narrowing(began=(hour[:10],), channel=("badge",))).whole == badged.whole
    bought = dashboard(SLUG, Narrowing(session=("life",), company=()))
    assert bought.orders is not None
    assert (bought.orders.paid_order_count, len(bought.board), bought.people) == (5, 5, 11)
    assert bought.orders.paid_minor == dashboard(SLUG).view.totals.paid_minor > 0
    assert dashboard(SLUG, Narrowing(session=("life",), mode=("coach",))).board == ()
    assert dashboard(SLUG, Narrowing(channel=("badge",))).board == ()
    files = api.get(f"{PAGE}/figures.pdf?channel=badge", headers=token("organiser"))
    assert (files.status_code, files.content[:5]) == (200, b"%PDF-")


def test_no_two_answers_tell_of_a_small_group(sqlite_store: Store) -> None:
    events.create_event(draft())
    guests(SLUG, 8, "main", "plane", "Alpha Works")
    guests(SLUG, 3, "life", "coach", "Alpha Works")
    guests(SLUG, 9, "life", "high_speed_rail")
    set_actor(SYSTEM)
    alpha = dashboard(SLUG).choices["company"][0].value
    of_alpha = dashboard(SLUG, Narrowing(company=(alpha,)))
    assert of_alpha.people == 11
    assert keys(of_alpha, "session") == [FEW], "main alone would tell of the three of the company in the other"
    both = dashboard(SLUG, Narrowing(company=(alpha,), session=("main",)))
    assert (both.hidden, both.whole.total_g, both.people) == (True, 0, 0)
    life = dashboard(SLUG, Narrowing(session=("life",)))
    assert life.people == 12
    assert "company" not in tables(life), "the company's three there are not told"
    assert keys(life, "mode") == [FEW], "nor by how they came"
    assert dashboard(SLUG, Narrowing(session=("main",))).people == 8
    several = dashboard(SLUG, Narrowing(mode=("plane", "coach")))
    assert several.hidden, "without the coach it would tell of the three"


def test_a_state_shows_its_grams(api: TestClient, forum: Forum) -> None:
    guests(SLUG, 5)
    order = buy(begin(api), forum)
    pay(api, order["order_id"])
    set_actor(SYSTEM)
    shown = dashboard(SLUG, Narrowing(state="reserved"))
    assert sum(row.value_g for row in shown.rows["category"]) == order["grams"] == shown.whole.value_g
    still = dashboard(SLUG, Narrowing(state="open"))
    assert still.whole.value_g == still.whole.total_g - order["grams"]


def test_estimates_are_left_out_of_what_is_narrowed(sqlite_store: Store) -> None:
    events.create_event(draft(expected_people=40))
    guests(SLUG, 10)
    set_actor(SYSTEM)
    whole, told = dashboard(SLUG), dashboard(SLUG, Narrowing(told="declared"))
    assert whole.whole.total_g - told.whole.total_g == whole.view.totals.mass.estimated_g > 0
    assert (whole.counted, told.counted) == (False, True)


def test_the_page_of_a_question(api: TestClient, forum: Forum) -> None:
    guests(SLUG, 6)
    held = token("organiser")
    text = layout(api, f"{PAGE}?category=travel&mode=plane", held)
    assert all(
        words in text for words in ("Take off: Plane", "Show everything", "would tell how somebody on them came")
    )
    assert '"figure-origin"' in text
    assert '"figure-boards"' not in text
    wrong = layout(api, f"{PAGE}?mode=plane&category=air,travel&ring=nonsense&company=nobody&state=sold", held)
    for words in ("air is not known", "nonsense is not known", "sold is not known", "nobody is not at this event"):
        assert words in wrong
    assert "Take off: Plane" in wrong and "Take off: Travel" in wrong  # what can be asked is
    assert "ring=nonsense" in wrong  # asked again by live figures, so that what is wrong stays said
    assert "不含估算" in layout(api, f"{PAGE}?told=declared", held, "zh")


def test_files_hold_what_the_page_shows(api: TestClient, forum: Forum) -> None:
    guests(SLUG, 6)
    held = token("organiser")
    answer = api.get(f"{PAGE}/figures.csv?figure=category&mode=plane", headers=held)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    set_actor(SYSTEM)
    shown = dashboard(SLUG, Narrowing(mode=("plane",)))
    assert rows[0][:2] == ["By category", "Emitted (g)"]
    assert rows[1][:2] == ["Travel", str(shown.whole.total_g)]
    whole = api.get(f"{PAGE}/figures.csv", headers=held).content.decode("utf-8-sig")
    assert "By sub-forum" in whole
    book = load_workbook(io.BytesIO(api.get(f"{PAGE}/figures.xlsx?mode=plane", headers=held).content))
    assert book["By category"]["B3"].value == shown.whole.total_g
    assert ("Address", "?mode=plane") in [tuple(row) for row in book["Question"].iter_rows(values_only=True)]


def test_files_are_guarded_and_bad_questions_told(api: TestClient, forum: Forum) -> None:
    assert api.get(f"{PAGE}/figures.csv", follow_redirects=False).status_code == 303
    assert api.get(f"{PAGE}/figures.csv", headers=token("company")).status_code == 403
    held = token("auditor")
    assert api.get(f"{PAGE}/figures.csv?figure=nothing", headers=held).status_code == 404
    assert api.get(f"{PAGE}/figures.exe", headers=held).status_code == 404
    assert api.get(f"{PAGE}/figures.csv?state=sold", headers=held).status_code == 422


def test_a_name_is_moderated_with_its_reason(sqlite_store: Store) -> None:
    event = events.create_event(draft())
    ada = events.start_participation(SLUG)
    events.save_footprint(ada.participation_id, body(trip()))
    shown = events.board_marks(event)
    assert shown == {}
    set_actor(SYSTEM)
    with pytest.raises(InputError):
        events.moderate_name(SLUG, ada.participation_id, "hide")
    with pytest.raises(InputError):
        events.moderate_name(SLUG, ada.participation_id, "rename", "an insult")
    with pytest.raises(events.NotFound):
        events.moderate_name(SLUG, "nobody", "hide", "an insult")
    events.moderate_name(SLUG, ada.participation_id, "rename", "an insult", "Somebody kind")
    mark = events.board_marks(events.get_event(SLUG))[ada.participation_id]
    assert (mark.display, mark.act, mark.reason) == ("Somebody kind", "rename", "an insult")
    events.delete_participation(ada.participation_id)
    assert events.board_marks(events.get_event(SLUG)) == {}
    set_actor(ANONYMOUS)
    with pytest.raises(events.Unauthenticated):
        events.moderate_name(SLUG, ada.participation_id, "lift")


def test_boards_show_what_the_organiser_let_stand(api: TestClient, forum: Forum) -> None:
    people = [begin(api) for _ in range(5)]
    for guest in people:
        pay(api, buy(guest, forum)["order_id"])
    rude = people[0].participation_id
    set_actor(SYSTEM)
    events.set_display(rude, "Rude Words", True)
    names = [row.display["en"] for row in events.leaderboard(SLUG).rows]
    assert "Rude Words" in names
    events.moderate_name(SLUG, rude, "hide", "rude")
    events.fold_due()
    names = [row.display["en"] for row in events.leaderboard(SLUG).rows]
    assert "Rude Words" not in names
    assert "Rude Words" not in [row["display"]["en"] for row in events.snapshot(SLUG)["boards"]["people"]]
    page = layout(api, f"{PAGE}/boards?name={rude}", token("organiser"))
    assert "name hidden: rude" in page
    assert "board-save" in page
    assert "board-save" not in layout(api, f"{PAGE}/boards?name={rude}", token("auditor"))
    events.moderate_name(SLUG, rude, "lift")
    assert "Rude Words" in [row.display["en"] for row in events.leaderboard(SLUG).rows]


def test_panels_fill_their_rows_and_two_stand_beside_a_tall_one() -> None:
    plain = [(3, False), (5, False), (4, False), (7, False)]
    assert packed(plain) == [(3, False), (5, False), (4, False), (12, False)]
    tall = [(3, False), (5, False), (4, True), (3, False), (4, False), (9, False)]
    assert packed(tall) == [(3, False), (5, False), (4, True), (3, False), (5, False), (12, False)]
    assert packed([(4, True)]) == [(12, False)], "nothing stands beside it"
    assert packed([(4, True), (5, True), (3, False)]) == [(4, False), (5, False), (3, False)]


def test_one_guest_is_told_in_one_sentence(api: TestClient, forum: Forum) -> None:
    guests(SLUG, 1)
    text = layout(api, PAGE, token("organiser"))
    assert "Figures are told apart from the fifth guest on" in text
    assert '"figure-whole"' in text
    assert not any(f'"figure-{name}"' in text for name in ("category", "origin", "session", "day", "activity"))
    guests(SLUG, 4)
    text = layout(api, PAGE, token("organiser"))
    assert '"figure-early"' not in text
    assert '"figure-category"' in text
    assert f'"{FEW}"' not in text
