"""What codes brought, told so that nobody finds out what a group of one to four people did; and their scans over time.

Hidden is what one to four people stand behind. Where what is hidden of a sum that is told would be one to four people
again, the smallest part that is shown is hidden too (complementary suppression), so that no difference tells them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SMALLEST_GROUP = 5
MOST_HOURS = timedelta(days=2)  # events of up to two days are told by the hour, longer ones by the day
MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """Scans, and of people who came so: began, told a footprint, paid orders, certificates, and grams. All but scans
    are None (``hidden``) where fewer than five began; ``kept_back`` where it is for the sake of a smaller group."""

    scans: int = 0
    began: int | None = 0
    footprint: int | None = 0
    paid: int | None = 0
    certificate: int | None = 0
    total_g: int | None = 0
    kept_back: bool = False

    @property
    def hidden(self) -> bool:
        """Whether its figures are not told."""
        return self.began is None


@dataclass(frozen=True, slots=True)
class Brought:
    """What one code brought, exactly; its channel and the hall it stands in."""

    channel: str
    hall: str
    figures: ChannelFigures


@dataclass(frozen=True, slots=True)
class Told:
    """The same as it may be told: by code, channel and hall, all together, and of those who came by none."""

    codes: dict[str, ChannelFigures]
    channels: dict[str, ChannelFigures]
    halls: dict[str, ChannelFigures]
    together: ChannelFigures
    without: ChannelFigures


@dataclass(frozen=True, slots=True)
class _Hidden:
    codes: frozenset[str]
    groups: frozenset[str]  # channels, '' those who came by no code


def tell(brought: Mapping[str, Brought], without: ChannelFigures) -> Told:
    """The figures of all codes without what would tell a small group."""
    people = _hidden({code: (one.channel, one.figures.began or 0) for code, one in brought.items()}, without.began or 0)
    masses = _hidden({code: (one.channel, one.figures.footprint or 0) for code, one in brought.items()},
                     without.footprint or 0)  # fmt: skip
    channels = _parts(brought, lambda one: one.channel)
    halls = _parts(brought, lambda one: one.hall)
    return Told(
        {code: _shown(one.figures, code in people.codes, code in masses.codes) for code, one in brought.items()},
        {key: _shown(total(brought[code].figures for code in codes), key in people.groups, key in masses.groups)
         for key, codes in channels.items()},
        {key: _hall(brought, codes, channels, people, masses) for key, codes in halls.items()},
        _together(brought, people, masses), _shown(without, "" in people.groups, True),
    )  # fmt: skip


def total(figures: Iterable[ChannelFigures]) -> ChannelFigures:
    """The sum of exact figures."""
    many = list(figures)
    began, footprint = sum(one.began or 0 for one in many), sum(one.footprint or 0 for one in many)
    paid, certificate = sum(one.paid or 0 for one in many), sum(one.certificate or 0 for one in many)
    grams = sum(one.total_g or 0 for one in many)
    return ChannelFigures(sum(one.scans for one in many), began, footprint, paid, certificate, grams)


def _parts(brought: Mapping[str, Brought], key: Callable[[Brought], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, one in brought.items():
        found.setdefault(key(one), []).append(code)
    return found


def _hidden(sizes: Mapping[str, tuple[str, int]], without: int) -> _Hidden:
    """Which codes and channels are not told, of the people behind each code."""
    by_channel: dict[str, dict[str, int]] = {}
    for code, (channel, size) in sizes.items():
        by_channel.setdefault(channel, {})[code] = size
    groups = suppressed({channel: sum(codes.values()) for channel, codes in by_channel.items()} | {"": without})
    codes = {code for of in by_channel.values() for code in suppressed(of)}
    codes |= {code for channel in groups & by_channel.keys() for code, size in by_channel[channel].items() if size}
    return _Hidden(frozenset(codes), frozenset(groups))


def suppressed(sizes: Mapping[str, int]) -> set[str]:
    """The parts of a sum that are not told: those of one to four people, and the smallest others until those hidden
    are together five."""
    found = {key for key, size in sizes.items() if 0 < size < SMALLEST_GROUP}
    others = sorted((size, key) for key, size in sizes.items() if size >= SMALLEST_GROUP)
    while found and others and sum(sizes[key] for key in found) < SMALLEST_GROUP:
        found.add(others.pop(0)[1])
    return found


def _shown(exact: ChannelFigures, hidden: bool, no_grams: bool) -> ChannelFigures:
    if hidden:
        return ChannelFigures(exact.scans, None, None, None, None, None, (exact.began or 0) >= SMALLEST_GROUP)
    return replace(exact, total_g=None) if no_grams else exact


def _hall(
    brought: Mapping[str, Brought], codes: Sequence[str], channels: Mapping[str, Sequence[str]], people: _Hidden,
    masses: _Hidden,
) -> ChannelFigures:  # fmt: skip
    """The sum of a hall's codes that are told, and of those that a channel hides all of which stand in this hall."""
    told = [code for code in codes if _adds(brought[code].channel, code, codes, channels, people)]
    scans = sum(brought[code].figures.scans for code in codes)
    if not told:
        exact = total(brought[code].figures for code in codes)
        return _shown(exact, bool(exact.began), True)
    grams = all(_adds(brought[code].channel, code, codes, channels, masses) for code in told)
    return _shown(replace(total(brought[code].figures for code in told), scans=scans), False, not grams)


