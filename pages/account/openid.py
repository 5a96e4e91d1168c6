"""Signing in with another issuer's account: there and back."""

from __future__ import annotations

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from accounts import TooMany, Unauthenticated, begin_openid, finish_openid
from data.settings import get_settings
from locales import t
from pages._parts.visitor import address_of
from pages.account import _entering
from pages.account import _form as forms

router = APIRouter(include_in_schema=False)
COOKIE, PATH = "fz_openid", "/sign-in/openid"


def _wrong(words: str, status: int) -> HTMLResponse:
    back = html.A(t("Back to signing in"), href="/sign-in", className="fz-button fz-button-main")
    return forms.form_page(t("Sign in"), html.Div([html.H1(t("Sign in")), html.P(words), back], className="fz-stack"),
                           status)  # fmt: skip


@router.get(PATH)
async def go(request: Request, next: str = "/desk") -> Response:
    """Sends the browser to the issuer; on the person's own click, by a link: a form may lead to no other host."""
    try:
        url, kept = await anyio.to_thread.run_sync(begin_openid, next[:500], address_of(request))
    except TooMany as error:
        return forms.refused(_wrong(forms.sentence(error), 429), error)
    except Unauthenticated as error:
        return _wrong(forms.sentence(error), 502)
    answer = RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})
    secure = request.url.scheme == "https" or get_settings().is_secure
    answer.set_cookie(COOKIE, kept, max_age=600, httponly=True, samesite="lax", secure=secure, path=PATH)
    return answer


@router.get(PATH + "/back")
async def back(request: Request) -> Response:
    """Where the issuer sends the browser back to: a session, or a sentence."""
    kept, agent = request.cookies.get(COOKIE, ""), _entering.agent_of(request)
    given = (kept, request.url.query, address_of(request), agent)
    try:
        session, next_path = await anyio.to_thread.run_sync(finish_openid, *given)
        answer = await anyio.to_thread.run_sync(_entering.entered, request, session, next_path)
    except TooMany as error:
        answer = forms.refused(_wrong(forms.sentence(error), 429), error)
    except Unauthenticated as error:
        answer = _wrong(forms.sentence(error), 401)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer
