"""The words of a certificate in one language, for its page, its PDF and its picture alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from data.settings import get_settings
from events import spoken
from locales import formats as f
from locales import pick, translate
from offsetting import claims
from offsetting.certificate_view import CertificateView, SerialInterval

SHOWN_RUNS = 3
CO2E = "CO₂e"
HISTORY = {
    "issued": "Issued", "retired": "The credits were retired", "partly retired": "A part of the credits was retired",
    "claim changed": "The claim changed",
    "holder changed": "The holder changed", "refund": "Paid back",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CertificateWords:
    """Everything a certificate says. ``body`` has its bold words between ``**``; ``rows`` are names and values."""

    language: str
    brand: str
    title: str
    lead: str
    event: str
    where_when: str
    mass_number: str
    mass_unit: str
    body: str
    extra: str
    state: str
    state_line: str
    state_word: str
    parted: str
    percent: str
    across: str
    stamp: str
    note: str
    share_text: str
    rows: tuple[tuple[str, str], ...]
    check_title: str
    check_place: str
    check_url: str


def words_of(view: CertificateView, language: str) -> CertificateWords:
    """The certificate's words in ``language``; what a catalogue lacks stays English."""
    event = pick(view.event_names, language)
    shown_g = view.covered_g or view.extra_g or view.planned_g
    number, unit = f.mass(shown_g, language)
    base = get_settings().base_url
    what = _Sayer(view, language)
    emitted, share = f.mass_text(view.emitted_g, language), f.percent_bp(view.share_bp, language=language)
    return CertificateWords(
        language=language,
        brand=translate(language, "Forum Zero"),
        title=what.say("certificate.title"),
        lead=what.say("certificate.lead"),
        event=event,
        where_when=_where_when(view, language),
        mass_number=number,
        mass_unit=f"{unit} {CO2E}",
        body=what.say("certificate.body", emitted=f"{emitted} {CO2E}", share=share),
        extra=_extra(view, what, language),
        state=view.state,
        state_line=what.say("state.line", date=_day(view, language)),
        state_word=what.say("state.word"),
        parted=parted_text(view, language),
        percent=f.percent_number(view.share_bp / 10_000, 0, language),
        across="" if view.livemode else what.say("test.across"),
        stamp="" if view.livemode else what.say("test.stamp"),
        note=what.say("test.note"),
        share_text=claims.plain(what.say("share.text", event=event, mass=f.mass_text(shown_g, language))),
        rows=_rows(view, language),
        check_title=translate(language, "Anyone can check it"),
        check_place=base.split("://", 1)[-1] + "/verify",
        check_url=f"{base}/verify/{view.number}",
    )


class _Sayer:
    """Claim sentences of one certificate in one language."""

    def __init__(self, view: CertificateView, language: str) -> None:
        self.what, self.language = view.circumstance, language
        if not view.covered_g:
            self.what = replace(self.what, share_bp=0)

    def say(self, key: str, **params: str) -> str:
        return claims.text_of(claims.sentence(key, self.what, **params), self.language)


def _extra(view: CertificateView, what: _Sayer, language: str) -> str:
    if not (view.extra_g and view.covered_g) or view.state == "revoked":
        return ""
    return what.say("certificate.extra", extra=f"{f.mass_text(view.extra_g, language)} {CO2E}")


def _day(view: CertificateView, language: str) -> str:
    day = view.retired_on
    return f.date_text(day, language) if day else ""


def _where_when(view: CertificateView, language: str) -> str:
    zone = ZoneInfo(view.timezone)
    first, last = (at.astimezone(zone).date() for at in (view.starts_at, view.ends_at))
    place = pick(view.place_names, language)
    between = " · " if language == "zh" else ", "
    return between.join(part for part in (place, f.date_range_text(first, last, language)) if part)


def _rows(view: CertificateView, language: str) -> tuple[tuple[str, str], ...]:
    def say(msgid: str, **params: object) -> str:
        return translate(language, msgid, **params)

    rows = [
        (say("Number"), view.number),
        (say("Holder"), holder_text(view, language)),
        (say("Project"), project_text(view, language)),
        (say("Serials"), serials_text(view, language)),
        (say("Emissions"), _emissions(view, language)),
        (say("Paid on"), paid_text(view, language)),
        (say("Retirement"), parted_text(view, language)),
    ]
    return tuple((name, value) for name, value in rows if value)


