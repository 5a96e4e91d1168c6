"""An order's receipt as PDF, A4, and its credit note as a sheet of its own."""

from __future__ import annotations

from locales import formats as f
from locales import pick, t
from offsetting.receipts import Paper as Number
from offsetting.receipts import Receipt
from pages.documents._paper_pdf import Paper
from pages.documents._receipt_words import (
    buyer_lines,
    day_of,
    how_priced,
    no_fapiao,
    notice_of,
    position_of,
    provider_words,
    seller_lines,
    tax_words,
)

LEFT, RIGHT, MIDDLE = 20.0, 190.0, 108.0
SMALL, BODY = 8.4, 9.6


def receipt_pdf(found: Receipt, language: str) -> bytes:
    """The receipt, and the credit note after it where the order went back. Needs a receipt that is numbered."""
    assert found.receipt is not None
    paper = Paper(language, f"{t('Receipt')} {found.receipt.number}", found.receipt.at)
    _sheet(paper, found, found.receipt, 1)
    if found.credit_note is not None:
        _sheet(paper, found, found.credit_note, -1)
    return paper.bytes()


def _sheet(paper: Paper, found: Receipt, number: Number, sign: int) -> None:
    paper.add_page()
    if not found.livemode:
        paper.across(t("TEST · OF NO VALUE"))
    y = _head(paper, found, number)
    y = _parties(paper, found, y + 4)
    y = _positions(paper, found, sign, y + 6)
    y = _under(paper, found, number, y + 4)
    _foot(paper, found)


def _head(paper: Paper, found: Receipt, number: Number) -> float:
    paper.logo(LEFT, 22, t("Forum Zero"))
    y = 30.0
    if words := notice_of(found):
        y = paper.notice(LEFT, y, RIGHT, t("TEST"), words)
    title = t("Receipt") if number.kind == "receipt" else t("Credit note")
    paper.text(LEFT, y + 17, title, 30, family=paper.serif)
    paper.text(RIGHT, y + 10.5, number.number, 11, style="B", align="R")
    paper.text(RIGHT, y + 16, day_of(number.at, found), BODY, "ink-2", align="R")
    if number.kind == "credit_note" and found.receipt:
        words = t("of receipt {number}, {day}", number=found.receipt.number, day=day_of(found.receipt.at, found))
        paper.text(LEFT, y + 24, words, BODY, "ink-2")
    elif found.credit_note:
        words = t("Paid back: see credit note {number}.", number=found.credit_note.number)
        paper.text(LEFT, y + 24, words, BODY, "seal-ink", "B")
    return y + 28


def _parties(paper: Paper, found: Receipt, y: float) -> float:
    paper.rule(LEFT, y, RIGHT)
    ends = []
    for x, title, lines in ((LEFT, t("Seller"), seller_lines(found)), (MIDDLE, t("Buyer"), buyer_lines(found))):
        at = y + 7
        paper.text(x, at, title, SMALL, "ink-3")
        at += 6
        for i, line in enumerate(lines):
            at = paper.paragraph(x, at, line, RIGHT - MIDDLE, 10.4 if i == 0 else BODY, "ink" if i == 0 else "ink-2",
                                 "B" if i == 0 else "")  # fmt: skip
        ends.append(at)
    return max(ends)


def _positions(paper: Paper, found: Receipt, sign: int, y: float) -> float:
    paper.text(LEFT, y, t("Position"), SMALL, "ink-3")
    paper.text(RIGHT, y, t("Amount"), SMALL, "ink-3", align="R")
    paper.rule(LEFT, y + 2.5, RIGHT, "line-strong")
    y += 5
    if not found.is_gift:
        price = f.money(sign * found.price_minor, found.currency)
        y = _position(paper, y + 4, position_of(found), how_priced(found), price)
    if found.gift_minor:
        note = t("Chosen apart from the price; it buys no credits.")
        gift = f.money(sign * found.gift_minor, found.currency)
        y = _position(paper, y + 4, t("Gift to the special fund"), [note], gift)
    paper.rule(LEFT, y, RIGHT, "line-strong")
    total = t("Paid") if sign > 0 else t("Paid back")
    paper.text(LEFT, y + 8, total, 12, style="B")
    paper.text(RIGHT, y + 8, f.money(sign * found.total_minor, found.currency), 15, style="B", align="R")
    paper.text(RIGHT, y + 13.5, tax_words(found, sign), SMALL, "ink-2", align="R", room=RIGHT - LEFT)
    return y + 16


def _position(paper: Paper, y: float, what: str, notes: list[str], amount: str) -> float:
    paper.text(RIGHT, y, amount, 10.4, style="B", align="R")
    y = paper.paragraph(LEFT, y, what, 128, 10.4, style="B")
    for note in notes:
        y = paper.paragraph(LEFT, y, note, 128, SMALL, "ink-2")
    return y + 1


def _under(paper: Paper, found: Receipt, number: Number, y: float) -> float:
    rows = [(t("Order"), found.order_id), (t("Event"), pick(dict(found.event_names)))]
    if found.paid_at:
        rows.append((t("Paid on"), f.datetime_text(found.paid_at, found.timezone)))
    rows.append((t("Paid through"), provider_words(found)))
    if found.certificate_number:
        rows.append((t("Certificate"), found.certificate_number))
    if number.kind == "credit_note" and found.refund_reason:
        rows.append((t("Why"), found.refund_reason))
    y += 6
    for name, value in rows:
        paper.text(LEFT, y, name, BODY, "ink-3", room=34)
        y = max(y + 6, paper.paragraph(LEFT + 36, y, value, RIGHT - LEFT - 36, BODY) + 1)
    return y


def _foot(paper: Paper, found: Receipt) -> None:
    lines = [line for words in no_fapiao(found) for line in paper.wrapped(words, RIGHT - LEFT, SMALL)]
    y = paper.height - 14 - 4.4 * len(lines)
    paper.rule(LEFT, y - 5.5, RIGHT)
    for line in lines:
        paper.text(LEFT, y, line, SMALL, "ink-2")
        y += 4.4
