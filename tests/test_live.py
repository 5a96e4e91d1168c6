"""The live stream: a snapshot at once, a newer one after a change, never an older one, made once for all who watch."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

import events
from data.store import boards, live
from data.store.engine import get_store
from events import hub
from tests.support import asyncs
from tests.support.api import V1, begin, buy, client, open_forum, pay
from tests.support.events import guests
from tests.support.server import Server

pytestmark = pytest.mark.usefixtures("own_folder")
LIMIT_S = 30.0


def as_text(snapshot: dict[str, Any]) -> str:
    return json.dumps({"version": snapshot["version"], "orders": snapshot["orders"]})


def version_of(frame: bytes) -> int:
    """The version of a frame of the stream; its event, id and data agree."""
    lines = dict(line.split(": ", 1) for line in frame.decode().strip().split("\n"))
    assert lines["event"] == "snapshot"
    assert json.loads(lines["data"])["version"] == int(lines["id"])
    return int(lines["id"])


async def following(stream: AsyncIterator[bytes]) -> bytes:
    return await asyncio.wait_for(anext(stream), LIMIT_S)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The versions of which a snapshot was made, one entry for each time."""
    made: list[int] = []
    genuine = hub.watched_snapshot

    def counting(event_id: str) -> dict[str, Any]:
        snapshot = genuine(event_id)
        made.append(snapshot["version"])
        return snapshot

    monkeypatch.setattr(hub, "watched_snapshot", counting)
    return made


@pytest.mark.usefixtures("store")
def test_twenty_streams_share_one_snapshot_of_each_version(counted: list[int]) -> None:
    forum, frames_made = open_forum(), []

    def view(snapshot: dict[str, Any]) -> str:
        frames_made.append(snapshot["version"])
        return as_text(snapshot)

    async def watch() -> list[list[int]]:
        mine = hub.Hub()
        streams = [mine.stream(forum.event_id, ("test",), view) for _ in range(20)]
        assert {await following(stream) for stream in streams} == {b"retry: 2000\n\n"}
        first = [version_of(frame) for frame in await asyncio.gather(*[following(s) for s in streams])]
        seen = [first]
        for number in range(2):
            await asyncio.to_thread(guests, forum.slug, 1 + number)
            await asyncio.to_thread(events.fold, forum.event_id)
            await mine.poll()
            await mine.poll()
            seen.append([version_of(frame) for frame in await asyncio.gather(*[following(s) for s in streams])])
        for stream in streams:
            await stream.aclose()
        assert mine.channels == {}
        return seen

    seen = asyncs.run(watch())
    assert [len(set(versions)) for versions in seen] == [1, 1, 1]
    assert seen[0][0] < seen[1][0] < seen[2][0]
    assert counted == frames_made == [versions[0] for versions in seen]


@pytest.mark.usefixtures("store")
def test_who_comes_later_gets_the_newest_and_nobody_an_older(counted: list[int]) -> None:
    forum = open_forum()

    async def watch() -> None:
        mine = hub.Hub()
        early = mine.stream(forum.event_id, ("test",), as_text)
        await following(early)
        first = version_of(await following(early))
        await asyncio.to_thread(guests, forum.slug, 1)
        await asyncio.to_thread(events.fold, forum.event_id)
        await mine.poll()
        late = mine.stream(forum.event_id, ("test",), as_text)
        await following(late)
        newest = version_of(await following(late))
        assert newest == version_of(await following(early)) > first
        mine.channels[forum.event_id].version = newest + 5  # as if a fresher read had overtaken this one
        await mine.channels[forum.event_id].refresh()
        assert mine.channels[forum.event_id].version == newest + 5
        await early.aclose()
        await late.aclose()

    asyncs.run(watch())


@pytest.mark.usefixtures("store")
def test_a_change_while_a_frame_is_made_does_not_pass_for_the_newer_version() -> None:
    forum = open_forum()

    async def watch() -> None:
        mine = hub.Hub()
        loop = asyncio.get_running_loop()

        def slow(snapshot: dict[str, Any]) -> str:
            """A view in whose making somebody answers, the first time."""
            if snapshot["participants"] == 0:
                guests(forum.slug, 1)
                events.fold(forum.event_id)
                asyncio.run_coroutine_threadsafe(mine.poll(), loop).result(LIMIT_S)
            return as_text(snapshot)

        stream = mine.stream(forum.event_id, ("slow",), slow)
        await following(stream)
        first, second = version_of(await following(stream)), version_of(await following(stream))
        assert first < second == events.live_version(forum.event_id)
        await stream.aclose()

    asyncs.run(watch())


