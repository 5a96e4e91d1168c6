"""What reports call the keys of the cube: categories, modes, activities, months, sessions."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel.dates import format_date

from data.library import load_activities, load_scenarios
from locales import current_language, pick, t
from locales.formats import locale_of


def category(key: str) -> str:
    """A category as a title."""
    names = {
        "travel": t("Travel"), "stay": t("Stay"), "food": t("Food"), "local": t("Local transport"),
        "energy": t("Energy"), "materials": t("Materials"), "freight": t("Freight"), "waste": t("Waste"),
        "digital": t("Digital"),
    }  # fmt: skip
    return names.get(key, key)


def mode(key: str) -> str:
    """A mode; lines that are no trip have none."""
    names = {
        "": t("No trip"), "plane": t("Plane"), "high_speed_rail": t("Fast rail"), "rail": t("Train"),
        "coach": t("Coach"), "car": t("Car"), "taxi": t("Taxi"), "metro": t("Metro"), "bus": t("Bus"),
        "ferry": t("Ferry"), "motorcycle": t("Motorbike"), "bicycle": t("Bicycle"), "walk": t("On foot"),
    }  # fmt: skip
    return names.get(key, key)


def activity(key: str) -> str:
    """An activity: a mode, what a scenario asks, or one of an event's inventory."""
    names = {
        "hotel": t("Hotel nights"), "average_meal": t("Usual meals"), "beef_meal": t("Meals with beef"),
        "chicken_meal": t("Meals with chicken"), "fish_meal": t("Meals with fish"), "vegan_meal": t("Vegan meals"),
        "vegetarian_meal": t("Vegetarian meals"), "lunch_chicken": t("Lunches with chicken"),
        "lunch_vegetarian": t("Vegetarian lunches"), "live_stream": t("Live stream"),
        "electricity": t("Electricity"), "led_wall": t("LED wall"), "road_freight": t("Road freight"),
        "shuttle_bus": t("Shuttle bus"), "banner": t("Banners"), "carpet": t("Carpet"), "paper": t("Paper"),
        "stage_wood": t("Stage wood"), "food_waste": t("Food waste"), "residual_waste": t("Residual waste"),
        "remote_participation": t("Taking part remotely"),
    }  # fmt: skip
    if key in names:
        return names[key]
    asked = _asked().get(key)
    if asked:
        return pick(asked)
    shown = mode(key)
    return shown if shown != key else key.replace("_", " ").capitalize()


@lru_cache(maxsize=1)
def _asked() -> dict[str, dict[str, str]]:
    asked = [each for scenario in load_scenarios().values() for each in scenario.activities]
    return {each.key: dict(each.names) for each in (*load_activities().values(), *asked)}


def month(key: str) -> str:
    """A month: "September 2021"; lines without one have no date."""
    if not key:
        return t("No month")
    year, _, number = key.partition("-")
    if not number:
        return year
    if current_language() == "zh":
        return f"{year}年{int(number)}月"
    return str(format_date(date(int(year), int(number), 1), "MMMM y", locale=locale_of()))


def recipient(key: str) -> str:
    """Who gets a part of the money."""
    names = {
        "project_owner": t("Project owner"), "exchange": t("Exchange"), "platform": t("Platform"),
        "payment": t("Payment"), "provider": t("Payment"), "special_fund": t("Special fund"),
        "gift": t("Special fund"), "rounding": t("Rounding"),
    }  # fmt: skip
    return names.get(key, key.replace("_", " "))