def _adds(
    channel: str, code: str, codes: Sequence[str], channels: Mapping[str, Sequence[str]], hidden: _Hidden
) -> bool:  # fmt: skip
    if code not in hidden.codes:
        return True
    return channel not in hidden.groups and set(channels[channel]) & hidden.codes <= set(codes)


def _together(brought: Mapping[str, Brought], people: _Hidden, masses: _Hidden) -> ChannelFigures:
    """All codes; without the hidden channels where those who came by none are hidden beside them."""
    exact = total(one.figures for one in brought.values())
    if "" not in people.groups:
        only = bool(exact.began) and 0 < (exact.began or 0) < SMALLEST_GROUP
        return _shown(exact, only, "" in masses.groups or 0 < (exact.footprint or 0) < SMALLEST_GROUP)
    told = [one.figures for one in brought.values() if one.channel not in people.groups]
    part = replace(total(told), scans=exact.scans)
    return _shown(part, bool(exact.began) and not part.began, bool(exact.began))


@dataclass(frozen=True, slots=True)
class ScanTimes:
    """Scans by channel over time. ``starts`` are the beginnings of hours or days (``by_day``); ``rows`` hold for each
    channel a number for each of them, before that those ``before`` the first and after it those ``after`` the last.
    None: one to four scans, or kept back for the sake of such."""

    by_day: bool
    starts: tuple[datetime, ...]
    before: bool
    after: bool
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]


def scan_times(
    scans: Iterable[tuple[str, datetime, int]], starts_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> ScanTimes:
    """(channel, when, how many) by the hours or the days of the event."""
    many = list(scans)
    by_day = ends_at - starts_at > MOST_HOURS
    starts = _starts(starts_at.astimezone(zone), ends_at.astimezone(zone), by_day, [at for _, at, _ in many])
    counts: dict[str, Counter[int]] = {}
    for channel, at, number in many:
        place = sum(start <= at for start in starts) - 1 if at < starts[-1] else len(starts) - 1
        counts.setdefault(channel, Counter())[place] += number
    last = len(starts) - 1  # the last is where the event's time ends: what comes after it
    before, after = (any(row[place] for row in counts.values()) for place in (-1, last))
    places = [*([-1] if before else []), *range(last), *([last] if after else [])]
    rows = [(channel, _thinned([row[place] for place in places])) for channel, row in counts.items()]
    return ScanTimes(by_day, tuple(starts[:-1]), before, after, tuple(rows))


def _starts(first: datetime, last: datetime, by_day: bool, scans: Sequence[datetime]) -> list[datetime]:
    """Hours of the event's days in which something was scanned or the event lasts, or its days; and the end."""
    if by_day:
        until = last
        if last - first > timedelta(days=MOST_DAYS):  # a place: its latest days
            until = min(last, max([first, *scans]).astimezone(first.tzinfo))
        days = min(MOST_DAYS, (until.date() - first.date()).days + 1)
        day = until.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
        return [day + timedelta(days=i) for i in range(days + 1)]
    day, end = first.replace(hour=0, minute=0, second=0, microsecond=0), last + timedelta(hours=6)
    near = [at.astimezone(first.tzinfo) for at in scans if day <= at < end]
    begin = min([first, *near]).replace(minute=0, second=0, microsecond=0)
    until = max([last - timedelta(seconds=1), *near])
    hours = int((until - begin) / timedelta(hours=1)) + 1
    return [begin + timedelta(hours=i) for i in range(hours + 1)]


def _thinned(row: Sequence[int]) -> tuple[int | None, ...]:
    hidden = suppressed({str(i): number for i, number in enumerate(row)})
    return tuple(None if str(i) in hidden else number for i, number in enumerate(row))
