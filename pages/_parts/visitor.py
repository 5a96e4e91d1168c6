"""Who asks, as far as a payment provider or a throttle has to know: the browser and the address."""

from __future__ import annotations

from dash.backends._fastapi import get_current_request
from fastapi import Request

from data.settings import get_settings


def user_agent() -> str:
    """What the browser of a page's layout or callback calls itself; '' outside a request."""
    try:
        return str(get_current_request().headers.get("user-agent", ""))[:1000]
    except RuntimeError:  # the framework asks each layout once without a request
        return ""


def address() -> str:
    """The address that a page's layout or callback is asked from; '' outside a request."""
    try:
        return address_of(get_current_request())
    except RuntimeError:
        return ""


def address_of(request: Request) -> str:
    """The address that the outermost proxy of ours saw, else the connection's."""
    told = ",".join(request.headers.getlist("x-forwarded-for"))
    seen = [part.strip() for part in told.split(",") if part.strip()]
    trusted = get_settings().trusted_proxies
    if trusted and len(seen) >= trusted:
        return seen[-trusted][:64]
    return request.client.host if request.client else ""
