"""Makes an edition's manifest: ``python -m data.factors.build EDITION [--from FOLDER] [--base EDITION]``.

With ``--from`` a folder's CSV files and pages are copied in unchanged first. With ``--base`` the CSV files and pages of
an older edition are referenced, each by its path relative to the new folder and its SHA-256, instead of being copied:
what an edition says never changes, so that a later one may stand on it. The TOML files are written by hand.
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
PUBLISHED = (".csv", ".md")  # what a later edition may take over from an older one as it is


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


def read_manifest(folder: Path) -> dict[str, Any]:
    """An edition's manifest, or an empty one where there is none yet."""
    path = folder / MANIFEST
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"files": []}
    return found


def path_of(folder: Path, entry: dict[str, Any]) -> Path:
    """Where a listed file lies: in the edition's own folder, or in that of an older one (``path``)."""
    return folder / str(entry.get("path", entry["name"]))


def edition_entries(folder: Path) -> list[dict[str, Any]]:
    """An entry per file of an edition as it is on disk now: its own, and those its manifest takes from older editions;
    the manifest itself left out."""
    own = [file_entry(path) for path in sorted(folder.iterdir()) if path.is_file() and path.name != MANIFEST]
    names = {entry["name"] for entry in own}
    taken = [entry for entry in read_manifest(folder)["files"] if "path" in entry and entry["name"] not in names]
    there = [(entry, path_of(folder, entry)) for entry in taken]
    found = own + [{**file_entry(path), "path": entry["path"]} for entry, path in there if path.is_file()]
    return sorted(found, key=lambda entry: str(entry["name"]))


def build(edition: str, source: Path | None = None, root: Path = HERE, base: str = "") -> Path:
    """Writes the manifest of an edition, after copying ``source`` in and referring to ``base``. Returns the
    manifest's path."""
    folder = root / edition
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()) if source else []:
        if path.suffix in PUBLISHED:
            shutil.copyfile(path, folder / path.name)
    entries = edition_entries(folder)
    if base:
        entries = _with_base(entries, root / base)
    manifest = {
        "edition": edition, "sha256": set_hash(entries), "rows": sum(entry.get("rows", 0) for entry in entries),
        "files": entries,
    }  # fmt: skip
    target = folder / MANIFEST
    target.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def _with_base(entries: list[dict[str, Any]], base: Path) -> list[dict[str, Any]]:
    """The entries, and for each published file of ``base`` that the edition lacks a reference to it."""
    names = {entry["name"] for entry in entries}
    taken = [
        {**file_entry(path_of(base, each)), "path": f"../{base.name}/{each['name']}"}
        for each in read_manifest(base)["files"]
        if each["name"] not in names and Path(each["name"]).suffix in PUBLISHED
    ]
    return sorted(entries + taken, key=lambda entry: str(entry["name"]))


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edition")
    parser.add_argument("--from", dest="source", type=Path, default=None)
    parser.add_argument("--base", default="")
    arguments = parser.parse_args()
    print(build(arguments.edition, arguments.source, base=arguments.base))


if __name__ == "__main__":
    main()
