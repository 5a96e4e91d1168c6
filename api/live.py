"""The live stream: one snapshot per event and version, made once per process, sent to every display that watches."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

import events
from api.common import PREFIX

log = logging.getLogger("forum_zero")
router = APIRouter(prefix=PREFIX, tags=["live"])
POLL_SECONDS = 0.25
COMMENT_SECONDS = 15.0


class Channel:
    """One event's newest frame in this process, and those who wait for the next."""

    def __init__(self, event_id: str) -> None:
        self.event_id = event_id
        self.version = -1
        self.frame = b""
        self.watchers = 0
        self.changed = asyncio.Event()

    def publish(self, version: int, frame: bytes) -> None:
        self.version, self.frame = version, frame
        self.changed.set()
        self.changed = asyncio.Event()


class Hub:
    """The channels of this process; ``watch`` polls version rows while anybody looks."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}

    async def join(self, event_id: str) -> Channel:
        channel = self.channels.setdefault(event_id, Channel(event_id))
        channel.watchers += 1
        if channel.version < 0:
            await self._refresh(channel)
        return channel

    def leave(self, channel: Channel) -> None:
        channel.watchers -= 1
        if channel.watchers <= 0:
            self.channels.pop(channel.event_id, None)

    async def _refresh(self, channel: Channel) -> None:
        snapshot = await anyio.to_thread.run_sync(events.snapshot, channel.event_id)
        if snapshot["version"] > channel.version:
            data = json.dumps(snapshot, separators=(",", ":"), ensure_ascii=False)
            frame = f"event: snapshot\nid: {snapshot['version']}\ndata: {data}\n\n".encode()
            channel.publish(snapshot["version"], frame)

    async def poll(self) -> None:
        """Looks once whether a watched event has a newer version."""
        if not self.channels:
            return
        versions = await anyio.to_thread.run_sync(events.live_versions, list(self.channels))
        for event_id, version in versions.items():
            channel = self.channels.get(event_id)
            if channel is not None and version > channel.version:
                await self._refresh(channel)

    async def watch(self) -> None:
        """Polls until the process ends; a failure (the store away) is logged and tried again."""
        while True:
            try:
                await self.poll()
            except Exception:
                log.exception("the live view could not be refreshed")
                await asyncio.sleep(8 * POLL_SECONDS)
            await asyncio.sleep(POLL_SECONDS)


HUB = Hub()


async def _frames(event_id: str, seen: int) -> AsyncIterator[bytes]:
    channel = await HUB.join(event_id)
    try:
        yield b"retry: 2000\n\n"
        while True:
            waiting = channel.changed
            if channel.version > seen or seen < 0:
                seen = channel.version
                yield channel.frame
                continue
            try:
                await asyncio.wait_for(waiting.wait(), COMMENT_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"
    finally:
        with suppress(KeyError):
            HUB.leave(channel)


@router.get("/events/{slug}/live")
async def live(slug: str, last_event_id: Annotated[str | None, Header()] = None) -> StreamingResponse:
    """Server-sent events: a snapshot at once, then one per change of the live version, never older than the last."""
    event = await anyio.to_thread.run_sync(events.get_event, slug)
    del last_event_id  # a snapshot is whole: whoever comes back is sent the newest, which is never older
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_frames(event.event_id, -1), media_type="text/event-stream", headers=headers)
