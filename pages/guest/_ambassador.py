"""A guest's shared link on their own page: what it brought, in counts alone, and the ambassador's certificate."""

from __future__ import annotations

from typing import Any

from dash import html

from events import Ambassador
from locales import formats as f
from locales import t
from pages._parts.icons import icon


def shared_link(mine: Ambassador) -> list[Any]:
    """The link to share, how many it brought from five on, and the certificate once it is there."""
    words = t("Whoever comes by your link and tells their footprint counts for you. You see how many, never who.")
    told = (
        t("Fewer than five so far.")
        if mine.brought is None
        else t("{count} came by it and told their footprint.", count=f.number(mine.brought))
    )
    link = html.P(mine.link, className="fz-mono fz-hash", style={"overflowWrap": "anywhere"})
    parts: list[Any] = [html.P(words, className="fz-body"), link, html.P(told, className="fz-small")]
    if mine.number:
        open_it = [icon("seal"), t("Open your ambassador’s certificate")]
        parts.append(html.A(open_it, href=f"/ambassador/{mine.number}", className="fz-button fz-button-main"))
    else:
        needed = t("From {count} on there is a certificate for ambassadors.", count=f.number(mine.needed))
        parts.append(html.P(needed, className="fz-small"))
    return parts
