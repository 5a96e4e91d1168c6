"""Makes an edition's manifest: ``python -m data.factors.build EDITION [--from FOLDER]``.

With ``--from`` a folder's CSV files and pages are copied in unchanged first; ``preferred.toml`` is written by hand.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MANIFEST = "manifest.json"


def file_entry(path: Path) -> dict[str, Any]:
    """Name, SHA-256 and, for a CSV, the number of its rows."""
    entry: dict[str, Any] = {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as lines:
            entry["rows"] = sum(1 for _ in csv.reader(lines)) - 1
    return entry


def set_hash(entries: list[dict[str, Any]]) -> str:
    """SHA-256 over the lines ``<sha256>  <name>`` of all files, sorted by name."""
    listing = "".join(f"{entry['sha256']}  {entry['name']}\n" for entry in sorted(entries, key=lambda e: e["name"]))
    return hashlib.sha256(listing.encode()).hexdigest()


def edition_entries(folder: Path) -> list[dict[str, Any]]:
    """An entry per file of an edition, the manifest itself left out."""
    return [file_entry(path) for path in sorted(folder.iterdir()) if path.is_file() and path.name != MANIFEST]


def build(edition: str, source: Path | None = None, root: Path = HERE) -> Path:
    """Writes the manifest of an edition, after copying ``source`` in. Returns the manifest's path."""
    folder = root / edition
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()) if source else []:
        if path.suffix in (".csv", ".md"):
            shutil.copyfile(path, folder / path.name)
    entries = edition_entries(folder)
    manifest = {
        "edition": edition, "sha256": set_hash(entries), "rows": sum(entry.get("rows", 0) for entry in entries),
        "files": entries,
    }  # fmt: skip
    target = folder / MANIFEST
    target.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edition")
    parser.add_argument("--from", dest="source", type=Path, default=None)
    arguments = parser.parse_args()
    print(build(arguments.edition, arguments.source))


if __name__ == "__main__":
    main()
