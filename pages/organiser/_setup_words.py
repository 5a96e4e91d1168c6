"""The words of setting up: steps, fields as they are named in a sentence, scenarios, payers, the privacy template."""

from __future__ import annotations

import events
from calculations.model import InputError
from locales import pick, t, translate

PRIVACY = (
    "{host} asks what you did for {event}: your way here, your nights and meals, so as to compute what it emits."
    " You need no account and no name. Your answers stand under a random number, with a secret that your device alone"
    " keeps. A name that you want to see on boards and certificates is shown with your consent, which you can withdraw."
    " A position of your device is rounded to about a kilometre. Nothing is passed on or used for advertising; a"
    " payment is made with the provider you choose. Figures of groups under five people are never shown. You can take"
    " yourself out at any time: your answers go, the sum stays."
)


def step_names() -> dict[str, str]:
    """What the steps are called."""
    return {
        "about": t("What it is"), "place": t("Place and time"), "programme": t("Programme"),
        "boundary": t("What counts"), "projects": t("Projects and money"), "look": t("Look"),
        "privacy": t("Privacy"), "review": t("Look over"),
    }  # fmt: skip


def field_names() -> dict[str, str]:
    """What fields are called in a sentence about them."""
    named = {
        "scenario": t("Kind of event"), "names": t("Name of the event"), "intro": t("Introduction"), "host": t("Host"),
        "place": t("Town or airport"), "address": t("Address"), "timezone": t("Time zone"), "starts": t("Begins"),
        "ends": t("Ends"), "slug": t("Public address"), "opens_at": t("Opens for answers"),
        "closes_at": t("Answers until"), "pay_until": t("Payment until"), "books_by": t("Books closed by"),
        "sessions": t("Sessions"), "paste": t("List"), "categories": t("Categories"), "people": t("People expected"),
        "who": t("Which guests count"), "factor_set": t("Factor set"), "flight_method": t("Flights"),
        "currency": t("Currency"), "payer": t("Who pays"), "gift": t("Gift"), "flags": t("Money"),
        "projects": t("Projects"), "price": t("Price per tonne"), "tonnes": t("Tonnes"), "logo": t("Logo"),
        "button_light": t("Buttons, light theme"), "button_dark": t("Buttons, dark theme"),
        "words_light": t("Links, light theme"), "words_dark": t("Links, dark theme"), "privacy": t("Privacy text"),
        "jurisdiction": t("Rules for claims"), "livemode": t("Test or live"), "reason": t("Reason"),
        "first_day": t("First day"), "note": t("Note"),
    }  # fmt: skip
    languages = {f"{name}_{code}": named[name] for name in ("names", "intro", "address", "payer", "gift", "privacy")
                 for code in ("en", "zh", "mr", "is")}  # fmt: skip
    return named | languages


def names_for(error: InputError) -> dict[str, str]:
    """The same with the fields of sessions and projects that an error tells of."""
    named = field_names()
    for each in error.errors:
        head, _, tail = each.field.partition("_")
        if head == "session":
            number, _, part = tail.partition("_")
            named[each.field] = t("Session {number}, {part}", number=number, part=named.get(part, t("Name")))
        elif head in ("price", "tonnes") and tail:
            named[each.field] = named[head]
    return named


def scenario_names() -> list[tuple[str, str]]:
    """Kinds of events, as their templates name them."""
    return [(each.scenario_id, pick(dict(each.names))) for each in events.scenarios() if each.scenario_id != "life"]


def payer_words() -> dict[str, tuple[str, str]]:
    """Who pays: the choice, and what guests will see of it."""
    return {
        "guest": (t("Guests, each for themselves"), t("Guests are asked to pay for their own footprint.")),
        "company": (
            t("Companies, for their people"),
            t("Guests can pay; a company's order for its people covers theirs, and they are told so."),
        ),
        "host_residual": (
            t("Guests, and the host what is left"),
            t("Guests can pay; what nobody has covered is the host's, who orders it after the event."),
        ),
        "host_all": (
            t("The host, for everybody"),
            t("Guests are told that the host covers them; whoever pays all the same gives an extra contribution."),
        ),
    }  # fmt: skip


def who_words() -> dict[str, str]:
    """Which guests count."""
    return {
        "all": t("everybody who takes part, remotely too"), "onsite": t("those on site alone"),
        "guests": t("guests, without staff and speakers: the calculator asks each which they are"),
    }  # fmt: skip


def who_word(key: str) -> str:
    """One of them, or what an event was told in words of its own."""
    own = {"guests and the organiser": t("guests and the organiser")}
    return who_words().get(key) or own.get(key, key)


def jurisdiction_words() -> dict[str, str]:
    """Whose rules for claims hold."""
    return {
        "CN": t("China’s rules"), "EU": t("the European Union’s rules"), "other": t("elsewhere: the careful wording"),
    }  # fmt: skip


def privacy_template(code: str, event: str, host: str) -> str:
    """The privacy text that is proposed in a language."""
    return translate(code, PRIVACY, host=host or translate(code, "The host"), event=event)
