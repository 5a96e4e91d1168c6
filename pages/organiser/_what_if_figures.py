"""The figures of the what-if page: before and after by category, the ranking of cities, hubs. Pure functions."""

from __future__ import annotations

from typing import Any

from dash import html

from calculations.changes import CategoryChange, Changes
from calculations.venues import Choice
from events import HubsView, VenuesView, WhatIfView
from locales import formats as f
from locales import pick, t
from pages._parts.desk import panel
from pages._parts.pieces import category_name, empty, kpi, swatch, table
from pages.organiser._what_if_form import label_of

SIGN = {True: "+", False: ""}


def difference(grams: int, unit: str) -> str:
    """A difference with its sign, one unit a table: +1.20, −0.45."""
    return SIGN[grams > 0] + f.mass(grams, unit=unit)[0]


def share(part: int, whole: int) -> str:
    """The difference in percent, with its sign; a dash where there was nothing."""
    return SIGN[part > 0] + f.percent(part / whole, 1) if whole else "–"


def finding(view: WhatIfView, changes: Changes) -> str:
    """What comes of it, in one sentence."""
    outcome = view.outcome
    before, after = f.mass_text(outcome.before.total_g), f.mass_text(outcome.after.total_g)
    if changes == Changes():
        return t("As it is: {mass}. Change something and see what comes of it.", mass=before)
    if outcome.difference_g == 0:
        return t("The same {mass}: this changes nothing here.", mass=before)
    words = {"after": after, "before": before, "share": share(outcome.difference_g, outcome.before.total_g)}
    return t("{after} instead of {before}: {share}.", **words)


def result(view: WhatIfView, changes: Changes) -> list[Any]:
    """Key figures, the bars by category, who is touched, what was assumed."""
    outcome = view.outcome
    if not outcome.before.total_g and not outcome.after.total_g:
        return [html.Div(empty(t("Nobody has told a footprint yet: there is nothing to change.")), className="fz-card")]
    unit = f.mass_unit(outcome.before.total_g, outcome.after.total_g)
    cards = [
        ("emitted", t("As it is"), outcome.before), ("open", t("With the changes"), outcome.after),
    ]  # fmt: skip
    shown = [
        kpi(kind, name, *f.mass(mass.total_g, unit=unit),
            t("range {range}", range=f.mass_range(mass.low_g, mass.high_g, unit=unit)), f"what-if-{kind}")
        for kind, name, mass in cards
    ]  # fmt: skip
    (before_g,), (after_g,) = (f.add_up([mass.total_g], _step(unit)) for mass in (outcome.before, outcome.after))
    number = difference(after_g - before_g, unit)
    told = share(outcome.difference_g, outcome.before.total_g)
    shown.append(kpi("extra", t("Difference"), number, unit, told, "what-if-difference"))
    aside = t("{unit} CO₂e · pale: as it is", unit=unit)
    return [
        html.Div(shown, className="fz-kpis"),
        panel(finding(view, changes), [_categories(view, unit), *_touched(view), _notes(view, changes)], aside,
              id="what-if-finding"),
    ]  # fmt: skip


