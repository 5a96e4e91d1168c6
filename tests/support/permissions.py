"""Everything that can be asked of the product, asked as each persona: pages, callbacks by what triggers them, routes.

`python -m tests.support.permissions` prints a row, as it is answered now, for each thing that tests/permissions.csv has
not. A row says who may: look at each before it is put into the table.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support import asyncs
from tests.support.server import PROJECT_DIR

PERSONAS = ("anonymous", "guest", "company", "sustainability", "auditor", "exchange", "other", "organiser",
            "administrator")  # fmt: skip
TABLE = PROJECT_DIR / "tests" / "permissions.csv"
COLUMNS = ("kind", "name", *PERSONAS)
DOOR = ("/sign-in", "/sign-out")  # test_security_door.py and test_second_factor.py ask there; leaving ends the walk
UPDATE = "/_dash-update-component"
BASE = "http://testserver"
REASON = {"reason": "asked by the test"}
BODIES: dict[str, Any] = {
    "/api/v1/orders/{order_id}/cancel": REASON, "/api/v1/orders/{order_id}/refund": REASON,
    "/api/v1/events/{slug}/orders": {"project": "cdcer-hall-2026", "share_percent": 100, "covers": "residual"},
    "/api/v1/participations/{participation_id}/orders": {"project": "cdcer-hall-2026", "share_percent": 25},
    "/api/v1/participations/{participation_id}/footprint": {"trips": []},
    "/api/v1/demo-payments/{order_id}": {"outcome": "failed"},
}  # fmt: skip
SPECIAL = {
    "/desk/reports.{kind}": "/desk/reports.csv",
    "/desk/exchange/settlement.{kind}": "/desk/exchange/settlement.pdf",
}
Thing = tuple[str, str, str]


@dataclass
class World:
    """An event with what the paths name, and a header for each persona."""

    values: dict[str, str]
    headers: dict[str, dict[str, str]]
    layouts: dict[str, Any] = field(default_factory=dict)


def make_world() -> World:
    """Two events, a company of five guests who have paid, a session of each persona."""
    import accounts
    import events
    import offsetting
    from accounts import ANONYMOUS, SYSTEM, set_actor
    from accounts.sessions import begin
    from tests.support.api import begin as begin_guest
    from tests.support.api import buy, client, open_forum, pay

    forum, other, api = open_forum(), open_forum("elsewhere"), client()
    guests = [begin_guest(api, company="Alpha Works") for _ in range(5)]
    orders = [buy(guest, forum, 200)["order_id"] for guest in guests]
    for order in orders[1:]:
        pay(api, order)
    events.fold_due()
    set_actor(SYSTEM)
    company = events.leaderboard(forum.slug, "companies").rows[0].key
    row = next(row for row in offsetting.retirement_desk(forum.slug) if row.sold_g)
    drafted = offsetting.draft_instruction(
        SYSTEM, [offsetting.Pick(row.event_id, row.tranche_id, 1, True)], "Guests", "sold"
    )
    set_actor(ANONYMOUS)

    def entered(role: str, event_id: str = "", company_id: str = "") -> dict[str, str]:
        email = f"{role}-{event_id or 'all'}@people.example.org"
        person = accounts.create_person(email, role, "a long password", (role,), event_id, company_id)
        return {"Cookie": f"fz_session={begin(person, role).token}", "Origin": BASE}

    headers: dict[str, dict[str, str]] = {role: entered(role) for role in PERSONAS[3:6] + ("administrator",)}
    headers |= {"anonymous": {"Origin": BASE}, "guest": guests[0].proof, "company": entered("company", "", company)}
    headers |= {"organiser": entered("organiser", forum.event_id), "other": entered("organiser", other.event_id)}
    spare = accounts.create_person("spare@people.example.org", "Spare", "a long password", ("auditor",))
    paid = offsetting.get_order(orders[1])
    values = {
        "slug": forum.slug, "order_id": paid.order_id, "number": drafted.number, "company_id": company,
        "person_id": spare, "participation_id": guests[0].participation_id, "provider": "demo", "kind": "people",
        "key": f"{forum.project}:2020:test", "project_id": forum.project, "suffix": "csv", "event_id": forum.event_id,
        "certificate": paid.certificate_number,
    }  # fmt: skip
    return World(values, headers)


def calls() -> Iterator[tuple[str, Thing]]:
    """Callbacks that the server answers with each of their inputs: (the page's path, what to ask)."""
    from pages import registry
    from tests.support.api import application

    application()
    for spec in registry.PAGES:
        for item in spec.callbacks:
            if not item.get("clientside_function"):
                for want in item["inputs"]:
                    yield spec.template, ("callback", item["output"], f"{want['id']}.{want['property']}")


def things() -> Iterator[Thing]:
    """(kind, name, '') of the pages and of the other routes."""
    from pages import registry
    from tests.support.api import application

    app = application()
    for spec in registry.PAGES:
        yield "page", spec.template, ""
    pages = {spec.route for spec in registry.PAGES}
    seen = set()
    for route in _routes(app):
        for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
            name = f"{method} {route.path}"
            if route.path.startswith(DOOR):
                continue
            if route.path not in pages and name not in seen and not route.path.startswith("/_"):
                seen.add(name)
                yield "route", name, ""


def is_stream(thing: Thing) -> bool:
    """Whether what is asked has no end for who may: only who may not is asked."""
    return thing[0] == "route" and thing[1].endswith(("/live", "/stream"))


def _routes(app: Any) -> Iterator[Any]:
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        for each in inner.routes if inner is not None else [route]:
            if hasattr(each, "methods"):
                yield each


def read_table(path: Path = TABLE) -> dict[Thing, dict[str, bool]]:
    """The declared answers: who may."""
    rows = csv.DictReader(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {(row["kind"], row["name"], ""): {who: row[who] == "y" for who in PERSONAS} for row in rows}


def walk(
    world: World, asked: list[Thing], personas: Sequence[str] = PERSONAS, skip: Collection[tuple[Thing, str]] = ()
) -> dict[Thing, dict[str, int]]:
    """The status that each thing answers each persona with; those who may least come first."""

    async def whole() -> dict[Thing, dict[str, int]]:
        from tests.support.api import application

        transport = httpx.ASGITransport(app=application(), raise_app_exceptions=False)
        found: dict[Thing, dict[str, int]] = {thing: {} for thing in asked}
        async with httpx.AsyncClient(transport=transport, base_url=BASE, follow_redirects=False) as api:
            if not world.layouts:
                await _read_layouts(world, api)
            for who in personas:
                for thing in (each for each in asked if (each, who) not in skip):
                    found[thing][who] = await _ask(world, api, thing, who)
        return found

    return asyncs.run(whole())


def may(status: int) -> bool:
    """Whether an answer lets somebody in: anything but 401, 403 and the way to sign in."""
    return status not in (401, 403, 303)


async def _ask(world: World, api: httpx.AsyncClient, thing: Thing, who: str) -> int:
    kind, name, trigger = thing
    headers = {**world.headers[who], "Accept-Language": "en"}
    if kind == "page":
        return await _status(api, "GET", _filled(world, name, "<", ">"), headers)
    if kind == "route":
        method, path = name.split(" ", 1)
        body = BODIES.get(path, {}) if method != "GET" else None
        return await _status(api, method, _filled(world, SPECIAL.get(path, path), "{", "}"), headers, body)
    headers["Referer"] = world.layouts[name][2]
    return await _status(api, "POST", UPDATE, headers, _call(world, name, trigger))


async def _status(api: httpx.AsyncClient, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> int:
    answer = await api.request(method, path, headers=dict(headers), json=body)
    if answer.status_code == 303 and "sign-in" not in answer.headers["location"]:
        return 200
    return answer.status_code


def _filled(world: World, path: str, start: str, end: str) -> str:
    for key, value in world.values.items():
        path = path.replace(f"{start}{key}{end}", value).replace(f"{start}{key}:path{end}", value)
    while start in path:
        head, _, rest = path.partition(start)
        path = head + "x" + rest.partition(end)[2]
    return path


# ---------------------------------------------------------------- callbacks, as the page would send them
async def _read_layouts(world: World, api: httpx.AsyncClient) -> None:
    """What stands on each page for who may most: the values that its callbacks are sent."""
    from pages import registry

    for spec in registry.PAGES:
        if not spec.callbacks:
            continue
        referer = BASE + _filled(world, spec.template, "<", ">")
        answer = await api.get("/_dash-layout", headers=world.headers["administrator"] | {"Referer": referer})
        known: dict[str, Any] = {}
        if answer.status_code == 200:
            _collect(answer.json(), known)
        for item in spec.callbacks:
            world.layouts[item["output"]] = (item, known, referer)


def _collect(node: Any, known: dict[str, Any]) -> None:
    if isinstance(node, list):
        for each in node:
            _collect(each, known)
    elif isinstance(node, dict):
        props = node.get("props", {})
        if props.get("id") is not None:
            dom_id = props["id"]
            known[dom_id if isinstance(dom_id, str) else json.dumps(dom_id, sort_keys=True)] = props
        for value in props.values():
            if isinstance(value, list | dict):
                _collect(value, known)


def _call(world: World, output: str, trigger: str) -> Any:
    item, known, _ = world.layouts[output]
    changed: list[str] = []

    def one(want: Mapping[str, Any]) -> Any:
        name = f"{want['id']}.{want['property']}"
        if not want["id"].startswith("{"):
            if name == trigger:
                changed.append(name)
            return _given(world, want["id"], known.get(want["id"], {}), want["property"])
        pattern = json.loads(want["id"])
        found = [key for key in known if key.startswith("{") and _fits(pattern, json.loads(key))] or [_wild(pattern)]
        told = [_given(world, json.loads(key), known.get(key, {}), want["property"]) for key in found]
        if name == trigger:
            changed.append(
                f"{json.dumps(json.loads(found[0]), sort_keys=True, separators=(',', ':'))}.{want['property']}"
            )
        return told if '["ALL"]' in want["id"] else told[0]

    inputs, state = [one(want) for want in item["inputs"]], [one(want) for want in item["state"]]
    return {"output": output, "outputs": _outputs(output), "changedPropIds": changed, "inputs": inputs, "state": state}


def _given(world: World, dom_id: Any, props: Mapping[str, Any], prop: str) -> dict[str, Any]:
    stand_ins = {"n_clicks": 1, "n_submit": 1, "data": world.values["slug"], "filename": "x.csv"}
    stand_ins["contents"] = "data:text/csv;base64," + base64.b64encode(b"name\nAda\n").decode()
    value = stand_ins["n_clicks"] if prop in ("n_clicks", "n_submit") else props.get(prop, stand_ins.get(prop))
    return {"id": dom_id, "property": prop, "value": value}


def _fits(pattern: Mapping[str, Any], dom_id: Mapping[str, Any]) -> bool:
    same = pattern.keys() == dom_id.keys()
    return same and all(isinstance(value, list) or value == dom_id[key] for key, value in pattern.items())


def _wild(pattern: Mapping[str, Any]) -> str:
    return json.dumps({key: "x" if isinstance(value, list) else value for key, value in pattern.items()})


def _outputs(output: str) -> Any:
    many = output.startswith("..")
    names = output.strip(".").split("...") if many else [output]
    parts = [name.split("@")[0].rsplit(".", 1) for name in names]
    told = [
        {"id": json.loads(_wild(json.loads(p[0]))) if p[0].startswith("{") else p[0], "property": p[1]} for p in parts
    ]
    return told if many else told[0]


def _plain_id(text: str) -> Any:
    return json.loads(_wild(json.loads(text))) if text.startswith("{") else text


def main() -> None:
    """Prints rows for what the table has not."""
    from data.store.engine import open_store, set_store
    from data.store.migrate import upgrade

    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        store = open_store(f"sqlite:///{folder}/forumzero.sqlite3")
        upgrade(store)
        set_store(store)
        known = read_table() if TABLE.exists() else {}
        missing = [thing for thing in things() if thing not in known and not is_stream(thing)]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for thing, answers in walk(make_world(), missing).items():
            writer.writerow([*thing[:2], *("y" if may(answers[who]) else "" for who in PERSONAS)])
        print(out.getvalue(), end="")


if __name__ == "__main__":
    main()
