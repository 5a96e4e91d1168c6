"""The steps of a check, each with its own state: certificate, order, serial numbers, retirement, log, signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import html

from data.settings import get_settings
from locales import formats as f
from locales import t
from offsetting.certificate_view import CertificateView, Retired
from offsetting.filing import LogStep, LogWalk
from offsetting.project_view import disputes_of
from offsetting.verification import Verification
from pages._parts.html_text import Raw
from pages._parts.icons import icon_svg
from pages._parts.pieces import facts, swatch
from pages.documents._certificate_words import (
    CO2E,
    HISTORY,
    CertificateWords,
    holder_text,
    paid_text,
    project_text,
    run_texts,
)

MARKS = {"good": "check", "waiting": "clock", "bad": "error"}


@dataclass(frozen=True, slots=True)
class Step:
    """A link of the chain; ``state``: good, waiting or bad, and ``word`` says it."""

    title: str
    state: str
    word: str
    body: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the certificate, its words, its signed text, its signature and the log."""

    view: CertificateView
    words: CertificateWords
    text: str
    found: Verification
    walk: LogWalk

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.words.language


def steps_of(checked: Checked) -> list[Step]:
    """Every link in its order."""
    made = (_certificate, _order, _serials, _retirement, _log, _signature)
    return [one(checked) for one in made]


def drawn(steps: Sequence[Step]) -> html.Ol:
    """The chain."""
    return html.Ol([_item(step) for step in steps], className="fz-chain")


def _item(step: Step) -> html.Li:
    mark = html.Span(Raw(icon_svg(MARKS[step.state], class_name="fz-icon")), className="fz-chain-mark")
    word = html.Span(step.word, className="fz-chain-word")
    head = html.H2([mark, html.Span(step.title), word])
    return html.Li([head, *step.body], className=f"fz-chain-{step.state}")


def mono(text: str) -> html.Span:
    """Numbers and hashes."""
    return html.Span(text, className="fz-mono")


def files(*links: tuple[str, str, str]) -> html.Ul:
    """What can be downloaded: (label, address, the file's name)."""
    mark = icon_svg("download", class_name="fz-icon")
    made = [
        html.Li(html.A([Raw(mark), html.Span(label), mono(name)], href=href, download=name))
        for label, href, name in links
    ]
    return html.Ul(made, className="fz-files")


def _moment(checked: Checked, at: datetime) -> str:
    return f.datetime_text(at, checked.view.timezone, style="short")


# ------------------------------------------------------------------ the links
def _certificate(checked: Checked) -> Step:
    view, words = checked.view, checked.words
    rows: list[tuple[str, Any]] = [
        (t("Says"), html.A(words.title, href=f"/certificate/{view.number}")),
        (t("Event"), f"{words.event} · {words.where_when}"),
        (t("Covered"), f"{f.mass_text(view.covered_g)} {CO2E} · {f.percent_bp(view.share_bp)}"),
    ]
    if view.extra_g:
        rows.append((t("Extra contribution"), f"{f.mass_text(view.extra_g)} {CO2E}"))
    if view.planned_g:
        mass = f.mass_text(view.planned_g)
        told = t("{mass} paid before the event; laid over what was emitted once it is over", mass=mass)
        rows.append((t("On the plan"), told))
    if view.stated_g:
        told = t("{reserved} g reserved, {retired} g retired", reserved=f.number(view.stated_g[0]),
                 retired=f.number(view.stated_g[1]))  # fmt: skip
        rows.append((t("Signed as"), told))
    history = [html.Div(f"{_moment(checked, s.signed_at)} · {_reason(s.reason)}") for s in view.statements]
    payers = {"company": t("A company, for its people"), "organiser": t("The organiser")}
    rows.append((t("Paid by"), payers.get(view.holder_kind, t("The guest"))))
    rows += [(t("Holder"), holder_text(view, words.language) or t("not named")), (t("Statements"), history)]
    state, word = ("bad", words.state_line) if view.state == "revoked" else ("good", t("as it was issued"))
    if not checked.found.ok:
        state, word = "bad", t("not as it was issued")
    return Step(t("Certificate"), state, word, [facts(rows)])


def _reason(reason: str) -> str:
    return t(HISTORY[reason]) if reason in HISTORY else t("Stated anew")


def order_word(state: str) -> str:
    """What an order's state is called here."""
    return {
        "quote": t("Asked for"), "held": t("Grams held"), "paid": t("Paid"), "pooled": t("Reserved"),
        "retired": t("Retired"), "expired": t("Expired"), "failed": t("Payment failed"), "cancelled": t("Cancelled"),
        "refunded": t("Paid back"), "paid_late": t("Paid late"),
    }.get(state, state)  # fmt: skip


