"""The dashboard's figures as tables, each with its finding: what stands beside a chart, and what its files hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from locales import formats as f
from locales import pick, t
from reports import words
from reports.dashboard import FEW, Dashboard
from reports.exploring import Column, Row


@dataclass(frozen=True, slots=True)
class Table:
    """One figure: ``name`` says what it is, ``finding`` what it shows, in one sentence. ``keys`` are the values that a
    condition would take for its rows ('' where there is none)."""

    key: str
    name: str
    finding: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    keys: tuple[str, ...] = ()


def tables(shown: Dashboard) -> dict[str, Table]:
    """Every figure that answers the question, by key, in the order of the page."""
    found = [_whole(shown)]
    found += [_of_rows(shown, name) for name in shown.rows if shown.rows[name]]
    if shown.funnel:
        found.append(_funnel(shown))
    if shown.channels:
        found.append(_channels(shown))
    if not shown.asked.is_part:
        found += [_origin(shown), _day(shown), _money(shown)]
    return {table.key: table for table in found}


def _whole(shown: Dashboard) -> Table:
    """The key figures."""
    whole, totals = shown.whole, shown.view.totals
    rows = [
        (t("Emitted"), whole.total_g), (t("Low"), whole.low_g), (t("High"), whole.high_g),
        (t("Retired"), whole.retired_g), (t("Reserved"), whole.reserved_g), (t("Still open"), open_g(shown)),
    ]  # fmt: skip
    if shown.extra_g is not None:
        rows.append((t("Extra contribution"), shown.extra_g))
    if not shown.counted:
        rows.append((t("of it estimated"), totals.mass.estimated_g))
    columns = (Column("name", t("Figure"), "text"), Column("value_g", t("Mass"), "grams"))
    return Table("whole", t("Key figures"), covered_finding(shown), columns, tuple(rows))


def open_g(shown: Dashboard) -> int:
    """What nobody has covered yet; of the whole event planting covers too."""
    if not shown.asked.is_part and not shown.counted:
        return shown.view.totals.residual_g
    whole = shown.whole
    planted = 0 if shown.asked.is_part else shown.view.totals.forestry.covered_g
    return max(0, whole.total_g - whole.retired_g - whole.reserved_g - planted)


def covered_finding(shown: Dashboard) -> str:
    """How much is covered."""
    whole = shown.whole
    if not whole.total_g:
        return t("Nothing is counted for this question yet.")
    return t(
        "{share} of the {mass} is covered.", share=f.percent_bp(whole.covered_bp, 1), mass=f.mass_text(whole.total_g)
    )


def row_names() -> dict[str, str]:
    """What each figure of rows is called."""
    return {
        "category": t("By category"), "session": t("By sub-forum"), "mode": t("By way of travelling"),
        "diet": t("By kind of meal"), "activity": t("What it is made of"), "company": t("By company"),
    }  # fmt: skip


def _of_rows(shown: Dashboard, name: str) -> Table:
    rows = shown.rows[name]
    counted = any(row.people is not None for row in rows)
    columns = [Column("name", row_names()[name], "text")]
    columns += [Column("people", t("Guests"), "count")] if counted else []
    columns += [
        Column("total_g", t("Emitted"), "grams"), Column("low_g", t("Low"), "grams"),
        Column("high_g", t("High"), "grams"), Column("retired_g", t("Retired"), "grams"),
        Column("reserved_g", t("Reserved"), "grams"),
        Column("covered_bp", t("Share covered"), "share_bp"),
    ]  # fmt: skip
    cells = tuple(tuple(getattr(row, column.key) for column in columns) for row in rows)
    keys = tuple("" if row.key == FEW else row.key for row in rows)
    return Table(name, row_names()[name], _finding(shown, name, rows), tuple(columns), cells, keys)


def _finding(shown: Dashboard, name: str, rows: Sequence[Row]) -> str:
    told = [row for row in rows if row.value_g and row.key != FEW]
    values = getattr(shown.asked, name, ())
    told = [row for row in told if row.key in values] or told
    if not told:
        return t("Nothing is counted for this question yet.")
    if name in ("session", "company") and not shown.asked.state:
        share, mass = f.percent_bp(shown.whole.covered_bp, 1), f.mass_text(shown.whole.total_g)
        ordered = sorted(told, key=lambda row: (row.covered_bp, row.key))
        if len(ordered) > 1 and ordered[-1].covered_bp > ordered[0].covered_bp and name == "session":
            return t("{share} of the {mass} is covered; most of {first}, least of {last}.",
                     share=share, mass=mass, first=ordered[-1].name, last=ordered[0].name)  # fmt: skip
    largest = max(told, key=lambda row: row.value_g)
    whole = sum(row.value_g for row in rows) if not values else sum(row.value_g for row in told)
    share, mass = f.percent(largest.value_g / whole, 0), f.mass_text(whole)
    said = {
        "": t("{name} is {share} of the {mass}."), "retired": t("{name} is {share} of the {mass} retired."),
        "reserved": t("{name} is {share} of the {mass} reserved."),
        "open": t("{name} is {share} of the {mass} still open."),
    }[shown.asked.state]  # fmt: skip
    return said.format(name=largest.name, share=share, mass=mass)


def step_names() -> dict[str, str]:
    """The steps from the scan to the certificate."""
    return {"scanned": t("Scanned"), "began": t("Began"), "footprint": t("Footprint"), "paid": t("Paid"),
            "certificate": t("Certificate")}  # fmt: skip


def _funnel(shown: Dashboard) -> Table:
    counts, names = shown.funnel, step_names()
    share = f.percent(counts["certificate"] / (counts["footprint"] or 1), 0)
    rows = tuple((names[key], count, 10_000 * count // (counts["began"] or 1)) for key, count in counts.items())
    columns = (Column("name", t("Step"), "text"), Column("count", t("Number"), "count"),
               Column("share", t("Share of those who began"), "share_bp"))  # fmt: skip
    finding = t("{share} of footprints have a certificate.", share=share)
    return Table("funnel", t("From scan to certificate"), finding, columns, rows)


def channel_names() -> dict[str, str]:
    """Where a code stands; '' is who came by no code."""
    return {
        "poster": t("Poster"), "table_card": t("Table card"), "badge": t("Badge"), "slide": t("Slide"),
        "mail": t("Mail"), "social": t("Social media"), "wall": t("Big screen"), "own": t("Own words"),
        "": t("by no code"),
    }  # fmt: skip


def _channels(shown: Dashboard) -> Table:
    names = channel_names()
    rows = tuple((names.get(one.key, one.key), one.scans, one.began, one.footprint, one.certificate)
                 for one in shown.channels)  # fmt: skip
    titles = (("scans", t("Scanned")), ("began", t("Began")), ("footprint", t("Footprint")),
              ("certificate", t("Certificate")))  # fmt: skip
    columns = (Column("name", t("Channel"), "text"), *(Column(key, title, "count") for key, title in titles))
    first = max(shown.channels, key=lambda one: one.began or 0 if one.key else -1)
    finding = t("Nobody has scanned a code yet.")
    if first.key and first.began:
        whole = sum(one.began or 0 for one in shown.channels)
        share = f.percent(first.began / whole, 0)
        finding = t("{share} of guests came by “{name}”.", share=share, name=names.get(first.key, first.key))
    return Table("channel", t("Where people scanned"), finding, columns, rows)


def _origin(shown: Dashboard) -> Table:
    found = shown.view.origins
    rows = [(pick(p["names"]), p["people"], round(p["distance_km"]), _way(p["mostly"])) for p in found["places"]]
    town = pick(dict(shown.view.event.place.names))
    if found["local"]:
        rows.append((t("{town} itself", town=town), found["local"], None, ""))
    if found["few"]:
        rows.append((t("Places with fewer than five"), found["few"], None, ""))
    columns = (Column("name", t("Place"), "text"), Column("people", t("Guests"), "count"),
               Column("distance_km", t("Distance, km"), "count"),
               Column("mostly", t("Came mostly by"), "text"))  # fmt: skip
    finding = t("Places are drawn once five guests have come from one.")
    if found["places"]:
        far = max(found["places"], key=lambda p: p["people"])
        finding = t(
            "Most guests from afar came from {place}: {count}.", place=pick(far["names"]), count=f.number(far["people"])
        )
    return Table("origin", t("Where guests came from"), finding, columns, tuple(rows))


def _way(mostly: str) -> str:
    return t("air") if mostly == "air" else t("rail")


def _day(shown: Dashboard) -> Table:
    keys = ("total_g", "low_g", "high_g", "retired_g", "reserved_g")
    titles = (t("Emitted"), t("Low"), t("High"), t("Retired"), t("Reserved"))
    rows = tuple((row["bucket_at"], *(row[key] for key in keys)) for row in shown.view.timeline)
    columns = (Column("at", t("Until (UTC)"), "text"),
               *(Column(key, title, "grams") for key, title in zip(keys, titles, strict=True)))  # fmt: skip
    finding = t("The course is drawn from the second five minutes on.")
    if len(rows) > 1:
        last = shown.view.timeline[-1]
        covered = last["retired_g"] + last["reserved_g"]
        finding = t(
            "{covered} of {emitted} is covered so far.",
            covered=f.mass_text(covered),
            emitted=f.mass_text(last["total_g"]),
        )
    return Table("day", t("Through the day"), finding, columns, rows)


def _money(shown: Dashboard) -> Table:
    totals, currency = shown.view.totals, shown.view.event.currency
    ordered = sorted(totals.money_minor.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple((words.recipient(key), minor) for key, minor in ordered if minor)
    columns = (Column("name", t("Recipient"), "text"), Column("minor", t("Money"), f"money:{currency}"))
    finding = t("Nothing has been paid yet.")
    if rows and totals.paid_minor > 0:
        share, money = f.percent(rows[0][1] / totals.paid_minor, 0), f.money(totals.paid_minor, currency)
        finding = t("{share} of the {money} is for: {name}.", share=share, money=money, name=rows[0][0])
    return Table("money", t("Money by recipient"), finding, columns, rows)
