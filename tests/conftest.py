"""What every test may ask for. `store` runs a test on SQLite and again on a real PostgreSQL."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect, sync_playwright

from accounts import ANONYMOUS, set_actor
from data.settings import get_settings
from data.store.engine import Store, open_store, set_store
from data.store.locks import process_lock
from data.store.migrate import upgrade
from tests.support.api import Forum, client, open_forum
from tests.support.browser import FLAGS, SENTENCE, Visit, find_browser, visit
from tests.support.people import cheap_passwords
from tests.support.postgres import Postgres, start_postgres
from tests.support.server import PROJECT_DIR, Server

expect.set_options(timeout=20_000)  # a condition is waited for; how long says nothing, machines differ


SLOW = {"browser", "server", "make_server", "postgres"}  # what a slow test asks for


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no process sits over a long one at the end while another has none."""
    first = {item.path for item in items if SLOW & set(getattr(item, "fixturenames", ()))}
    items.sort(key=lambda item: item.path not in first)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Each test has a DATA_DIR of its own and none of the settings of the person who runs it."""
    for name in ("DATABASE_URL", "PUBLIC_URL", "SECRET_KEY", "SECRET_KEY_FILE", "SIGNING_KEY_FILE", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    get_settings.cache_clear()
    set_store(None)
    yield tmp_path / "var"
    set_store(None)
    get_settings.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Passwords that this process hashes cost next to nothing; a served product hashes its own at full cost."""
    with pytest.MonkeyPatch.context() as patch:
        cheap_passwords(patch)
        yield


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The folder of published cases, at REFERENCE_DIR."""
    folder = Path(os.environ.get("REFERENCE_DIR", PROJECT_DIR.parent / "shared" / "reference"))
    if not folder.is_dir():
        pytest.skip(f"the published cases are not here: set REFERENCE_DIR (now {folder}) to run this test")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL."""
    started = start_postgres()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    store = open_store(f"sqlite:///{path}")
    upgrade(store)
    store.dispose()
    return path


@pytest.fixture
def sqlite_store(migrated_file: Path, own_folder: Path) -> Iterator[Store]:
    """A fresh store on SQLite; `get_store()` gives the same."""
    own_folder.mkdir(parents=True, exist_ok=True)
    path = own_folder / "forumzero.sqlite3"
    shutil.copy(migrated_file, path)
    yield from _opened(f"sqlite:///{path}")


@pytest.fixture
def postgres_store(postgres: Postgres, own_folder: Path) -> Iterator[Store]:
    """A fresh store on PostgreSQL; `get_store()` gives the same."""
    url = postgres.new_database()
    yield from _opened(url)
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """A fresh store with all tables and no rows, once of each kind."""
    opened: Store = request.getfixturevalue(f"{request.param}_store".replace("postgresql", "postgres"))
    return opened


@pytest.fixture
def api(sqlite_store: Store) -> Iterator[TestClient]:
    """The application in this process, asked without a socket; nobody is signed in afterwards."""
    yield client()
    set_actor(ANONYMOUS)


@pytest.fixture
def forum(sqlite_store: Store) -> Forum:
    """An open test event with stock."""
    return open_forum()


def _opened(url: str) -> Iterator[Store]:
    store = open_store(url)
    set_store(store)
    yield store
    set_store(None)
    store.dispose()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DATA_DIR with the demonstration, seeded once for all processes of this run; `Server.copy` takes it over."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with process_lock(shared / "demonstration.lock"):
        if not (shared / "demonstration").exists():
            fresh = Server(tmp_path_factory.mktemp("seeded"))
            fresh.cli("demo")
            fresh.data_dir.rename(shared / "demonstration")
    return shared / "demonstration"


@pytest.fixture(scope="session")
def server(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product with its demonstration, served to all tests of this session; they may add to it, not empty it."""
    running = Server(tmp_path_factory.mktemp("served"))
    running.copy(demonstration)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Servers of a test's own: `make_server(workers=2, database_url=…)`; not yet started, ended for it."""
    made: list[Server] = []

    def make(workers: int = 1, database_url: str = "", **extra: str) -> Server:
        folder = tmp_path / f"server-{len(made)}"
        settings = extra | ({"DATABASE_URL": database_url} if database_url else {})
        made.append(Server(folder, workers=workers, extra=settings))
        return made[-1]

    yield make
    for running in made:
        running.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    path = find_browser()
    if path is None:
        pytest.fail(SENTENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def open_window(browser: Browser, server: Server) -> Iterator[Callable[..., Visit]]:
    """Windows on the served product: `open_window("phone", "zh")`; each must ask no other host than ours."""
    windows: list[Visit] = []

    def opened(size: str = "phone", locale: str = "en", theme: str = "light", url: str = server.url) -> Visit:
        windows.append(visit(browser, size, locale, theme, url))
        return windows[-1]

    yield opened
    hosts = set().union(*(window.hosts for window in windows))
    for window in windows:
        window.context.close()
    strangers = {host for host in hosts if not host.startswith("127.0.0.1:")}
    assert not strangers, f"the pages asked other hosts: {sorted(strangers)}"
