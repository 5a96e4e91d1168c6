"""Live views of this process: one snapshot per event and version, each view of it made once, sent to all who watch.

A view is a name and a pure function from the snapshot to text: the API's JSON, or a page's figures in one language.
Whoever comes back after an interruption is sent the newest frame, which is never older than what was seen. A big
screen's stream carries besides what the organiser's remote control says, and ends once the screen is revoked.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import anyio.to_thread

from accounts import actor_by_now, may
from events.health import live_versions
from events.live import watched_snapshot
from events.screens import SEEN_EVERY, Screen, changed_screens, note_seen, screen_counts

log = logging.getLogger("forum_zero")
POLL_SECONDS = 0.25
COMMENT_SECONDS = 15.0
NOTE_SOON_SECONDS = 2.0
ALLOWED_EVERY_SECONDS = 2.0
COMMENT = b": still here\n\n"
REVOKED = b"event: revoked\ndata: {}\n\n"
View = Callable[[dict[str, Any]], str]
ViewKey = tuple[str, ...]
NO_VIEW: ViewKey = ()
Choice = Callable[[Screen], tuple[ViewKey, View]]
Changes = Callable[[str, str], str]


class Frame:
    """A view of one version as it is sent: whole, and as what changed since the version before."""

    def __init__(self, version: int, text: str, former: Frame | None, changes: Changes | None) -> None:
        self.version, self.text = version, text
        self.whole = _message("snapshot", text, version)
        self.since, self.part = -1, b""
        if former is not None and changes is not None:
            self.since, self.part = former.version, _message("snapshot", changes(former.text, text), version)

    def after(self, seen: int) -> bytes:
        """What who has seen that version needs."""
        return self.part if self.part and seen == self.since else self.whole


class Channel:
    """One event: its newest snapshot, the frames made of it, its screens, and those who wait for the next."""

    def __init__(self, event_id: str) -> None:
        self.event_id = event_id
        self.version = -1
        self.snapshot: dict[str, Any] = {}
        self.frames: dict[ViewKey, Frame] = {}
        self.former: dict[ViewKey, Frame] = {}
        self.watchers = 0
        self.changed = asyncio.Event()
        self.lock = asyncio.Lock()
        self.screens: dict[str, Screen] = {}
        self.screen_count = -1
        self.on: Counter[str] = Counter()

    def wake(self) -> None:
        """Lets all who wait look again."""
        waiting, self.changed = self.changed, asyncio.Event()
        waiting.set()

    async def refresh(self) -> None:
        """Reads the snapshot and wakes all who wait, if there is a newer version."""
        fresh = await anyio.to_thread.run_sync(watched_snapshot, self.event_id)
        if fresh["version"] > self.version:
            self.former = self.frames or self.former
            self.version, self.snapshot, self.frames = fresh["version"], fresh, {}
            self.wake()

    async def refresh_screens(self) -> None:
        """Reads the screens that changed and wakes all who wait, if there are any."""
        changed = await anyio.to_thread.run_sync(changed_screens, self.event_id, self.screen_count)
        for screen in changed:
            self.screens[screen.screen_id] = screen
            self.screen_count = max(self.screen_count, screen.version)
        if changed:
            self.wake()

    async def frame(self, key: ViewKey, view: View, changes: Changes | None = None) -> Frame:
        """The current version's frame of a view, made by the first who asks."""
        async with self.lock:
            version, frames, former = self.version, self.frames, self.former.get(key)
            if key not in frames:  # a refresh may come while the view is made
                text = await anyio.to_thread.run_sync(view, self.snapshot)
                frames[key] = Frame(version, text, former, changes)
            return frames[key]