@pytest.mark.usefixtures("store")
def test_a_quiet_stream_sends_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub.COMMENT_SECONDS == 15.0
    monkeypatch.setattr(hub, "COMMENT_SECONDS", 0.01)
    forum = open_forum()

    async def watch() -> list[bytes]:
        stream = hub.Hub().stream(forum.event_id, ("test",), as_text)
        heard = [await following(stream) for _ in range(4)]
        await stream.aclose()
        return heard

    heard = asyncs.run(watch())
    assert version_of(heard[1]) > 0
    assert heard[2:] == [b": still here\n\n"] * 2


@pytest.mark.usefixtures("store")
def test_groups_under_five_are_hidden_in_what_is_sent() -> None:
    forum, api = open_forum(), client()
    for _ in range(4):
        pay(api, buy(begin(api), forum)["order_id"])
    events.fold_due()
    few = events.snapshot(forum.slug)
    assert (few["hidden"], few["residual"], few["share_bp"], few["timeline"]) == (True, None, None, [])
    pay(api, buy(begin(api), forum)["order_id"])
    events.fold_due()
    five = events.snapshot(forum.slug)
    assert (five["hidden"], five["orders"], five["share_bp"]) == (False, 5, 10_000)
    assert all(set(row["params"]) <= {"certificates"} for row in five["ticker"])


def listen(server: Server, path: str, **headers: str) -> Iterator[tuple[str, bytes]]:
    """The blocks of a stream over a real connection, as (kind, text); the head first."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT_S) as wire:
        told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{told}\r\n".encode())
        with wire.makefile("rb") as file:
            head = b"".join(iter(file.readline, b"\r\n"))
            yield "head", head
            kept = b""
            while size := int(file.readline(), 16):
                kept += file.read(size)
                file.readline()
                while b"\n\n" in kept:
                    block, kept = kept.split(b"\n\n", 1)
                    yield ("comment" if block.startswith(b":") else block.split(b":")[0].decode()), block


def test_a_payment_is_seen_over_a_real_connection(server: Server) -> None:
    slug = "chengdu-2021"
    stream = listen(server, f"{V1}/events/{slug}/live")
    head = next(stream)[1].lower()
    assert b"200" in head.split(b"\r\n")[0]
    assert b"content-type: text/event-stream" in head
    assert b"cache-control: no-store" in head
    snapshots = (version_and_orders(block) for kind, block in stream if kind == "event")
    version, orders = next(snapshots)
    with httpx.Client(base_url=server.url) as api:
        begun = api.post(f"{V1}/events/{slug}/participations", json={}).json()
        proof = {"Authorization": f"Bearer {begun['secret']}"}
        mine = f"{V1}/participations/{begun['participation_id']}"
        told = {
            "trips": [{"from": "geo:1816670", "mode": "rail", "round_trip": True}],
            "stays": [],
            "meals": [],
            "other": [],
        }
        assert api.put(f"{mine}/footprint", json=told, headers=proof).status_code == 200
        project = api.get(f"{V1}/events/{slug}/projects").json()["items"][0]["id"]
        order = api.post(f"{mine}/orders", json={"project": project, "grams": 5000}, headers=proof).json()
        api.post(f"{V1}/demo-payments/{order['order_id']}", json={"outcome": "succeeded"})
    seen = [version]
    for newer, paid in snapshots:
        seen.append(newer)
        if paid > orders:
            break
    assert seen == sorted(set(seen))
    again = listen(server, f"{V1}/events/{slug}/live", Last_Event_ID=str(seen[-1]))
    assert version_and_orders(next(block for kind, block in again if kind == "event"))[0] >= seen[-1]


def version_and_orders(block: bytes) -> tuple[int, int]:
    data = json.loads(block.decode().split("data: ", 1)[1])
    return data["version"], data["orders"]


@pytest.mark.usefixtures("store")
def test_the_first_rows_of_the_board_are_those_of_the_whole_board() -> None:
    """Found through the index, with their ranks and who shares them, as the whole board ranks them."""
    forum, rows = open_forum(), []
    for number in range(40):
        share, norm = (10_000, 9_000, 9_000, 500)[number % 4], (0, 0, 700, 700, 1_200)[number % 5]
        person = f"{forum.event_id}-{number * 7 % 40:020}"
        rows.append({"event_id": forum.event_id, "participation_id": person, "share_bp": share, "norm_bp": norm,
                     "grams_g": 1, "display": f"g{number}", "mode": "", "state": "retired",
                     "updated_at": datetime(2026, 5, 4, tzinfo=UTC)})  # fmt: skip
    with get_store().write() as conn:
        boards.put(conn, rows[:4])
        assert live.top_people(conn, forum.event_id, 5)[0]["share_bp"] == 10_000
        boards.put(conn, rows)
        for limit in (5, 9, 17, 60):
            whole = boards.people(conn, forum.event_id, 0, limit)
            first = live.top_people(conn, forum.event_id, limit)
            assert [row | {"equals": row["equals"] > 1} for row in first] == [
                row | {"equals": row["equals"] > 1} for row in whole
            ]
