"""Pages of the inventory, the proofs and planting: what stands on them, and a browser walk through each."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from accounts import Actor
from locales import catalogue
from offsetting import forestry, projects
from offsetting.forestry import RecordFacts
from tests.support.api import Forum, token
from tests.support.browser import Visit
from tests.support.desk import enter, person
from tests.support.events import guests
from tests.test_desk_pages import layout
from tests.test_forestry import EXCHANGE, FACTS, ORGANISER

__all__ = ["person"]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
DESK = Actor("person", "x", "Exchange", frozenset({("exchange", "", "")}))
OPEN_TO = {
    "/desk/exchange/projects": {"exchange", "auditor", "administrator"},
    "/desk/exchange/batches": {"exchange", "auditor", "administrator"},
    "/desk/audit": {"exchange", "auditor", "administrator"},
    "/desk/e/hall-2026/forestry": {"organiser", "exchange", "auditor", "sustainability", "administrator"},
}


def planted(forum: Forum) -> str:
    """An agreed plan of the forum, part of it measured, and some of that lost."""
    facts = replace(FACTS, sink_due_on=date(2030, 1, 1), planted_by=date(2027, 1, 1), checks=(date(2028, 1, 1),))
    plan_id = forestry.draft_plan(ORGANISER, forum.slug, facts)
    forestry.agree_plan(ORGANISER, plan_id, b"%PDF agreement", "agreement.pdf")
    for kind, grams in (("measured", 120_000), ("reversal", 20_000)):
        entry = RecordFacts(kind, date(2026, 1, 1), grams=grams, evidence=b"%PDF report", evidence_name="report.pdf")
        forestry.confirm_record(EXCHANGE, forestry.enter_record(ORGANISER, plan_id, entry))
    return plan_id


@pytest.mark.parametrize("role", ["company", "organiser", "exchange", "auditor", "sustainability", "administrator"])
def test_each_role_opens_its_own_pages(api: TestClient, forum: Forum, role: str) -> None:
    held = token(role)
    for path, allowed in OPEN_TO.items():
        answer = api.get(path, headers=held, follow_redirects=False)
        assert answer.status_code == (200 if role in allowed else 403), (role, path)
        assert api.get(path, follow_redirects=False).status_code == 303


def test_a_projects_page_tells_everything_but_the_buyers(api: TestClient, forum: Forum) -> None:
    projects.add_dispute(DESK, forum.project, date(2021, 8, 1), "Baseline <b>doubted</b>", "Paper", "https://p.example")
    public = projects.add_document(DESK, forum.project, "design.pdf", b"%PDF design", public=True)
    secret = projects.add_document(DESK, forum.project, "draft.pdf", b"%PDF draft", public=False)
    text = api.get(f"/project/{forum.project}").text
    for words in ("Baseline &lt;b&gt;doubted", "https://p.example", "design.pdf", public, "Serial numbers", "Split"):
        assert words in text, words
    assert secret not in text
    answer = api.get(f"/project/{forum.project}/document/{public}")
    assert (answer.content, answer.headers["x-content-type-options"]) == (b"%PDF design", "nosniff")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert api.get(f"/project/{forum.project}/document/{secret}").status_code == 404
    assert api.get(f"/project/{forum.project}/document/{secret}", headers=token("auditor")).status_code == 200
    assert api.get("/project/nothing").status_code == 404
    assert "存在争议" in api.get(f"/project/{forum.project}", headers={"Accept-Language": "zh"}).text


def test_the_desk_shows_a_projects_versions(api: TestClient, forum: Forum) -> None:
    facts = {"names": {"en": "Other name"}, "type": "CCER", "kind": "removal", "registry": "r", "methodology": "m"}
    projects.edit_project(DESK, forum.project, facts, "The registry corrected it", now=NOW)
    text = layout(api, f"/desk/exchange/projects?project={forum.project}", token("exchange"))
    assert "The registry corrected it" in text
    assert "project-save" in text
    assert "project-save" not in layout(api, f"/desk/exchange/projects?project={forum.project}", token("auditor"))
    assert "The registry corrected it" in api.get(f"/project/{forum.project}").text


def test_everybody_reads_what_a_planting_is_and_is_not(api: TestClient, forum: Forum) -> None:
    guests("hall-2026", 5)
    assert "No planting was agreed" in api.get("/e/hall-2026/forestry").text
    plan_id = planted(forum)
    text = api.get("/e/hall-2026/forestry").text
    for words in ("Planting agreed, sink not yet there", "was lost", "agreement.pdf", "within 6 years", "Still owed"):
        assert words in text, words
    assert "carbon neutral" not in text.partition("By which rules")[0].lower()
    assert "已约定造林" in api.get("/e/hall-2026/forestry", headers={"Accept-Language": "zh"}).text
    totals = api.get("/api/v1/events/hall-2026/totals").json()
    assert (totals["forestry_g"]["confirmed"], totals["covered_g"]) == (100_000, {"reserved": 0, "retired": 0})
    assert totals["residual_g"] == totals["emitted_g"]["total"] - sum(totals["forestry_g"].values())
    assert "/e/hall-2026/forestry" in api.get("/e/hall-2026").text
    text = layout(api, f"/desk/e/hall-2026/forestry?plan={plan_id}", token("organiser"))
    assert "forestry-enter" in text
    assert "forestry-enter" not in layout(api, f"/desk/e/hall-2026/forestry?plan={plan_id}", token("auditor"))


def test_what_was_not_confirmed_is_for_the_desk(api: TestClient, forum: Forum) -> None:
    plan_id = planted(forum)
    entry = RecordFacts("measured", date(2026, 1, 1), grams=5, evidence=b"%PDF not looked at", evidence_name="x.pdf")
    record_id = forestry.enter_record(ORGANISER, plan_id, entry)
    sha256 = "67a1f3f1a9e0"
    text = layout(api, f"/desk/e/hall-2026/forestry?plan={plan_id}", token("exchange"))
    assert record_id in text
    hashes = [part[:64] for part in text.split(f"/forestry/{plan_id}/document/")[1:]]
    sha256 = hashes[-1]
    assert api.get(f"/forestry/{plan_id}/document/{sha256}").status_code == 404
    assert api.get(f"/forestry/{plan_id}/document/{sha256}", headers=token("auditor")).content == entry.evidence
    assert api.get(f"/forestry/{plan_id}/document/{hashes[0]}").status_code == 200


def test_the_exchange_brings_a_file_in(
    open_window: Callable[..., Visit], person: Callable[[str], str], tmp_path: Path
) -> None:
    page: Page = open_window().page
    enter(page, "/desk/exchange/batches", person("exchange"))
    header = "project,vintage,registry,serial_from,serial_to,count\n"
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text(header + "cdcer-other,2021,demo,T-1,T-9,8\n", encoding="utf-8")
    good.write_text(header + "cdcer-other,2021,demo,T-1,T-9,9\n", encoding="utf-8")
    upload = page.locator("#batches-file input[type=file]")
    upload.set_input_files(bad)
    expect(page.locator("#batches-seen")).to_contain_text("is not the number from T-1 to T-9, which is 9")
    expect(page.locator("#batches-bring")).to_be_hidden()
    upload.set_input_files(good)
    expect(page.locator("#batches-seen")).to_contain_text("9 credits in 1 batches; every row fits.")
    page.locator("#batches-bring").click()
    expect(page.locator("#batches-told")).to_contain_text("9 credits in 1 batches are in.")
    page.goto("/project/cdcer-other")
    expect(page.locator("body")).to_contain_text("T-1 – T-9")
    page.goto("/desk/audit")
    page.locator("#audit-run").click()
    expect(page.locator("#audit-found")).to_contain_text("proofs hold.", timeout=30_000)
    expect(page.locator("#audit-found")).to_contain_text("batches are tiled by allocations")


def test_a_planting_from_draft_to_a_second_persons_word(
    open_window: Callable[..., Visit], person: Callable[[str], str], tmp_path: Path
) -> None:
    page: Page = open_window().page
    enter(page, "/desk/e/chengdu-2021/forestry", person("organiser"))
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF paper of the test")
    typed = {"title": "Test wood", "place": "Hill", "planter": "Station", "area": "3.3", "species": "Spruce 2000",
             "planted_by": "2022-04-01", "checks": "2023-04-01", "survival": "90", "sink_due_on": "2031-01-01",
             "method": "Plots", "expected": "1.5"}  # fmt: skip
    for name, value in typed.items():
        page.locator(f"#plan-{name}").fill(value)
    page.locator("#plan-draft").click()
    expect(page.locator("#planting-told")).to_contain_text("is too late; the sink must be there by 2027-09-07")
    page.locator("#plan-sink_due_on").fill("2027-09-01")
    page.locator("#plan-draft").click()
    page.locator("#planting-told").get_by_role("link", name="Open it").click()
    page.locator("#agree-file input[type=file]").set_input_files(paper)
    expect(page.locator("#agree-file-file")).to_have_text("paper.pdf")
    page.locator("#forestry-agree").click()
    expect(page.locator("#forestry-told")).to_contain_text("It is agreed, and covers")
    page.reload()
    page.locator("#entry-kind").select_option("measured")
    page.locator("#entry-day").fill("2024-04-01")
    page.locator("#entry-value").fill("0.5")
    page.locator("#entry-file input[type=file]").set_input_files(paper)
    expect(page.locator("#entry-file-file")).to_have_text("paper.pdf")
    page.locator("#forestry-enter").click()
    expect(page.locator("#forestry-told")).to_contain_text("a second person has to confirm it")
    address = page.url
    other = open_window().page
    enter(other, address, person("exchange"))
    other.get_by_role("button", name="Confirm").click()
    expect(other.locator("#forestry-told")).to_contain_text("It is confirmed.")
    other.goto("/e/chengdu-2021/forestry")
    expect(other.locator("body")).to_contain_text("0.50 t taken up since the planting.")


@pytest.mark.parametrize("language", ["mr", "is"])
def test_guests_read_both_pages_in_their_language(api: TestClient, forum: Forum, language: str) -> None:
    guests("hall-2026", 5)
    projects.add_dispute(DESK, forum.project, date(2021, 8, 1), "42", "7", "https://p.example")
    projects.add_document(DESK, forum.project, "9.pdf", b"%PDF design", public=True)
    facts = {"names": {"en": "Wood 9"}, "type": "forestry", "kind": "removal", "registry": "r", "methodology": "m"}
    projects.edit_project(DESK, forum.project, facts, "17", now=NOW)
    planted(forum)
    ours = {msgid for msgid, said in catalogue("zh").items() if len(msgid) > 1 and said != msgid}
    same = {msgid for msgid, said in catalogue(language).items() if said == msgid} | {"English"}
    for path in (f"/project/{forum.project}", "/e/hall-2026/forestry", "/project/none", "/e/none/forestry"):
        text = api.get(path, headers={"Accept-Language": language}).text
        text = re.sub(r"<style>.*?</style>|<head>.*?</head>|<svg.*?</svg>", " ", text)
        shown = {html.unescape(piece).strip() for piece in re.findall(r">([^<>]+)<", text)}
        assert not {*shown & ours} - same - {""}, (path, {*shown & ours} - same)
        english = {piece for piece in shown if re.search(r"\b(the|of|and|is|are|by|to|no)\b", piece)}
        own = {piece for piece in english if language == "is" and re.search("[áéíóúýðþæö]", piece)}
        assert not english - {FACTS.method} - own, path
