"""The words of the guest's pages for what the calculation calls by a key: modes, cabins, fuels, diets, categories."""

from __future__ import annotations

from locales import t

FIRST_MODES = ("plane", "high_speed_rail", "rail", "coach", "car")
RARE_MODES = ("taxi", "metro", "bus", "ferry", "motorcycle", "bicycle", "walk")


def modes() -> dict[str, str]:
    """Short names, as on the chips."""
    return {
        "plane": t("Plane"), "high_speed_rail": t("Fast rail"), "rail": t("Train"), "coach": t("Coach"),
        "car": t("Car"), "taxi": t("Taxi"), "metro": t("Metro"), "bus": t("Bus"), "ferry": t("Ferry"),
        "motorcycle": t("Motorbike"), "bicycle": t("Bicycle"), "walk": t("On foot"),
    }  # fmt: skip


def not_counted(why: str) -> str:
    """Why a footprint has no grams at an event that leaves somebody out: ``remote``, or a role."""
    if why == "remote":
        return t("This event counts only those on site: taking part online is not counted, and there is nothing to "
                 "pay. Your answer is kept.")  # fmt: skip
    return t("This event counts its guests only: speakers and staff are not counted, and have nothing to pay. "
             "Your answer is kept.")  # fmt: skip


def by_modes() -> dict[str, str]:
    """In a sentence: "By high-speed rail"."""
    return {
        "high_speed_rail": t("By high-speed rail"), "rail": t("By train"), "coach": t("By coach"),
        "metro": t("By metro"), "bus": t("By bus"),
    }  # fmt: skip


def cabins() -> dict[str, str]:
    return {
        "economy": t("Economy"), "premium_economy": t("Premium economy"), "business": t("Business"),
        "first": t("First class"),
    }  # fmt: skip


def fuels() -> dict[str, str]:
    return {
        "petrol": t("Petrol"), "diesel": t("Diesel"), "hybrid": t("Hybrid"), "electric": t("Electric"), "lpg": t("LPG"),
        "cng": t("Natural gas"),
    }  # fmt: skip


def sizes() -> dict[str, str]:
    """Of a car or motorcycle; '' where it is not told."""
    return {"": t("Any size"), "small": t("Small"), "medium": t("Medium"), "large": t("Large")}


def diets() -> dict[str, str]:
    return {
        "vegan": t("Vegan"), "vegetarian": t("Vegetarian"), "fish": t("With fish"), "chicken": t("With chicken"),
        "beef": t("With beef"), "average": t("A usual meal"),
    }  # fmt: skip


def categories() -> dict[str, str]:
    """In lower case, as in a legend."""
    return {
        "travel": t("travel"), "stay": t("stay"), "food": t("food"), "local": t("local"), "energy": t("energy"),
        "materials": t("materials"), "freight": t("freight"), "waste": t("waste"), "digital": t("digital"),
    }  # fmt: skip


def units() -> dict[str, str]:
    """Of an activity, after its number field; a unit without a word of its own is written as it is."""
    return {
        "hour": t("hours"), "meal": t("meals"), "room-night": t("room-nights"), "person-night": t("nights"),
        "kWh": "kWh", "km": "km", "kg": "kg", "vehicle-km": "km", "passenger-km": "km", "m3": "m³",
    }  # fmt: skip


def recipients() -> dict[str, str]:
    """Who is paid a part of the price."""
    return {
        "project_owner": t("Project owner"), "exchange": t("Exchange"), "platform": t("Platform"),
        "provider": t("Payment"), "payment": t("Payment"), "special_fund": t("Special fund"),
    }  # fmt: skip


def people_on_board(people: int) -> str:
    """ "alone in the car", "3 in the car"."""
    return t("alone in the car") if people == 1 else t("{count} in the car", count=people)


def shared_room(rooms: int, guests: int) -> str:
    """ "1 room, 2 guests"."""
    first = t("1 room") if rooms == 1 else t("{count} rooms", count=rooms)
    second = t("1 guest") if guests == 1 else t("{count} guests", count=guests)
    return first + t(", ") + second
