"""Letters to people: written in their language, sealed in the store, sent by whichever worker comes first."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from accounts.sealing import seal, unseal
from data.settings import Settings, get_settings
from data.store import jobs
from data.store import sign_ins as rows
from data.store.engine import get_store, run_write
from data.store.ids import new_row_id
from gateways.mail import Letter, LogSender, MailError, Sender, SmtpSender
from locales import translate

MAIL_JOB = "mail"
KEPT_HOURS = 24  # a letter that could not be sent in a day says what is no longer so
_log = logging.getLogger("forum_zero.mail")


def mail_is_sent() -> bool:
    """Whether letters go out; if not, they stand in the server's log."""
    return bool(get_settings().mail_url)


@lru_cache(maxsize=1)
def _sender(settings: Settings) -> Sender:
    if not settings.mail_url:
        return LogSender()
    host = urlsplit(settings.base_url).hostname or "localhost"
    return SmtpSender(settings.mail_url, settings.mail_from or f"Forum Zero <no-reply@{host}>")


def post(conn: Connection, kind: str, to: str, locale: str, subject: str, lines: list[str], **params: Any) -> str:
    """Puts a letter beside the change that it tells of: both are kept, or neither. ``subject`` and ``lines`` are
    English msgids, a paragraph each; returns the letter's id."""
    letter_id, now = new_row_id(), datetime.now(UTC)
    told = [translate(locale, line, **params) for line in lines]
    text = "\n\n".join([*told, translate(locale, "Forum Zero at {address}", address=get_settings().base_url)])
    words = json.dumps({"to": to, "subject": translate(locale, subject, **params), "text": text + "\n"})
    rows.add_letter(conn, letter_id, kind, seal("letter", words), now)
    jobs.put(conn, "", MAIL_JOB, {"letter_id": letter_id}, now)
    return letter_id


def deliver_letter(job: jobs.Job, now: datetime) -> None:
    """Sends a letter that waits and forgets what stood in it. Twice sends nothing more once that is noted; cut off
    between, the second carries the first's Message-ID. Raises MailError where the server may take it later."""
    letter_id = str(job.payload["letter_id"])
    with get_store().read() as conn:
        row = rows.letter(conn, letter_id)
    sent_by = "" if row is None or row["sent_at"] else _send(letter_id, row, now)

    def note(conn: Connection) -> None:
        if sent_by:
            rows.letter_sent(conn, letter_id, now, sent_by)
        jobs.done(conn, job, now)

    run_write(get_store(), note)


def _send(letter_id: str, row: Any, now: datetime) -> str:
    words = unseal("letter", row["sealed"])
    if words is None or now - row["created_at"] > timedelta(hours=KEPT_HOURS):
        _log.warning("letter %s (%s) was not sent in time and is dropped", letter_id, row["kind"])
        return "dropped"
    told, sender = json.loads(words), _sender(get_settings())
    try:
        sender.send(Letter(letter_id, told["to"], told["subject"], told["text"], row["created_at"]))
    except MailError as error:
        if not error.is_final:
            raise
        _log.warning("letter %s (%s) can't be delivered: %s", letter_id, row["kind"], error)
        return "dropped"
    return sender.name
