"""Tables of people's own sign-in: second factors, recovery codes, mailed links, outside identities, letters."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import metadata
from data.store.schema_base import text as _text

second_factor = sa.Table(  # sealed with the installation's key; last_step: no code is taken twice; on from confirmed_at
    "second_factor", metadata, _key("person_id"), _text("sealed_secret"), _count("last_step"), _at("created_at"),
    _at("confirmed_at", True),
)  # fmt: skip
recovery_code = sa.Table(  # each opens once where the second factor's device is lost
    "recovery_code", metadata, _key("person_id"), _key("code_hash"), _at("used_at", True),
)  # fmt: skip
mailed_link = sa.Table(  # used once. purpose: invite, reset, colleague; grants: [[role, event_id, company_id], …]
    "mailed_link", metadata, _key("link_hash"), _text("person_id", index=True), _text("purpose"), _json("grants"),
    _text("made_by"), _at("created_at"), _at("expires_at"), _at("used_at", True),
)  # fmt: skip
outside_identity = sa.Table(  # a person at an OpenID issuer
    "outside_identity", metadata, _key("issuer"), _key("subject"), _text("person_id", index=True), _text("email"),
    _at("linked_at"),
)  # fmt: skip
letter = sa.Table(  # a mail that waits to be sent; sealed until then, empty afterwards. sent_by: smtp, log, dropped
    "letter", metadata, _key("letter_id"), _text("kind"), _text("sealed"), _at("created_at"), _at("sent_at", True),
    _text("sent_by"),
)  # fmt: skip
