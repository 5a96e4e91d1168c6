"""The live stream of an event, as JSON snapshots."""

from __future__ import annotations

import json
from typing import Any

import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

import events
from api.common import PREFIX

router = APIRouter(prefix=PREFIX, tags=["live"])
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def _as_json(snapshot: dict[str, Any]) -> str:
    return json.dumps(snapshot, separators=(",", ":"), ensure_ascii=False)


@router.get("/events/{slug}/live")
async def live(slug: str) -> StreamingResponse:
    """Server-sent events: a snapshot at once, then one per change of the live version, never older than the last. That
    of an event that is not open to all yet ends once who looks may no longer."""
    event = await anyio.to_thread.run_sync(events.get_event, slug)
    frames = events.HUB.stream(event.event_id, ("json",), _as_json)
    if event.state == "draft":
        frames = events.HUB.while_allowed(frames, "event.view", event.event_id)
    return StreamingResponse(frames, media_type="text/event-stream", headers=HEADERS)
