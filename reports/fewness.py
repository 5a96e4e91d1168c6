"""Who must not be told apart in reports across events: events, and sessions of one, with fewer than five guests.

An event of one to four guests is in no answer. Sessions of one to four stand in one row of their event, which the
smallest others join until at least five guests stand behind it; which these are depends on the event alone, and an
event's part of an answer is left out where its sessions were chosen so that they could be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calculations.ranking import SMALLEST_GROUP, shown_groups

FEW = "-few"  # the key of the sessions of an event that are told together
People = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Fewness:
    """``told``: ids of events that are in the answer. ``together``: (event_id, session_id) told in one row."""

    told: tuple[str, ...]
    together: frozenset[tuple[str, str]]

    def session(self, event_id: str, session_id: str) -> tuple[str, str]:
        """The key of the row in which a session stands."""
        return event_id, FEW if (event_id, session_id) in self.together else session_id


def fewness(people: People, event_ids: Sequence[str], chosen: Sequence[str]) -> Fewness:
    """``people``: guests by (event_id, session_id) of whole events; ``chosen``: the sessions asked for, or none."""
    told: list[str] = []
    together: set[tuple[str, str]] = set()
    for event_id in event_ids:
        own = {session: count for (event, session), count in people.items() if event == event_id and count > 0}
        if 0 < sum(own.values()) < SMALLEST_GROUP:
            continue
        hidden = own.keys() - shown_groups(own)
        if chosen and hidden & set(chosen) not in (set(), hidden):
            continue
        told.append(event_id)
        together |= {(event_id, session) for session in hidden}
    return Fewness(tuple(told), frozenset(together))
