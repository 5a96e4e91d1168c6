"""Sending letters. Over a network line only with TLS; the same letter twice carries the same Message-ID."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 20.0
OWN_MACHINE = ("127.0.0.1", "::1", "localhost")
_log = logging.getLogger("forum_zero.mail")


class MailError(Exception):
    """A letter that could not be handed over. ``is_final``: trying again would not help. Its text is for the log."""

    def __init__(self, message: str, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of plain text to one person; ``letter_id`` makes its Message-ID."""

    letter_id: str
    to: str
    subject: str
    text: str
    written_at: datetime


class Sender(Protocol):
    """What every way of sending offers."""

    name: str

    def send(self, letter: Letter) -> None:
        """Hands a letter over. Raises MailError."""


class LogSender:
    """No server is set: letters stand in the log, which says so."""

    name = "log"

    def send(self, letter: Letter) -> None:
        """Writes the letter to the log."""
        words = "MAIL_URL is not set, so this letter was not sent. To: %s\nSubject: %s\n\n%s"
        _log.warning(words, letter.to, letter.subject, letter.text)


class SmtpSender:
    """An SMTP server: ``smtps://`` speaks TLS from the first byte, ``smtp://`` changes to it before anything is told.
    A server of this machine may do without."""

    name = "smtp"

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self.is_tls = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.is_tls else 587)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender = sender

    def send(self, letter: Letter) -> None:
        """Hands a letter to the server. Raises MailError."""
        message = message_of(letter, self.sender)
        try:
            with self._line() as line:
                line.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise MailError(f"refused: {codes}", is_final=all(code >= 500 for code in codes)) from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(f"{type(error).__name__}: {error}") from None

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        trust = ssl.create_default_context()
        if self.is_tls:
            line: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=trust)
        else:
            line = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        with line:
            if not self.is_tls:
                self._protect(line, trust)
            if self.user:
                line.login(self.user, self.password)
            yield line

    def _protect(self, line: smtplib.SMTP, trust: ssl.SSLContext) -> None:
        line.ehlo()
        if line.has_extn("starttls"):
            try:
                line.starttls(context=trust)
            except ssl.SSLError:
                line.close()  # no QUIT: whoever is not trusted would be waited for
                raise
        elif self.host not in OWN_MACHINE:
            raise MailError(f"{self.host} offers no TLS: nothing is sent over an open line.")


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The letter as a message. Raises MailError for an address that none can be."""
    message = EmailMessage()
    name, address = parseaddr(sender)
    try:
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(addr_spec=letter.to)
    except (ValueError, LookupError, MessageError) as error:
        raise MailError(f"an address that none can be: {error}", is_final=True) from None
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.letter_id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
