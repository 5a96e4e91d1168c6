"""Letters: sealed until sent, sent once by whichever worker comes first, over TLS alone, to a real SMTP server."""

from __future__ import annotations

import email.policy
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

import accounts
from data.settings import get_settings
from data.store import jobs
from data.store import schema as s
from data.store.engine import Store, get_store
from gateways.mail import Letter, MailError, SmtpSender
from tests.support.certificates_tls import own_certificate
from tests.support.people import deliver, link_in, person
from tests.support.server import free_port

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
LETTER = Letter("0123456789abcdefghjk", "ada@example.org", "新密码", "你好 Ada,\n\nhttp://127.0.0.1/reset#x\n", NOW)


class Box:
    """What the server took; ``refuses`` is what it answers to a recipient."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuses = ""

    async def recipient(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Takes or refuses somebody."""
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def data(self, server: Any, session: Any, envelope: Any) -> str:
        """Keeps a letter with whether its line was protected and who sent it."""
        told = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((told, session.ssl is not None, session.auth_data))
        return "250 OK"

    @property
    def hooks(self) -> SimpleNamespace:
        """What the server calls, by its own names."""
        return SimpleNamespace(handle_RCPT=self.recipient, handle_DATA=self.data)


def _trusts(server: Any, session: Any, envelope: Any, mechanism: str, auth_data: Any) -> AuthResult:
    good = (auth_data.login, auth_data.password) == (b"post", b"p@ss/word")
    return AuthResult(success=good, handled=good, auth_data=auth_data.login if good else None)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def smtp(box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that asks for STARTTLS and a password, with a certificate that this test trusts; its port."""
    certificate, key = own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    controller = Controller(
        box.hooks, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True,
        auth_required=True, authenticator=_trusts,
    )  # fmt: skip
    yield from _served(controller)


@pytest.fixture
def plain(box: Box) -> Iterator[int]:
    """A server of this machine that knows no TLS; its port."""
    yield from _served(Controller(box.hooks, hostname="127.0.0.1", port=free_port()))


def _served(controller: Controller) -> Iterator[int]:
    controller.start()
    assert controller.server is not None
    yield int(controller.server.sockets[0].getsockname()[1])
    controller.stop()


def _set(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("MAIL_URL", url)
    monkeypatch.setenv("MAIL_FROM", "Zero <post@zero.example>")
    get_settings.cache_clear()


def test_a_letter_goes_out_over_tls_with_its_password(smtp: int, box: Box) -> None:
    SmtpSender(f"smtp://post:p%40ss%2Fword@127.0.0.1:{smtp}", "Zero <post@zero.example>").send(LETTER)
    told, protected, by = box.letters[0]
    assert protected and by == b"post"
    assert (told["to"], told["from"], told["subject"]) == ("ada@example.org", "Zero <post@zero.example>", "新密码")
    assert told["message-id"] == "<0123456789abcdefghjk@zero.example>" and told["auto-submitted"] == "auto-generated"
    assert told.get_content().replace("\r\n", "\n") == LETTER.text


def test_an_untrusted_certificate_and_a_wrong_password_send_nothing(
    smtp: int, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MailError):
        SmtpSender(f"smtp://post:wrong@127.0.0.1:{smtp}", "z@zero.example").send(LETTER)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailError, match="CERTIFICATE_VERIFY_FAILED|certificate verify failed"):
        SmtpSender(f"smtp://post:p%40ss%2Fword@127.0.0.1:{smtp}", "z@zero.example").send(LETTER)
    assert box.letters == []


def test_no_line_without_tls_but_within_this_machine(plain: int, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    SmtpSender(f"smtp://127.0.0.1:{plain}", "z@zero.example").send(LETTER)
    assert len(box.letters) == 1
    monkeypatch.setattr("gateways.mail.provider.OWN_MACHINE", ())
    with pytest.raises(MailError, match="no TLS"):
        SmtpSender(f"smtp://127.0.0.1:{plain}", "z@zero.example").send(LETTER)
    assert len(box.letters) == 1


@pytest.mark.parametrize("to", ["a@b\r\nBcc: c@d", "nobody", "", "a b@c"])
def test_an_address_that_none_can_be_is_final(to: str) -> None:
    with pytest.raises(MailError) as raised:
        SmtpSender("smtp://127.0.0.1:1", "z@zero.example").send(Letter("x", to, "s", "t", NOW))
    assert raised.value.is_final


def test_a_reset_arrives_once_and_is_forgotten(
    store: Store, plain: int, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(monkeypatch, f"smtp://127.0.0.1:{plain}")
    _, address = person("organiser")
    accounts.ask_reset(address)
    with get_store().write() as conn:
        job = jobs.lease(conn, datetime.now(UTC), "test", 1)[0]
    for _ in range(2):  # cut off after sending, or leased twice
        accounts.deliver_letter(job, datetime.now(UTC))
    assert len(box.letters) == 1
    text = box.letters[0][0].get_content()
    assert accounts.set_password_by_link(link_in(text), "another good password") == address
    with get_store().read() as conn:
        row = conn.execute(sa.select(s.letter).where(s.letter.c.kind == "reset")).mappings().one()
    assert (row["sealed"], row["sent_by"]) == ("", "smtp")


def test_a_server_that_is_away_is_tried_again_and_a_refusal_is_not(
    sqlite_store: Store, plain: int, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = person("organiser")
    _set(monkeypatch, "smtp://127.0.0.1:1")
    accounts.ask_reset(address)
    now = datetime.now(UTC)
    with get_store().write() as conn:
        job = jobs.lease(conn, now, "test", 1)[0]
    with pytest.raises(MailError):
        accounts.deliver_letter(job, now)
    _set(monkeypatch, f"smtp://127.0.0.1:{plain}")
    accounts.deliver_letter(job, now)
    assert len(box.letters) == 1, "what could not be sent waits"
    box.refuses = "550 5.1.1 nobody here"
    accounts.ask_reset(address)
    assert deliver() == 1 and len(box.letters) == 1
    assert _sent_by() == ["dropped", "smtp"]


def test_a_letter_a_day_late_is_dropped(sqlite_store: Store, plain: int, box: Box, monkeypatch: pytest.MonkeyPatch
                                        ) -> None:  # fmt: skip
    _set(monkeypatch, f"smtp://127.0.0.1:{plain}")
    accounts.ask_reset(person("organiser")[1])
    later = datetime.now(UTC) + timedelta(hours=25)
    with get_store().write() as conn:
        job = jobs.lease(conn, later, "test", 1)[0]
    accounts.deliver_letter(job, later)
    assert box.letters == [] and _sent_by() == ["dropped"]


def _sent_by() -> list[str]:
    with get_store().read() as conn:
        return sorted(conn.execute(sa.select(s.letter.c.sent_by)).scalars())
