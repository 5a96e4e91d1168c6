"""A password that is forgotten, or not set yet: a mailed link, used once. Forms that need no script.

The link's token stands in the address's fragment, which no server and no log sees; a small script puts it into the
form, and where none runs it is pasted from the letter.
"""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from accounts import NotFound, TooMany, ask_reset, mail_is_sent, set_password_by_link
from calculations.model import InputError
from locales import t
from pages._parts.sent import sent
from pages._parts.shell import field_error
from pages._parts.visitor import address_of
from pages.account import _form as forms

router = APIRouter(include_in_schema=False)
SCRIPT = "js/link-code.js"


def _forgot_page(email: str = "", wrong: str = "", status: int = 200) -> HTMLResponse:
    words = t("Tell us the email of your account: a link to set a new password goes there.")
    parts = [
        html.H1(t("A new password")), html.P(words), _unsent(),
        forms.field("forgot", "email", t("Email"), "email", email, "username"),
        field_error(wrong) if wrong else None,
        forms.button(t("Send the link")),
        html.A(t("Back to signing in"), href="/sign-in", className="fz-link"),
    ]  # fmt: skip
    return forms.form_page(t("A new password"), forms.form(parts, "/forgot"), status)


def _unsent() -> Any:
    words = t("This installation sends no mail; its operator finds the link in the server’s log.")
    return None if mail_is_sent() else html.P(words, className="fz-small")


@router.get("/forgot")
def forgot() -> Response:
    """Asks for the email."""
    return _forgot_page()


@router.post("/forgot")
async def send(request: Request) -> Response:
    """Mails the link; says the same whether the email is somebody's or not."""
    email = (await sent(request)).get("email", "")
    try:
        await anyio.to_thread.run_sync(ask_reset, email, address_of(request))
    except TooMany as error:
        return forms.refused(_forgot_page(email, forms.sentence(error), 429), error)
    words = t("If there is an account with this email, a link is on its way. It works once, for 30 minutes.")
    back = html.A(t("Back to signing in"), href="/sign-in", className="fz-button")
    inside = html.Div([html.H1(t("Look into your mail")), html.P(words), _unsent(), back], className="fz-stack")
    return forms.form_page(t("A new password"), inside)


def _reset_page(code: str = "", wrong: dict[str, str] | None = None, status: int = 200) -> HTMLResponse:
    said = wrong or {}
    words = t("At least 10 characters. All sessions of your account end when you set it.")
    parts = [
        html.H1(t("Set your password")), html.P(words),
        forms.field("link", "code", t("Code from the letter"), "text", code, "off", said.get("code", "")),
        forms.field("link", "password", t("New password"), "password", "", "new-password", said.get("password", "")),
        field_error(said["form"]) if "form" in said else None,
        forms.button(t("Set the password")),
        html.A(t("Ask for a new link"), href="/forgot", className="fz-link"),
    ]  # fmt: skip
    return forms.form_page(t("Set your password"), forms.form(parts, "/reset"), status, SCRIPT)


@router.get("/reset")
def reset() -> Response:
    """The form; the code comes from the address's fragment or is pasted."""
    return _reset_page()


@router.post("/reset")
async def set_password(request: Request) -> Response:
    """Sets the password by the link's code."""
    told = await sent(request)
    code, password = told.get("code", "").strip().rpartition("#")[2], told.get("password", "")
    try:
        await anyio.to_thread.run_sync(set_password_by_link, code, password, address_of(request))
    except InputError as error:
        return _reset_page(code, forms.wrong_fields(error, {"password": t("New password")}), 422)
    except NotFound as error:
        return _reset_page("", {"code": forms.sentence(error)}, 404)
    except TooMany as error:
        return forms.refused(_reset_page(code, {"form": forms.sentence(error)}, 429), error)
    go = html.A(t("Sign in"), href="/sign-in", className="fz-button fz-button-main")
    words = t("Your password is set, and every session of your account has ended.")
    inside = html.Div([html.H1(t("Done")), html.P(words), go], className="fz-stack")
    return forms.form_page(t("Set your password"), inside)
