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
    """Server-sent events: a snapshot at once, then one per change of the live version, never older than the last."""
    event = await anyio.to_thread.run_sync(events.get_event, slug)
    frames = events.HUB.stream(event.event_id, ("json",), _as_json)
    return StreamingResponse(frames, media_type="text/event-stream", headers=HEADERS)
