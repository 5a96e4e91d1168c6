"""Signing in and out: forms that need no script."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from accounts import ANONYMOUS, TooMany, Unauthenticated, current_actor, sign_in, sign_out
from data.settings import get_settings
from locales import current_language, t
from pages._parts.html_text import document, tag
from pages._parts.shell import field_error, guest_shell
from pages._parts.styles import style_text
from pages._parts.visitor import address_of

router = APIRouter(include_in_schema=False)
COOKIE = "fz_session"


def _path_of(next_path: str) -> str:
    """Where to go afterwards: a path of this address, never another host. Browsers read a backslash as a slash and
    leave out tabs and line ends, so no address with one is taken."""
    whole = next_path.isprintable() and "\\" not in next_path
    return next_path if whole and next_path.startswith("/") and not next_path.startswith("//") else "/desk"


def _field(name: str, label: str, kind: str, value: str = "", complete: str = "") -> html.Div:
    field = html.Div([html.Label(label, htmlFor=f"sign-in-{name}", className="fz-label")], className="fz-field-group")
    given = {"id": f"sign-in-{name}", "name": name, "type": kind, "value": value, "autocomplete": complete}
    field.children.append(tag("input", class_="fz-input", required=True, **given))
    return field


def _page(next_path: str, email: str = "", wrong: str = "", status: int = 200) -> HTMLResponse:
    form = html.Form(
        [
            html.H1(t("Sign in")),
            html.P(t("For organisers, companies, the exchange, auditors and reporting teams. Guests need no account.")),
            _field("email", t("Email"), "email", email, "username"),
            _field("password", t("Password"), "password", "", "current-password"),
            field_error(wrong) if wrong else None,
            _hidden("next", next_path),
            html.Button(t("Sign in"), type="submit", className="fz-button fz-button-main"),
            html.A(t("A company opens its own account"), href="/company/register", className="fz-link"),
        ],
        method="post",
        action="/sign-in",
        className="fz-stack",
    )
    body = guest_shell(form, notice_kind=None)
    page = document(t("Sign in") + " · Forum Zero", body, language=current_language(), css=style_text("guest"))
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})


def _hidden(name: str, value: str) -> Any:
    return tag("input", type="hidden", name=name, value=value)


@router.get("/sign-in")
def form(next: str = "/desk") -> Response:
    """The form; somebody who is signed in already goes on."""
    if current_actor() != ANONYMOUS:
        return RedirectResponse(_path_of(next), 303)
    return _page(_path_of(next[:500]))


@router.post("/sign-in")
async def enter(request: Request) -> Response:
    """Checks email and password and sets the session's cookie. The guard has seen that no other address asks."""
    told = {key: values[-1] for key, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
    email, next_path = told.get("email", "").replace("\0", ""), _path_of(told.get("next", "")[:500])
    address = address_of(request)
    try:
        session = await anyio.to_thread.run_sync(sign_in, email, told.get("password", ""), address)
    except TooMany as error:
        page = _page(next_path, email, t(error.message, **error.params), 429)
        page.headers["Retry-After"] = str(error.retry_after_s)
        return page
    except Unauthenticated as error:
        return _page(next_path, email, t(error.message), 401)
    answer = RedirectResponse(next_path, 303, headers={"Cache-Control": "no-store"})
    secure = request.url.scheme == "https" or get_settings().is_secure
    answer.set_cookie(COOKIE, session.token, max_age=12 * 3600, httponly=True, samesite="lax", secure=secure, path="/")
    return answer


@router.get("/sign-out")
def ask_sign_out() -> HTMLResponse:
    """A button: leaving is a change, and a link must not make it."""
    button = html.Button(t("Sign out"), type="submit", className="fz-button fz-button-main")
    form = html.Form([html.H1(t("Sign out")), button], method="post", action="/sign-out", className="fz-stack")
    body = guest_shell(form, notice_kind=None)
    return HTMLResponse(document(t("Sign out"), body, language=current_language(), css=style_text("guest")))


@router.post("/sign-out")
def leave(request: Request) -> RedirectResponse:
    """Ends the session here and in the store."""
    if token := request.cookies.get(COOKIE):
        sign_out(token)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer
