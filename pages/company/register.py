"""A company opens its own account: a form that needs no script."""

from __future__ import annotations

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from accounts import ANONYMOUS, Conflict, TooMany, current_actor, mail_is_sent, register_company
from calculations.model import InputError
from locales import current_language, t
from pages._parts.sent import sent
from pages._parts.shell import field_error
from pages._parts.visitor import address_of
from pages.account import _form as forms

router = APIRouter(include_in_schema=False)
FIELDS = ("name", "person", "email")


def _labels() -> dict[str, str]:
    return {"name": t("Name of the company"), "person": t("Your name"), "email": t("Email")}


def _field(name: str, value: str, wrong: str) -> html.Div:
    kinds = {"email": ("email", "username"), "person": ("text", "name"), "name": ("text", "organization")}
    kind, complete = kinds[name]
    return forms.field("register", name, _labels()[name], kind, value, complete, wrong)


def _page(told: dict[str, str], wrong: dict[str, str], status: int = 200) -> HTMLResponse:
    words = t(
        "For companies, public bodies and institutions that cover their people. You see totals of five people or more, "
        "never anybody’s trips."
    )
    later = t("At test events you can begin at once; for live events an administrator approves the company first.")
    fields = [_field(name, told.get(name, ""), wrong.get(name, "")) for name in FIELDS]
    mailed = t("A link to open it comes by mail: it shows that the email is yours.")
    form = forms.form(
        [
            html.H1(t("A company’s account")), html.P(words), html.P(later, className="fz-small"), *fields,
            html.P(mailed, className="fz-small"),
            field_error(wrong["form"]) if "form" in wrong else None,
            forms.button(t("Open the account")),
            html.A(t("I have an account: sign in"), href="/sign-in?next=/desk/company", className="fz-link"),
        ],
        "/company/register",
    )  # fmt: skip
    return forms.form_page(t("A company’s account"), form, status)


@router.get("/company/register")
def ask() -> Response:
    """The form; somebody who is signed in goes to the company's desk."""
    if current_actor() != ANONYMOUS:
        return RedirectResponse("/desk/company", 303)
    return _page({}, {})


@router.post("/company/register")
async def enter(request: Request) -> Response:
    """Mails the link that opens the account; says the same whether the email is somebody's or not. The guard has seen
    that no other address asks."""
    told = {key: value[:200] for key, value in (await sent(request)).items() if key in FIELDS}
    given = {name: told.get(name, "") for name in FIELDS} | {"locale": current_language()}
    try:
        await anyio.to_thread.run_sync(lambda: register_company(**given, address=address_of(request)))
    except InputError as error:
        return _page(told, forms.wrong_fields(error, _labels()), 422)
    except Conflict as error:
        return _page(told, {"form": forms.sentence(error)}, 409)
    except TooMany as error:
        return forms.refused(_page(told, {"form": forms.sentence(error)}, 429), error)
    return _sent_page(given["name"])


def _sent_page(name: str) -> HTMLResponse:
    words = t(
        "A link to open the account of {company} is on its way. It works once, for two days.", company=name.strip()
    )
    unsent = t("This installation sends no mail; its operator finds the link in the server’s log.")
    note = None if mail_is_sent() else html.P(unsent, className="fz-small")
    back = html.A(t("Sign in"), href="/sign-in?next=/desk/company", className="fz-button")
    inside = html.Div([html.H1(t("Look into your mail")), html.P(words), note, back], className="fz-stack")
    return forms.form_page(t("A company’s account"), inside)
