"""Settings come from the environment, fail with a sentence, and stand in docs/settings.md as they are in the code."""

import stat
import threading
from pathlib import Path

import pytest

from data.settings import Settings, SettingsError, kept_secret, load_settings
from tests.support.server import PROJECT_DIR


def test_nothing_has_to_be_set() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8050, 2)
    assert settings.store_url == f"sqlite:///{PROJECT_DIR / 'var' / 'forumzero.sqlite3'}"
    assert settings.base_url == "http://127.0.0.1:8050"
    assert not settings.is_secure


def test_what_is_set_counts() -> None:
    given = {"PORT": "9000", "PUBLIC_URL": "https://zero.example.org/", "DEMO_PAYMENTS": "false", "WORKERS": " 4 "}
    settings = load_settings(given)
    assert (settings.port, settings.workers, settings.demo_payments) == (9000, 4, False)
    assert settings.base_url == "https://zero.example.org"
    assert settings.is_secure


def test_an_empty_value_is_no_value() -> None:
    assert load_settings({"PORT": ""}).port == 8050


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("PORT", "eight", "a whole number from 1 to 65535"),
        ("PORT", "70000", "a whole number from 1 to 65535"),
        ("WORKERS", "0", "a whole number from 1 to 64"),
        ("DATABASE_URL", "mysql://localhost/x", "sqlite:///path/to/file or postgresql://user:password@host/name"),
        ("PUBLIC_URL", "zero.example.org", "an address such as https://zero.example.org, without a path"),
        ("PUBLIC_URL", "https://zero.example.org/path", "an address such as https://zero.example.org, without a path"),
        ("DEMO_PAYMENTS", "perhaps", "true or false"),
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("ORDER_HOLD_MINUTES", "1.5", "a whole number from 1 to 1440"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(name: str, value: str, right: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({name: value})
    assert str(raised.value) == f"{name} is {value!r}; it should be {right}."


def test_every_wrong_value_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({"PORT": "x", "WORKERS": "y"})
    assert [line.split()[0] for line in str(raised.value).splitlines()] == ["PORT", "WORKERS"]


def test_a_short_secret_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({"SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(raised.value)
    assert "32 or more random characters" in str(raised.value)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("k" * 40 + "\n")
    assert load_settings({"SECRET_KEY_FILE": str(path)}).secret() == "k" * 40
    with pytest.raises(SettingsError, match="give one of them"):
        load_settings({"SECRET_KEY_FILE": str(path), "SECRET_KEY": "x" * 40})
    with pytest.raises(SettingsError, match="can't be read"):
        load_settings({"SECRET_KEY_FILE": str(tmp_path / "absent")})


def test_secrets_are_not_in_what_is_printed() -> None:
    assert "s" * 40 not in repr(load_settings({"SECRET_KEY": "s" * 40}))


def test_a_secret_of_this_install_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    answers: list[str] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(kept_secret(path, f"fresh-{n}"))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["secret_key"]


def test_the_documented_table_is_the_table() -> None:
    lines = (PROJECT_DIR / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    documented = [line for line in lines if line.startswith("| `")]
    assert documented == [_row(name) for name in Settings.model_fields]


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    shown = {"True": "true", "False": "false", "None": "", "": ""}.get(str(field.default), f"`{field.default}`")
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    return f"| `{name.upper()}` | {shown} | {field.description} | {extra['right']} |".replace("|  |", "| |")
