"""The OpenAPI document says what the contract says, and what it says is true of every operation."""

from __future__ import annotations

import zlib

import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.support.api import V1, application, begin, buy, client, open_forum, token

CONTRACT = """
GET /healthz
GET /readyz
GET /metrics
GET /api/v1/scenarios
GET /api/v1/events
GET /api/v1/events/{slug}
GET /api/v1/events/{slug}/activities
GET /api/v1/places
POST /api/v1/events/{slug}/participations
PUT /api/v1/participations/{participation_id}/footprint
GET /api/v1/participations/{participation_id}/footprint
GET /api/v1/events/{slug}/projects
POST /api/v1/participations/{participation_id}/orders
POST /api/v1/events/{slug}/orders
GET /api/v1/orders/{order_id}
POST /api/v1/orders/{order_id}/cancel
POST /api/v1/orders/{order_id}/refund
POST /webhooks/{provider}
POST /api/v1/demo-payments/{order_id}
GET /api/v1/certificates/{number}
GET /api/v1/certificates
GET /.well-known/did.json
GET /api/v1/events/{slug}/totals
GET /api/v1/events/{slug}/leaderboards/{kind}
GET /api/v1/events/{slug}/live
"""


def test_every_operation_of_the_contract_is_there(sqlite_store: object) -> None:
    document = client().get(f"{V1}/openapi.json").json()
    found = {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}
    assert found >= set(CONTRACT.split("\n")) - {""}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["responses"]["4XX"] == {"$ref": "#/components/responses/Problem"}, path
            assert operation["summary"], path
            keyed = "Idempotency-Key" in [p["name"] for p in operation["parameters"]]
            assert keyed == (method in ("post", "put") and not path.startswith("/webhooks")), path
    problem = document["components"]["responses"]["Problem"]["content"]
    assert list(problem) == ["application/problem+json"]
    orders = document["paths"]["/api/v1/events/{slug}/orders"]["post"]
    assert orders["security"] == [{"program": []}]


SETTINGS = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def test_no_operation_fails_whatever_it_is_sent(store: object) -> None:
    schema = schemathesis.openapi.from_asgi(f"{V1}/openapi.json", application())
    forum, api = open_forum(), client()
    guest = begin(api)
    known = {"slug": forum.slug, "participation_id": guest.participation_id, "provider": "demo", "kind": "people",
             "order_id": buy(guest, forum)["order_id"]}  # fmt: skip
    proofs = [{}, guest.proof, token("organiser", "exchange")]

    def asked(case: schemathesis.Case) -> None:
        chance = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode("utf-8", "replace"))
        if chance % 4 and not case.path.endswith("/live"):  # mostly of what is there: then the rest is looked at
            case.path_parameters = {k: known.get(k, v) for k, v in (case.path_parameters or {}).items()}
        response = case.call(headers=proofs[chance % 3])
        assert response.status_code < 500, (case.path, response.text)
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"], (case.path, response.headers)
            assert len(response.json()["detail"]) > 8

    seen = 0
    for found in schema.get_all_operations():
        SETTINGS(given(case=found.ok().as_strategy())(asked))()
        seen += 1
    assert seen >= len(CONTRACT.split()) // 2
