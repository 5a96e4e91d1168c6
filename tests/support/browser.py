"""Finds a browser for the tests, or gets one; and opens pages in it that write down every host they ask.

`python -m tests.support.browser` prints the browser's path; `make test` hands it on as CHROMIUM.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/snap/bin/chromium",
)
INSTALLERS = (
    (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk")),
    (("dnf", "install", "-y", "-q", "chromium", "google-noto-sans-cjk-fonts"),),
    (("apk", "add", "--quiet", "chromium", "font-noto-cjk"),),
    (("zypper", "--non-interactive", "install", "chromium"),),
)
# What a whole Chromium does that no test looks at. The popups of its address bar are two hidden pages in each window,
# which take as long as a page of ours and never rest. Of two lists it heeds the last: the others are Playwright's.
OFF = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)  # fmt: skip
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-dev-shm-usage",
    f"--disable-features={','.join(OFF)}",
)
SIZES = {"phone": (390, 844), "desktop": (1440, 900), "wall": (1920, 1080), "wall4k": (3840, 2160)}
SENTENCE = (
    "No browser for the tests: set CHROMIUM to the path of a Chromium or Chrome, or install one "
    "(Debian and Ubuntu: apt install chromium; elsewhere: .venv/bin/playwright install chromium)."
)


def find_browser() -> str | None:
    """The path of a browser: the environment's, the system's, or Playwright's own."""
    for variable in ("CHROMIUM", "BROWSER"):
        named = shutil.which(os.environ.get(variable, "").strip() or "-")
        if named:
            return named
    for name in NAMES + PLACES:
        found = shutil.which(name)
        if found:
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def get_browser() -> str | None:
    """The path of a browser, which is installed when there is none and the machine allows it."""
    return find_browser() or _installed_by_system() or _installed_by_playwright()


def _installed_by_system() -> str | None:
    prefix = () if os.geteuid() == 0 else ("sudo", "-n")
    for commands in INSTALLERS:
        if shutil.which(commands[0][0]) and (not prefix or shutil.which("sudo")):
            print(f"Installing a browser with {commands[0][0]}", file=sys.stderr)
            for command in commands:
                _run((*prefix, *command))
            return find_browser()
    return None


def _installed_by_playwright() -> str | None:
    print("Installing a browser with Playwright", file=sys.stderr)
    _run((sys.executable, "-m", "playwright", "install", "chromium"))
    return find_browser()


def _run(command: tuple[str, ...]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, stdout=sys.stderr, stderr=sys.stderr, check=False)


@dataclass
class Visit:
    """One browser window: its page, and what that page has asked for and complained about."""

    context: BrowserContext
    page: Page
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> set[str]:
        """Every host (with port) that was asked for anything."""
        return {urlsplit(request.url).netloc for request in self.requests if request.url.startswith("http")}


def visit(browser: Browser, size: str = "phone", locale: str = "en", theme: str = "light", url: str = "") -> Visit:
    """A fresh window of `size` (phone, desktop, wall, wall4k) whose person speaks `locale` (en, zh)."""
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=url or None,
        viewport={"width": width, "height": height},
        locale={"zh": "zh-CN", "en": "en-GB"}.get(locale, locale),
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if theme == "dark" else "light",
        device_scale_factor=2 if size == "phone" else 1,
        is_mobile=size == "phone",
        has_touch=size == "phone",
        reduced_motion="reduce",
    )
    made = Visit(context, context.new_page())
    context.on("request", lambda request: made.requests.append(request))
    context.on("console", lambda message: made.complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: made.complaints.append(str(error.error)))
    return made


if __name__ == "__main__":
    path = get_browser()
    if path is None:
        sys.exit(SENTENCE)
    print(path)
