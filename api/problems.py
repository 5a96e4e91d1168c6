"""Errors as application/problem+json, in the reader's language: one table from exception to status."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from accounts.errors import Conflict, DomainError, Forbidden, NotFound, TooMany, Unauthenticated
from api import document
from calculations.model import FieldError, InputError
from locales import t

log = logging.getLogger("forum_zero")

STATUS: dict[type[Exception], tuple[int, str]] = {
    InputError: (422, "Some of what was sent needs a change"),
    Unauthenticated: (401, "Sign in first"),
    Forbidden: (403, "Not allowed"),
    NotFound: (404, "Not found"),
    Conflict: (409, "Not possible as things stand"),
    TooMany: (429, "Too many requests"),
}


def problem(
    status: int,
    title: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """An RFC 9457 answer; ``title`` and ``detail`` are already in the reader's language."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors is not None:
        body["errors"] = errors
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def field_sentence(error: FieldError) -> str:
    """The sentence for one field, in the reader's language."""
    said = t(error.message, **{"field": error.field, "value": _shown(error.value), **error.params})
    return _whole(said)


def _shown(value: Any) -> str:
    """A value as it can be told again: short, and without the halves of characters that JSON can carry."""
    shown = str(value) if not isinstance(value, int) or abs(value) < 10**80 else f"{'-' if value < 0 else ''}10^80…"
    shown = shown if len(shown) <= 80 else shown[:77] + "…"
    return _whole(shown)


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _json_safe(value: Any) -> Any:
    small = isinstance(value, int) and abs(value) < 2**63
    return value if value is None or isinstance(value, bool) or small else _shown(value)


def answer_for(error: Exception) -> JSONResponse:
    """The answer to any exception; what we did not foresee is logged with an id and told as 500."""
    if isinstance(error, InputError):
        errors = [
            {"field": _shown(e.field), "value": _json_safe(e.value), "message": field_sentence(e)} for e in error.errors
        ]
        detail = " ".join(str(e["message"]) for e in errors[:3])
        return problem(422, t(STATUS[InputError][1]), detail, errors)
    for kind, (status, title) in STATUS.items():
        if isinstance(error, DomainError) and isinstance(error, kind):
            headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooMany) else None
            if status == 401:
                headers = {"WWW-Authenticate": "Bearer"}
            return problem(status, t(title), _whole(t(error.message, **error.params)), headers=headers)
    incident = uuid.uuid4().hex[:12]
    log.error("unforeseen error %s", incident, exc_info=error)
    return problem(500, t("Something went wrong here"), t("We have noted it as {incident}.", incident=incident))


async def on_error(request: Request, error: Exception) -> Response:
    answer, in_a_page = answer_for(error), getattr(request.app.state, "told_in_a_page", None)
    if not in_a_page or isinstance(error, InputError) or not isinstance(error, DomainError):
        return answer
    told = json.loads(bytes(answer.body))
    page: Response | None = in_a_page(request, answer.status_code, told["title"], told["detail"])
    if page is not None and "retry-after" in answer.headers:
        page.headers["Retry-After"] = answer.headers["retry-after"]
    return page or answer


async def on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        for_people = getattr(request.app.state, "nothing_there", None)
        if for_people and (page := for_people(request)):
            return page
        return problem(404, t("Not found"), t("There is nothing at {path}.", path=_shown(request.url.path)))
    if error.status_code == 405:
        sentence = t("{method} is not possible at {path}.", method=request.method, path=_shown(request.url.path))
        return problem(405, t("Not allowed"), sentence, headers=dict(error.headers or {}))
    if error.status_code == 400:
        return problem(400, t("The body is not JSON."), t("The body can't be read; send JSON in UTF-8."))
    sentence = t("The request can't be answered: {reason}.", reason=str(error.detail))
    return problem(error.status_code, t("Not possible"), sentence, headers=dict(error.headers or {}))


def _place_of(location: tuple[Any, ...]) -> str:
    parts = [str(p) if not isinstance(p, int) else f"[{p}]" for p in location if p not in ("body", "query", "path")]
    return ".".join(parts).replace(".[", "[") or str(location[0] if location else "body")


RIGHT: dict[str, str] = {  # what would be right, by the schema library's name of what is wrong
    "missing": "it is required",
    "extra_forbidden": "there is no such field",
    "string_type": "write text",
    "string_too_long": "write at most {max_length} characters",
    "string_too_short": "write at least {min_length} characters",
    "string_unicode": "write text in Unicode",
    "no_nul": "write text without the character NUL",
    "string_pattern_mismatch": "write it in the form {pattern}",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "greater_than": "write a number above {gt}",
    "greater_than_equal": "write a number from {ge}",
    "less_than": "write a number below {lt}",
    "less_than_equal": "write a number up to {le}",
    "literal_error": "write one of {expected}",
    "enum": "write one of {expected}",
    "list_type": "write a list",
    "too_long": "write at most {max_length} of them",
    "dict_type": "write an object",
    "model_attributes_type": "write an object",
    "model_type": "write an object",
}
_OTHERWISE = "it does not fit the form described in the API's document"


def _wrong(place: str, item: Any) -> str:
    context = item.get("ctx") or {}
    right = t(RIGHT.get(item["type"], _OTHERWISE), **context)
    if item["type"] == "missing":
        return t("{field} is missing; {right}.", field=place, right=right)
    return t("{field}: {value} does not fit; {right}.", field=place, value=_shown(item.get("input")), right=right)


async def on_validation_error(request: Request, error: Exception) -> JSONResponse:
    """What the schema refuses, with the field, the value and what would be right."""
    assert isinstance(error, RequestValidationError)
    if any(isinstance(item.get("input"), bytes) for item in error.errors()):
        return problem(415, t("The body is not JSON."), t("Send the body with Content-Type: application/json."))
    errors = []
    for item in error.errors():
        place = _place_of(tuple(item["loc"]))
        sentence = _wrong(place, item)
        errors.append({"field": place, "value": _json_safe(item.get("input")), "message": sentence})
    status = 400 if any(item["type"] == "json_invalid" for item in error.errors()) else 422
    title = t("The body is not JSON.") if status == 400 else t(STATUS[InputError][1])
    return problem(status, title, " ".join(str(e["message"]) for e in errors[:3]), errors)


def install(app: Any) -> None:
    """Puts the handlers on the application, and tells of them in its document."""
    app.openapi = lambda: document.describe(app)
    for kind in STATUS:
        app.add_exception_handler(kind, on_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(Exception, on_error)
