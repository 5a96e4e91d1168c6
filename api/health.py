"""Whether it lives, whether it is ready, and figures for monitoring."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

import events
from api import metrics

router = APIRouter(tags=["operation"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """200 while the process answers."""
    return {"status": "alive"}


@router.get("/readyz")
def ready() -> JSONResponse:
    """200 when the store answers and migrations are done, else 503."""
    state: dict[str, Any] = events.readiness()
    return JSONResponse(state, 200 if state["ready"] else 503)


@router.get("/metrics")
def figures() -> Response:
    """Prometheus text, summed over the workers."""
    return Response(metrics.text(events.gauges()), media_type=metrics.CONTENT_TYPE)
