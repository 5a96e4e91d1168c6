"""A rank as a picture to share, 1080 × 1350, drawn with the certificate's own pen."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from PIL import Image, ImageDraw

import events
import offsetting
from events import Board
from locales import current_language, pick, t
from locales import formats as f
from offsetting.certificate_view import CertificateView
from pages.documents import _certificate_png as card
from pages.documents._certificate_words import words_of

router = APIRouter(include_in_schema=False)


@router.get("/e/{slug}/rank.png")
def picture(slug: str, certificate: str = "") -> Response:
    """The share card of a certificate's rank; 404 with a sentence where there is none at this event."""
    try:
        view = offsetting.certificate(certificate)
        board = events.rank_of_certificate(view.number)
    except events.NotFound as error:
        return PlainTextResponse(t(error.message, **error.params), 404)
    if view.event_slug != slug or board.me is None:
        return PlainTextResponse(board.why_not or t("This certificate has no rank here."), 404)
    return Response(
        rank_png(view, board, current_language()), media_type="image/png", headers={"Cache-Control": "no-cache"}
    )


def rank_png(view: CertificateView, board: Board, language: str) -> bytes:
    """The PNG's bytes; ``board`` holds the holder's own row."""
    assert board.me is not None
    words = words_of(view, language)
    image = Image.new("RGB", (card.WIDTH * card.FINE, card.HEIGHT * card.FINE), card.INK)
    draw = ImageDraw.Draw(image)
    card.draw_bands(draw, view)
    card.draw_ring(image, view)
    pen = card.Pen(draw)
    card.draw_middle(pen, words)
    card.draw_logo(draw, pen, words)
    middle, room = card.WIDTH / 2, card.WIDTH - 2 * card.MARGIN
    pen.text(middle, 880, f.ordinal(board.me.rank, language), 120, card.COLOURS["ink"], "bold", "m", room)
    pen.text(
        middle, 940, t("of {count} people", count=f.number(board.total)), 35, card.COLOURS["ink-2"], "sans", "m", room
    )
    pen.text(middle, 994, pick(view.event_names), 35, card.COLOURS["ink-2"], "sans", "m", room)
    pen.text(middle, 1040, words.where_when, 31, card.COLOURS["ink-2"], "sans", "m", room)
    card.draw_foot(image, pen, words)
    if words.stamp:
        card.draw_stamp(image, words.stamp)
    return card.encoded(image)
