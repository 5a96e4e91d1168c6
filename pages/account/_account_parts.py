"""The cards of a person's own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from accounts import Account, Session
from locales import NATIVE_NAMES, t
from locales import formats as f
from pages._parts.desk import panel
from pages._parts.desk_form import button, chosen, done, labelled, typed
from pages._parts.icons import icon
from pages._parts.instants import instant
from pages._parts.pieces import empty
from pages._parts.qr import qr_svg
from pages._parts.svg import svg_img

PREFIX = "account"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown once: ``kind`` setup (a new secret) or codes (recovery codes)."""

    kind: str
    what: Any


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields: None for what is kept already."""

    name: str | None = None
    locale: str | None = None
    label: str = ""


NOTHING = Typed()


def labels() -> dict[str, str]:
    """The fields' names, for sentences."""
    return {
        "name": t("Name"), "locale": t("Language"), "old": t("Your password now"), "new": t("New password"),
        "label": t("What it is for"),
    }  # fmt: skip


def _said(told: Any) -> html.Div:
    return html.Div(told, role="status")


def you(account: Account, told: Any = None, given: Typed = NOTHING) -> html.Section:
    """Name and language."""
    languages = list(NATIVE_NAMES.items())
    name = account.name if given.name is None else given.name
    inside = [
        html.Div([
            labelled(PREFIX, "name", labels()["name"], typed(PREFIX, "name", name, maxLength=80)),
            labelled(PREFIX, "locale", t("Language of letters to you"),
                     chosen(PREFIX, "locale", languages, given.locale or account.locale)),
        ], className="fz-two"),
        html.Div(button("account-save", t("Save"), "check", main=True), className="mt-3"), _said(told),
    ]  # fmt: skip
    return panel(t("You"), inside, span=6)


def password(account: Account, told: Any = None) -> html.Section:
    """Another password, by the old one."""
    old = typed(PREFIX, "old", "", "password", autoComplete="current-password", maxLength=200)
    new = typed(PREFIX, "new", "", "password", autoComplete="new-password", maxLength=200)
    fields = html.Div(
        [labelled(PREFIX, "old", labels()["old"], old), labelled(PREFIX, "new", labels()["new"], new)],
        className="fz-two",
    )  # fmt: skip
    words = t("At least 10 characters. Your other sessions end.")
    act = html.Div(button("account-change", t("Change the password"), "lock"), className="mt-3")
    note = html.P(words, className="fz-small mt-2")
    if not account.has_password:
        href = html.A(t("Set one by a mailed link"), href="/forgot", className="fz-link")
        lacking = html.P([t("You sign in with another issuer and have no password here."), " ", href])
        hidden = html.Div([fields, act], hidden=True)
        return panel(t("Password"), [lacking, hidden, _said(told)], span=6)
    return panel(t("Password"), [fields, note, act, _said(told)], span=6)


def factor(account: Account, told: Any = None, shown: Shown | None = None) -> html.Section:
    """The second factor: set up, on, or off."""
    if shown is not None and shown.kind == "setup":
        inside = _setup(shown.what)
    elif shown is not None and shown.kind == "confirm":
        inside = [html.P(t("Type the code that your device shows now.")), _proof("code"),
                  _factor_button("confirm", t("Switch it on"), "check", True)]  # fmt: skip
    elif account.factor_on:
        inside = _factor_on(account)
    else:
        inside = _factor_off(account)
    codes = [_codes(shown.what)] if shown is not None and shown.kind == "codes" else []
    state = t("on") if account.factor_on else t("off")
    return panel(t("Second factor"), [*codes, *inside, _said(told)], html.Span(state, className="fz-chip"))


def _proof(kind: str) -> html.Div:
    words = t("Code of your device") if kind == "code" else t("Your password now")
    more = {"autoComplete": "one-time-code", "inputMode": "numeric"} if kind == "code" else {}
    dom_id = {"type": "account-proof", "id": kind}
    field = typed(PREFIX, "proof", "", "text" if kind == "code" else "password", **more)
    field.id = dom_id
    return html.Label([html.Span(words, className="fz-label"), field], className="fz-account-proof mt-3")


def _factor_button(step: str, words: str, symbol: str, main: bool = False) -> html.Div:
    look = "fz-button fz-button-main" if main else "fz-button"
    act = html.Button([icon(symbol), html.Span(words)], id={"type": "account-factor", "id": step}, n_clicks=0,
                      type="button", className=look)  # fmt: skip
    return html.Div(act, className="mt-3")


def _factor_off(account: Account) -> list[Any]:
    words = t("A code of your phone beside your password: whoever learns the password alone can’t come in. "
              "Any app for time-based codes will do.")  # fmt: skip
    needed = t("This installation asks for it before anything that touches money, credits or people.")
    parts: list[Any] = [html.P(words)]
    if account.factor_setting == "required":
        parts.append(html.P(needed, className="fz-told fz-told-wrong"))
    if account.factor_setting == "off":
        return [html.P(t("Second factors are switched off on this installation."))]
    if account.has_password:
        parts.append(_proof("password"))
    return [*parts, _factor_button("begin", t("Set up a second factor"), "lock", main=True)]


