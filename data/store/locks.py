"""Locks that let writers in by turns: a first-come lock for threads, and a file lock for processes."""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FairLock:
    """A lock for threads that is handed on in the order of asking."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self) -> None:
        """Wait until it is this thread's turn."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def release(self) -> None:
        """Hand the lock to the thread that has waited longest; without one, leave it free."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class FileLock:
    """An exclusive lock between processes on `path`, by turns.

    `flock` alone lets a process that has just released the lock take it again before a waiting one wakes. So there are
    two: whoever waits for the lock holds the gate, and whoever comes back has to pass the gate first. The kernel drops
    both when a process dies, however it dies.
    """

    def __init__(self, path: Path) -> None:
        self._gate = _open(path.with_name(path.name + ".gate"))
        self._lock = _open(path)

    def acquire(self) -> None:
        """Wait until no other process holds the lock."""
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)

    def release(self) -> None:
        """Let the next process in."""
        fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close both files; the locks held through them go with them."""
        os.close(self._lock)
        os.close(self._gate)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def process_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path` for the block: for things that happen once at a time, like migrating."""
    lock = FileLock(path)
    try:
        with lock:
            yield
    finally:
        lock.close()
