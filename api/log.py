"""The transparency log: its signed head, proofs of inclusion and of growth, and the leaves to build it anew."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

import offsetting
from api.common import PREFIX, listed

router = APIRouter(tags=["log"])
Size = Annotated[int, Query(ge=0, le=10**15)]
Known = Annotated[int | None, Query(ge=1, le=10**15)]
LIMIT = 1000


@router.get(PREFIX + "/log/checkpoint", response_class=PlainTextResponse)
def checkpoint(size: Known = None) -> PlainTextResponse:
    """The newest checkpoint, or that of a size: a signed note (C2SP) with the log's origin, size and root."""
    return PlainTextResponse(offsetting.log_checkpoint(size), headers={"Cache-Control": "no-cache"})


@router.get(PREFIX + "/log/proof")
def proof(entry: Annotated[str, Query(min_length=1, max_length=200)], size: Known = None) -> dict[str, Any]:
    """That an entry is in the tree. By position, or by a certificate's number or a retirement, whose entry is opened
    with its salt; at the newest checkpoint, or that of a size."""
    return offsetting.log_proof(entry, size).as_json()


@router.get(PREFIX + "/log/consistency")
def consistency(start: Annotated[Size, Query(alias="from")], to: Size) -> dict[str, Any]:
    """That the tree of ``to`` entries begins with that of ``from``."""
    return offsetting.log_consistency(start, to)


@router.get(PREFIX + "/log/entries")
def entries(
    start: Annotated[int, Query(ge=0, le=10**15)] = 0, limit: Annotated[int, Query(ge=1, le=LIMIT)] = LIMIT
) -> dict[str, Any]:
    """Leaf hashes from a position on: all that is needed to build the tree anew."""
    found = offsetting.log_entries(start, limit)
    path = f"{PREFIX}/log/entries?start={start + len(found)}&limit={limit}" if len(found) == limit else None
    return listed(found, path)
