"""Certificates in their forms, look-up by number, and the issuer's keys."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

import offsetting
from api.common import PREFIX, listed
from api.problems import problem
from locales import current_language, t

router = APIRouter(tags=["certificates"])
CREDENTIAL = ("application/vc+ld+json", "application/vc", "application/ld+json")
FORMS = (
    "application/json",
    *CREDENTIAL,
    "application/pdf",
    "image/png",
    offsetting.CERTIFICATE_FILE,
    offsetting.OPEN_BADGE,
)


@router.get(PREFIX + "/certificates")
def look_up(number: Annotated[str, Query(max_length=100)]) -> dict[str, Any]:
    """By number, or by what the code on it says."""
    return listed([offsetting.certificate(offsetting.find_certificate(number)).as_json()])


@router.get(PREFIX + "/certificates/{number}")
def certificate(number: str, request: Request, size: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """The certificate, in the form that Accept asks for: JSON, the signed credential, PDF, PNG, an Open Badge 3.0 as
    VC-JWT, or the file for checking off line with the log's proofs (at the newest checkpoint, or that of ``size``)."""
    view, form = offsetting.certificate(number), _form(request.headers.get("accept", ""))
    if form is None:
        sentence = t("A certificate can be had as {forms}.", forms=", ".join(FORMS))
        return problem(406, t("Not in this form"), sentence)
    if form in CREDENTIAL:
        return Response(offsetting.certificate_credential(view.number), media_type=form, headers=_fresh())
    if form == offsetting.CERTIFICATE_FILE:
        return Response(offsetting.certificate_file(view.number, size), media_type=form, headers=_fresh())
    if form == offsetting.OPEN_BADGE:
        return Response(offsetting.open_badge(view.number), media_type=form, headers=_fresh())
    if form == "application/json":
        return JSONResponse(view.as_json(), headers=_fresh())
    rendering = offsetting.render(view.number, form, _language(request, view.locale))
    return Response(rendering.body, media_type=rendering.media_type, headers=_fresh())


def _language(request: Request, ordered_in: str) -> str:
    """What is asked for, by address, cookie or header; else the language the order was placed in."""
    asked = ("lang" in request.query_params, "fz_lang" in request.cookies, "accept-language" in request.headers)
    return current_language() if any(asked) else ordered_in


def _fresh() -> dict[str, str]:
    return {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Language, Cookie"}


def _form(accept: str) -> str | None:
    wishes = [part.split(";")[0].strip() for part in accept[:500].split(",") if part.strip()]
    for wish in wishes or ["*/*"]:
        if wish in FORMS:
            return wish
        if wish in ("*/*", "application/*"):
            return FORMS[0]
        if wish == "image/*":
            return "image/png"
    return None


@router.get(PREFIX + "/status-lists/{list_id}")
def status_list(list_id: str) -> Response:
    """A signed status list (W3C Bitstring Status List): a bit is set where its certificate is revoked."""
    return Response(
        offsetting.status_list(list_id), media_type="application/vc+ld+json", headers={"Cache-Control": "no-cache"}
    )


@router.get("/.well-known/did.json", include_in_schema=True)
def issuer() -> JSONResponse:
    """The issuer's keys (did:web), old ones too."""
    return JSONResponse(offsetting.did_document(), media_type="application/did+json")
