"""The last step of signing in, whichever way: the session's cookie, or the wait for a second factor's code."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from accounts import SignedIn, actor_of, may
from data.settings import get_settings

COOKIE, WAITING = "fz_session", "fz_waiting"
WAITING_S = 300


def path_of(next_path: str) -> str:
    """Where to go afterwards: a path of this address, never another host. Browsers read a backslash as a slash and
    leave out tabs and line ends, so no address with one is taken."""
    whole = next_path.isprintable() and "\\" not in next_path
    return next_path if whole and next_path.startswith("/") and not next_path.startswith("//") else "/desk"


def entered(request: Request, session: SignedIn, next_path: str) -> Response:
    """Leads on with the session's cookie; first to the second factor's code where one is on."""
    secure = request.url.scheme == "https" or get_settings().is_secure
    if session.needs_code:
        answer = RedirectResponse("/sign-in/code", 303, headers={"Cache-Control": "no-store"})
        value = f"{session.token}|{next_path}"
        answer.set_cookie(WAITING, quote(value), max_age=WAITING_S, httponly=True, samesite="lax", secure=secure,
                          path="/sign-in")  # fmt: skip
        return answer
    where = path_of(next_path)
    where = _first_page(session.token) if where == "/desk" else where
    answer = RedirectResponse(where, 303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(COOKIE, session.token, max_age=12 * 3600, httponly=True, samesite="lax", secure=secure, path="/")
    return answer


def _first_page(token: str) -> str:
    """The list of events, or the company's own page for who sees no event."""
    actor = actor_of(token)
    return "/desk/company" if may(actor, "company.view") and not may(actor, "event.view") else "/desk"


def agent_of(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")[:400]
