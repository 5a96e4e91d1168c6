"""Live views of this process: one snapshot per event and version, each view of it made once, sent to all who watch.

A view is a name and a pure function from the snapshot to text: the API's JSON, or a page's figures in one language.
Whoever comes back after an interruption is sent the newest frame, which is never older than what was seen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio.to_thread

from events.health import live_versions
from events.live import snapshot

log = logging.getLogger("forum_zero")
POLL_SECONDS = 0.25
COMMENT_SECONDS = 15.0
View = Callable[[dict[str, Any]], str]
ViewKey = tuple[str, ...]


class Channel:
    """One event: its newest snapshot, the frames made of it, and those who wait for the next."""

    def __init__(self, event_id: str) -> None:
        self.event_id = event_id
        self.version = -1
        self.snapshot: dict[str, Any] = {}
        self.frames: dict[ViewKey, bytes] = {}
        self.watchers = 0
        self.changed = asyncio.Event()
        self.lock = asyncio.Lock()

    async def refresh(self) -> None:
        """Reads the snapshot and wakes all who wait, if there is a newer version."""
        fresh = await anyio.to_thread.run_sync(snapshot, self.event_id)
        if fresh["version"] > self.version:
            self.version, self.snapshot, self.frames = fresh["version"], fresh, {}
            waiting, self.changed = self.changed, asyncio.Event()
            waiting.set()

    async def frame(self, key: ViewKey, view: View) -> tuple[int, bytes]:
        """The current version and its frame of a view, made by the first who asks."""
        async with self.lock:
            version, frames = self.version, self.frames  # a refresh may come while the view is made
            if key not in frames:
                text = await anyio.to_thread.run_sync(view, self.snapshot)
                lines = "".join(f"data: {line}\n" for line in text.split("\n"))
                frames[key] = f"event: snapshot\nid: {version}\n{lines}\n".encode()
            return version, frames[key]


class Hub:
    """The channels that somebody watches."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}

    async def stream(self, event_id: str, key: ViewKey, view: View) -> AsyncIterator[bytes]:
        """Server-sent events: a frame at once, then one per change, a comment line every 15 seconds."""
        channel = self.channels.setdefault(event_id, Channel(event_id))
        channel.watchers += 1
        try:
            yield b"retry: 2000\n\n"
            async with channel.lock:  # the first reads for all who came with it
                if channel.version < 0:
                    await channel.refresh()
            seen = -1
            while True:
                waiting = channel.changed
                if channel.version > seen:
                    seen, frame = await channel.frame(key, view)
                    yield frame
                    continue
                try:
                    await asyncio.wait_for(waiting.wait(), COMMENT_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            channel.watchers -= 1
            if channel.watchers <= 0:
                self.channels.pop(event_id, None)

    async def poll(self) -> None:
        """Looks once whether a watched event has a newer version."""
        if not self.channels:
            return
        versions = await anyio.to_thread.run_sync(live_versions, list(self.channels))
        for event_id, version in versions.items():
            channel = self.channels.get(event_id)
            if channel is not None and version > channel.version:
                await channel.refresh()

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
