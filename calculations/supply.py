"""Electricity by where it is used (location-based) and by how it is bought (market-based), one counted, both told.

Location-based: kWh × the grid's row. Market-based: kWh × share × the contract's or the certificates' figure, plus
kWh × (1 − share) × the grid's row, since the library has no residual mix (GHG Protocol, Scope 2 Guidance, hierarchy of
market-based factors: the grid's average comes last, and its use is said).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from calculations.model import Supply

GRID_TABLE = "electricity"  # the factor set's table whose rows are grids
Row = dict[str, Any]


def market_rows(rows: list[Row], supply: Supply | None) -> list[Row]:
    """The rows of the market-based figure: ``rows`` (one group, the grid last) with what is bought in the grid's place,
    as far as the contract or the certificates reach."""
    if supply is None or supply.kind == "grid" or supply.share == 0:
        return rows
    beside, bought = rows[:-1], _bought(supply, rows[-1])
    if supply.share == 1:
        return [*beside, bought]
    rest = float(Decimal(1) - Decimal(repr(supply.share)))
    second = [{**row, "group": 1} for row in (*beside, bought, _share(supply.share, rows[-1]))]
    return [*rows, _share(rest, rows[-1]), *second]


def supply_notes(supply: Supply | None) -> list[dict[str, Any]]:
    """What must be said of a market-based figure."""
    notes: list[dict[str, Any]] = []
    bought = supply if supply is not None and supply.kind != "grid" and supply.share > 0 else None
    if bought is not None:
        message = "Bought under a contract: {kg_per_kwh} kg CO2e/kWh as stated by {source}."
        if bought.kind == "certificates":
            message = "Certificates cover {percent} % at {kg_per_kwh} kg CO2e/kWh, as stated by {source}."
        params = {"percent": f"{100 * bought.share:g}", "kg_per_kwh": f"{bought.kg_per_kwh:g}", "source": bought.source}
        notes.append({"message": message, "params": params})
    if bought is None or bought.share < 1:
        message = "No residual mix is in the library: the grid's own row stands for what nothing else covers."
        notes.append({"message": message, "params": {}})
    return notes


def _bought(supply: Supply, grid: Row) -> Row:
    told = {"id": f"supply:{supply.kind}", "role": "supply", "value": supply.kg_per_kwh, "activity": supply.kind}
    empty = {"gwp_basis": "", "includes_wtt": "", "source_address": "", "licence": "", "year": "", "note": ""}
    bounds = {"low": supply.kg_per_kwh, "high": supply.kg_per_kwh}
    return {**grid, **empty, **told, **bounds, "source_title": supply.source, "confidence": "secondary"}


def _share(share: float, grid: Row) -> Row:
    return {
        **grid, "id": "supply:share", "role": "share", "value": share, "low": share, "high": share, "unit": "share",
        "activity": "share of the electricity", "source_title": "", "source_address": "", "licence": "", "note": "",
        "gwp_basis": "", "includes_wtt": "", "year": "", "confidence": "verified",
    }  # fmt: skip
