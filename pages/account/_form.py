"""Forms that need no script: their fields, their pages, what they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from fastapi.responses import HTMLResponse

from accounts import DomainError, TooMany
from calculations.model import InputError
from locales import current_language, t
from pages._parts.desk import sentence_of
from pages._parts.html_text import document, tag
from pages._parts.shell import field_error, guest_shell
from pages._parts.styles import style_text
from pages.registry import asset_url


def field(
    prefix: str, name: str, label: str, kind: str, value: str = "", complete: str = "", wrong: str = "", **more: Any
) -> html.Div:
    """A labelled field, with its sentence where what was typed is wrong."""
    given = {"id": f"{prefix}-{name}", "name": name, "type": kind, "value": value, "autocomplete": complete, **more}
    if wrong:
        given |= {"aria-invalid": "true", "aria-describedby": f"{prefix}-{name}-error"}
    parts = [
        html.Label(label, htmlFor=f"{prefix}-{name}", className="fz-label"),
        tag("input", class_="fz-input", **{"required": True, "maxlength": "200", **given}),
        field_error(wrong, f"{prefix}-{name}-error") if wrong else None,
    ]
    return html.Div(parts, className="fz-field-group")


def hidden(name: str, value: str) -> Any:
    """A field that is sent and not seen."""
    return tag("input", type="hidden", name=name, value=value)


def button(words: str) -> html.Button:
    """The form's one button."""
    return html.Button(words, type="submit", className="fz-button fz-button-main")


def form(children: list[Any], action: str) -> html.Form:
    """The form itself."""
    return html.Form(children, method="post", action=action, className="fz-stack")


def form_page(title: str, inside: Any, status: int = 200, script: str = "") -> HTMLResponse:
    """A page around a form; ``script`` is a file under assets/ that helps where scripts run."""
    body = guest_shell(inside, notice_kind=None)
    head = f'<script src="{asset_url(script)}" defer></script>' if script else ""
    css = style_text("guest")
    text = document(f"{title} · Forum Zero", body, language=current_language(), css=css, head=head)
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


def wrong_fields(error: InputError, labels: Mapping[str, str]) -> dict[str, str]:
    """The first sentence of each field that is wrong."""
    return {each.field: sentence_of(each, labels) for each in reversed(error.errors)}


def refused(page: HTMLResponse, error: DomainError) -> HTMLResponse:
    """The same page, saying when to come back where it was asked too often."""
    if isinstance(error, TooMany):
        page.headers["Retry-After"] = str(error.retry_after_s)
    return page


def sentence(error: DomainError) -> str:
    """What is wrong, in the person's language."""
    return t(error.message, **error.params)
