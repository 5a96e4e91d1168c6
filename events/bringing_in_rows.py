"""Rows of files of amounts (energy, catering, freight, waste, hotels) and of meters, read and checked one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts import Conflict
from calculations.activity import rows_by_unit
from calculations.answers import MAX_OWN
from calculations.model import FactorSet, FieldError, InputError
from calculations.units import accepted, conversion
from data.table_cells import NotRead, day_of, is_counted, is_money, number_and_rest, unit_in_name, unit_of, word_of
from data.table_forms import Kind, folded, kinds, words
from events.bringing_in_keys import bucket_of, keyed
from events.bringing_in_model import PlaceTaken, Reading, ReadRow
from events.bringing_in_places import chosen_place, country_of
from events.bringing_in_twice import sum_of_others
from events.footprints import compute_answers, factors_of, inventory_scenario, parse
from events.model import Event

EARLIEST, LATEST = 1990, 2100
_BETWEEN = re.compile(r"[,;|/、；，\n]")
_NO_NUMBER = "{field}: {value} is no number that is known here; write it like {example}."
_NO_DAY = "{field}: {value} is no day; write it like 2026-05-04."
EMPTY = "{field} is empty; each row needs it."


@dataclass(slots=True)
class Reader:
    """Reads the rows of one file: what its columns are, the event's factors, keys seen and places taken so far."""

    event: Event
    reading: Reading
    columns: Sequence[str]
    places: dict[str, PlaceTaken] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    _tried: dict[str, str] = field(default_factory=dict)
    _errors: list[FieldError] = field(default_factory=list)
    _cells: Sequence[str] = ()
    number: int = 0

    @property
    def kind(self) -> Kind:
        """The kind of the file."""
        return kinds()[self.reading.kind]

    def read(self, number: int, cells: Sequence[str], of: Callable[[Reader], ReadRow | None]) -> ReadRow | None:
        """A row as ``of`` reads it; None where something is wrong with it (``take_errors``)."""
        self.number, self._cells = number, cells
        sums = sum_of_others(number, cells, self.columns)
        self._errors = [each for each in sums if self.text("date") in ("", each.value)]  # none has a day of its own
        row = None if self._errors else of(self)
        return None if self._errors else row

    def take_errors(self) -> tuple[FieldError, ...]:
        """What was wrong with the row read last."""
        return tuple(self._errors)

    def title(self, name: str) -> str:
        """What the file calls a field; where no column tells it, its own name."""
        at = self.reading.columns.get(name, -1)
        return self.columns[at] if 0 <= at < len(self.columns) else self.kind.fields[name].names["en"]

    def text(self, name: str) -> str:
        """The cell of a field, or what holds for all rows."""
        at = self.reading.columns.get(name, -1)
        told = self._cells[at].strip() if 0 <= at < len(self._cells) else ""
        return told or self.reading.fixed.get(name, "")

    def wrong(self, name: str, value: Any, message: str, **params: Any) -> None:
        """Something is wrong with a field of this row."""
        shown = str(value)[:80]
        told = {"field": self.title(name), "value": shown, "row": self.number, **params}
        self._errors.append(FieldError(f"row {self.number}.{name}", shown, message, told))

    def amount(self, name: str) -> tuple[float, str] | None:
        """A number, not negative, and the words beside it; None where it is wrong (which is told)."""
        text = self.text(name)
        if not text:
            self.wrong(name, "", EMPTY)
            return None
        try:
            value, rest = number_and_rest(text, self.reading.decimal)
        except NotRead:
            example = "1.234,5" if self.reading.decimal == "," else "1,234.5"
            self.wrong(name, text, _NO_NUMBER, example=example)
            return None
        if value < 0 or value > MAX_OWN:
            self.wrong(name, text, "{field}: {value} must be from 0 to {limit}.", limit=MAX_OWN)
            return None
        return value, rest

    def whole(self, name: str, otherwise: int, most: int) -> int:
        """A whole number of people, rooms or nights."""
        text = self.text(name)
        if not text:
            return otherwise
        try:
            value, rest = number_and_rest(text, self.reading.decimal)
        except NotRead:
            value, rest = -1.0, ""
        if value != int(value) or not 0 <= value <= most or not is_counted(rest):
            self.wrong(name, text, "{field}: {value} must be a whole number from 0 to {limit}.", limit=most)
            return otherwise
        return int(value)

    def day(self, name: str, needed: bool = False) -> str:
        """A day as ISO text; '' where none is told."""
        text = self.text(name)
        if not text:
            if needed:
                self.wrong(name, "", EMPTY)
            return ""
        try:
            found = day_of(text, self.reading.day_first)
        except NotRead:
            found = date(1, 1, 1)
        if not EARLIEST <= found.year <= LATEST:
            self.wrong(name, text, _NO_DAY)
            return ""
        return found.isoformat()

    def place(self, name: str, country: str) -> PlaceTaken | None:
        """What a name of a place is taken for; None where none is told, or it is wrong (which is told)."""
        text = self.text(name)
        if not text:
            return None
        taken = chosen_place(text, country, self.reading.places)
        self.places.setdefault(text, taken)
        if taken.place_id:
            return taken
        if taken.choices:
            self.wrong(name, text, "{field}: {value} may be several places; choose one below the columns.")
        else:
            self.wrong(name, text, "{field}: no place is called {value}; write the name of a town, or leave it empty.")
        return None

    def country(self, name: str = "country") -> str:
        """The country or region of a row; '' where none is told."""
        text = self.text(name)
        found = country_of(text)
        if text and not found:
            self.wrong(name, text, "{field}: {value} is no country or region; write its name, or two letters like CN.")
        return found

    def sessions(self) -> list[str]:
        """The sessions somebody chose, as exports write several into one cell: parted by commas, semicolons, bars."""
        text = self.text("session")
        if not text or self._session(text):
            return [self._session(text)] if text else []
        named = [each.strip() for each in _BETWEEN.split(text) if each.strip()]
        found = [self._session(each) for each in named]
        for each in [name for name, known in zip(named, found, strict=True) if not known][:1]:
            self.session(each)
        return list(dict.fromkeys(each for each in found if each))

    def _session(self, text: str) -> str:
        wanted, all_of_them = folded(text), self.event.sessions
        fits = (s for s in all_of_them if wanted in {s.session_id, *map(folded, s.names.values())})
        return next((each.session_id for each in fits), "")

    def session(self, told: str = "") -> str:
        """The session a row is for, by its name or id; '' where none is told."""
        text = told or self.text("session")
        if not text or self._session(text):
            return self._session(text)
        known = ", ".join(each.names.get("en") or each.session_id for each in self.event.sessions) or "–"
        self.wrong("session", text, "{field}: there is no session {value}; there are {known}.", known=known)
        return ""

    def key_of(self, *parts: str) -> str:
        """What names a row among those of its file, as a keyed hash: rows that are named alike are counted."""
        plain = keyed(self.event.event_id, *parts)
        self._seen[plain] = self._seen.get(plain, 0) + 1
        return plain if self._seen[plain] == 1 else keyed(self.event.event_id, *parts, f"#{self._seen[plain]}")

    def count_of(self, *parts: str) -> int:
        """How many rows of the file have been named so, this one among them."""
        plain = keyed(self.event.event_id, "count", *parts)
        self._seen[plain] = self._seen.get(plain, 0) + 1
        return self._seen[plain]

    def first_time(self, name: str, *parts: str) -> str:
        """The same for rows that must each have a name of their own: a second one is wrong."""
        plain = keyed(self.event.event_id, *parts)
        if plain in self._seen:
            message = "{field}: {value} stands in row {other} already; each may be in one row alone."
            self.wrong(name, self.text(name), message, other=self._seen[plain])
        self._seen.setdefault(plain, self.number)
        return plain

    def price(self, entry: Mapping[str, Any]) -> str:
        """Why the event's factors cannot price an entry, '' where they can; asked once for all that are alike."""
        alike = "|".join(str(entry.get(name, "")) for name in ("activity", "unit", "place"))
        if alike not in self._tried:
            body = {"trips": [], "stays": [], "meals": [], "other": [{**entry, "quantity": 1.0}]}
            try:
                compute_answers(self.event, parse(self.event, body, inventory_scenario(self.event)))
                self._tried[alike] = ""
            except Conflict as error:
                self._tried[alike] = str(error.params.get("reason", ""))[:200] or error.message
            except InputError as error:
                self._tried[alike] = error.errors[0].message[:200]
        return self._tried[alike]


