"""What a device proves: its participation and secret come in a callback's body, never in an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import events
from events import Event


def device_of(asked: Any) -> Mapping[str, Any]:
    """The ``device`` of a message."""
    found = asked.get("device") if isinstance(asked, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def came_by(device: Mapping[str, Any]) -> str:
    """The code that this device scanned, '' where it tells none."""
    code = device.get("code")
    return code if isinstance(code, str) else ""


def proved(event: Event, device: Mapping[str, Any]) -> str:
    """The participation that the device's secret proves at this event, '' where there is none."""
    participation_id, secret = device.get("participation_id"), device.get("secret")
    if not isinstance(participation_id, str) or not isinstance(secret, str):
        return ""
    try:
        return participation_id if events.guest(participation_id, secret).slug == event.slug else ""
    except events.Unauthenticated:
        return ""


def notice_kind(event: Event) -> str | None:
    """The strip above: a draft that its organisers look at, the demonstration, a test event, or none at a live one."""
    if event.state == "draft":
        return "draft"
    return "demo" if event.simulated else None if event.livemode else "trial"
