"""Companies: their own account, their people by link, list and own word, and one order that covers them."""

from __future__ import annotations

import io
import threading
from typing import Any

import openpyxl
import pytest

import accounts
import events
import offsetting
from accounts import Actor, Conflict, Forbidden, NotFound, Unauthenticated, set_actor
from calculations.model import InputError
from data.people_list import read_people
from data.store import rebuild, rollups
from data.store import schema as s
from data.store.engine import get_store
from events.participations import company_of
from tests.support.people import open_company
from tests.support.shop import NOW, TOTAL_G, Shop, add_guest, covered, open_shop, pay, prove, put, rows, set_lines

pytestmark = pytest.mark.usefixtures("store")
PASSWORD = "a password of the tests"
ADMINISTRATOR = Actor("person", "a", "Administrator", frozenset({("administrator", "", "")}))


def registered(name: str = "Green Rail Ltd", email: str = "desk@rail.example") -> tuple[str, Actor]:
    """A company's account, and the actor that its first person is."""
    company_id = open_company(name, email, "Li Na", PASSWORD)
    actor = accounts.actor_of(accounts.sign_in(email, PASSWORD).token)
    set_actor(actor)
    return company_id, actor


def rolled_up(shop: Shop) -> None:
    """Deltas that make the roll-ups agree with guests that were put there as bare rows."""
    with get_store().write() as conn:
        wanted = rebuild.rebuild(conn, shop.event_id)
        for name, rollup in rollups.ALL.items():
            found = rollups.read(conn, rollup, shop.event_id)
            minus = [{**row, **{m: -row[m] for m in rollup.measures}} for row in rollups.as_rows(rollup, found)]
            rollups._add(conn, rollup, shop.event_id, [*minus, *rollups.as_rows(rollup, wanted[name])])


def agree(shop: Shop) -> None:
    """The roll-ups are what the rows say, wholly."""
    with get_store().read() as conn:
        assert rebuild.differences(conn, shop.event_id) == []


def test_a_company_opens_its_own_account_and_only_the_first_has_it() -> None:
    company_id, actor = registered()
    assert actor.roles == {("company", "", company_id)}
    assert accounts.own_companies(actor) == [(company_id, {"und": "Green Rail Ltd"})]
    for name in ("GREEN RAIL LTD", "Ｇreen-Rail  ltd.", "green rail, ltd"):
        with pytest.raises(Conflict, match="has an account already"):
            accounts.register_company(name, "Somebody", "other@rail.example")
    assert len(rows(s.person)) == 1  # nothing is left of what was refused
    assert len(rows(s.company)) == 1


@pytest.mark.parametrize(("field", "told"), [
    ("name", ("?!", "Li Na", "a@b.example")), ("name", ("x" * 81, "Li Na", "a@b.example")),
    ("person", ("Rail", " ", "a@b.example")), ("email", ("Rail", "Li Na", "nobody")),
])  # fmt: skip
def test_what_does_not_fit_is_named(field: str, told: tuple[str, str, str]) -> None:
    with pytest.raises(InputError) as refused:
        accounts.register_company(*told)
    assert [error.field for error in refused.value.errors] == [field]
    assert rows(s.company) == []


def test_a_company_guests_have_named_is_had_by_the_first_to_register() -> None:
    with get_store().write() as conn:
        named = company_of(conn, "Green Rail, Ltd", NOW)
    company_id, _ = registered()
    assert [row["company_id"] for row in rows(s.company)] == [company_id] == [named]


def test_a_link_ties_guests_who_agree_and_they_can_leave() -> None:
    shop = open_shop()
    company_id, actor = registered()
    link = accounts.invite_by_link(actor, company_id, shop.slug, "All of us")
    guest = add_guest(shop)
    pay(offsetting.place_order(guest, shop.project, share_percent=150, now=NOW))
    rolled_up(shop)
    typed = link.code.lower().replace("-", " ").replace("0", "O")
    assert events.invited_by(shop.slug, typed).names == {"und": "Green Rail Ltd"}
    with pytest.raises(Conflict, match="your word"):
        events.join_company(guest, link.code, consent=False)
    for _ in range(2):
        assert events.join_company(guest, link.code, consent=True).company_id == company_id
    known = events.company_of_guest(guest)
    assert known is not None
    assert known.company_id == company_id
    agree(shop)
    assert [each.use_count for each in accounts.invitations(actor, company_id, shop.slug)] == [1]
    for _ in range(2):
        events.leave_company(guest)
    assert events.company_of_guest(guest) is None
    agree(shop)
    assert [row["action"] for row in rows(s.audit_trail, subject=guest)] == ["company.join", "company.leave"]
    prove(shop)


