"""What each step of setting up keeps: a form read into columns of the event, and those columns back into the form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from calculations.event_states import permits, refusal
from calculations.model import CATEGORIES
from calculations.who_counts import WHO
from data.library import list_editions, list_methods, load_factor_set, load_scenarios
from data.places.spots import town_part
from events.catalogue import boundary_json
from events.model import Event
from events.setup_credits import has_offers, keep_projects
from events.setup_fields import MOST_TEXT, Form, local, told
from events.setup_look import keep_look
from events.setup_model import JURISDICTIONS, LANGUAGES
from events.setup_place import keep_place
from events.setup_sessions import keep_sessions, session_values
from events.spots import spot_text

MOST_PEOPLE = 10_000_000
NO_METHOD = "none"  # the factor set's own rows price flights
ELECTRICITY = ("location", "market")
Changed = dict[str, Any]


SAID = ("theme", "venue", "notice")  # texts that pages show where the host has written them


def keep_about(form: Form, event: Event | None) -> Changed:
    """Scenario, names, introduction and host; without an event, what a draft is made of."""
    told_now = ("intro", *(name for name in SAID if any(f"{name}_{code}" in form.body for code in LANGUAGES)))
    own = {name: words for name in told_now if (words := form.words(name, MOST_TEXT))}
    host = form.text("host")
    names = form.words("names")
    known = [key for key in load_scenarios() if key != "life"]
    scenario = form.one_of("scenario", known, event.scenario if event else "")
    if not names:
        form.wrong("names_en", "", "{field}: the event needs a name, in English or in Chinese.")
    if event is not None:
        _require(form, event, "words", "names_en")
        _fixed(form, event, "scenario", scenario, event.scenario)
    texts = {key: value for key, value in (event.texts if event else {}).items() if key not in (*told_now, "host")}
    return {"scenario": scenario, "names": names, "texts": texts | own | ({"host": host} if host else {})}


def keep_boundary(form: Form, event: Event | None) -> Changed:
    """Categories, switches, who counts, how many are expected, factor set and the method of flights."""
    if event is None:
        return {}
    _require(form, event, "boundary", "categories")
    categories = form.many_of("categories", CATEGORIES)
    if not categories:
        form.wrong("categories", "", "{field}: choose at least one category, or nothing is counted.")
    flags = form.many_of("flags", ("non_co2", "upstream"))
    method = form.one_of("flight_method", [NO_METHOD, *list_methods(), *_own_method(event)], NO_METHOD)
    boundary = boundary_json(event.boundary) | {
        "categories": list(categories), "non_co2": "non_co2" in flags, "upstream": "upstream" in flags,
        "electricity": form.one_of("electricity", ELECTRICITY, event.boundary.electricity),
        "who": form.one_of("who", (*WHO, event.boundary.who), event.boundary.who),
        "flight_method": "" if method == NO_METHOD else method,
    }  # fmt: skip
    return {**_changed_boundary(form, event, boundary), **_people(form, event), **_factor_set(form, event)}


def _own_method(event: Event) -> list[str]:
    return [event.boundary.flight_method] if event.boundary.flight_method else []


def _changed_boundary(form: Form, event: Event, boundary: dict[str, Any]) -> Changed:
    """A changed boundary notes when it changed, so that what is older can be computed anew."""
    if boundary == boundary_json(event.boundary):
        return {}
    if event.state != "draft":
        boundary = boundary | {"changed_at": form.now.isoformat()}
    return {"boundary": boundary}


def _people(form: Form, event: Event) -> Changed:
    people = form.whole("people", MOST_PEOPLE)
    parts = event.defaults.get("expected") or {}
    most = max((sum(counts.values()) for counts in parts.values()), default=0)
    if people < most:
        message = (
            "{field}: {value} is less than the {most} that you expect by way, region or company; change those first."
        )
        form.wrong("people", people, message, most=most)
    return {"expected_people": people}


def _factor_set(form: Form, event: Event) -> Changed:
    edition = form.one_of("factor_set", list_editions(), event.factor_set_id)
    _fixed(form, event, "factor_set", edition, event.factor_set_id)
    if form.errors or edition == event.factor_set_id:
        return {}
    return {"factor_set_id": edition, "factor_set_sha256": load_factor_set(edition).sha256}


def keep_privacy(form: Form, event: Event | None) -> Changed:
    """Privacy text by language, jurisdiction, test or live."""
    if event is None:
        return {}
    _require(form, event, "words", "privacy_en")
    words = form.words("privacy", MOST_TEXT)
    if not words:
        form.wrong("privacy_en", "", "{field}: guests are to know what becomes of what they tell; write a text.")
    jurisdiction = form.one_of("jurisdiction", JURISDICTIONS, "other")
    livemode = form.one_of("livemode", ("test", "live"), "live" if event.livemode else "test") == "live"
    _fixed(form, event, "livemode", livemode, event.livemode)
    if livemode != event.livemode and has_offers(event.event_id):
        message = "{field}: credits of the other kind are on offer or asked for; take those projects off first."
        form.wrong("livemode", "", message)
    texts = dict(event.texts) | ({"privacy": words} if words else {})
    return {"texts": texts, "jurisdiction": jurisdiction, "livemode": livemode}


def _require(form: Form, event: Event, what: str, field: str) -> None:
    if said := refusal(event.state, what):
        form.wrong(field, "", said)


def _fixed(form: Form, event: Event, field: str, value: Any, before: Any) -> None:
    """What stays as it is once the event has opened."""
    if value != before and not permits(event.state, "essentials"):
        form.wrong(field, value, refusal(event.state, "essentials"))


KEEPERS: Mapping[str, Callable[[Form, Any], Changed]] = {
    "about": keep_about, "place": keep_place, "programme": keep_sessions, "boundary": keep_boundary,
    "projects": keep_projects, "look": keep_look, "privacy": keep_privacy,
}  # fmt: skip


def values_of(event: Event, done: Collection[str]) -> dict[str, Any]:
    """What the fields of all forms hold, by their names; ``done`` are the steps that were kept."""
    zone, dated = event.timezone, "place" in done
    texts, defaults = event.texts, event.defaults
    return {
        "scenario": event.scenario, "host": texts.get("host", ""), **told(event.names, "names"),
        **told(texts.get("intro") or {}, "intro"),
        **{key: words for name in SAID for key, words in told(texts.get(name) or {}, name).items()},
        "place": town_part(event.place.place_id), "spot": spot_text(event.place), "timezone": zone,
        **told(texts.get("address") or {}, "address"), "slug": event.slug,
        "starts": local(event.starts_at, zone) if dated else "", "ends": local(event.ends_at, zone) if dated else "",
        **{name: local(getattr(event, name), zone) for name in ("opens_at", "closes_at", "pay_until", "books_by")},
        "sessions": session_values(event), "categories": list(event.boundary.categories),
        "flags": [name for name in ("non_co2", "upstream") if getattr(event.boundary, name)],
        "electricity": event.boundary.electricity, "who": event.boundary.who, "people": event.expected_people or "",
        "factor_set": event.factor_set_id, "flight_method": event.boundary.flight_method or NO_METHOD,
        "payer": defaults.get("payer", "guest"), **told(texts.get("payer") or {}, "payer"),
        "currency": event.currency, "payments": event.payments, "gift": defaults.get("gift", True),
        **told(texts.get("gift") or {}, "gift"), "look": dict(defaults.get("look") or {}),
        **told(texts.get("privacy") or {}, "privacy"),
        "jurisdiction": event.jurisdiction if event.jurisdiction in JURISDICTIONS else "other",
        "livemode": "live" if event.livemode else "test",
    }  # fmt: skip
