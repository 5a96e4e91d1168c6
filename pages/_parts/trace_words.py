"""What a line's trace tells beside its arithmetic, in words: upstream, the look-up's steps, the other basis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculations.model import EmissionLine
from locales import formats as f
from locales import t


def counted_upstream_g(line: EmissionLine) -> int:
    """The upstream grams within a line's total; 0 where the event's boundary leaves them out."""
    counts = any(row["counted"] and row["role"] == "upstream" for row in line.trace["factors"])
    return line.upstream_g if counts else 0


def upstream_row(line: EmissionLine) -> tuple[str, str] | None:
    """The upstream part with its mass: in the total, or told beside it."""
    if not line.upstream_g:
        return None
    name = t("Upstream, in the total") if counted_upstream_g(line) else t("Upstream, not in the total")
    return name, f.mass_text(line.upstream_g)


def basis_row(trace: Mapping[str, Any]) -> tuple[str, str] | None:
    """What the other basis of electricity would come to."""
    if "other_basis_g" not in trace:
        return None
    market = trace["other_basis"] == "market"
    name = t("By how it is bought (market-based)") if market else t("By the grid (location-based)")
    said = [t(note["message"], **note["params"]) for note in trace.get("other_basis_notes", ())]
    return name, " · ".join([f.mass_text(trace["other_basis_g"]), *said])


def lookup_row(trace: Mapping[str, Any]) -> tuple[str, str] | None:
    """The steps by which the row was looked for, where the first did not find it."""
    steps = trace.get("lookup", ())
    if all(step["found"] for step in steps):
        return None
    return t("Looked for"), " · ".join(_step(step) for step in steps if step["wanted"])


def _step(step: Mapping[str, Any]) -> str:
    levels = {
        "province": t("province"), "country": t("country or region"), "group": t("group of countries"),
        "world": t("world"), "other": t("country or region"),
    }  # fmt: skip
    level = levels[step["level"]]
    if step["found"]:
        return t("{level} {region}: found", level=level, region=step["wanted"])
    return t("{level} {region}: no row", level=level, region=step["wanted"])


def trace_rows(line: EmissionLine) -> list[tuple[str, str]]:
    """All of these that a line has."""
    found = (upstream_row(line), basis_row(line.trace), lookup_row(line.trace))
    return [row for row in found if row is not None]