def test_what_the_company_covered_stays_covered_when_somebody_leaves() -> None:
    shop = open_shop()
    company_id, actor = registered()
    link = accounts.invite_by_link(actor, company_id, shop.slug)
    guests = [add_guest(shop) for _ in range(5)]
    rolled_up(shop)
    for guest in guests:
        events.join_company(guest, link.code, consent=True)
    order = pay(offsetting.place_event_order(actor, shop.slug, shop.project, "company", now=NOW))
    assert order.grams == 5 * TOTAL_G
    events.leave_company(guests[0])
    assert sum(covered(guests[0])[0]) == TOTAL_G
    agree(shop)
    seen = offsetting.coverage_of(guests[0])
    assert [(p.buyer, p.names, p.grams) for p in seen.parts] == [("company", {"und": "Green Rail Ltd"}, TOTAL_G)]
    assert (seen.open_g, seen.by_others_g) == (0, TOTAL_G)
    set_lines(shop, guests[0], (TOTAL_G - 1000,))
    prove(shop)


def test_one_company_at_a_time() -> None:
    shop = open_shop()
    first_id, first = registered()
    link = accounts.invite_by_link(first, first_id, shop.slug)
    other_id, other = registered("Blue Bus", "desk@bus.example")
    foreign = accounts.invite_by_link(other, other_id, shop.slug)
    guest = add_guest(shop)
    events.join_company(guest, link.code, consent=True)
    with pytest.raises(Conflict, match="leave it first"):
        events.join_company(guest, foreign.code, consent=True)
    with pytest.raises(Forbidden):
        accounts.invitations(other, first_id, shop.slug)
    for act in (accounts.invite_by_link, accounts.invitations):
        with pytest.raises(Unauthenticated):
            act(Actor("anonymous"), first_id, shop.slug)
    with pytest.raises(Forbidden):
        accounts.withdraw_invitation(other, first_id, shop.slug, link.invitation_id)


