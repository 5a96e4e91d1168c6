"""An end for what would never end by itself."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fails what takes longer; in the main thread."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"not done within {seconds} seconds")

    former = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)