def _order(checked: Checked) -> Step:
    view = checked.view
    times = [
        html.Div([html.Span(order_word(step.state)), " ", html.Small(_moment(checked, step.at))]) for step in view.steps
    ]
    rows: list[tuple[str, Any]] = [
        (t("Paid on"), paid_text(view, checked.language)),
        (t("Grams"), f.number(view.grams)),
        (t("Its states"), times),
        (t("SHA-256 of its id"), mono(hashlib.sha256(view.order_id.encode()).hexdigest())),
    ]
    state = "good" if view.order_state in ("paid", "pooled", "retired") else "bad"
    return Step(t("Order"), state, order_word(view.order_state), [facts(rows)])


def _serials(checked: Checked) -> Step:
    view, language = checked.view, checked.language
    link = html.A(project_text(view, language), href=f"/project/{view.project_id}")
    rows: list[tuple[str, Any]] = [(t("Project"), link)]
    for entry in disputes_of([view.project_id]).get(view.project_id, ()):
        source = html.A(entry.source, href=entry.link, rel="noreferrer nofollow")
        day = t("Disputed, {day}: ", day=f.date_text(entry.dated_on)).rstrip(" :\uff1a")
        rows.append((day, html.Span([entry.text, " ", source])))
    registries = ", ".join(dict.fromkeys(interval.registry for interval in view.serials)) or view.registry
    rows.append((t("Registry"), registries))
    for interval in view.serials:
        runs = [html.Div(mono(text)) for text in run_texts(interval, language)]
        grams = t(
            "grams {first} to {last} of the batch", first=f.number(interval.from_g + 1), last=f.number(interval.to_g)
        )
        rows.append((interval.batch_id, [*runs, html.Small(grams)]))
    told = t("No gram of a credit is sold twice: what one order holds, no other can.")
    if view.state == "revoked":
        return Step(t("Serial numbers"), "bad", t("given back"), [facts(rows)])
    return Step(t("Serial numbers"), "good", t("for this order alone"), [facts(rows), html.P(told)])


def _retirement(checked: Checked) -> Step:
    view, title = checked.view, t("Retirement")
    if view.state == "revoked":
        told = html.P(t("The certificate was revoked; its grams are on offer again."))
        return Step(title, "bad", checked.words.state_word, [told])
    if not view.retirements:
        told = html.P(t("Not yet. When the registry confirms, its link and evidence stand here."))
        return Step(title, "waiting", t("reserved"), [_bar(view), told])
    evidence = [facts(_evidence(view.number, one)) for one in view.retirements]
    if view.state == "retired":
        return Step(title, "good", checked.words.state_word, [_bar(view), *evidence])
    told = html.P(t("The rest follows with a later retirement; its link and evidence will stand here too."))
    return Step(title, "waiting", checked.words.state_word, [_bar(view), *evidence, told])


def _bar(view: CertificateView) -> html.Div:
    """How far its grams are retired: a strip and the two masses, adding up."""
    parts = [("retired", view.retired_g, t("retired")), ("reserved", view.reserved_g, t("reserved"))]
    shown = [part for part in parts if part[1]]
    unit = f.mass_unit(view.grams)
    bars = [
        html.I(className=f"fz-swatch-{kind}", style={"--fz-w": f"{100 * grams / max(1, view.grams):.2f}%"})
        for kind, grams, _ in shown
    ]
    numbers, unit = f.mass_parts([grams for _, grams, _ in shown])
    words = [
        html.Span([swatch(kind), f"{number}{f.THIN}{unit} {CO2E} ", name], className=f"fz-state fz-state-{kind}")
        for (kind, _, name), number in zip(shown, numbers, strict=True)
    ]
    strip = html.Div(bars, className="fz-strip fz-strip-thick", **{"aria-hidden": "true"})
    return html.Div([strip, html.Div(words, className="fz-parts-told")], className="fz-far")


def _evidence(number: str, one: Retired) -> list[tuple[str, Any]]:
    safe = one.link.startswith(("https://", "http://"))
    link = html.A(one.link, href=one.link, rel="noopener noreferrer nofollow") if safe else one.link
    document = html.A(one.evidence_name, href=f"/certificate/{number}/evidence/{one.evidence_sha256}")
    return [
        (t("Retired on"), f.date_text(one.retired_on)),
        (t("Serials"), mono(one.serials)),
        (t("Of this certificate"), f"{f.number(one.grams)} g"),
        (t("Beneficiary"), one.beneficiary),
        (t("Registry's record"), link),
        (t("Evidence"), [document, html.Br(), mono(f"SHA-256 {one.evidence_sha256}")]),
    ]


