"""The operator's commands as a shell sees them: what they print, what they answer in JSON, how they end."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.serving import qr_lines
from tests.support.server import PROJECT_DIR, Server

METHOD = """name = "flat"
[air]
interpolation = "step"
bands = [{ from_km = 0, kg_per_km = 0.1 }]
multiplier = 2.0
[trip]
round_trip = true
mode = "plane"
"""


@pytest.fixture
def here(tmp_path: Path) -> Server:
    """A place with no store yet."""
    return Server(tmp_path / "var")


def answer(server: Server, *arguments: str, code: int = 0) -> Any:
    """What a command answers in JSON."""
    done = server.cli(*arguments, "--json", check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_wrong_command_is_bad_usage(here: Server) -> None:
    for arguments in (["fly"], ["calculate"], ["serve", "--port", "x"], ["restore", "absent.zip"]):
        done = here.cli(*arguments, check=False)
        assert done.returncode == 2
        assert "Error" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(here: Server) -> None:
    here.extra["PORT"] = "eight"
    done = here.cli("doctor", check=False)
    assert done.returncode == 2
    assert done.stderr == "PORT is 'eight'; it should be a whole number from 1 to 65535.\n"


def test_migrating_says_whether_it_did(here: Server) -> None:
    assert answer(here, "migrate") == {"changed": True}
    assert answer(here, "migrate") == {"changed": False}


def test_a_taken_port_is_told_before_anything_starts(here: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", here.port))
        taken.listen()
        done = here.cli("serve", check=False)
    assert done.returncode == 2
    assert f"PORT is {here.port}" in done.stderr


def test_the_qr_code_is_the_link_in_the_terminal() -> None:
    lines = qr_lines("http://127.0.0.1:8050/e/forum")
    assert len({len(line) for line in lines}) == 1
    assert set("".join(lines)) <= set(" █▀▄")


def write_rows(folder: Path, *rows: str) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join(("lat,lon,attendances", *rows)) + "\n", encoding="utf-8")
    return path


def test_calculate_ends_with_the_total_before_rounding(here: Server, tmp_path: Path) -> None:
    method = tmp_path / "flat.toml"
    method.write_text(METHOD)
    rows = write_rows(tmp_path, "0,1,1", "0,2,3")
    arguments = ["calculate", str(rows), "--method", str(method), "--to", "0,0"]
    degree_km = 111.31949079327357  # on the equator of WGS84: 6378.137 km × π / 180
    total_kg = degree_km * (1 + 3 * 2) * 0.1 * 2.0 * 2
    assert here.cli(*arguments).stdout.splitlines()[-1] == f"{total_kg:.4f}"
    found = answer(here, *arguments, "--out", str(tmp_path / "lines.csv"))
    assert found["total_kg"] == pytest.approx(total_kg, abs=5e-5)
    lines = (tmp_path / "lines.csv").read_text().splitlines()
    grams = lines[0].split(",").index("total_g")
    assert sum(int(line.split(",")[grams]) for line in lines[1:]) == found["total_g"]


def test_calculate_lists_every_bad_row_and_writes_nothing(here: Server, tmp_path: Path) -> None:
    rows = write_rows(tmp_path, "95,1,1", "0,2,3", "0,200,1")
    out = tmp_path / "lines.csv"
    arguments = ["calculate", str(rows), "--method", "sigplan", "--to", "0,0", "--out", str(out)]
    found = answer(here, *arguments, code=1)
    assert [item["field"] for item in found["errors"]] == ["row 2.lat", "row 4.lon"]
    assert not out.exists()
    assert "95" in here.cli(*arguments, check=False).stderr


def test_the_factor_library_can_be_read(here: Server) -> None:
    edition = answer(here, "factors", "list")[0]
    assert len(edition["sha256"]) == 64
    factor = answer(here, "factors", "show", "defra-2025-hotel-uk")
    assert (factor["value"], factor["unit"]) == (10.4, "kg CO2e/room-night")
    assert factor["source_address"].startswith("https://")
    verified = answer(here, "factors", "verify")
    assert (verified["ok"], verified["problems"]) == (True, [])
    assert verified["editions"][edition["id"]] == edition["sha256"]
    nothing = answer(here, "factors", "diff", edition["id"], edition["id"])
    assert nothing.keys() >= {"added", "removed", "changed"}
    assert not any(nothing.values())
    assert here.cli("factors", "show", "no-such-factor", check=False).returncode == 2


def test_verify_works_in_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "certificate.json").write_text("{}")
    (tmp_path / "did.json").write_text("{}")
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [sys.executable, str(PROJECT_DIR / "cli.py"), "verify", "../certificate.json", "--keys", "../did.json"]
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "never")}
    done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "NOT VALID" in done.stdout
    assert list(empty.iterdir()) == []
    assert not (tmp_path / "never").exists()


def test_the_demo_is_seeded_once_backed_up_and_brought_back(here: Server, tmp_path: Path) -> None:
    assert "chengdu-2021" in answer(here, "demo")["made"]
    assert answer(here, "demo") == {"made": []}
    assert answer(here, "audit")["ok"]
    copy = tmp_path / "copy.zip"
    kept = answer(here, "backup", str(copy))["row_counts"]
    assert kept["event"] >= 1
    other = Server(tmp_path / "other")
    assert answer(other, "restore", str(copy))["row_counts"] == kept
    assert "holds" in answer(other, "restore", str(copy), code=1)["error"]
    assert answer(other, "audit")["ok"]
    checks = {check["name"]: check["ok"] for check in answer(other, "doctor")["checks"]}
    assert checks == dict.fromkeys(
        [
            "settings",
            "store",
            "durability",
            "disk",
            "clock",
            "keys",
            "evidence",
            "payments",
            "factors",
            "scenarios",
            "deferred work",
            "audit",
            "retirement",
            "planting",
        ],
        True,
    )


def test_keys_are_listed_and_rotated(here: Server) -> None:
    first = answer(here, "keys", "list")
    assert len(first) == 1 and first[0].startswith("z6Mk")
    new = answer(here, "keys", "rotate")["key"]
    assert answer(here, "keys", "list") == [new, first[0]]
    assert here.cli("keys", "list").stdout == f"{new}  in use\n{first[0]}\n"