def parted_text(view: CertificateView, language: str) -> str:
    """How much of a partly retired certificate is retired and how much reserved; "" for any other."""
    if not view.is_partly_retired:
        return ""
    told = "{retired} retired so far, {reserved} reserved"
    masses = {"retired": f.mass_text(view.retired_g, language), "reserved": f.mass_text(view.reserved_g, language)}
    return translate(language, told, **masses)


def holder_text(view: CertificateView, language: str) -> str:
    """Who holds it: "Quiet Magpie (pseudonym)", a name by consent, a company; "" once the person is deleted."""
    name = pick(view.holder_names, language)
    if view.holder_kind == "pseudonym":
        return translate(language, "{name} (pseudonym)", name=pick(spoken(name), language))
    if view.holder_kind == "organiser":
        return translate(language, "The organiser")
    return name


def project_text(view: CertificateView, language: str) -> str:
    """ "CDCER other projects, Chengdu · reduction · vintage 2020"."""
    kinds = {"reduction": "reduction", "removal": "removal"}
    kind = translate(language, kinds.get(view.project_kind, view.project_kind))
    vintages = sorted({interval.vintage for interval in view.serials})
    parts = [pick(view.project_names, language), kind]
    parts += [translate(language, "vintage {year}", year="/".join(vintages))] if vintages else []
    return " · ".join(part for part in parts if part)


def serials_text(view: CertificateView, language: str) -> str:
    """ "DEMO-CDCER-2020-000140 · g 546,145–1,000,000", the first three runs and how many more."""
    runs = [text for interval in view.serials for text in run_texts(interval, language)]
    shown = runs[:SHOWN_RUNS]
    shown[1:] = [_ending(runs[0].split(" ")[0], text) for text in shown[1:]]
    more = translate(language, "; and {count} more", count=len(runs) - SHOWN_RUNS) if len(runs) > SHOWN_RUNS else ""
    return "; ".join(shown) + more


def run_texts(interval: SerialInterval, language: str) -> list[str]:
    """Each run of an interval as words."""
    texts = []
    for run in interval.runs:
        if run.whole:
            many = run.serial_from != run.serial_to
            last = f.EN_DASH + _ending(run.serial_from, run.serial_to) if many else ""
            texts.append(translate(language, "{serial} · whole", serial=run.serial_from + last))
            continue
        first, last_g = (f.number(grams, 0, language) for grams in (run.first_g, run.last_g))
        texts.append(
            translate(language, "{serial} · g {first}–{last}", serial=run.serial_from, first=first, last=last_g)
        )
    return texts


def _ending(first: str, last: str) -> str:
    """The part of a serial number after the last dash when all before it is the same."""
    head, dash, _ = last.split(" ")[0].rpartition("-")
    return last.removeprefix(head + dash) if dash and first.rpartition("-")[0] == head else last


def _emissions(view: CertificateView, language: str) -> str:
    parts: Mapping[str, int] = {name: grams for name, grams in view.by_category.items() if grams}
    if not parts:
        return ""
    numbers, unit = f.mass_parts(list(parts.values()), language)
    names = [translate(language, CATEGORY_WORDS[name]) for name in parts]
    listed = " · ".join(f"{name} {number}" for name, number in zip(names, numbers, strict=True))
    spread = f.mass_range(view.low_g, view.high_g, language, unit)
    return translate(language, "{parts} {unit}; range {range}", parts=listed, unit=unit, range=spread)


def paid_text(view: CertificateView, language: str) -> str:
    """ "7 September 2021, 10:42 · ¥20.43", in the event's zone."""
    at = f.datetime_text(view.paid_at, view.timezone, language)
    return f"{at} · {f.money(view.amount_minor, view.currency, language)}"


CATEGORY_WORDS = {
    "travel": "travel", "stay": "stay", "food": "food", "local": "local transport", "energy": "energy",
    "materials": "materials", "freight": "freight", "waste": "waste", "digital": "digital",
}  # fmt: skip


def lines_of_title(title: str, language: str) -> list[str]:
    """The title as two lines of about equal length in languages with spaces, one in Chinese."""
    pieces = title.split(" ")
    if language == "zh" or len(pieces) < 3:
        return [title]
    cuts = [i for i in range(1, len(pieces)) if len(pieces[i - 1]) > 3] or [len(pieces) // 2]
    best = min(cuts, key=lambda i: abs(len(" ".join(pieces[:i])) - len(" ".join(pieces[i:]))))
    return [" ".join(pieces[:best]), " ".join(pieces[best:])]