def _setup(setup: Any) -> list[Any]:
    grouped = " ".join(setup.secret[i : i + 4] for i in range(0, len(setup.secret), 4))
    code = svg_img(qr_svg(setup.uri, size=176, alt=t("QR code of the secret")))
    steps = html.Ol([
        html.Li(t("Scan this code with an app for time-based codes on your phone.")),
        html.Li([t("Or type the secret into it:"), html.Div(grouped, className="fz-mono fz-break")]),
        html.Li(t("Type the code that it shows then.")),
    ], className="fz-account-steps")  # fmt: skip
    return [
        html.Div([html.Div(code, className="fz-poster-code"), steps], className="fz-account-setup"),
        _proof("code"), _factor_button("confirm", t("Switch it on"), "check", main=True),
    ]  # fmt: skip


def _factor_on(account: Account) -> list[Any]:
    words = t("You are asked for a code when you sign in. {count} recovery codes are left.",
              count=f.number(account.recovery_left))  # fmt: skip
    acts = html.Div([_factor_button("codes", t("New recovery codes"), "refresh"),
                     _factor_button("off", t("Switch it off"), "close")], className="fz-account-acts")  # fmt: skip
    asked = t("Switching it off takes your password too.")
    first = [html.P(asked, className="fz-small"), _proof("password")] if account.has_password else []
    return [html.P(words), *first, _proof("code"), acts]


def _codes(codes: Sequence[str]) -> html.Div:
    words = t("The second factor is on. Keep these recovery codes apart from your device: each opens your account "
              "once. They are not shown again.")  # fmt: skip
    return html.Div([html.P(words), html.Ul([html.Li(code) for code in codes], className="fz-account-codes fz-mono")],
                    className="fz-told mb-3")  # fmt: skip


def again(part: str, what: Any) -> Shown | None:
    """What stays open after a wrong code: the step of confirming."""
    confirming = part == "factor" and isinstance(what, dict) and what.get("id") == "confirm"
    return Shown("confirm", None) if confirming else None


def _table(head: Sequence[str], rows: list[html.Tr]) -> html.Div:
    top = html.Tr([html.Th(word, scope="col") if word else html.Td() for word in head])
    table = html.Table([html.Thead(top), html.Tbody(rows)], className="fz-table")
    return html.Div(table, className="fz-scroll", tabIndex="0")


def _where(seen_from: str) -> str:
    return t("this machine") if seen_from == "local" else seen_from or t("not told")


def sessions(account: Account, told: Any = None) -> html.Section:
    """Browsers that are signed in, each ended by itself or all others at once."""
    rows = [_session_row(each) for each in account.sessions]
    everything = html.Button(
        [icon("sign_out"), html.Span(t("End all others"))], id={"type": "account-end", "id": "others"}, n_clicks=0,
        type="button", className="fz-button", disabled=len(rows) < 2,
    )  # fmt: skip
    note = html.P(t("Where: the coarse part of the network address alone is kept."), className="fz-small mt-2")
    table = _table((t("Browser"), t("Last used"), ""), rows)
    return panel(t("Sessions"), [table, note, html.Div(everything, className="mt-3"), _said(told)])


def _session_row(each: Session) -> html.Tr:
    here = [" ", html.Span(t("this one"), className="fz-chip")] if each.is_this else []
    begun = t("{where}, since {when}", where=_where(each.seen_from), when=instant(each.begun_at))
    browser = [html.B(each.device or t("A browser")), *here, html.Br(), html.Span(begun, className="fz-note")]
    act = None if each.is_this else _end("account-end", each, t("End"))
    return html.Tr([html.Td(browser), html.Td(instant(each.seen_at)), html.Td(act, className="fz-right")])


def _end(kind: str, each: Session, words: str) -> html.Button:
    dom_id = {"type": kind, "id": each.session_id}
    return html.Button(words, id=dom_id, n_clicks=0, type="button", className="fz-link")


def tokens(account: Account, told: Any = None, typed_label: str = "") -> html.Section:
    """Programs that act with this person's roles."""
    rows = [html.Tr([
        html.Td(html.B(each.label or t("A program"))), html.Td(instant(each.begun_at)),
        html.Td(instant(each.expires_at)),
        html.Td(_end("account-revoke", each, t("Revoke")), className="fz-right"),
    ]) for each in account.tokens]  # fmt: skip
    head = (t("Program"), t("Made"), t("Valid until"), "")
    made = _table(head, rows) if rows else empty(t("No program acts for you."))
    words = t("A token lets a program do what you may, for a year. Give each program its own.")
    label = labelled(PREFIX, "label", labels()["label"], typed(PREFIX, "label", typed_label, maxLength=80))
    new = html.Div([label, button("account-label-make", t("Make a token"), "plus")], className="fz-account-new mt-3")
    return panel(t("Programs’ tokens"), [html.P(words), made, new, _said(told)])


def shown_token(token: str) -> html.Div:
    """A token that was just made, shown this once."""
    copy = html.Button([icon("copy"), html.Span(t("Copy"))], className="fz-button", type="button",
                       **{"data-copy": token, "data-copied": t("Copied")})  # fmt: skip
    return done(t("Keep it now: it is not shown again."), html.Div([html.Code(token, className="fz-break"), copy],
                className="fz-account-token"))  # fmt: skip