def workbook(*cells: Any) -> bytes:
    """An XLSX file of one column."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in cells:
        book.active.append([row])
    book.save(out)
    return out.getvalue()


def test_a_list_gives_each_person_a_code_of_their_own() -> None:
    shop = open_shop()
    company_id, actor = registered()
    made = accounts.invite_by_list(actor, company_id, shop.slug, "Name,Team\n王小明,A\nLi Na,B\n".encode(), "p.csv")
    assert [each.label for each in made] == ["王小明", "Li Na"]
    assert len({each.code for each in made}) == 2
    more = accounts.invite_by_list(actor, company_id, shop.slug, workbook("name", "Li Na", "Jón"), "people.xlsx")
    assert [each.label for each in more] == ["Jón"]  # who has a code keeps it
    guest, other = add_guest(shop), add_guest(shop)
    rolled_up(shop)
    events.join_company(guest, made[0].code, consent=True)
    with pytest.raises(Conflict, match="used already"):
        events.join_company(other, made[0].code, consent=True)
    events.leave_company(guest)
    events.join_company(other, made[0].code, consent=True)
    accounts.withdraw_invitation(actor, company_id, shop.slug, made[1].invitation_id)
    with pytest.raises(NotFound, match="withdrawn"):
        events.join_company(guest, made[1].code, consent=True)
    with pytest.raises(NotFound, match="No company"):
        events.invited_by(shop.slug, "0000-0000-0000")
    assert {row["label"] for row in rows(s.company_invitation)} == {"王小明", "", "Jón"}
    agree(shop)
    prove(shop)


@pytest.mark.parametrize(("content", "file_name", "sentences"), [
    (b"name,team\nA,x\n,x\nA,x\na,x\n" + b"x" * 81 + b",x\n", "p.csv", ["Row 3", "Row 4", "Row 5", "Row 6"]),
    (b"person\nA\n", "p.csv", ["no column"]), (b"name\n", "p.csv", ["0 people|no rows|empty"]),
    (b"%PDF", "p.pdf", ["is no list"]), (b"not a workbook", "p.xlsx", ["is no list"]),
    (b"name\n" + b"n" * 1024 * 1024, "p.csv", ["larger than 1 MiB"]),
])  # fmt: skip
def test_a_bad_list_is_refused_as_a_whole(content: bytes, file_name: str, sentences: list[str]) -> None:
    shop = open_shop()
    company_id, actor = registered()
    with pytest.raises(InputError) as refused:
        accounts.invite_by_list(actor, company_id, shop.slug, content, file_name)
    told = " ".join(
        error.message.format(**{"field": error.field, "value": error.value, **error.params})
        for error in refused.value.errors
    )
    for sentence in sentences:
        assert any(part in told for part in sentence.split("|")), told
    assert rows(s.company_invitation) == []


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_a_list_is_read_as_spreadsheets_save_it(encoding: str) -> None:
    """Parted by semicolons, with umlauts, first and last names apart, empty rows between."""
    content = "Vorname;Nachname;E-Mail\nJürgen;Größe;a@example.org\n;;\nAnna;Ömer;b@example.org\n".encode(encoding)
    assert read_people(content, "Leute.CSV") == ["Jürgen Größe", "Anna Ömer"]
    assert read_people("姓名,部门\n王小明,A座\n李娜,B座\n".encode("gb18030"), "名单.csv") == ["王小明", "李娜"]
    with pytest.raises(InputError) as refused:
        read_people("Name;x\nÄ;1\n;\nä;2\n".encode(encoding), "p.csv")
    assert refused.value.errors[0].params == {"row": 4, "first": 2}


def test_a_personal_code_is_used_once_however_many_try() -> None:
    shop = open_shop()
    company_id, actor = registered()
    code = accounts.invite_by_list(actor, company_id, shop.slug, b"name\nLi Na\n", "p.csv")[0].code
    guests, refused = [add_guest(shop) for _ in range(6)], []
    rolled_up(shop)

    def join(guest: str) -> None:
        try:
            events.join_company(guest, code, consent=True)
        except Conflict:
            refused.append(guest)

    threads = [threading.Thread(target=join, args=(guest,)) for guest in guests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refused) == 5
    assert sum(row["company_id"] == company_id for row in rows(s.participation)) == 1
    agree(shop)
    prove(shop)


def test_at_a_live_event_a_company_waits_to_be_approved() -> None:
    shop = open_shop(livemode=True)
    company_id, actor = registered()
    with pytest.raises(Conflict, match="not been approved"):
        accounts.invite_by_link(actor, company_id, shop.slug)
    with pytest.raises(Conflict, match="not been approved"):
        offsetting.place_event_order(actor, shop.slug, shop.project, "company", now=NOW)
    with pytest.raises(Forbidden):
        accounts.approve_company(actor, company_id)
    assert [each.company_id for each in accounts.waiting_companies(ADMINISTRATOR)] == [company_id]
    for _ in range(2):
        accounts.approve_company(ADMINISTRATOR, company_id)
    assert accounts.waiting_companies(ADMINISTRATOR) == []
    accounts.invite_by_link(actor, company_id, shop.slug)
    assert [row["action"] for row in rows(s.audit_trail, subject=company_id)].count("company.approve") == 1


def test_a_company_calls_off_its_own_order_and_no_other() -> None:
    shop = open_shop()
    company_id, actor = registered()
    for _ in range(5):
        add_guest(shop, company_id=company_id)
    order = offsetting.place_event_order(actor, shop.slug, shop.project, "company", now=NOW)
    _, stranger = registered("Blue Bus", "desk@bus.example")
    with pytest.raises(Forbidden):
        offsetting.cancel_order(order.order_id, "no", stranger)
    own = offsetting.place_order(add_guest(shop, company_id=company_id), shop.project, share_percent=50, now=NOW)
    with pytest.raises(Forbidden):
        offsetting.cancel_order(own.order_id, "a guest's", actor)
    assert offsetting.cancel_order(order.order_id, "later", actor).state == "cancelled"
    prove(shop)


def test_the_proof_of_invitations_sees_what_is_wrong() -> None:
    shop = open_shop()
    with get_store().write() as conn:
        put(conn, s.company_invitation, event_id=shop.event_id, invitation_id="i", company_id="c", code_hash="h",
            label="", most_uses=1, use_count=2, participation_id="", created_at=NOW)  # fmt: skip
    wrong = [finding.name for finding in offsetting.audit(shop.event_id) if not finding.ok]
    assert wrong == ["invitations are used as often as they may be"]
