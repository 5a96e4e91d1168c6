"""A guest's part: begin, tell, order. The secret comes in the Authorization header."""

from __future__ import annotations

import random
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse
from pydantic import Field

import events
import offsetting
from accounts import throttle
from api.common import PREFIX, Key, Secret, Strict, Text, changed, guest
from calculations.model import CABINS, DIETS, FUELS, KNOWN, MODES, ROLES, SIZES, SUPPLIES, FieldError, InputError

router = APIRouter(prefix=PREFIX, tags=["participations"])
STARTS_A_MINUTE = 6000  # of one event: a hall that scans at once, not a flood
COUNTED_EVERY = 20  # one in so many, by chance: a row that every start of an event would change is a queue


class Display(Strict):
    pseudonym: Annotated[Text, Field(max_length=80)] = ""
    consent: bool = False


class Start(Strict):
    session: Annotated[Text, Field(max_length=64)] | None = None
    company: Annotated[Text, Field(max_length=80)] | None = None
    display: Display | None = None
    code: (
        Annotated[
            Text, Field(max_length=40, description="The code that was scanned, as it stands after /s/ in its link.")
        ]
        | None
    ) = None


class Point(Strict):
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]


Known = Literal[KNOWN]  # type: ignore[valid-type]


class TripBody(Strict):
    from_: Annotated[str | Point, Field(alias="from")]
    to: str | Point | None = None
    via: Annotated[list[str | Point], Field(default_factory=list)]
    mode: Literal[MODES]  # type: ignore[valid-type]
    cabin: Literal[CABINS] | None = None  # type: ignore[valid-type]
    fuel: Literal[FUELS] | None = None  # type: ignore[valid-type]
    people: int | None = None
    round_trip: bool | None = None
    count: int | None = None
    known: Known | None = None
    size: Literal[SIZES] | None = None  # type: ignore[valid-type]


class StayBody(Strict):
    place: str | None = None
    country: str | None = None
    nights: int
    rooms: int
    guests: int
    kind: str | None = None
    known: Known | None = None


class MealBody(Strict):
    diet: Literal[DIETS]  # type: ignore[valid-type]
    count: int
    known: Known | None = None


class SupplyBody(Strict):
    kind: Literal[SUPPLIES]  # type: ignore[valid-type]
    kg_per_kwh: float | None = None
    share: float | None = None
    source: str | None = None


class OtherBody(Strict):
    activity: str
    quantity: float
    unit: str
    place: str | Point | None = None  # where it was done; the event's place where it is left out
    known: Known | None = None
    supply: SupplyBody | None = None


class FootprintBody(Strict):
    """Described here, read by the calculation itself (its sentences name each field)."""

    trips: Annotated[list[TripBody], Field(max_length=200, default_factory=list)]
    stays: Annotated[list[StayBody], Field(max_length=200, default_factory=list)]
    meals: Annotated[list[MealBody], Field(max_length=200, default_factory=list)]
    other: Annotated[list[OtherBody], Field(max_length=200, default_factory=list)]
    role: Literal[ROLES] | None = None  # type: ignore[valid-type]


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items() if key != "$defs"}
    return [_inlined(item, definitions) for item in schema] if isinstance(schema, list) else schema


_SCHEMA = FootprintBody.model_json_schema(by_alias=True)
_FOOTPRINT = _inlined(_SCHEMA, _SCHEMA.get("$defs", {}))
_FOOTPRINT_DOC = {"requestBody": {"required": True, "content": {"application/json": {"schema": _FOOTPRINT}}}}


@router.post("/events/{slug}/participations", status_code=201)
def start(slug: str, body: Start, key: Key = None) -> JSONResponse:
    """Begins a participation; its secret is told this once."""
    if random.randrange(COUNTED_EVERY) == 0:
        throttle(f"start:{slug}", STARTS_A_MINUTE // COUNTED_EVERY, 60)

    def command() -> tuple[int, Any]:
        display = body.display.model_dump() if body.display else None
        code = _code(slug, body.code or "")
        started = events.start_participation(slug, body.session, body.company, display, code)
        return 201, {"participation_id": started.participation_id, "secret": started.secret}

    return changed(f"start:{slug}", key, body, command, shortest=16)


def _code(slug: str, typed: str) -> str:
    """The code of this event that was scanned, as it is kept. Raises InputError where there is no such one."""
    found = events.scanned_at(events.get_event(slug), typed) if typed else None
    if typed and found is None:
        message = "{field}: this event has no code “{value}”; a code is the seven letters and digits after /s/."
        raise InputError([FieldError("code", typed, message, {"field": "code", "value": typed})])
    return found.code_id if found else ""


@router.put("/participations/{participation_id}/footprint", openapi_extra=_FOOTPRINT_DOC)
def put_footprint(
    participation_id: str, body: Annotated[Any, Body()], authorization: Secret = None, key: Key = None
) -> JSONResponse:
    """Tells what one did; answers with the next version of the footprint, line by line with traces."""
    guest(participation_id, authorization)

    def command() -> tuple[int, Any]:
        return 200, events.save_footprint(participation_id, body).as_json()

    return changed(f"footprint:{participation_id}", key, body, command)


@router.get("/participations/{participation_id}/footprint")
def get_footprint(participation_id: str, authorization: Secret = None) -> dict[str, Any]:
    """The current version."""
    guest(participation_id, authorization)
    view = events.current_footprint(participation_id)
    if view is None:
        raise offsetting.NotFound("Nothing has been told yet; PUT a footprint first.")
    return view.as_json()
