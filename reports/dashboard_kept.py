"""What is dear to make and true of one moment alone, kept in this process as long as the moment lasts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, Protocol, TypeVar

TURNS = 16


class Sized(Protocol):
    """What knows how much room it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes."""


T = TypeVar("T", bound=Sized)


class Kept(Generic[T]):
    """One thing a name, with the moment it is of: at most ``most`` of them and ``most_bytes`` in all, those asked for
    longest ago go first. Who asks while another makes the same waits for it instead of making it too."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._found: OrderedDict[Hashable, tuple[Hashable, T]] = OrderedDict()
        self._lock = Lock()
        self._turns = [Lock() for _ in range(TURNS)]  # of names; two names may share one and wait for each other

    def get(self, name: Hashable, moment: Hashable, make: Callable[[], T]) -> T:
        """What is kept of this very moment, or what ``make`` makes; whatever it raises is nobody else's."""
        found = self._of(name, moment)
        if found is not None:
            return found
        with self._turns[hash(name) % TURNS]:
            found = self._of(name, moment)
            if found is None:
                found = make()
                self._keep(name, moment, found)
        return found

    def _of(self, name: Hashable, moment: Hashable) -> T | None:
        with self._lock:
            was, found = self._found.get(name, (None, None))
            if found is None or was != moment:
                return None
            self._found.move_to_end(name)
            return found

    def _keep(self, name: Hashable, moment: Hashable, made: T) -> None:
        with self._lock:
            self._found.pop(name, None)
            self._found[name] = (moment, made)
            while self._found and (len(self._found) > self._most or self.nbytes > self._most_bytes):
                self._found.popitem(last=False)

    @property
    def nbytes(self) -> int:
        """How much room all that is kept takes."""
        return sum(made.nbytes for _, made in self._found.values())
