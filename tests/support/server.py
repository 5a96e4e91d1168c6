"""Starts the real product in a process of its own, with a folder and a store of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
START_LIMIT_S = 60.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """The product, served at `url`; `cli(...)` runs the operator's commands against the same store."""

    data_dir: Path
    workers: int = 1
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has printed."""
        path = self.data_dir / "server.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment it runs in."""
        inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR")}
        settings = {"HOST": "127.0.0.1", "PORT": str(self.port), "WORKERS": str(self.workers)}
        return inherited | settings | {"DATA_DIR": str(self.data_dir), "PYTHONUTF8": "1"} | self.extra

    def cli(self, *arguments: str, check: bool = True, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run `cli.py` with `arguments`; with `check`, fail with its output unless it exits 0."""
        command = [sys.executable, str(PROJECT_DIR / "cli.py"), *arguments]
        done = subprocess.run(
            command, cwd=PROJECT_DIR, env=self.environment, input=stdin, capture_output=True, text=True, timeout=300
        )
        if check and done.returncode:
            raise AssertionError(f"cli.py {' '.join(arguments)} → {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def copy(self, data_dir: Path) -> None:
        """Begin with what another folder holds."""
        shutil.copytree(data_dir, self.data_dir, dirs_exist_ok=True)

    def start(self) -> "Server":
        """Serve, and come back once `/readyz` says 200."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(PROJECT_DIR / "cli.py"), "serve"],
                cwd=PROJECT_DIR, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + START_LIMIT_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"the server stopped with {self.process.returncode}:\n{self.log[-4000:]}")
            if self._ready():
                return self
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"the server was not ready within {START_LIMIT_S:.0f} s:\n{self.log[-4000:]}")

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Ask it to end, as an operator would; kill what has not ended after ten seconds."""
        self._signal(signal.SIGTERM)
        if self.process is not None:
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self) -> None:
        """End it and its workers at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
            self.process = None

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)  # a group of its own: start_new_session
        except ProcessLookupError:
            pass
