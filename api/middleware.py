"""What happens around every request: language, who asks, where a change came from, size limits, security headers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import anyio.to_thread
from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser

from accounts import ANONYMOUS, actor_of, may, set_actor
from api import metrics
from api.problems import answer_for, problem
from calculations.model import FieldError, InputError
from data.settings import get_settings
from locales import LANGUAGES, negotiate, set_language, t

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
MAX_BODY_BYTES = 64 * 1024
MAX_PAGE_BODY_BYTES = 256 * 1024
MAX_IMPORT_BYTES = 32 * 1024 * 1024
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=()",
}


class Request:
    """The few facts of a request that the guard needs, read once."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self.headers = Headers(scope=scope)
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query = dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=None)[:100])
        self.cookies = cookie_parser(self.headers.get("cookie", "")[:8192])
        scheme, token = (self.headers.get("authorization", "").split(" ", 1) + [""])[:2]
        self.bearer = token.strip() if scheme.lower() == "bearer" else ""
        self.answered = False
        self.secure = scope.get("scheme") == "https" or get_settings().is_secure


class Guard:
    """ASGI middleware: refuses early, sets the context of the request, adds headers to every answer."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it, so nothing of it goes unchecked
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        asked = request.query.get("lang")
        set_language(negotiate(asked, request.cookies.get("fz_lang"), request.headers.get("accept-language")))
        set_actor(ANONYMOUS)
        sending = _with_headers(send, request, asked)
        if refusal := _refusal(request):
            await refusal(scope, receive, sending)
            return
        try:
            again = _asker(request)
            actor = await anyio.to_thread.run_sync(again) if again else ANONYMOUS
            set_actor(actor, again)
            await self.app(scope, _limited(receive, _limit(request, actor)), sending)
        except TooLarge as error:
            await problem(413, t("Too large"), str(error.detail))(scope, receive, sending)
        except Exception as error:  # the framework has no handler of its own around the page framework's routes
            if request.answered:  # a stream that breaks off: there is no second answer
                raise
            await answer_for(error)(scope, receive, sending)


class TooLarge(HTTPException):
    """An HTTP error, so that whoever reads the body lets it through as it is."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, t("A body has at most {limit} bytes.", limit=limit))


def _limit(request: Request, actor: Any = None) -> int:
    if request.path.startswith("/_dash-") and _may_send_evidence(request, actor):
        return MAX_IMPORT_BYTES
    return MAX_PAGE_BODY_BYTES if request.path.startswith(("/_dash-", "/desk")) else MAX_BODY_BYTES


def _may_send_evidence(request: Request, actor: Any) -> bool:
    """The registry's document comes with the exchange's form, files of data with the organiser's; before we know who
    asks, any session may be theirs."""
    return "fz_session" in request.cookies if actor is None else may(actor, "retire") or may(actor, "event.import")


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def limited() -> dict[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge(limit)
        return message

    return limited


def _nul_in(name: str) -> Any:
    message = "{field}: {value} does not fit; write text without the character NUL."
    return answer_for(InputError([FieldError(name, "NUL", message)]))


def _refusal(request: Request) -> Any:
    """What no route should see: NUL, which no store keeps; bodies over the limit; and changes that a foreign page asks
    for: it must not make a signed-in person's browser change anything."""
    if "\0" in request.path:
        return problem(404, t("Not found"), t("There is nothing at {path}.", path=repr(request.path[:80])))
    if name := next((name for name, value in request.query.items() if "\0" in name + value), ""):
        return _nul_in(name)
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > _limit(request):
        return problem(413, t("Too large"), t("A body has at most {limit} bytes.", limit=_limit(request)))
    if request.method in ("GET", "HEAD", "OPTIONS") or request.path.startswith("/webhooks/") or request.bearer:
        return None
    if _is_foreign(request):
        return problem(403, t("Not allowed"), t("A change has to come from a page of this address."))
    return None


def _is_foreign(request: Request) -> bool:
    """Whether another address asks for a change, with a cookie or without (a sign-in has none yet). A browser tells;
    a program, which need not, has no cookie."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        return True
    if origin is None:
        return site is None and bool(request.cookies)
    own = (request.headers.get("host"), get_settings().base_url.split("://", 1)[-1])
    scheme, _, host = origin.partition("://")
    return scheme not in ("http", "https") or host not in own


def _asker(request: Request) -> Callable[[], Any] | None:
    """What tells who asks: a program by its token, a person by the session's cookie; None for anybody else, a guest's
    secret is nobody of the desks."""
    token = request.bearer if request.bearer else request.cookies.get("fz_session")
    if not token or (request.bearer and not token.startswith("fzp_")):
        return None
    return partial(actor_of, token)


def _with_headers(send: Send, request: Request, asked: str | None) -> Send:
    began = time.perf_counter()

    async def sending(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            request.answered = True
            metrics.count(request.method, message["status"], request.path, time.perf_counter() - began)
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")  # what may be kept says so itself
            if request.secure:
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            if asked in LANGUAGES and request.cookies.get("fz_lang") != asked:
                secure = "; Secure" if request.secure else ""
                headers.append(
                    "Set-Cookie", f"fz_lang={asked}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}"
                )
        await send(message)

    return sending
