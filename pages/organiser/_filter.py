"""The dashboard's filter: a sentence whose nouns are controls, each a list of links; the question is the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from locales import formats as f
from locales import t
from pages._parts.icons import icon
from pages._parts.pieces import filter_bar
from reports import Choice, Dashboard, Narrowing

LISTS = ("session", "company", "channel", "origin", "ring", "category", "mode", "diet", "began")
QUIET = ("company", "channel", "origin", "ring", "diet", "began")  # nouns that are there where there is a choice


def address(shown: Dashboard, asked: Narrowing) -> str:
    """Where another question to the same event is asked."""
    query = asked.to_url()
    return f"/desk/e/{shown.view.event.slug}" + (f"?{query}" if query else "")


def narrow_link(children: Any, href: str, look: str = "", **more: Any) -> html.A:
    """A link to another question: the desk's script asks it without leaving the page."""
    return html.A(children, href=href, className=look, **{"data-narrow": "", **more})


def filter_sentence(shown: Dashboard, side: Any = None) -> html.Div:
    """Showing [everybody] in [all sessions] of [all companies], [categories], [modes], [meals], [period], [state]."""
    view, asked = shown.view, shown.asked
    guests = max(view.totals.expected_people, view.totals.participants)
    words: list[Any] = [t("Showing"), _told(shown, guests), t("in")]
    words += [_list(shown, name) for name in LISTS if len(shown.choices[name]) > (name in QUIET)]
    words += [_months(shown), _state(shown), _said(shown)]
    chips = _chips(shown)
    bar = filter_bar([word for word in words if word is not None], side)
    return html.Div([bar, html.Div(chips, className="fz-narrowed") if chips else None], id="organiser-filter",
                    **{"data-asked": asked.to_url()})  # fmt: skip


def _noun(label: str, words: str, options: Sequence[html.A], is_set: bool = False) -> html.Details:
    """A noun of the sentence: its words, and under them what they may be."""
    head = html.Summary([html.Span(words), icon("chevron_down")], className="fz-noun" + (" fz-noun-set" * is_set),
                        **{"aria-label": f"{label}: {words}"})  # fmt: skip
    return html.Details([head, html.Ul([html.Li(option) for option in options])], className="fz-pick")


def _option(words: str, href: str, chosen: bool) -> html.A:
    return narrow_link(words, href, "fz-pick-option", **({"aria-current": "true"} if chosen else {}))


def list_names() -> dict[str, tuple[str, str, str]]:
    """(label, words where nothing is chosen, words for several) of each list."""
    return {
        "session": (t("Sub-forums"), t("all sessions"), t("{count} sessions")),
        "company": (t("Companies"), t("all companies"), t("{count} companies")),
        "category": (t("Categories"), t("{count} categories"), t("{count} categories")),
        "mode": (t("Modes"), t("all modes"), t("{count} modes")),
        "diet": (t("Meals"), t("all meals"), t("{count} kinds of meal")),
        "channel": (t("Channels"), t("any code"), t("{count} channels")),
        "origin": (t("Places"), t("from anywhere"), t("{count} places")),
        "ring": (t("Distance"), t("any distance"), t("{count} distances")),
        "began": (t("Began"), t("any time"), t("{count} times")),
    }  # fmt: skip


def _list(shown: Dashboard, name: str) -> html.Details:
    asked, choices = shown.asked, shown.choices[name]
    label, every, several = list_names()[name]
    chosen = getattr(asked, name)
    if not chosen:
        words = every.format(count=f.number(len(choices)))
    elif len(chosen) == 1:
        words = name_of(choices, chosen[0])
    else:
        words = several.format(count=f.number(len(chosen)))
    options = [
        _option(every.format(count=f.number(len(choices))), address(shown, asked.asking(**{name: ()})), not chosen)
    ]
    options += [_option(choice.name, address(shown, asked.toggled(name, choice.value)), choice.value in chosen)
                for choice in choices]  # fmt: skip
    return _noun(label, words, options, bool(chosen))