def _categories(view: WhatIfView, unit: str) -> html.Div:
    """A row per category; in each column what is shown adds up to its foot, and Then less As it is to Difference."""
    rows = [row for row in view.outcome.categories if row.before.total_g or row.after.total_g]
    largest = max((max(row.before.total_g, row.after.total_g) for row in rows), default=0) or 1
    step = max(1, f.GRAMS_PER[unit] // 10 ** f.DECIMALS[unit])
    before, after = (f.add_up([getattr(row, side).total_g for row in rows], step) for side in ("before", "after"))
    body = [
        [
            html.Span([swatch(row.category), category_name(row.category)], className="fz-what-if-name"),
            _pair(row, largest), *_numbers(before[at], after[at], unit), share(row.difference_g, row.before.total_g),
        ]
        for at, row in enumerate(rows)
    ]  # fmt: skip
    total = view.outcome
    foot = [t("All"), "", *_numbers(sum(before), sum(after), unit), share(total.difference_g, total.before.total_g)]
    head = [t("Category"), "", t("As it is"), t("Then"), t("Difference"), "%"]
    return html.Div(table(head, body, foot, text_columns=2), className="fz-what-if-table")


def _step(unit: str) -> int:
    """The grams of the last digit that is shown."""
    return max(1, f.GRAMS_PER[unit] // 10 ** f.DECIMALS[unit])


def _numbers(before_g: int, after_g: int, unit: str) -> list[Any]:
    shown = [f.mass(grams, unit=unit)[0] for grams in (before_g, after_g)]
    return [*shown, html.B(difference(after_g - before_g, unit))]


def _pair(row: CategoryChange, largest: int) -> html.Span:
    """Two bars: as it is above, with the changes below."""
    bars = [
        (f"fz-swatch-{row.category} fz-bar-before", row.before.total_g),
        (f"fz-swatch-{row.category}", row.after.total_g),
    ]
    drawn = [html.I(className=look, style={"--fz-w": f"{100 * grams / largest:.2f}%"}) for look, grams in bars]
    return html.Span(drawn, className="fz-bar-pair", **{"aria-hidden": "true"})


def _touched(view: WhatIfView) -> list[Any]:
    outcome, words = view.outcome, []
    if outcome.moved_people:
        words.append(t("{count} people go to another place.", count=f.number(outcome.moved_people)))
    if len(outcome.hubs) > 1:
        hubs = t(", ").join(f"{pick(dict(place.names))} {_people(people)}" for place, people in outcome.hubs)
        words.append(t("People at each hub: {hubs}.", hubs=hubs))
    if outcome.rail_people:
        words.append(t("{count} people take the train instead of a flight.", count=f.number(outcome.rail_people)))
    if outcome.remote_people:
        params = {"count": f.number(outcome.remote_people), "hours": f.number(outcome.remote_hours)}
        words.append(t("{count} people take part remotely, {hours} hours in all.", **params))
    return [html.P(" ".join(words), className="mt-3")] if words else []


def _people(count: int) -> str:
    """How many people, or that they are fewer than five."""
    return t("{count} people", count=f.number(count)) if count >= 5 or not count else t("fewer than five people")


def _notes(view: WhatIfView, changes: Changes) -> html.Div:
    counted = t("Counted are the {count} people who answered and the event's own lines, by the event's own factors and "
                "boundary; nobody is estimated. The ranges are 95 %.",
                count=f.number(view.outcome.people))  # fmt: skip
    notes = [counted, *[t(note.message, **note.params) for note in view.notes]]
    if changes.power is not None and changes.power.source:
        notes.append(t("Stated in: {source}", source=changes.power.source))
    items = [html.Li(words) for words in notes]
    return html.Div([html.H3(t("What is assumed"), className="fz-label mt-3"), html.Ul(items, className="fz-small")])


def ranking(view: VenuesView, query: str) -> list[Any]:
    """The best cities, the actual venue's own place among them; ``query`` is what else the address asks for."""
    actual = view.ranking.actual
    if not view.ranking.rows:
        return [empty(t("Cities are compared once somebody has told a way."))]
    unit = f.mass_unit(actual.total_g, view.ranking.rows[0].total_g)
    entries = [(number, row, False) for number, row in enumerate(view.ranking.rows, 1)]
    entries.append((view.ranking.actual_rank, actual, True))
    entries.sort(key=lambda entry: (entry[1].total_g, entry[2]))
    body = [_city(number, row, mine, actual, unit, query) for number, row, mine in entries]
    head = html.Thead(html.Tr([html.Th(words, scope="col", className=look) for words, look in (
        ("#", ""), (t("City · country or region"), ""), (t("{unit} on the way", unit=unit), "fz-right"),
        (t("Against the venue"), "fz-right"), ("%", "fz-right"))]))  # fmt: skip
    look = "fz-table fz-table-plain fz-what-if-cities"
    shown = html.Div(html.Table([head, html.Tbody(body)], className=look), className="fz-scroll", tabIndex="0")
    return [html.P(_standing(view), id="what-if-standing"), shown, html.P(_rule(view), className="fz-note mt-2")]


def _city(number: int, row: Choice, mine: bool, actual: Choice, unit: str, query: str) -> html.Tr:
    place, more = row.places[0], row.total_g - actual.total_g
    link = html.A(label_of(place), href=f"?venues={place.place_id}{query}", className="fz-link")
    name = html.B(t("{place} (the venue)", place=label_of(place))) if mine else link
    cells = [
        html.Td(f.number(number)), html.Td(name), html.Td(f.mass(row.total_g, unit=unit)[0], className="fz-right"),
        html.Td("–" if mine else difference(more, unit), className="fz-right"),
        html.Td("–" if mine else share(more, actual.total_g), className="fz-right"),
    ]  # fmt: skip
    return html.Tr(cells, className="fz-strong" if mine else "")


def _standing(view: VenuesView) -> str:
    best, actual = view.ranking.rows[0], view.ranking.actual
    params = {
        "place": pick(dict(actual.places[0].names)), "rank": f.number(view.ranking.actual_rank),
        "count": f.number(view.ranking.count), "best": pick(dict(best.places[0].names)),
        "share": f.percent(1 - best.total_g / actual.total_g, 0) if actual.total_g else "–",
    }  # fmt: skip
    if best.total_g >= actual.total_g:
        return t("{place} is the best of {count} places for those who came.", **params)
    return t("{place} is number {rank} of {count}; {best} would have cost {share} less on the way.", **params)


def _rule(view: VenuesView) -> str:
    return t("The ways of {people} people. The cities: those with an airport, the most populous of the world and at "
             "least one of each country or region. Nights, meals and power are not in this list; open a city to see "
             "them.", people=f.number(view.people))  # fmt: skip


def hubs(view: HubsView, query: str) -> html.Div:
    """The best set of hubs, in words, with a link that tries it."""
    best, actual = view.hubs.best, view.actual
    unit = f.mass_unit(best.total_g, actual.total_g)
    names = " + ".join(pick(dict(place.names)) for place in best.places)
    rows = [
        html.Li([html.B(label_of(place)), " ", _people(people)])
        for place, people in zip(best.places, best.people, strict=True)
    ]
    number, _ = f.mass(best.total_g, unit=unit)
    more = best.total_g - actual.total_g
    told = {"names": names, "number": number, "unit": unit, "difference": difference(more, unit)}
    told["share"] = share(more, actual.total_g)
    words = t("{names}: {number} {unit} on the way, {difference} {unit} ({share}) against the venue.", **told)
    how = t("All {count} pairs were weighed: none is better.", count=f.number(view.hubs.weighed))
    if not view.hubs.proven:
        how = t("Found by exchanging hubs from {count} starts until no exchange helped; not proven to be the best.",
                count=f.number(view.hubs.weighed))  # fmt: skip
    href = f"?venues={','.join(place.place_id for place in best.places)}{query}"
    link = html.A(t("Try these hubs"), href=href, className="fz-link")
    return html.Div([html.P(words), html.Ul(rows), html.P(how, className="fz-note"), link], className="fz-told mt-3")
