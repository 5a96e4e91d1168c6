"""Rows of the dashboard's figures and what each condition may take: groups of the cells with their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import events
from calculations.model import CATEGORIES
from locales import formats as f
from locales import pick, t
from reports import words
from reports.choices import Choice
from reports.dashboard_cells import FEW, Cells
from reports.dashboard_columns import MASSES, Group
from reports.dashboard_dims import NEAR_KM, OWN, RING_KM, whereabouts
from reports.exploring import Row
from reports.narrowing import LISTS, OF_PEOPLE, RINGS, Narrowing
from reports.question import NO_MODE

COMPANIES, PLACES = 40, 60
FIGURES = {  # figure → the list that is its own condition
    "category": "category", "session": "session", "mode": "mode", "diet": "diet", "activity": "",
    "company": "company", "channel": "channel", "origin": "origin", "ring": "ring", "began": "began",
}  # fmt: skip
BY_PEOPLE = ("origin", "channel")  # figures whose rows stand by how many people they are
DIMENSIONS = {"mode": "way"}  # what a figure tells apart where it is not called so
MOST_HOURS, MOST_DAYS = 36, 45
OPEN = ("began", "category", "mode", "diet")  # what may be asked for although it is not told apart at the whole
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """Groups of a figure that may be told, and the sum of the others."""

    groups: tuple[Group, ...]
    few: Group | None


def conditions(asked: Narrowing, cells: Cells, but: str = "") -> dict[str, tuple[str, ...]]:
    """What a question asks of rows, and what that implies; the list ``but`` is not asked."""
    found = {name: getattr(asked, name) for name in LISTS if name != but and getattr(asked, name)}
    if asked.month_from or asked.month_to:
        first, last = asked.month_from or "0", asked.month_to or "9"
        found["month"] = tuple(month for month in cells.values("month") if first <= month <= last) or ("-",)
    return cells.with_implied(found)


def told_groups(asked: Narrowing, cells: Cells) -> dict[str, Told]:
    """Groups of each figure; a figure's own condition does not narrow it, so that one may choose beside it."""
    found = {}
    for figure, own in FIGURES.items():
        wanted, by = conditions(asked, cells, own), DIMENSIONS.get(figure, figure)
        if figure == "began":
            by, scope = _level(asked, cells)
            wanted |= {"began": (scope,)} if scope else {}
        groups, few = cells.told(wanted, by)
        found[figure] = Told(tuple(groups), few)
    return found


def _level(asked: Narrowing, cells: Cells) -> tuple[str, str]:
    """(months, days or hours; what they are all within): the finest that is not too many."""
    scope = _scope(asked.began)
    times = [each for each in cells.values("began") if each and each.startswith(scope)]
    if len(times) <= MOST_HOURS or len(scope) == 10:
        return "began.13", scope
    return ("began.10" if len({each[:10] for each in times}) <= MOST_DAYS else "began.7"), scope


def _scope(chosen: Sequence[str]) -> str:
    """What the chosen times are all within and is more than one of them: an hour's day, or the day chosen alone."""
    first = chosen[0] if chosen else ""
    if len(chosen) == 1 and len(first) <= 10:
        return first
    day = first[:10]
    return day if len(first) == 13 and all(len(each) == 13 and each[:10] == day for each in chosen) else ""


def row_of(key: str, name: str, masses: Mapping[str, int], asked: Narrowing, people: int | None = None) -> Row:
    """A row with its grams of the state asked for."""
    open_g = max(0, masses["total_g"] - masses["reserved_g"] - masses["retired_g"])
    value = {"": masses["total_g"], "open": open_g}.get(asked.state, masses.get(f"{asked.state}_g", 0))
    return Row(key, name, people, {}, value_g=value, per_guest_g=None, **masses)


@dataclass(frozen=True, slots=True)
class Namer:
    """What the keys of figures are called."""

    view: events.OrganiserView
    companies: Names

    def name(self, figure: str, key: str) -> str:
        """The name of a value of a figure."""
        if key == FEW:
            return t("Sub-forums of fewer than five") if figure == "session" else t("Rows of fewer than five")
        if figure == "activity":
            category, _, activity = key.partition("/")
            return f"{words.category(category)} · {words.activity(activity)}"
        if figure == "session":
            return self._session("" if key == NO_MODE else key)
        if figure == "mode":
            return words.mode("" if key == NO_MODE else key)
        plain = {"category": words.category, "diet": words.activity, "channel": channel_name, "ring": ring_name,
                 "began": time_name, "origin": self._place, "company": self._company}  # fmt: skip
        return plain[figure](key)

    def _session(self, session_id: str) -> str:
        names = next((row["names"] for row in self.view.by_session if row["id"] == session_id), {"en": session_id})
        return pick(dict(self.view.event.texts.get("session_short", {}).get(session_id) or names))

    def _company(self, key: str) -> str:
        return pick(dict(self.companies.get(key) or {"en": key}))

    def _place(self, key: str) -> str:
        town = pick(dict(self.view.event.place.names))
        if key in ("near", NO_MODE):
            return t("{town} itself", town=town) if key == "near" else t("not told")
        found = whereabouts(self.view.event, key)
        return pick(dict(found.place.names)) if found else key