Of = Callable[[Reader], ReadRow | None]


@dataclass(slots=True)
class Amounts:
    """Reads rows of amounts; ``factors`` are the event's, ``names`` what its rows may name."""

    factors: FactorSet
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, event: Event) -> Amounts:
        """The reader of an event's amounts."""
        return cls(factors_of(event))

    def row(self, reader: Reader) -> ReadRow | None:
        """An amount of something."""
        shape = reader.kind.shape
        if shape == "meters":
            return self._reading(reader)
        if shape == "freight":
            entry, said = self._freight(reader)
        elif shape == "hotels":
            entry, said = self._nights(reader)
        else:
            entry, said = self._amount(reader, self._activity(reader), "quantity")
        return self._row(reader, entry, said)

    def _row(self, reader: Reader, entry: dict[str, Any], said: str) -> ReadRow | None:
        session = reader.session()
        days = (reader.day("date"), reader.day("until") if "until" in reader.kind.fields else "")
        if days[0] and days[1] and days[1] < days[0]:
            reader.wrong("until", days[1], "{field}: {value} lies before {first}.", first=days[0])
        if not entry:
            return None
        if reason := reader.price(entry):
            message = "{field}: {value} cannot be counted with the event's factors: {reason}"
            named = "activity" if "activity" in reader.kind.fields else "quantity"
            reader.wrong(named, entry["activity"], message, reason=reason)
        name = (reader.text("key"),) if reader.text("key") else ("", *days, session, entry.get("place", ""))
        key = reader.key_of(reader.kind.dataset, *name, entry["activity"])
        content = {"entry": entry, "planned": reader.reading.planned, "days": list(days), "session": session}
        if "meter" in reader.kind.fields and reader.text("meter"):
            content["meter"] = reader.text("meter")[:60]
        if reader.reading.apart:
            content["apart"] = True
        return ReadRow(reader.number, key, bucket_of(key), content, said)

    def _activity(self, reader: Reader) -> str:
        text = reader.text("activity")
        if not text:
            reader.wrong("activity", "", EMPTY)
            return ""
        treatment = reader.text("treatment") if "treatment" in reader.kind.fields else ""
        found = self._waste(reader, text, treatment) if reader.reading.kind == "waste" else ""
        found = found or self._named(text, reader.kind)
        if not found and not reader.take_errors():
            known = ", ".join(list(self._names(reader.kind).values())[:12])
            reader.wrong("activity", text, "{field}: {value} is nothing that is known here; known are {known} …",
                         known=known)  # fmt: skip
        return found

    def _waste(self, reader: Reader, text: str, treatment: str) -> str:
        kind, way = word_of("waste", text), word_of("treatment", treatment)
        if not kind:
            return ""
        if not way:
            message = (
                "{field}: {value} needs its treatment: landfill, incineration, composting, digestion or recycling."
            )
            reader.wrong("treatment", treatment or text, message)
            return ""
        table = self.factors.preferred.get("activity", {})
        named = (f"waste_{kind}_{way}", f"waste_{kind}_{way}_open", f"waste_{kind}_combusted")
        found = next((each for each in named[: 3 if way == "incineration" else 2] if each in table), "")
        if not found:
            known = sorted(each.rpartition("_")[2] for each in table if each.startswith(f"waste_{kind}_"))
            message = "{field}: this waste is not known with the treatment {value}; known are {known}."
            reader.wrong("treatment", treatment, message, known=", ".join(known))
        return found

    def _named(self, text: str, kind: Kind) -> str:
        wanted = folded(text)
        key = words("activity").get(wanted, text.strip())
        names, table = self._names(kind), self.factors.preferred.get("activity", {})
        if key in names:
            return key
        return next((each for each in names if wanted in {folded(n) for n in table[each]["names"].values()}), "")

    def _names(self, kind: Kind) -> dict[str, str]:
        """The activities that rows of a kind may name, with their English names."""
        if not self.names:  # a reader's rows are all of one kind
            known = self.factors.preferred.get("activity", {}).items()
            fits = {key: it for key, it in known if it.get("category") in kind.activities and "names" in it}
            self.names |= {key: said["names"]["en"] for key, said in fits.items()}
        return self.names

    def _amount(self, reader: Reader, activity: str, name: str) -> tuple[dict[str, Any], str]:
        found = reader.amount(name)
        if found is None or not activity:
            return {}, ""
        value, rest = found
        if not (unit := self._unit(reader, name, rest, activity)):
            return {}, ""
        return {"activity": activity, "quantity": value, "unit": unit}, self._turned(value, unit, activity)

    def _unit(self, reader: Reader, name: str, rest: str, activity: str) -> str:
        """The unit of an amount: beside the number, in its column, in the column's name, or what holds for all."""
        wanted = list(rows_by_unit(self.factors.preferred["activity"][activity]))
        at = reader.reading.columns.get(name, -1)
        titled = reader.columns[at] if 0 <= at < len(reader.columns) else ""
        known = ", ".join(accepted(self.factors, wanted))
        for text in (rest, reader.text("unit")):
            if text and is_money(text):
                message = "{field}: {value} is an amount of money; give the amount in {known}."
                reader.wrong(name, f"{reader.text(name)} {text if text != rest else ''}".strip(), message, known=known)
                return ""
        told = rest or reader.text("unit")
        unit = unit_of(told) if told else unit_in_name(titled) or reader.kind.unit
        for each in (unit, *({"m3": ("Nm3",)}.get(unit, ()))):
            if conversion(self.factors, each, wanted):
                return str(each)
        message = "{field}: {value} is no unit for this; it is told in {known}."
        reader.wrong(name if rest or not told else "unit", told or unit or "–", message, known=known)
        return ""

    def _turned(self, value: float, unit: str, activity: str) -> str:
        """What an amount is turned into before it is priced; '' where it is not."""
        wanted = list(rows_by_unit(self.factors.preferred["activity"][activity]))
        found = conversion(self.factors, unit, wanted)
        return f"{value:,.6g} {unit} = {value * found[1]:,.6g} {found[0]}" if found and found[0] != unit else ""

    def _freight(self, reader: Reader) -> tuple[dict[str, Any], str]:
        activity = self._activity(reader)
        found = reader.amount("quantity")
        if found is None or not activity:
            return {}, ""
        told = found[1] or reader.text("unit")
        at = reader.reading.columns.get("quantity", -1)
        unit = unit_of(told) if told else unit_in_name(reader.columns[at] if at >= 0 else "")
        tonnes = {"t": 1.0, "kg": 0.001, "g": 0.000001}.get(unit)
        if tonnes is None:
            return self._amount(reader, activity, "quantity")
        far = reader.amount("distance")
        if far is None:
            return {}, ""
        if far[1] and unit_of(far[1]) != "km":
            reader.wrong("distance", reader.text("distance"), "{field}: {value} is no distance in km.")
            return {}, ""
        work = found[0] * tonnes * far[0]
        said = f"{found[0]:,.6g} {unit} × {far[0]:,.6g} km = {work:,.6g} t·km"
        return {"activity": activity, "quantity": work, "unit": "tonne-km"}, said

    def _nights(self, reader: Reader) -> tuple[dict[str, Any], str]:
        country = reader.country()
        place = reader.place("place", country)
        if country and not place and country != reader.event.place.country and not reader.take_errors():
            reader.wrong("country", country, "{field}: {value} is not the event's own; tell the hotel's town too.")
        if reader.text("quantity"):
            entry, said = self._amount(reader, "hotel", "quantity")
        elif reader.text("nights"):
            rooms, nights = reader.whole("rooms", 1, 100_000), reader.whole("nights", 0, 10_000)
            entry = {"activity": "hotel", "quantity": float(rooms * nights), "unit": "room-night"}
            said = f"{rooms:,} × {nights:,} = {rooms * nights:,} room-night"
        else:
            reader.wrong("quantity", "", "Each row needs {field}, or rooms and nights.")
            return {}, ""
        return ({**entry, "place": place.place_id} if place and entry else entry), said

    def _reading(self, reader: Reader) -> ReadRow | None:
        """A reading of a meter: its series is the meter's."""
        activity, found = self._activity(reader), reader.amount("quantity")
        meter, day = reader.text("meter"), reader.day("date", needed=True)
        if not meter:
            reader.wrong("meter", "", EMPTY)
        times = reader.amount("factor") if reader.text("factor") else (1.0, "")
        if found is None or times is None or not (activity and meter and day):
            return None
        unit = self._unit(reader, "quantity", found[1], activity)
        entry = {"activity": activity, "quantity": 1.0, "unit": unit}
        if unit and (reason := reader.price(entry)):
            message = "{field}: {value} cannot be counted with the event's factors: {reason}"
            reader.wrong("activity", activity, message, reason=reason)
        series = keyed(reader.event.event_id, "meter", folded(meter))
        key = reader.first_time("date", "reading", folded(meter), day)
        content = {
            "meter": meter[:60], "day": day, "reading": found[0], "times": times[0], "activity": activity,
            "unit": unit, "planned": reader.reading.planned, "session": reader.session(),
        }  # fmt: skip
        return ReadRow(reader.number, key, f"{bucket_of(series)}{series}", content, f"{found[0]:,.6g} {unit}")
