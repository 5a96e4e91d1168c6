"""Reports: the question is the address, the parts are the whole, test and live are never one."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

import accounts
import events
import reports
from accounts import ANONYMOUS, SYSTEM, Actor, set_actor
from calculations.model import CATEGORIES, InputError
from calculations.propagation import interval
from data.store import cubes
from data.store.engine import Store
from locales import pick
from pages.reports import _figures as figures
from reports import BY, KINDS, MEASURES, Question
from reports.exports import export_csv
from tests.support.api import begin, buy, client, open_forum, pay, token
from tests.support.events import draft, guests

NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
MONTHS = st.one_of(st.just(""), st.from_regex(r"20[0-9]{2}-(0[1-9]|1[0-2])", fullmatch=True))


@pytest.fixture(autouse=True)
def system() -> Iterator[None]:
    """Tests ask as the system unless they say otherwise."""
    set_actor(SYSTEM)
    yield
    set_actor(ANONYMOUS)


@given(
    st.builds(
        Question,
        measure=st.sampled_from(MEASURES),
        by=st.sampled_from(BY),
        kind=st.sampled_from(KINDS),
        event=st.lists(NAMES, max_size=4, unique=True).map(tuple),
        session=st.lists(NAMES, max_size=4, unique=True).map(tuple),
        category=st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple),
        mode=st.lists(st.sampled_from(["plane", "rail", "none"]), unique=True).map(tuple),
        month_from=MONTHS,
        month_to=MONTHS,
    )
)
def test_a_question_comes_back_from_its_address(question: Question) -> None:
    query = dict(pair.split("=", 1) for pair in question.to_url().split("&") if pair)
    assert Question.from_url(query) == question


def test_the_usual_question_has_no_query() -> None:
    assert Question().to_url() == ""
    assert Question.from_url({"lang": "zh", "utm": "x"}) == Question()


@pytest.mark.parametrize(
    ("name", "value"),
    [("measure", "guilt"), ("by", "person"), ("kind", "both"), ("category", "travel,air"), ("month_from", "2021-13"),
     ("event", "a b"), ("mode", "x" * 65), ("session", ",".join(str(i) for i in range(101)))],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(name: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        Question.from_url({name: value})
    assert [error.field for error in refused.value.errors] == [name]


def _two_events() -> None:
    events.create_event(draft())
    events.create_event(draft("elsewhere"))
    guests("hall-2026", 6, "main")
    guests("hall-2026", 5, "life", "high_speed_rail")
    guests("elsewhere", 5, "main")


def _grams(slug: str) -> int:
    totals = events.totals(slug)
    return totals.mass.total_g - totals.mass.estimated_g


@pytest.mark.parametrize("by", BY)
def test_the_rows_are_the_total_and_the_total_is_the_events(store: Store, by: str) -> None:
    _two_events()
    for measure in ("emitted", "covered"):
        answer = reports.explore(Question(by=by, measure=measure))
        for name in ("total_g", "reserved_g", "retired_g", "value_g"):
            assert sum(getattr(row, name) for row in answer.rows) == getattr(answer.total, name), name
        for category in answer.categories:
            assert sum(row.by_category.get(category, 0) for row in answer.rows) == answer.total.by_category[category]
        assert all(sum(row.by_category.values()) == row.value_g for row in answer.rows)
        assert answer.total.total_g == _grams("hall-2026") + _grams("elsewhere") > 0


def test_low_and_high_are_those_of_the_events_page_where_they_can_be(store: Store) -> None:
    _two_events()
    by_event, by_session = reports.explore(Question(by="event")), reports.explore(Question(by="session"))
    slugs = {each["event_id"]: each["slug"] for each in by_event.events}
    for row in by_event.rows:
        with store.read() as conn:
            assert (row.low_g, row.high_g) == interval(_grams(slugs[row.key]), cubes.spreads(conn, [row.key]))
    assert (by_session.total.low_g, by_session.total.high_g) == (by_event.total.low_g, by_event.total.high_g)
    assert sum(row.high_g for row in by_session.rows) > by_event.total.high_g  # parts by session are plain sums
    ways = reports.explore(Question(by="category", category=("travel",)))
    assert (ways.total.low_g, ways.total.high_g) == (ways.rows[0].low_g, ways.rows[0].high_g)


@pytest.mark.parametrize("by", ["event", "session", "category"])
def test_a_phones_chart_has_its_bars_and_totals_within_its_width(sqlite_store: Store, by: str) -> None:
    _two_events()
    answer = reports.explore(Question(by=by))
    wide, small = figures.bars(answer).children
    assert (wide.className, small.className) == ("fz-figure fz-wide-only", "fz-figure fz-narrow-only")
    for each in small.children:
        drawn = ElementTree.fromstring(base64.b64decode(each.src.split(",", 1)[1]))
        assert float(drawn.get("viewBox", "").split()[2]) == figures.PHONE_PX
        shapes = [node for node in drawn.iter() if node.tag.endswith(("rect", "text"))]
        ends = [float(node.get("x", 0)) + float(node.get("width", 0)) for node in shapes]
        assert len(ends) > 2 * len(answer.rows)
        assert max(ends) <= figures.PHONE_PX
        if by != "category":
            told = [node.text for node in drawn.iter() if float(node.get("x", 0)) == figures.PHONE_PX]
            assert all(number in told for number in figures._numbers(answer, figures.unit_of(answer)).values())


def test_filters_cut_the_cube(store: Store) -> None:
    _two_events()
    whole = reports.explore(Question(event=("hall-2026",))).total
    rail = reports.explore(Question(event=("hall-2026",), mode=("high_speed_rail",)))
    life = reports.explore(Question(event=("hall-2026",), session=("life",)))
    assert 0 < rail.total.total_g < life.total.total_g < whole.total_g
    assert life.total.people == 5
    assert whole.people == 11
    assert reports.explore(Question(month_to="2000-01")).total.total_g == 0


def test_fewer_than_five_are_not_told_apart(store: Store) -> None:
    _two_events()
    events.create_event(draft("small"))
    guests("small", 4)
    alone = reports.explore(Question(event=("small",)))
    assert (alone.rows, alone.total.total_g, alone.left_out) == ((), 0, 1)
    assert "Fewer than five guests" in alone.sentence
    assert reports.explore(Question()).total.total_g == _grams("hall-2026") + _grams("elsewhere")
    guests("hall-2026", 4, "")  # no session chosen
    by_session = reports.explore(Question(by="session", event=("hall-2026",)))
    assert sorted(row.people for row in by_session.rows) == [6, 9]  # four, and the smaller of the others with them
    assert by_session.total.total_g == _grams("hall-2026")
    for chosen in (("life",), ("life", "main")):  # these would tell four of them apart
        assert reports.explore(Question(event=("hall-2026",), session=chosen)).total.total_g == 0
    main = reports.explore(Question(event=("hall-2026",), session=("main",))).total
    assert (main.people, main.total_g) == (6, next(row.total_g for row in by_session.rows if row.people == 6))


def test_per_guest_is_the_mean_and_its_categories_add_up_to_it(store: Store) -> None:
    _two_events()
    row = reports.explore(Question(measure="per_guest", event=("elsewhere",))).rows[0]
    assert row.people == 5
    assert 5 * row.per_guest_g == 5 * row.value_g == 5 * sum(row.by_category.values()) == _grams("elsewhere")


def test_covered_follows_the_orders(sqlite_store: Store) -> None:
    forum, api = open_forum(), client()
    guests(forum.slug, 4)
    order = buy(begin(api), forum, 50)
    set_actor(SYSTEM)
    assert reports.explore(Question(measure="covered")).total.value_g == 0
    pay(api, order["order_id"])
    set_actor(SYSTEM)
    total = reports.explore(Question(measure="covered")).total
    assert (total.value_g, total.reserved_g, total.retired_g) == (order["grams"], order["grams"], 0)
    assert total.covered_bp == order["grams"] * 10_000 // _grams(forum.slug) > 400


def test_test_and_live_are_never_added(sqlite_store: Store) -> None:
    events.create_event(draft())
    events.create_event(draft("real", livemode=True))
    guests("hall-2026", 5)
    guests("real", 6)
    assert [row.people for row in reports.explore(Question()).rows] == [5]
    assert [row.people for row in reports.explore(Question(kind="live")).rows] == [6]
    with pytest.raises(InputError):
        reports.explore(Question(event=("real",)))


def test_who_sees_what(sqlite_store: Store) -> None:
    _two_events()
    own = events.get_event("elsewhere").event_id
    set_actor(Actor("person", "p", "Organiser", frozenset({("organiser", own, "")})))
    assert [row.key for row in reports.explore(Question()).rows] == [own]
    with pytest.raises(InputError):
        reports.explore(Question(event=("hall-2026",)))
    set_actor(Actor("person", "p", "Exchange", frozenset({("exchange", "", "")})))
    with pytest.raises(accounts.Forbidden):
        reports.explore(Question())
    set_actor(ANONYMOUS)
    with pytest.raises(accounts.Unauthenticated):
        reports.explore(Question())


def test_files_hold_the_same_integers(sqlite_store: Store) -> None:
    _two_events()
    answer = reports.explore(Question(by="session", event=("hall-2026",)))
    lines = list(csv.reader(io.StringIO(export_csv(answer).decode("utf-8-sig"))))
    place = [column.key for column in answer.columns].index("value_g")
    assert [int(line[place]) for line in lines[1:-1]] == [row.total_g for row in answer.rows]
    assert int(lines[-1][place]) == answer.total.total_g
    sheet = load_workbook(io.BytesIO(reports.export_xlsx(answer))).worksheets[0]
    assert [cell.value for cell in sheet[sheet.max_row]][place] == answer.total.total_g


def test_a_name_is_no_formula(sqlite_store: Store) -> None:
    events.create_event(draft("odd", names={"en": "=HYPERLINK(1)"}))
    guests("odd", 5)
    text = export_csv(reports.explore(Question())).decode("utf-8-sig")
    assert "\n'=HYPERLINK(1)," in text.replace("\r", "")


def test_files_over_http(sqlite_store: Store) -> None:
    _two_events()
    api = client()
    asked = api.get("/desk/reports.csv?by=mode", follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Fdesk%2Freports.csv%3Fby%3Dmode")
    assert api.get("/desk/reports.csv", headers=token("exchange")).status_code == 403
    held = token("sustainability")
    answer = api.get("/desk/reports.csv?by=mode", headers=held)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert api.get("/desk/reports.csv?by=person", headers=held).status_code == 422
    assert api.get("/desk/reports.xlsx", headers=held).content.startswith(b"PK")


def test_a_company_sees_its_own_people_from_five_on(store: Store) -> None:
    events.create_event(draft())
    guests("hall-2026", 5, company="Alpha Works")
    guests("hall-2026", 4, company="Beta Works")
    rows = {pick(dict(row.company_names)): row for row in reports.companies_at_events()}
    assert rows["Alpha Works"].people == 5
    assert rows["Alpha Works"].total_g > 0
    assert rows["Beta Works"].hidden
    assert rows["Beta Works"].total_g == 0
    alpha = rows["Alpha Works"].company_id
    events.create_event(draft("hall-2027"))
    with pytest.raises(accounts.NotFound):
        reports.company_at_event(alpha, "hall-2028")
    set_actor(Actor("person", "p", "Somebody", frozenset({("company", "", alpha)})))
    nobody = reports.company_at_event(alpha, "hall-2027")  # its page stands before anybody takes part
    assert (nobody.people, nobody.total_g, nobody.hidden) == (0, 0, True)
    assert pick(dict(nobody.company_names)) == "Alpha Works"
    with pytest.raises(accounts.Forbidden):
        reports.company_at_event(rows["Beta Works"].company_id, "hall-2027")
    assert [row.company_id for row in reports.companies_at_events()] == [alpha]
    with pytest.raises(accounts.Forbidden):
        reports.company_at_event(rows["Beta Works"].company_id, "hall-2026")


def test_the_api_gives_what_the_page_shows(sqlite_store: Store) -> None:
    _two_events()
    api, held = client(), token("sustainability")
    assert api.get("/api/v1/reports/explore").status_code == 401
    assert api.get("/api/v1/reports/explore", headers=token("exchange")).status_code == 403
    shown = api.get("/api/v1/reports/explore?by=session&event=hall-2026", headers=held).json()
    assert shown["query"] == "by=session&event=hall-2026"
    assert sum(row["value_g"] for row in shown["rows"]) == shown["total"]["value_g"] == _grams("hall-2026")
    refused = api.get("/api/v1/reports/explore?by=person", headers=held)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "by"