def channel_name(key: str) -> str:
    """Where a code stands, or that there was none."""
    return channel_names().get("" if key == NO_MODE else key, key)


def channel_names() -> dict[str, str]:
    """Where a code stands; '' is who came by no code."""
    return {
        "poster": t("Poster"), "table_card": t("Table card"), "badge": t("Badge"), "slide": t("Slide"),
        "mail": t("Mail"), "social": t("Social media"), "wall": t("Big screen"), "own": t("Own words"),
        "": t("by no code"),
    }  # fmt: skip


def ring_name(key: str) -> str:
    """A ring of distance around the event."""
    names = {"near": t("From here"), NO_MODE: t("not told"), "far": t("Over {km} km", km=f.number(RING_KM[-1][1]))}
    low_km = NEAR_KM
    for ring, high_km in RING_KM:
        names[ring] = t("{low}–{high} km", low=f.number(low_km), high=f.number(high_km))
        low_km = high_km
    return names.get(key, key)


def time_name(key: str) -> str:
    """A month, a day or an hour of a day."""
    if len(key) == 7:
        return words.month(key)
    day = f.date_text(date.fromisoformat(key[:10]), style="day")
    return t("{day}, {hour}:00", day=day, hour=key[11:13]) if len(key) > 10 else day


def figure_rows(asked: Narrowing, told: Mapping[str, Told], namer: Namer) -> dict[str, tuple[Row, ...]]:
    """Every figure's rows in its order; those not told apart in one sum at the end."""
    sessions = [row["id"] or NO_MODE for row in namer.view.by_session]
    found = {}
    for figure in FIGURES:
        each = told[figure]
        rows = [_row(figure, group, asked, namer) for group in each.groups if _is_there(figure, group)]
        fixed = {"session": sessions, "ring": list(RINGS)}.get(figure)
        if fixed:
            rows.sort(key=_position(fixed))
        elif figure == "began":
            rows.sort(key=lambda row: row.key)
        else:
            rows.sort(key=_by_people if figure in BY_PEOPLE else _by_value)
        few = each.few if figure != "company" else None
        found[figure] = (*rows, *([_row(figure, few, asked, namer)] if few else []))
    return found


def _row(figure: str, group: Group, asked: Narrowing, namer: Namer) -> Row:
    people = group.people if figure in OF_PEOPLE and group.key != OWN else None
    return row_of(group.key, namer.name(figure, group.key), group.masses, asked, people)


def _position(order: Sequence[str]) -> Callable[[Row], int]:
    return lambda row: order.index(row.key)


def _by_people(row: Row) -> tuple[int, str]:
    return -(row.people or 0), row.key


def _by_value(row: Row) -> tuple[int, str]:
    return -row.value_g, row.key


def _is_there(figure: str, group: Group) -> bool:
    return any(group.masses[name] for name in MASSES) or (figure in OF_PEOPLE and group.people > 0)


def all_choices(
    asked: Narrowing, cells: Cells, whole: Mapping[str, Told], namer: Namer
) -> dict[str, tuple[Choice, ...]]:  # fmt: skip
    """What each list offers: what may be told apart at the whole event, the largest of them where there are many, and
    what is chosen besides."""
    found = {}
    for name in (*LISTS, "month"):
        keys = cells.values("month") if name == "month" else [row.key for row in _of_whole(name, whole)]
        known = told_keys(name, whole) if name in whole else set()
        chosen = [key for key in getattr(asked, name, ()) if key not in keys and (name in OPEN or key in known)]
        if name == "category":
            keys = [key for key in CATEGORIES if key in keys]
        found[name] = tuple(Choice(key, words.month(key) if name == "month" else namer.name(name, key))
                            for key in (*keys, *chosen) if key)  # fmt: skip
    return found


def told_keys(name: str, whole: Mapping[str, Told]) -> set[str]:
    """What a list may take besides, however many there are."""
    return {group.key for group in whole[name].groups if _is_there(name, group)}


def _of_whole(name: str, whole: Mapping[str, Told]) -> list[Group]:
    groups = [group for group in whole[name].groups if _is_there(name, group)]
    if name in ("company", "origin"):
        groups.sort(key=lambda group: (-group.people, group.key))
        return groups[: COMPANIES if name == "company" else PLACES]
    return groups
