"""What belongs to an event's look: its style sheet and its logo, kept for a year under their fingerprints."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

import events

router = APIRouter(include_in_schema=False)
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.get("/e/{slug}/look.css")
def look(slug: str) -> Response:
    """The event's colours and logo as CSS; empty where it has neither, 404 where there is no such event."""
    try:
        return Response(events.look_css(slug), media_type="text/css; charset=utf-8", headers=FOREVER)
    except events.NotFound:
        return Response(status_code=404)


@router.get("/e/{slug}/logo/{sha256}")
def logo(slug: str, sha256: str) -> Response:
    """The event's logo by its hash: a PNG or JPEG that was drawn anew here."""
    try:
        media_type, content = events.logo_file(slug, sha256)
    except events.NotFound:
        return Response(status_code=404)
    return Response(content, media_type=media_type, headers=FOREVER)
