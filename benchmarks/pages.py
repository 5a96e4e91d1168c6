"""Bytes, requests, first paint and time until ready of the pages on a slow phone, beside a stock Dash page.

`python -m benchmarks.pages [--rounds 3]`: CPU ÷ 4, 1.6 Mbit/s, 150 ms, empty cache; then the landing open for five
seconds before the calculator; then a second visit. Bytes are those on the wire.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.support.browser import FLAGS, find_browser, visit
from tests.support.server import PROJECT_DIR, Server, free_port

SLUG = "chengdu-2021"
SLOW_PHONE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
CALCULATOR_READY = "#calc-trips"  # filled by the page's first callback


@dataclass
class Load:
    """One load of one page."""

    byte_count: int
    request_count: int
    first_paint_ms: float
    ready_ms: float


class Meter:
    """Counts what a page takes from the network."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.page = page
        self.byte_count = self.request_count = 0
        self.session.send("Network.enable")
        self.session.send("Network.emulateNetworkConditions", SLOW_PHONE)
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        self.session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, float]) -> None:
        taken = int(event["encodedDataLength"])
        self.byte_count += taken
        self.request_count += taken > 0

    def load(self, url: str, ready: str) -> Load:
        """Open `url` and wait until the element `ready` is there and filled."""
        self.byte_count = self.request_count = 0
        start = time.perf_counter()
        self.page.goto(url, wait_until="commit")
        self.page.wait_for_function(
            "selector => { const e = document.querySelector(selector); return e && e.textContent.trim() !== '' }",
            arg=ready,
        )
        took = (time.perf_counter() - start) * 1000
        self.page.wait_for_timeout(1500)
        paint = self.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
        return Load(self.byte_count, self.request_count, float(paint), took)


def phone(browser: Browser) -> Iterator[Meter]:
    """A phone with an empty cache."""
    made = visit(browser, "phone")
    yield Meter(made.page)
    made.context.close()


def cold(browser: Browser, url: str, ready: str, rounds: int) -> Load:
    """The median load of `rounds`, each with an empty cache."""
    loads = [meter.load(url, ready) for _ in range(rounds) for meter in phone(browser)]
    return _median(loads)


def after_landing(browser: Browser, base: str, ready: str, rounds: int) -> tuple[Load, Load]:
    """(the calculator when its landing was open for five seconds, the same once more)."""
    first, second = [], []
    for _ in range(rounds):
        for meter in phone(browser):
            meter.load(f"{base}/e/{SLUG}", "h1")
            meter.page.wait_for_timeout(5000)
            first.append(meter.load(f"{base}/e/{SLUG}/footprint", ready))
            second.append(meter.load(f"{base}/e/{SLUG}/footprint", ready))
    return _median(first), _median(second)


def _median(loads: list[Load]) -> Load:
    return Load(
        round(median(load.byte_count for load in loads)),
        round(median(load.request_count for load in loads)),
        median(load.first_paint_ms for load in loads),
        median(load.ready_ms for load in loads),
    )


def say(name: str, load: Load) -> None:
    """Print one row."""
    print(
        f"{name:<34}{load.byte_count / 1000:8.1f} KB {load.request_count:4} requests   "
        f"paint {load.first_paint_ms:6.0f} ms   ready {load.ready_ms:6.0f} ms"
    )


@contextmanager
def stock_server() -> Iterator[str]:
    """A stock Dash page on its own server."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(port), "--no-ws"]
    process = subprocess.Popen([*command, "--log-level", "error", "benchmarks.stock:server"], cwd=PROJECT_DIR)
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield url
    finally:
        process.terminate()
        process.wait()


def measure(base: str, stock: str, rounds: int) -> None:
    """Print all rows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        say("stock Dash page, cold", cold(browser, stock, "#ready", rounds))
        for name, path in (("home", "/"), ("landing", f"/e/{SLUG}"), ("verify", "/verify")):
            say(f"{name} (document), cold", cold(browser, base + path, "h1", rounds))
        calculator = f"{base}/e/{SLUG}/footprint"
        say("calculator, cold", cold(browser, calculator, CALCULATOR_READY, rounds))
        first, second = after_landing(browser, base, CALCULATOR_READY, rounds)
        say("calculator, landing open for 5 s", first)
        say("calculator, second visit", second)
        browser.close()


def main() -> None:
    """Serve both and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stock_server() as stock:
        server = Server(Path(folder))
        server.cli("demo")
        server.start()
        try:
            measure(server.url, stock, arguments.rounds)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
