"""Everything to print of an event at once: one PDF a kind of piece with the pages of its codes, hall by hall, each
code alone as SVG in its hall's folder, and a list of all links.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence

from data.table_given import csv_cells
from events import Code, Event
from locales import pick, t
from pages.organiser import _codes_files as files
from pages.organiser._codes_designs import draw
from pages.organiser._codes_words import channel_names, code_name, hall_name, piece_of

KINDS = {"poster": "poster", "table_card": "cards", "badge": "badges", "slide": "slide", "wall": "slide"}  # else: code
MADE = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same codes


def bundle(event: Event, codes: Sequence[Code], size: str, languages: Sequence[str]) -> bytes:
    """The archive of codes in use."""
    places = {one.session_id: i for i, one in enumerate(event.sessions, 1)}
    ordered = sorted(codes, key=lambda code: (places.get(code.session_id, 0), code.made_at, code.code_id))
    title = f"{pick(dict(event.names), languages[0])} · Forum Zero"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in ("poster", "cards", "badges", "slide", "code"):
            mine = [code for code in ordered if KINDS.get(code.channel, "code") == kind]
            if mine:
                sheets = [sheet for code in mine for sheet in draw(kind, piece_of(event, code, languages), size).sheets]
                name = f"{_file_names()[kind]}{f'-{size}' if kind == 'poster' else ''}.pdf"
                _put(archive, name, files.pdf(sheets, title, languages[0]))
        for code in ordered:
            folder = _plain(hall_name(event, code.session_id) or t("Whole event"))
            drawn = draw("code", piece_of(event, code, languages))
            name = f"SVG/{folder}/{_plain(code.label or channel_names()[code.channel])}-{code.code_id}.svg"
            _put(archive, name, files.svg(drawn.sheets[0], code_name(event, code)).encode())
        _put(archive, f"{_plain(t('Links'))}.csv", _links(event, ordered).encode("utf-8-sig"))
    return out.getvalue()


def _file_names() -> dict[str, str]:
    names = {"poster": t("Posters"), "cards": t("Table cards"), "badges": t("Badges"), "slide": t("Slides"),
             "code": t("Codes")}  # fmt: skip
    return {kind: _plain(name) for kind, name in names.items()}


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, MADE), content, zipfile.ZIP_DEFLATED)


def _plain(name: str) -> str:
    """A name that every system takes for a file's."""
    tidy = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", name)
    return " ".join(tidy.split()).strip(". ")[:60].strip() or "-"


def _links(event: Event, codes: Sequence[Code]) -> str:
    out, names = io.StringIO(), channel_names()
    table = csv.writer(out)
    table.writerow([t("Name"), t("Hall"), t("Channel"), t("Link")])
    for code in codes:
        hall = hall_name(event, code.session_id) or t("Whole event")
        table.writerow(csv_cells((code.label, hall, names[code.channel], code.link)))
    return out.getvalue()
