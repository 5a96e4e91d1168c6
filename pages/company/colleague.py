"""Opening or joining a company's account by a mailed link: a form that needs no script."""

from __future__ import annotations

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from accounts import Conflict, NotFound, TooMany, accept_colleague, company_of_link
from calculations.model import InputError
from locales import t
from pages._parts.sent import sent
from pages._parts.shell import field_error
from pages._parts.visitor import address_of
from pages.account import _form as forms

router = APIRouter(include_in_schema=False)
SCRIPT = "js/link-code.js"


def _title(company: str) -> str:
    return t("The account of {company}", company=company) if company else t("Your company’s account")


def _code_page(wrong: str = "", status: int = 200, code: str = "") -> HTMLResponse:
    """Asks for the code alone: whose account it is of stands in no address, so that nobody can write it there."""
    parts = [
        html.H1(_title("")), forms.field("link", "code", t("Code from the letter"), "text", code, "off", wrong),
        forms.button(t("Go on")),
    ]  # fmt: skip
    return forms.form_page(_title(""), forms.form(parts, "/company/colleague"), status, SCRIPT)


def _page(company: str, code: str, wrong: dict[str, str] | None = None, status: int = 200) -> HTMLResponse:
    said = wrong or {}
    words = t("You will see the company’s totals and orders, and can order for its people. "
              "Who has an account here already leaves the password empty and keeps theirs.")  # fmt: skip
    password = forms.field("link", "password", t("New password"), "password", "", "new-password",
                           said.get("password", ""), required=False, autofocus=True)  # fmt: skip
    parts = [
        html.H1(_title(company)), html.P(words), forms.hidden("code", code), password,
        field_error(said["form"]) if "form" in said else None, forms.button(t("Go on")),
    ]  # fmt: skip
    return forms.form_page(_title(company), forms.form(parts, "/company/colleague"), status)


@router.get("/company/colleague")
def ask() -> Response:
    """The form; the code comes from the address's fragment or is pasted."""
    return _code_page()


@router.post("/company/colleague")
async def join(request: Request) -> Response:
    """Says whose account the link's code is of; sent again with a password, or with none, it joins."""
    told, address = await sent(request), address_of(request)
    code, company = told.get("code", "").strip().rpartition("#")[2], ""
    try:
        company = await anyio.to_thread.run_sync(company_of_link, code, address)
        if "password" not in told:
            return _page(company, code)
        await anyio.to_thread.run_sync(accept_colleague, code, told["password"], address)
    except InputError as error:
        return _page(company, code, forms.wrong_fields(error, {"password": t("New password")}), 422)
    except NotFound as error:
        return _code_page(forms.sentence(error), 404)
    except Conflict as error:
        return _page(company, code, {"form": forms.sentence(error)}, 409)
    except TooMany as error:
        said = forms.sentence(error)
        page = _page(company, code, {"form": said}, 429) if company else _code_page(said, 429, code)
        return forms.refused(page, error)
    go = html.A(t("Sign in"), href="/sign-in?next=/desk/company", className="fz-button fz-button-main")
    words = t("You look after the account of {company} now.", company=company)
    inside = html.Div([html.H1(t("Done")), html.P(words), go], className="fz-stack")
    return forms.form_page(_title(company), inside)
