"""Runs the packages of tests/independent, which share no code with ours; installed once into a cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import PROJECT_DIR

SOURCE = PROJECT_DIR / "tests" / "independent"
FILES = ("package.json", "package-lock.json", "verify.mjs")
INSTALL_SECONDS = 240


def verdicts(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the independent packages say of ``told`` (did, credential, statusList, badge). Skips the test, with a
    sentence, where Node is not at hand or its packages can't be installed."""
    folder = _installed()
    for name in FILES[2:]:
        shutil.copy(SOURCE / name, folder / name)
    run = subprocess.run(
        ["node", "verify.mjs"], cwd=folder, input=json.dumps(told), capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found: dict[str, dict[str, Any]] = json.loads(run.stdout)
    return found


def _installed() -> Path:
    """The folder with the packages of the lock file, by its hash."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node and npm are not here: install them to check certificates with independent packages")
    digest = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = PROJECT_DIR / "var" / "independent" / digest
    if (folder / "done").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES[:2]:
        shutil.copy(SOURCE / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    try:
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False, env=os.environ
        )
        failed = run.stderr[-300:] if run.returncode else ""
    except subprocess.TimeoutExpired:
        failed = f"not done in {INSTALL_SECONDS} s"
    if failed:
        pytest.skip(f"npm can't install the independent packages here (off line?): {failed}")
    (folder / "done").touch()
    return folder
