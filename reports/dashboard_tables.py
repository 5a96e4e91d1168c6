"""The dashboard's figures as tables, each with its finding: what stands beside a chart, and what its files hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from locales import formats as f
from locales import t
from reports import words
from reports.dashboard import Channel, Dashboard
from reports.dashboard_cells import FEW
from reports.dashboard_rows import channel_name
from reports.exploring import Column, Row
from reports.question import NO_MODE


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
    own = ("channel", "origin")  # figures with columns of their own
    found = [_whole(shown)]
    found += [_of_rows(shown, name) for name in shown.rows if shown.rows[name] and name not in own]
    if shown.funnel:
        found.append(_funnel(shown))
    if shown.channels or shown.rows["channel"]:
        found.append(_channels(shown))
    if shown.rows["origin"]:
        found.append(_origin(shown))
    if shown.orders:
        found.append(_orders(shown))
    if not shown.asked.is_part:
        found += [_day(shown), _money(shown)]
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
        "channel": t("Where people scanned"),
        "origin": t("Where guests came from"), "ring": t("By distance"),
        "began": t("By when guests began"),
    }  # fmt: skip


def _of_rows(shown: Dashboard, name: str) -> Table:
    rows = shown.rows[name]
    counted = any(row.people is not None for row in rows)
    columns = [Column("name", row_names()[name], "text")]
    columns += [Column("people", people_title(shown), "count")] if counted else []
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
        few = any(row.key == FEW for row in rows)
        return few_words() if few else t("Nothing is counted for this question yet.")
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
    columns = (Column("name", t("Step"), "text"), Column("count", t("How many"), "count"),
               Column("share", t("Share of those who began"), "share_bp"))  # fmt: skip
    finding = t("{share} of footprints have a certificate.", share=share)
    return Table("funnel", t("From scan to certificate"), finding, columns, rows)


def _channels(shown: Dashboard) -> Table:
    """By channel: what came of its codes, and what its guests emit."""
    grams = {row.key: row for row in shown.rows["channel"]}
    steps = {one.key: one for one in shown.channels}
    names = {row.key: row.name for row in shown.rows["channel"]}
    keys = [*steps, *[key for key in grams if key not in steps]]
    rows = tuple(_channel_row(names.get(key) or channel_name(key), steps.get(key), grams.get(key)) for key in keys)
    titles = (("scans", t("Scanned")), ("began", t("Began")), ("footprint", t("Footprint")),
              ("certificate", t("Certificate")), ("people", people_title(shown)))  # fmt: skip
    columns = (Column("name", t("Channel"), "text"), *(Column(key, title, "count") for key, title in titles),
               Column("total_g", t("Emitted"), "grams"))  # fmt: skip
    told = [row for key, row in grams.items() if key not in (FEW, NO_MODE) and row.people]
    finding = t("Nobody has scanned a code yet.") if not shown.asked.is_part else few_words()
    if told:
        first, whole = told[0], sum(row.people or 0 for row in grams.values())
        share = f.percent((first.people or 0) / (whole or 1), 0)
        finding = t("{share} of guests came by “{name}”.", share=share, name=first.name)
    return Table(
        "channel", t("Where people scanned"), finding, columns, rows, tuple("" if k == FEW else k for k in keys)
    )


def _channel_row(name: str, steps: Channel | None, row: Row | None) -> tuple[Any, ...]:
    counts = (steps.scans, steps.began, steps.footprint, steps.certificate) if steps else (None,) * 4
    return (name, *counts, row.people if row else None, row.total_g if row else None)


def few_words() -> str:
    """Said where no row of a figure may be told."""
    return t("Too few stand behind each row to tell one apart.")


def people_title(shown: Dashboard) -> str:
    """What a column of people is called: lines tell how many there are at least."""
    return t("Guests, at least") if shown.at_least else t("Guests")


def _origin(shown: Dashboard) -> Table:
    rows, keys = [], []
    for row in shown.rows["origin"]:
        place = shown.places.get(row.key)
        way = t("rail") if row.key in shown.by_rail else t("air")
        km = round(place.distance_km) if place else None
        rows.append((row.name, row.people, km, way if place else "", row.total_g, row.covered_bp))
        keys.append("" if row.key == FEW else row.key)
    columns = (Column("name", t("Place"), "text"), Column("people", people_title(shown), "count"),
               Column("distance_km", t("Distance, km"), "count"), Column("mostly", t("Came mostly by"), "text"),
               Column("total_g", t("Emitted"), "grams"),
               Column("covered_bp", t("Share covered"), "share_bp"))  # fmt: skip
    finding = t("Places are drawn once five guests have come from one.")
    if shown.asked.is_part and all(row.key == FEW for row in shown.rows["origin"]):
        finding = few_words()
    far = [row for row in shown.rows["origin"] if row.key in shown.places]
    if far:
        count = f.number(far[0].people or 0)
        finding = t("Most guests from afar came from {place}: {count}.", place=far[0].name, count=count)
    return Table("origin", t("Where guests came from"), finding, columns, tuple(rows), tuple(keys))


def _orders(shown: Dashboard) -> Table:
    found, currency = shown.orders, shown.view.event.currency
    if found is None:
        raise ValueError("orders are not told here")
    rows = ((t("Orders placed"), found.order_count, None), (t("Orders paid"), found.paid_order_count, found.paid_minor))
    columns = (Column("name", t("Orders"), "text"), Column("count", t("How many"), "count"),
               Column("minor", t("Money"), f"money:{currency}"))  # fmt: skip
    finding = t("Nothing has been paid yet.")
    if found.paid_order_count:
        count, money = f.number(found.paid_order_count), f.money(found.paid_minor, currency)
        finding = t("{money} paid in {count} orders.", money=money, count=count)
    return Table("orders", t("Orders and what was paid"), finding, columns, rows)


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
