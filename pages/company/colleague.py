"""Opening or joining a company's account by a mailed link: a form that needs no script."""

from __future__ import annotations

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from accounts import Conflict, NotFound, TooMany, accept_colleague
from calculations.model import InputError
from locales import t
from pages._parts.sent import sent
from pages._parts.shell import field_error
from pages._parts.visitor import address_of
from pages.account import _form as forms

router = APIRouter(include_in_schema=False)
SCRIPT = "js/link-code.js"


def _page(code: str = "", wrong: dict[str, str] | None = None, status: int = 200) -> HTMLResponse:
    said = wrong or {}
    words = t("You will see the company’s totals and orders, and can order for its people. "
              "Who has an account here already leaves the password empty and keeps theirs.")  # fmt: skip
    password = forms.field("link", "password", t("New password"), "password", "", "new-password",
                           said.get("password", ""), required=False)  # fmt: skip
    parts = [
        html.H1(t("Your company’s account")), html.P(words),
        forms.field("link", "code", t("Code from the letter"), "text", code, "off", said.get("code", "")),
        password, field_error(said["form"]) if "form" in said else None, forms.button(t("Go on")),
    ]  # fmt: skip
    return forms.form_page(t("Your company’s account"), forms.form(parts, "/company/colleague"), status, SCRIPT)


@router.get("/company/colleague")
def ask() -> Response:
    """The form; the code comes from the address's fragment or is pasted."""
    return _page()


@router.post("/company/colleague")
async def join(request: Request) -> Response:
    """Joins by the link's code."""
    told = await sent(request)
    code, password = told.get("code", "").strip().rpartition("#")[2], told.get("password", "")
    try:
        await anyio.to_thread.run_sync(accept_colleague, code, password, address_of(request))
    except InputError as error:
        return _page(code, forms.wrong_fields(error, {"password": t("New password")}), 422)
    except NotFound as error:
        return _page("", {"code": forms.sentence(error)}, 404)
    except Conflict as error:
        return _page(code, {"form": forms.sentence(error)}, 409)
    except TooMany as error:
        return forms.refused(_page(code, {"form": forms.sentence(error)}, 429), error)
    go = html.A(t("Sign in"), href="/sign-in?next=/desk/company", className="fz-button fz-button-main")
    words = t("You look after the company’s account now.")
    inside = html.Div([html.H1(t("Done")), html.P(words), go], className="fz-stack")
    return forms.form_page(t("Your company’s account"), inside)