def name_of(choices: Sequence[Choice], value: str) -> str:
    """The name of a choice."""
    return next((choice.name for choice in choices if choice.value == value), value)


def _months(shown: Dashboard) -> html.Details | None:
    asked, months = shown.asked, shown.choices["month"]
    if len(months) < 2:
        return None
    chosen = asked.month_from and asked.month_to
    words = name_of(months, asked.month_from) if chosen and asked.month_from == asked.month_to else t("all months")
    if chosen and asked.month_from != asked.month_to:
        words = f"{name_of(months, asked.month_from)} – {name_of(months, asked.month_to)}"
    options = [_option(t("all months"), address(shown, asked.asking(month_from="", month_to="")), not chosen)]
    for month in months:
        both = asked.asking(month_from=month.value, month_to=month.value)
        options.append(_option(month.name, address(shown, both), asked.month_from <= month.value <= asked.month_to))
    return _noun(t("Months"), words, options, bool(chosen))


def state_names() -> dict[str, str]:
    """What is shown of the grams."""
    return {"": t("emitted"), "retired": t("retired"), "reserved": t("reserved"), "open": t("still open")}


def _state(shown: Dashboard) -> html.Details:
    asked, names = shown.asked, state_names()
    options = [_option(words, address(shown, asked.asking(state=key)), key == asked.state)
               for key, words in names.items()]  # fmt: skip
    return _noun(t("State"), names[asked.state], options, bool(asked.state))


def _told(shown: Dashboard, guests: int) -> html.Details:
    """Everybody, those who have not answered estimated; or those who have answered alone."""
    asked, view = shown.asked, shown.view
    everybody = t("all {count} guests", count=f.number(guests)) if guests != 1 else t("1 guest")
    answered = t("{count} guests who answered", count=f.number(view.totals.participants))
    options = [_option(everybody, address(shown, asked.asking(told="")), not asked.told),
               _option(answered, address(shown, asked.asking(told="declared")), asked.told == "declared")]  # fmt: skip
    words = everybody
    if shown.counted and view.unanswered:
        words = t("{count} guests who answered", count=f.number(shown.people))
    return _noun(t("Guests"), words, options, asked.told == "declared")


def _said(shown: Dashboard) -> str:
    """What is done with those who have not answered, said beside the nouns."""
    unanswered, mass = shown.view.unanswered, shown.view.totals.mass
    if not shown.counted:
        return t("until now. Guests who have not answered ({count}) are estimated.", count=f.number(unanswered))
    if unanswered and mass.estimated_g:
        return t("until now. Counted lines; those who have not answered ({count}) are left out.",
                 count=f.number(unanswered))  # fmt: skip
    return t("until now.")


def _conditions(shown: Dashboard) -> list[tuple[str, Narrowing]]:
    """Each condition in words, and the question without it."""
    asked = shown.asked
    found = [(name_of(shown.choices[name], value), asked.toggled(name, value))
             for name in LISTS for value in getattr(asked, name)]  # fmt: skip
    if asked.month_from or asked.month_to:
        months = " – ".join(dict.fromkeys(name_of(shown.choices["month"], each) for each in
                                          (asked.month_from, asked.month_to) if each))  # fmt: skip
        found.append((months, asked.asking(month_from="", month_to="")))
    if asked.state:
        found.append((state_names()[asked.state], asked.asking(state="")))
    if asked.told:
        found.append((t("without estimates"), asked.asking(told="")))
    return found


def asked_words(shown: Dashboard) -> str:
    """What is asked, as a list of words; '' for the whole event."""
    return " · ".join(words for words, _ in _conditions(shown))


def _chips(shown: Dashboard) -> list[Any]:
    """Each condition as a chip that takes it off."""
    found = [_chip(words, address(shown, without)) for words, without in _conditions(shown)]
    return [*found, narrow_link(t("Show everything"), address(shown, Narrowing()), "fz-link")] if found else []


def _chip(words: str, href: str) -> html.A:
    return narrow_link(
        [html.Span(words), icon("close")], href, "fz-off", **{"aria-label": t("Take off: {what}", what=words)}
    )
