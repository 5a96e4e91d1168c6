"""The forms of the forum's desk page: each opens empty, or filled with what is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

import events
from locales import NATIVE_NAMES, t
from pages._parts.desk_form import area, button, chosen, labelled, typed, upload
from pages._parts.html_text import html_language

LANGUAGES = ("en", "zh", "mr", "is")
OPEN_LANGUAGES = 2  # so many are shown at once, the others are folded while they are empty
NONE: Mapping[str, str] = {}


def kind_words() -> list[tuple[str, str]]:
    """What a pledge's change is computed from."""
    return [
        ("train", t("train in place of plane: km one way, journeys a year")),
        ("meals", t("vegetarian in place of average meals: meals a year")),
        ("power", t("electricity saved: kWh a year")),
        ("typed", t("grams typed, with their source")),
    ]


def sponsor_kinds() -> list[tuple[str, str]]:
    """Kinds of sponsors."""
    return [
        ("host", t("host")), ("organiser", t("organiser")), ("main", t("main sponsor")), ("partner", t("partner")),
        ("in_kind", t("gift in kind")), ("media", t("media")), ("other", t("other")),
    ]  # fmt: skip


def words(prefix: str, name: str, label: str, kept: Mapping[str, str] = NONE, rows: int = 0) -> html.Div:
    """A text in each language that guests read: English and Chinese at once, the others below a fold."""
    fields = [_word(prefix, name, label, code, str(kept.get(code, "")), rows) for code in LANGUAGES]
    folded = html.Details(
        [html.Summary(t("In more languages")), html.Div(fields[OPEN_LANGUAGES:], className="fz-two mt-2")],
        open=any(kept.get(code) for code in LANGUAGES[OPEN_LANGUAGES:]), className="fz-more-languages",
    )  # fmt: skip
    return html.Div([html.Div(fields[:OPEN_LANGUAGES], className="fz-two"), folded], className="fz-form-words")


def _word(prefix: str, name: str, label: str, code: str, value: str, rows: int) -> html.Div:
    key = f"{name}-{code}"
    control = area(prefix, key, value, rows) if rows else typed(prefix, key, value, maxlength=200)
    language = html.Span(NATIVE_NAMES[code], lang=html_language(code), className="fz-form-language")
    return labelled(prefix, key, [label, " ", language], control)


def _form(prefix: str, edit: str, parts: list[Any], keep: str, told: Any, back: str = "", more: Any = None) -> html.Div:
    """A form, whose it is (``edit`` '' for a new one), its buttons, and what was said of it."""
    leave = html.A(t("Cancel"), href=back, className="fz-button") if edit and back else None
    acts = html.Div([more, button(f"{prefix}-keep", keep, "check", main=True), leave], className="fz-files")
    return html.Div(
        [dcc.Store(id=f"{prefix}-edit", data=edit), *parts, acts,
         html.Div(told, id=f"{prefix}-told", role="status")], className="fz-form",
    )  # fmt: skip


def pledge_form(kept: events.Pledge | None, back: str, told: Any = None) -> html.Div:
    """Writing a pledge, or changing one that nobody has signed."""
    names, texts = (kept.names, kept.texts) if kept else (NONE, NONE)
    computed: Mapping[str, Any] = kept.computed if kept else {"kind": "train", "times": 1}
    kind, times = str(computed["kind"]), str(computed.get("times", 1))
    parts = [
        words("pledge", "name", t("Name"), names), words("pledge", "text", t("What it means"), texts, 3),
        html.Div([labelled("pledge", "kind", t("What changes"), chosen("pledge", "kind", kind_words(), kind)),
                  labelled("pledge", "amount", t("How much"),
                           typed("pledge", "amount", _plain(computed.get("amount")), maxlength=12)),
                  labelled("pledge", "times", t("Journeys a year"), typed("pledge", "times", times, maxlength=4))],
                 className="fz-two"),
        labelled("pledge", "source", t("Source, where grams are typed"),
                 typed("pledge", "source", kept.source if kept else "", maxlength=300)),
    ]  # fmt: skip
    keep = t("Keep the change") if kept else t("Put it on the wall")
    tries = button("pledge-try", t("What would it stand for?"), "eye")
    return _form("pledge", kept.pledge_id if kept else "", parts, keep, told, back, tries)


def _plain(amount: Any) -> str:
    return "" if amount is None else f"{float(amount):.12g}"


def memorandum_form(kept: events.Memorandum | None, back: str, told: Any = None) -> html.Div:
    """Entering a memorandum, or changing one."""
    names, texts = (kept.names, kept.texts) if kept else (NONE, NONE)
    partners, day = ("\n".join(kept.partners), kept.signed_on.isoformat()) if kept else ("", "")
    parts = [
        words("memo", "name", t("Title"), names),
        html.Div([labelled("memo", "partners", t("Partners, a line each"), area("memo", "partners", partners, 3)),
                  labelled("memo", "day", t("Signed on (year-month-day)"), typed("memo", "day", day, maxlength=10))],
                 className="fz-two"),
        words("memo", "text", t("What it says"), texts, 4),
        labelled("memo", "file", t("The document as signed (PDF)"), upload("memo", "file", t("Choose a document"))),
        _stays(kept.document.name if kept else ""),
    ]  # fmt: skip
    return _form("memo", kept.memorandum_id if kept else "", parts, _keep(kept), told, back)


def _stays(name: str) -> html.P | None:
    """What stands in place of a file while no other is chosen."""
    return html.P(t("{name} stays unless another is chosen.", name=name), className="fz-note") if name else None


def _keep(kept: Any) -> str:
    return t("Keep the change") if kept else t("Keep it")


def sponsor_form(kept: events.Sponsor | None, back: str, told: Any = None) -> html.Div:
    """Thanking somebody, or changing how."""
    names, texts = (kept.names, kept.texts) if kept else (NONE, NONE)
    kind = kept.kind if kept else "main"
    parts = [
        words("sponsor", "name", t("Name"), names),
        labelled("sponsor", "kind", t("Kind"), chosen("sponsor", "kind", sponsor_kinds(), kind)),
        words("sponsor", "text", t("Words"), texts, 3),
        labelled("sponsor", "file", t("Logo: PNG or JPEG, at most 200 KB"),
                 upload("sponsor", "file", t("Choose a picture"), 200_000)),
        _stays(t("The logo") if kept and kept.logo_sha256 else ""),
    ]  # fmt: skip
    keep = t("Keep the change") if kept else t("Add them")
    return _form("sponsor", kept.sponsor_id if kept else "", parts, keep, told, back)


def fund_form(view: events.FundView, told: Any = None) -> html.Div:
    """What the fund supports, and whether gifts are taken."""
    taken = [("yes", t("are taken")), ("no", t("are not taken"))]
    takes = "yes" if view.is_open or not view.is_told else "no"
    parts = [
        words("fund", "name", t("Name"), view.names), words("fund", "text", t("What it supports"), view.texts, 4),
        labelled("fund", "open", t("Gifts"), chosen("fund", "open", taken, takes)),
        labelled("fund", "file", t("A document (PDF)"), upload("fund", "file", t("Choose a document"))),
        _stays(view.document.name),
    ]  # fmt: skip
    return _form("fund", "", parts, t("Keep it"), told)
