"""What this install made for itself and its operator may read again: first passwords, the big screens' links.

Kept in `DATA_DIR/install.json`, readable by its owner only; the store itself holds hashes alone.
"""

import json
import os
from pathlib import Path

from data.settings import get_settings
from data.store.locks import process_lock


def _path() -> Path:
    return get_settings().data_dir / "install.json"


def recall(name: str) -> str:
    """What was kept under `name`; empty when nothing was."""
    return _read().get(name, "")


def keep(name: str, value: str) -> None:
    """Keep `value` under `name`."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with process_lock(path.with_suffix(".lock")):
        kept = _read() | {name: value}
        draft = path.with_suffix(".part")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1)
        draft.replace(path)


def _read() -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return kept