def _log(checked: Checked) -> Step:
    walk = checked.walk
    rows: list[tuple[str, Any]] = [(_kind(step.kind), _position(step, walk)) for step in walk.steps]
    rows.append((t("Checkpoint"), _head(walk)))
    told = t("Entries are only ever added. Whoever keeps a checkpoint can tell whether any has been changed since.")
    title = t("Transparency log")
    if not walk.steps:
        return Step(title, "waiting", t("not yet in it"), [html.P(told)])
    word = t("proofs checked just now") if walk.ok else t("a proof does not hold")
    return Step(title, "good" if walk.ok else "bad", word, [facts(rows), html.P(told)])


def _kind(kind: str) -> str:
    return {"order": t("Order"), "retirement": t("Retirement"), "revocation": t("Revocation")}.get(kind, kind)


def _position(step: LogStep, walk: LogWalk) -> list[Any]:
    where = t("entry {position} of {size}", position=f.number(step.position + 1), size=f.number(walk.size))
    said = [t(fault) for fault in step.faults] or [
        t("its {count} hashes lead to the checkpoint", count=len(step.proof))
    ]
    return [html.Div(where), *[html.Small(text) for text in said], html.Div(mono(step.leaf))]


def _head(walk: LogWalk) -> list[Any]:
    lines = walk.checkpoint.split("\n")
    return [html.Div(mono(line)) for line in lines[:3]]


def _signature(checked: Checked) -> Step:
    document = json.loads(checked.text)
    proof, status = document["proof"], document.get("credentialStatus")
    rows: list[tuple[str, Any]] = [
        (t("Signature"), mono(proof["cryptosuite"])),
        (t("Key"), mono(proof["verificationMethod"])),
        (t("Issuer"), mono(checked.found.issuer or document["issuer"]["id"])),
    ]
    if status:
        is_set = checked.view.state == "revoked"
        told = t("bit {bit} is set: revoked", bit=status["statusListIndex"])
        clear = t("bit {bit} is not set", bit=status["statusListIndex"])
        rows.append((t("Status list"), told if is_set else clear))
    reasons = [html.P(t(reason)) for reason in checked.found.reasons]
    state, word = ("good", t("checked just now")) if checked.found.ok else ("bad", t("does not hold"))
    return Step(t("Signature and keys"), state, word, [facts(rows), *reasons])


# ------------------------------------------------------------------ without us
def without_us(checked: Checked) -> html.Section:
    """Every file, and the command that checks them in an empty folder."""
    view, walk = checked.view, checked.walk
    number, status = view.number, json.loads(checked.text).get("credentialStatus")
    at = f"?size={walk.size}" if walk.size else ""
    whole = [
        (t("The certificate with the log's proofs"), f"/certificate/{number}.json{at}", f"{number}.json"),
        (t("The issuer's keys"), "/.well-known/did.json", "did.json"),
        (t("The log's checkpoint"), f"/api/v1/log/checkpoint{at}", "checkpoint.txt"),
    ]
    lines = [f"python cli.py verify {number}.json", "--keys did.json", "--checkpoint checkpoint.txt"]
    if status:
        address = str(status["statusListCredential"])
        whole.append((t("The status list"), address[address.find("/api/") :], "status-list.json"))
        lines.append("--status status-list.json")
    others = [
        (t("W3C Verifiable Credential 2.0"), f"/verify/{number}.json", f"{number}.credential.json"),
        (t("Open Badge 3.0 (VC-JWT)"), f"/certificate/{number}.jwt", f"{number}.jwt"),
        (t("PDF"), f"/certificate/{number}.pdf?lang={checked.language}", f"{number}.pdf"),
        (t("Picture"), f"/certificate/{number}.png?lang={checked.language}", f"{number}.png"),
    ]
    told = t(
        "Keep these files and check them on any machine, off line, in an empty folder. One altered byte fails. The "
        "keys are those of {base}.",
        base=get_settings().base_url,
    )
    return html.Section([
        html.H2(t("Check it without us")), html.P(told), files(*whole),
        html.Pre(" \\\n  ".join(lines), className="fz-code", tabIndex="0"),
        html.H3(t("The same in other forms")), files(*others),
        html.P(t("Credential, status list and badge follow open standards: any other verifier will do as well.")),
    ], className="fz-without")  # fmt: skip
