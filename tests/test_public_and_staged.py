"""What is not for everybody stays from the public page; files that would take the server's memory are refused."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
import sqlalchemy as sa
from openpyxl import Workbook
from PIL import Image
from starlette.testclient import TestClient

import events
from accounts import SYSTEM, Actor, Conflict, set_actor
from calculations.model import InputError
from data import table_staged
from data.store import schema as s
from data.store.engine import Store, get_store
from events import books, evaluation
from tests.support.events import draft
from tests.test_plans import AFTER, REPORT, REVIEWER, SECOND, hall, settled, step

__all__ = ["hall", "settled"]
SLUG = "hall-2026"
ADMINISTRATOR = Actor("person", "a1", "Ada Administrator", frozenset({("administrator", "", "")}))


@pytest.fixture
def approved(sqlite_store: Store, settled: events.Event) -> events.Event:
    """An event whose report both reviewers have seen."""
    evaluation.save_evaluation(settled.slug, REPORT)
    evaluation.move_evaluation(settled.slug, 1, "submitted", evaluation.evaluation_view(settled.slug).reports[0].sha256)
    step(settled.slug, REVIEWER, "reviewed")
    step(settled.slug, SECOND, "approved")
    return settled


def test_no_report_of_fewer_than_five_is_public(approved: events.Event) -> None:
    with get_store().write() as conn:
        for table in (s.tally, s.tally_delta):
            conn.execute(sa.update(table).values(people_count=0))
    with pytest.raises(Conflict, match="Fewer than five"):
        step(approved.slug, ADMINISTRATOR, "published")


def test_no_report_is_published_of_books_that_were_opened_again(approved: events.Event) -> None:
    set_actor(ADMINISTRATOR)
    books.reopen_books(approved.slug, "a bill was missing", AFTER)
    with pytest.raises(Conflict, match="opened again"):
        step(approved.slug, ADMINISTRATOR, "published")
    again = [check.key for check in books.books_view(approved.slug, AFTER).checks]
    books.close_books(approved.slug, "", again, now=AFTER)
    with pytest.raises(Conflict, match="opened again"):
        step(approved.slug, ADMINISTRATOR, "published")


def test_a_phone_s_picture_in_several_parts_is_a_logo_and_a_huge_one_is_none(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    events.create_event(draft())
    one, out = Image.new("RGB", (64, 32), "#134a8c"), io.BytesIO()
    one.save(out, "MPO", save_all=True, append_images=[one])
    logo = events.set_logo(SLUG, out.getvalue())
    assert (logo.media_type, logo.width_px) == ("image/jpeg", 64)
    huge = io.BytesIO()
    Image.new("1", (5000, 5000)).save(huge, "PNG")
    assert len(huge.getvalue()) < 200_000
    with pytest.raises(InputError):
        events.set_logo(SLUG, huge.getvalue())


def test_a_workbook_whose_styles_unpack_to_much_is_not_read(sqlite_store: Store) -> None:
    plain = io.BytesIO()
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.save(plain)
    assert table_staged.stage("e1", "plain.xlsx", plain.getvalue()).row_count == 1
    with zipfile.ZipFile(plain, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/theme/more.xml", os.urandom(45_000).hex() * 100)
    with pytest.raises(InputError) as wrong:
        table_staged.stage("e1", "bomb.xlsx", plain.getvalue())
    assert "unpacks" in wrong.value.errors[0].message


def test_a_file_of_the_books_asks_who_it_is_first(api: TestClient) -> None:
    set_actor(SYSTEM)
    events.create_event(draft())
    for name in ("1.pdf", "1.exe", "x.pdf", "9.json"):
        answer = api.get(f"/desk/e/{SLUG}/books/{name}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in"), name
