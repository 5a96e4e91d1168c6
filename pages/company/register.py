"""A company opens its own account: a form that needs no script."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from accounts import ANONYMOUS, Conflict, TooMany, current_actor, register_company
from calculations.model import InputError
from data.settings import get_settings
from locales import current_language, t
from pages._parts.html_text import document, tag
from pages._parts.shell import field_error, guest_shell
from pages._parts.styles import style_text

router = APIRouter(include_in_schema=False)
FIELDS = ("name", "person", "email", "password")


def _labels() -> dict[str, str]:
    return {"name": t("Name of the company"), "person": t("Your name"), "email": t("Email"), "password": t("Password")}


def _field(name: str, value: str, wrong: str) -> html.Div:
    kinds = {"email": ("email", "username"), "password": ("password", "new-password"), "person": ("text", "name"),
             "name": ("text", "organization")}  # fmt: skip
    kind, complete = kinds[name]
    more = {"aria-invalid": "true", "aria-describedby": f"register-{name}-error"} if wrong else {}
    given = {"id": f"register-{name}", "name": name, "type": kind, "value": value, "autocomplete": complete, **more}
    parts = [
        html.Label(_labels()[name], htmlFor=f"register-{name}", className="fz-label"),
        tag("input", class_="fz-input", required=True, maxlength="200", **given),
        field_error(wrong, f"register-{name}-error") if wrong else None,
    ]
    return html.Div(parts, className="fz-field-group")


def _page(told: dict[str, str], wrong: dict[str, str], status: int = 200) -> HTMLResponse:
    words = t(
        "For companies, public bodies and institutions that cover their people. You see totals of five people or more, "
        "never anybody’s trips."
    )
    later = t("At test events you can begin at once; for live events an administrator approves the company first.")
    fields = [_field(name, told.get(name, "") if name != "password" else "", wrong.get(name, "")) for name in FIELDS]
    form = html.Form(
        [
            html.H1(t("A company’s account")), html.P(words), html.P(later, className="fz-small"), *fields,
            field_error(wrong["form"]) if "form" in wrong else None,
            html.Button(t("Open the account"), type="submit", className="fz-button fz-button-main"),
            html.A(t("I have an account: sign in"), href="/sign-in?next=/desk/company", className="fz-link"),
        ],
        method="post", action="/company/register", className="fz-stack",
    )  # fmt: skip
    title = t("A company’s account") + " · Forum Zero"
    body = guest_shell(form, notice_kind=None)
    page = document(title, body, language=current_language(), css=style_text("guest"))
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})


@router.get("/company/register")
def ask() -> Response:
    """The form; somebody who is signed in goes to the company's desk."""
    if current_actor() != ANONYMOUS:
        return RedirectResponse("/desk/company", 303)
    return _page({}, {})


@router.post("/company/register")
async def enter(request: Request) -> Response:
    """Opens the account and leads to signing in. The guard has seen that no other address asks."""
    body = (await request.body()).decode("utf-8", "replace")
    told = {key: values[-1].replace("\0", "")[:200] for key, values in parse_qs(body).items() if key in FIELDS}
    given = {name: told.get(name, "") for name in FIELDS}
    try:
        await anyio.to_thread.run_sync(lambda: register_company(**given, address=_address(request)))
    except InputError as error:
        labels = _labels()
        wrong = {e.field: _sentence(e, labels) for e in reversed(error.errors)}
        return _page(told, wrong, 422)
    except Conflict as error:
        return _page(told, {"form": t(error.message, **error.params)}, 409)
    except TooMany as error:
        page = _page(told, {"form": t(error.message, **error.params)}, 429)
        page.headers["Retry-After"] = str(error.retry_after_s)
        return page
    return RedirectResponse("/sign-in?next=/desk/company", 303, headers={"Cache-Control": "no-store"})


def _sentence(error: Any, labels: dict[str, str]) -> str:
    shown = {"field": labels.get(error.field, error.field), "value": str(error.value)[:80]}
    return t(error.message, **{**shown, **error.params})


def _address(request: Request) -> str:
    """Who asks, for throttles: the address that the outermost proxy of ours saw, else the connection's."""
    told = ",".join(request.headers.getlist("x-forwarded-for"))
    seen = [part.strip() for part in told.split(",") if part.strip()]
    trusted = get_settings().trusted_proxies
    if trusted and len(seen) >= trusted:
        return seen[-trusted][:64]
    return request.client.host if request.client else ""
