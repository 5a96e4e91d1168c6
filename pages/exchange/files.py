"""Files of the retirement desk: instructions to send to registries, and the documents that came back."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

import offsetting
from accounts import Unauthenticated
from pages.bundles import to_sign_in
from pages.exchange._instruction_pdf import instruction_pdf

router = APIRouter()
OPENED = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


@router.get("/desk/exchange/instructions/{number}.{suffix}")
def instruction_file(number: str, suffix: str, request: Request) -> Response:
    """An instruction as pdf, xlsx or csv, for the exchange and auditors."""
    try:
        found = offsetting.get_instruction(number)
    except Unauthenticated:
        return to_sign_in(request)
    if suffix == "pdf":
        return _file(instruction_pdf(found), "application/pdf", f"{found.number}.pdf")
    if suffix not in offsetting.INSTRUCTION_FILES:
        raise offsetting.NotFound("There is no file .{value}; there are pdf, xlsx and csv.", value=suffix[:10])
    body = offsetting.instruction_file(found, suffix)
    return _file(body, offsetting.INSTRUCTION_FILES[suffix], f"{found.number}.{suffix}")


@router.get("/desk/exchange/evidence/{sha256}")
def evidence(sha256: str, request: Request) -> Response:
    """A registry's document, for the exchange and auditors."""
    try:
        return _document(offsetting.retirement_evidence(sha256))
    except Unauthenticated:
        return to_sign_in(request)


@router.get("/certificate/{number}/evidence/{sha256}")
def certificate_evidence(number: str, sha256: str) -> Response:
    """A registry's document, for whoever has the number of a certificate that it proves."""
    return _document(offsetting.certificate_evidence(number, sha256))


def _document(found: offsetting.Evidence) -> Response:
    """As a download, whatever it is: nothing that was handed in is opened as a page of ours."""
    media_type = OPENED.get(found.name.rpartition(".")[2].lower(), "application/octet-stream")
    return _file(found.content, media_type, found.name)


def _file(body: bytes, media_type: str, name: str) -> Response:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name) or "document"
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(body, media_type=media_type, headers=headers)
