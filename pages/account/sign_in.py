"""Signing in and out: forms that need no script; the second factor's code; another issuer's account."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from accounts import (
    ANONYMOUS,
    TooMany,
    Unauthenticated,
    current_actor,
    finish_sign_in,
    openid_name,
    sign_in,
    sign_out,
)
from locales import t
from pages._parts.sent import sent
from pages._parts.shell import field_error
from pages._parts.visitor import address_of
from pages.account import _entering
from pages.account import _form as forms

router = APIRouter(include_in_schema=False)


def _page(next_path: str, email: str = "", wrong: str = "", status: int = 200) -> HTMLResponse:
    other = openid_name()
    parts = [
        html.H1(t("Sign in")),
        html.P(t("For organisers, companies, the exchange, auditors and reporting teams. Guests need no account.")),
        forms.field("sign-in", "email", t("Email"), "email", email, "username"),
        forms.field("sign-in", "password", t("Password"), "password", "", "current-password"),
        field_error(wrong) if wrong else None,
        forms.hidden("next", next_path),
        forms.button(t("Sign in")),
        html.A(t("Forgotten your password?"), href="/forgot", className="fz-link"),
        html.A(t("A company opens its own account"), href="/company/register", className="fz-link"),
    ]
    inside: list[Any] = [forms.form(parts, "/sign-in")]
    if other:
        words = t("Sign in with {issuer}", issuer=other)
        href = f"/sign-in/openid?next={quote(next_path, safe='')}"
        inside.append(html.A(words, href=href, className="fz-button"))
    return forms.form_page(t("Sign in"), html.Div(inside, className="fz-stack"), status)


@router.get("/sign-in")
def form(next: str = "/desk") -> Response:
    """The form; somebody who is signed in already goes on."""
    if current_actor() != ANONYMOUS:
        return RedirectResponse(_entering.path_of(next), 303)
    return _page(_entering.path_of(next[:500]))


@router.post("/sign-in")
async def enter(request: Request) -> Response:
    """Checks email and password and sets the session's cookie. The guard has seen that no other address asks."""
    told = await sent(request)
    email, next_path = told.get("email", ""), _entering.path_of(told.get("next", ""))
    given = (email, told.get("password", ""), address_of(request), _entering.agent_of(request))
    try:
        session = await anyio.to_thread.run_sync(sign_in, *given)
    except TooMany as error:
        return forms.refused(_page(next_path, email, forms.sentence(error), 429), error)
    except Unauthenticated as error:
        return _page(next_path, email, t(error.message), 401)
    return await anyio.to_thread.run_sync(_entering.entered, request, session, next_path)


def _code_page(wrong: str = "", status: int = 200) -> HTMLResponse:
    words = t("Type the code that your device shows now, or one of your recovery codes.")
    code = forms.field("sign-in", "code", t("Code of your device"), "text", "", "one-time-code", wrong, autofocus=True)
    parts = [
        html.H1(t("Your second factor")), html.P(words), code, forms.button(t("Sign in")),
        html.A(t("Start again"), href="/sign-in", className="fz-link"),
    ]  # fmt: skip
    return forms.form_page(t("Your second factor"), forms.form(parts, "/sign-in/code"), status)


@router.get("/sign-in/code")
def code_form(request: Request) -> Response:
    """Asks for the code of whoever has given email and password."""
    return _code_page() if _entering.WAITING in request.cookies else RedirectResponse("/sign-in", 303)


@router.post("/sign-in/code")
async def enter_code(request: Request) -> Response:
    """Takes the code, once, and sets the session's cookie."""
    token, _, next_path = unquote(request.cookies.get(_entering.WAITING, "")).partition("|")
    code = (await sent(request)).get("code", "")
    try:
        given = (token, code, address_of(request), _entering.agent_of(request))
        session = await anyio.to_thread.run_sync(finish_sign_in, *given)
    except TooMany as error:
        return forms.refused(_code_page(forms.sentence(error), 429), error)
    except Unauthenticated as error:
        return _code_page(t(error.message), 401)
    answer = await anyio.to_thread.run_sync(_entering.entered, request, session, next_path)
    answer.delete_cookie(_entering.WAITING, path="/sign-in")
    return answer


@router.get("/sign-out")
def ask_sign_out() -> HTMLResponse:
    """A button: leaving is a change, and a link must not make it."""
    parts = [html.H1(t("Sign out")), forms.button(t("Sign out"))]
    return forms.form_page(t("Sign out"), forms.form(parts, "/sign-out"))


@router.post("/sign-out")
def leave(request: Request) -> RedirectResponse:
    """Ends the session here and in the store."""
    if token := request.cookies.get(_entering.COOKIE):
        sign_out(token)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(_entering.COOKIE, path="/")
    return answer