class Hub:
    """The channels that somebody watches."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.noted: dict[str, float] = {}
        self.note_at = 0.0

    def newest(self, event_id: str) -> dict[str, Any]:
        """The snapshot that an event's streams show, read where nobody watches; for who was let in. Raises NotFound."""
        channel = self.channels.get(event_id)
        return channel.snapshot if channel is not None and channel.version >= 0 else watched_snapshot(event_id)

    @contextmanager
    def _watching(self, event_id: str) -> Iterator[Channel]:
        """The event's channel while somebody watches; its first snapshot is read for all who came together."""
        channel = self.channels.setdefault(event_id, Channel(event_id))
        channel.watchers += 1
        try:
            yield channel
        finally:
            channel.watchers -= 1
            if channel.watchers <= 0:
                self.channels.pop(event_id, None)

    async def stream(self, event_id: str, key: ViewKey, view: View) -> AsyncIterator[bytes]:
        """Server-sent events: a frame at once, then one per change, a comment line every 15 seconds."""
        with self._watching(event_id) as channel:
            yield b"retry: 2000\n\n"
            async with channel.lock:
                if channel.version < 0:
                    await channel.refresh()
            seen = -1
            while True:
                waiting = channel.changed
                if channel.version > seen:
                    frame = await channel.frame(key, view)
                    seen = frame.version
                    yield frame.whole
                elif not await _woken(waiting):
                    yield COMMENT

    async def screen(
        self, screen: Screen, choose: Choice, changes: Changes | None = None, counts: bool = True
    ) -> AsyncIterator[bytes]:
        """The same for a big screen, in the view that ``choose`` makes of what it is told to show, and that as messages
        ``control``. Frames after the first tell what changed. Ends with ``revoked``. ``counts``: it is one that stands
        somewhere, not a preview."""
        with self._watching(screen.event_id) as channel:
            channel.on[screen.screen_id] += counts
            self.note_at = min(self.note_at, time.monotonic() + NOTE_SOON_SECONDS)
            try:
                yield b"retry: 2000\n\n"
                async with channel.lock:
                    if channel.version < 0:
                        await channel.refresh()
                    if screen.screen_id not in channel.screens or channel.screen_count < screen.version:
                        await channel.refresh_screens()
                async for message in _screen_messages(channel, screen.screen_id, choose, changes):
                    yield message
            finally:
                channel.on[screen.screen_id] -= counts

    @staticmethod
    async def while_allowed(messages: AsyncIterator[bytes], action: str, event_id: str) -> AsyncIterator[bytes]:
        """The same messages for as long as who asks may do that at the event, asked anew every two seconds; then
        ``revoked``."""
        following = asyncio.ensure_future(anext(messages))
        try:
            while True:
                await asyncio.wait({following}, timeout=ALLOWED_EVERY_SECONDS)
                if not may(await anyio.to_thread.run_sync(actor_by_now), action, event_id):
                    yield REVOKED
                    return
                if following.done():
                    yield following.result()
                    following = asyncio.ensure_future(anext(messages))
        except StopAsyncIteration:
            return
        finally:
            following.cancel()

    async def poll(self) -> None:
        """Looks once whether a watched event has a newer version, or one of its screens was told something."""
        if not self.channels:
            return
        if watched := [event_id for event_id, channel in self.channels.items() if channel.screens]:
            for event_id, count in (await anyio.to_thread.run_sync(screen_counts, watched)).items():
                channel = self.channels.get(event_id)
                if channel is not None and count > channel.screen_count:
                    await _alone(channel.refresh_screens())  # first: a ticker that was paused shows nothing newer
        versions = await anyio.to_thread.run_sync(live_versions, list(self.channels))
        for event_id, version in versions.items():
            channel = self.channels.get(event_id)
            if channel is not None and version > channel.version:
                await _alone(channel.refresh())

    async def note(self) -> None:
        """Notes which screens are on: soon after they come, then once a minute, in one transaction."""
        now = time.monotonic()
        if now < self.note_at:
            return
        self.note_at = now + SEEN_EVERY.total_seconds()
        on = {
            screen_id: channel.screens[screen_id]
            for channel in self.channels.values()
            for screen_id, count in channel.on.items()
            if count > 0 and screen_id in channel.screens
        }
        old = now - SEEN_EVERY.total_seconds()
        self.noted = {screen_id: at for screen_id, at in self.noted.items() if screen_id in on and at > old}
        due = [screen for screen_id, screen in on.items() if screen_id not in self.noted]
        if due:
            await anyio.to_thread.run_sync(note_seen, due, datetime.now(UTC))
            self.noted |= {screen.screen_id: now for screen in due}

    async def watch(self) -> None:
        """Polls until the process ends; a failure (the store away) is logged and tried again."""
        while True:
            try:
                await self.poll()
                await self.note()
            except Exception:
                log.exception("the live view could not be refreshed")
                await asyncio.sleep(8 * POLL_SECONDS)
            await asyncio.sleep(POLL_SECONDS)


async def _screen_messages(
    channel: Channel, screen_id: str, choose: Choice, changes: Changes | None
) -> AsyncIterator[bytes]:
    told, seen, key = -1, -1, NO_VIEW
    while True:
        waiting = channel.changed
        screen = channel.screens.get(screen_id)
        if screen is None or screen.revoked:
            yield REVOKED
            return
        chosen, view = choose(screen)
        if screen.version > told:
            told = screen.version
            yield _message("control", _control(screen))
        elif chosen != key or channel.version > seen:
            frame = await channel.frame(chosen, view, changes)
            yield frame.after(seen) if chosen == key else frame.whole
            key, seen = chosen, frame.version
        elif not await _woken(waiting):
            yield _message("beat", "{}")


async def _alone(work: Awaitable[None]) -> None:
    """What is done for one event: its failure is logged and keeps nothing from the others."""
    try:
        await work
    except Exception:
        log.exception("one event's live view could not be refreshed")


async def _woken(waiting: asyncio.Event) -> bool:
    """Whether something happened before it was time for a sign of life."""
    try:
        await asyncio.wait_for(waiting.wait(), COMMENT_SECONDS)
    except TimeoutError:
        return False
    return True


def _control(screen: Screen) -> str:
    identified = screen.identified_at.isoformat() if screen.identified_at else ""
    now = datetime.now(UTC).isoformat()
    return json.dumps(screen.state.as_json() | {"name": screen.label, "identified": identified, "now": now})


def _message(kind: str, text: str, version: int | None = None) -> bytes:
    lines = "".join(f"data: {line}\n" for line in text.split("\n"))
    return (f"event: {kind}\n" + (f"id: {version}\n" if version is not None else "") + f"{lines}\n").encode()


HUB = Hub()
