"""Scripts, style sheets, fonts and pictures: compressed once (brotli and gzip), fingerprinted, kept for a year.

``Shelf`` holds bundles made at start and files under ``assets/``; compressed bodies are kept under DATA_DIR/static by
content hash, so that only the first start pays for them.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path

import brotli
from fastapi import APIRouter, Request
from fastapi.responses import Response

YEAR = "public, max-age=31536000, immutable"
_TEXT = (".js", ".css", ".svg", ".json", ".html", ".txt", ".map", ".mjs")


@dataclass(frozen=True, slots=True)
class Item:
    """One file as it is sent: raw, brotli and gzip bodies (None where not worth it), its type and short hash."""

    raw: bytes
    brotli: bytes | None
    gzip: bytes | None
    media_type: str
    sha: str


class Shelf:
    """Files by URL path. ``add`` returns the fingerprinted URL."""

    def __init__(self, assets: Path, cache: Path) -> None:
        self.assets, self.cache = assets, cache
        self._items: dict[str, Item] = {}

    def add(self, path: str, raw: bytes) -> str:
        self._items[path] = self._make(path, raw)
        return f"{path}?v={self._items[path].sha}"

    def asset(self, name: str) -> str:
        """The fingerprinted URL of a file under assets/, such as ``css/guest.css``."""
        path = f"/assets/{name}"
        return f"{path}?v={item.sha}" if (item := self.find(path)) else path

    def find(self, path: str) -> Item | None:
        if path not in self._items and path.startswith("/assets/"):
            file = self._file(path.removeprefix("/assets/"))
            if file is None:
                return None
            self._items[path] = self._make(path, file.read_bytes())
        return self._items.get(path)

    def _file(self, name: str) -> Path | None:
        """The file under assets/ of exactly this name: one name a file, so that the shelf holds no more than that."""
        parts = name.split("/")
        if "\0" in name or any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts):
            return None
        file = (self.assets / name).resolve()
        return file if file.is_relative_to(self.assets.resolve()) and file.is_file() else None

    def answer(self, path: str, request: Request, forever: bool = False) -> Response:
        """The best body the reader takes, kept for a year where the address carries a fingerprint; 404 for none."""
        item = self.find(path)
        if item is None:
            return Response(status_code=404)
        etag = f'"{item.sha}"'
        kept = forever or request.query_params.get("v") == item.sha
        headers = {"ETag": etag, "Vary": "Accept-Encoding", "Cache-Control": YEAR if kept else "no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        accepted = request.headers.get("accept-encoding", "")
        body = item.raw
        if item.brotli and "br" in accepted:
            body, headers["Content-Encoding"] = item.brotli, "br"
        elif item.gzip and "gzip" in accepted:
            body, headers["Content-Encoding"] = item.gzip, "gzip"
        return Response(body, headers=headers, media_type=item.media_type)

    def _make(self, path: str, raw: bytes) -> Item:
        sha = hashlib.sha256(raw).hexdigest()[:16]
        media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        if not path.endswith(_TEXT):
            return Item(raw, None, None, media_type, sha)
        return Item(raw, self._kept(sha + ".br", raw), self._kept(sha + ".gz", raw), media_type, sha)

    def _kept(self, name: str, raw: bytes) -> bytes:
        file = self.cache / name
        if file.is_file():
            return file.read_bytes()
        body = (
            brotli.compress(raw, quality=11 if len(raw) < 2_000_000 else 9)
            if name.endswith(".br")
            else gzip.compress(raw, 9)
        )
        self.cache.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f"{file.suffix}.{os.getpid()}")
        part.write_bytes(body)
        part.replace(file)
        return body


def router_for(shelf: Shelf) -> APIRouter:
    """Routes for /assets and /static."""
    router = APIRouter()

    @router.get("/assets/{name:path}", include_in_schema=False)
    @router.get("/static/{name:path}", include_in_schema=False)
    def static(request: Request, name: str) -> Response:
        return shelf.answer(request.url.path, request)

    return router
