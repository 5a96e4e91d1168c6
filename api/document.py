"""The OpenAPI document as it is served: made from the routes, with every operation's errors and forms told."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEM = {
    "type": "object",
    "description": "RFC 9457; title, detail and messages are in the language of Accept-Language.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "value", "message"],
                "properties": {"field": {"type": "string"}, "value": {}, "message": {"type": "string"}},
            },
        },
    },
}
RESPONSE = {
    "description": "A problem, with a sentence",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
GUEST = {"type": "http", "scheme": "bearer", "description": "A participation's secret, told once when it begins."}
PROGRAM = {"type": "http", "scheme": "bearer", "description": "A program's token (fzp_…), which acts for a person."}
FORMS = {  # where an answer is no JSON: path → media types
    "/api/v1/certificates/{number}": (
        "application/json",
        "application/vc+ld+json",
        "application/pdf",
        "image/png",
        "application/vnd.forum-zero.certificate+json",
    ),
    "/api/v1/log/checkpoint": ("text/plain",),
    "/api/v1/status-lists/{list_id}": ("application/vc+ld+json",),
    "/api/v1/events/{slug}/live": ("text/event-stream",),
    "/metrics": ("text/plain",),
    "/.well-known/did.json": ("application/did+json",),
}
BY_GUEST = ("/participations/{participation_id}/", "/orders/{order_id}/cancel", "/leaderboards/")
BY_PROGRAM = ("/events/{slug}/orders", "/orders/{order_id}/cancel", "/orders/{order_id}/refund")


def describe(app: FastAPI) -> dict[str, Any]:
    """The document; made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        for path, operations in made["paths"].items():
            for operation in operations.values():
                _tell(path, operation)
        components = made.setdefault("components", {})
        schemas = components.get("schemas", {})
        components["schemas"] = {k: v for k, v in schemas.items() if not k.endswith("ValidationError")} | {
            "Problem": PROBLEM
        }
        components["responses"] = {"Problem": RESPONSE}
        components["securitySchemes"] = {"guest": GUEST, "program": PROGRAM}
        app.openapi_schema = made
    return app.openapi_schema


def _tell(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    responses["4XX"] = {"$ref": "#/components/responses/Problem"}
    if path in FORMS:
        responses["200"]["content"] = {form: {} for form in FORMS[path]}
    operation["parameters"] = [p for p in operation.get("parameters", []) if p["name"] != "Authorization"]
    schemes = [name for name, marks in (("guest", BY_GUEST), ("program", BY_PROGRAM)) if any(m in path for m in marks)]
    if schemes:
        operation["security"] = [{name: []} for name in schemes]
    if "leaderboards" in path:
        operation["security"].append({})
    if path == "/readyz":
        responses["503"] = {"description": "Not ready", "content": {"application/json": {}}}
