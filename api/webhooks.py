"""Where payment providers call. Their signature is their proof, so neither cookie nor token is asked for."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

import offsetting
from api.problems import problem
from locales import t

router = APIRouter(tags=["offsetting"])


@router.post("/webhooks/{provider}")
async def webhook(provider: str, request: Request) -> Response:
    """A payment provider's call with its signature: 200 once dealt with, 400 for a bad one, with nothing changed. The
    body is in the provider's own words."""
    body, headers = await request.body(), {k.lower(): v for k, v in request.headers.items()}
    outcome = await anyio.to_thread.run_sync(offsetting.handle_webhook, provider, headers, body)
    if outcome.body:
        return Response(outcome.body, outcome.status, media_type=outcome.media_type)
    if outcome.status >= 400:
        sentence = t("The webhook was refused ({outcome}); nothing has changed.", outcome=outcome.outcome)
        return problem(outcome.status, t("Webhook refused"), sentence)
    return JSONResponse({"outcome": outcome.outcome}, outcome.status)
