"""What `cli.py serve` does: the welcome that says where everything is, and the server itself."""

import io
import logging
import resource
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import qrcode
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

import accounts
import events
from accounts.errors import NotFound
from data.install import keep, recall
from data.settings import Settings, SettingsError, lan_address

DEMO_SLUG = "chengdu-2021"
BACKLOG = 4096
OPEN_REQUESTS = 8192  # per worker: displays keep theirs open, and guests come on top
STOP_SECONDS = 5
READ_BUFFER_BYTES = 64 * 1024  # a connection; Granian's own 408 KB would be 400 MB for a thousand displays


@dataclass(frozen=True)
class Welcome:
    """Where everything is."""

    base_url: str
    guest_url: str
    screen_url: str
    docs_url: str
    sign_in_url: str
    people: list[dict[str, str]] = field(default_factory=list)
    phones: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return dict(vars(self))

    def lines(self) -> Iterator[str]:
        """The same for people, with the guest's QR code."""
        yield ""
        yield f"Forum Zero is at {self.base_url}"
        yield ""
        yield from qr_lines(self.guest_url)
        yield f"  Guests        {self.guest_url}"
        if self.screen_url:
            yield f"  Big screen    {self.screen_url}"
        yield f"  Sign in       {self.sign_in_url}"
        for person in self.people:
            yield f"    {person['role']:<15}{person['email']:<34}{person['password']}"
        yield f"  API docs      {self.docs_url}"
        yield ""
        yield self.phones
        yield "Ctrl-C ends it; everything is kept."
        yield ""


def welcome(settings: Settings) -> Welcome:
    """Where everything is on this install; its people and its big screen's link are made the first time."""
    base = settings.base_url
    slug = _guest_slug()
    return Welcome(
        base_url=base,
        guest_url=f"{base}/e/{slug}" if slug else f"{base}/",
        screen_url=f"{base}/screen/{_screen_token(slug)}" if slug else "",
        docs_url=f"{base}/api/v1/docs",
        sign_in_url=f"{base}/sign-in",
        people=_people(),
        phones=_phones(settings),
    )


def _guest_slug() -> str:
    """The demonstration's event; without it the first that is published; without any, none."""
    try:
        return events.get_event(DEMO_SLUG).slug
    except NotFound:
        page = events.find_events("", "", 1, 1)
        return page.items[0].slug if page.items else ""


def _screen_token(slug: str) -> str:
    """The link kept for this event's big screen; a new one where it was revoked or never made."""
    kept = recall(f"screen:{slug}")
    if kept:
        try:
            events.screen_event(kept)
            return kept
        except accounts.DomainError:
            pass
    token = events.screen_token(slug)
    keep(f"screen:{slug}", token)
    return token


def _people() -> list[dict[str, str]]:
    made = accounts.ensure_install_people()
    for person in made:
        if person.password:
            keep(f"password:{person.email}", person.password)
    changed = "(a password of your own)"
    return [
        {"role": person.role, "email": person.email, "password": recall(f"password:{person.email}") or changed}
        for person in made
    ]


def _phones(settings: Settings) -> str:
    if settings.host in ("127.0.0.1", "localhost", "::1"):
        return "It listens on this machine alone. To let phones on the local network in: HOST=0.0.0.0 make run"
    if settings.public_url:
        return f"Phones come in at {settings.base_url}."
    address = lan_address()
    if address.startswith("127."):
        return (
            "This machine seems to be on no network: phones can't reach it. Set PUBLIC_URL to the address they can use."
        )
    return f"Phones on the same network come in at http://{address}:{settings.port} (the QR code above)."


def qr_lines(text: str) -> list[str]:
    """A QR code in half blocks, two rows of it a line."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_L)
    code.add_data(text)
    drawn = io.StringIO()
    code.print_ascii(out=drawn, invert=True)
    return drawn.getvalue().replace("\xa0", " ").rstrip().splitlines()


def check_port(settings: Settings) -> None:
    """Raise SettingsError when HOST and PORT can't be listened on."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"PORT is {settings.port} on HOST {settings.host}, which can't be listened on ({error.strerror}); "
                f"try another: PORT={settings.port + 1} make run"
            ) from None


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    _allow_open_files()
    Granian(
        "app:server",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        http=HTTPModes.auto,
        websockets=False,
        http1_settings=HTTP1Settings(max_buffer_size=READ_BUFFER_BYTES),
        backlog=BACKLOG,
        backpressure=OPEN_REQUESTS,
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
    ).serve()


def _allow_open_files() -> None:
    """Each open stream is an open file: raise this process's limit to what the machine grants."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError):
        logging.getLogger("forum_zero").warning("the limit of open files stays as it is")
