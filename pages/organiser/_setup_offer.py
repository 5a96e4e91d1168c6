"""The forms of the later steps: projects and money, look, privacy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

import events
from events import OfferChoice, SetupView
from locales import formats as f
from locales import pick, t
from pages._parts.desk_form import upload
from pages._parts.icons import icon
from pages.organiser._setup_form import Fields, dom_id
from pages.organiser._setup_words import jurisdiction_words, payer_words, privacy_template

GRAMS_PER_TONNE = 1_000_000
LANGUAGES = ("en", "zh", "mr", "is")
HOUSE = {
    "button_light": "#0b7a5e", "words_light": "#0a6b53", "button_dark": "#35c79d", "words_dark": "#5fd9b5",
}  # fmt: skip
"""The house's own colours, as assets/css/setup.css draws the samples under them."""


def projects(fields: Fields, view: SetupView) -> list[Any]:
    """Who pays and in what, payments and gift, and each project that may be offered."""
    payers = payer_words()
    options = [(key, _choice(words, effect)) for key, (words, effect) in payers.items()]
    flags = [("payments", t("Guests can pay here")), ("gift", t("Guests may add a gift to the special fund"))]
    on = [name for name, is_on in (("payments", view.event.payments), ("gift", view.values["gift"])) if is_on]
    own = fields.having({"flags": on, **_offer_values(view)})
    listed = [_offer(own, each, view) for each in view.offers]
    none = html.P(t("The exchange has entered no project for such events yet."), className="fz-small")
    note = (
        t("You may assign credits: what you write is given at once, from the longest free interval.")
        if view.may_assign
        else t("The exchange assigns credits: what you write is asked of it, and on offer once it grants it.")
    )
    return [
        own.radios("payer", t("Who pays"), options, "fz-setup-payers"),
        own.words("payer", t("Said to guests, in your own words"), ("en", "zh"), rows=2),
        html.Div([own.text("currency", t("Currency"), maxlength=80), own.checks("flags", t("Money"), flags)],
                 className="fz-two"),
        own.words("gift", t("What the gift is for"), ("en", "zh"), rows=2, more=("mr", "is")),
        html.Fieldset([html.Legend(t("Projects on offer"), className="fz-label"), html.P(note, className="fz-note"),
                       *(listed or [none]), own.said("projects")], className="fz-setup-set"),
        _asked(view),
    ]  # fmt: skip


def _choice(words: str, effect: str) -> html.Span:
    return html.Span([html.B(words), html.Small(effect)], className="fz-choice-words")


def _offer_values(view: SetupView) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in view.offers:
        key = f"offer.{each.project_id}"
        asked = next((r for r in view.requests if r.project_id == each.project_id and r.state == "asked"), None)
        terms = asked or each
        price = terms.price_minor_per_tonne if terms.currency == view.event.currency else 0
        typed = events.amount(price, terms.currency) if price else ""
        values |= {f"{key}.open": ["on"] if each.is_open or asked else [], f"{key}.price": typed, f"{key}.tonnes": ""}
    return values


def _offer(fields: Fields, each: OfferChoice, view: SetupView) -> html.Div:
    key = f"offer.{each.project_id}"
    kind = t("reduction") if each.kind == "reduction" else t("removal")
    held = [t("the event holds {mass}", mass=_tonnes(each.given_g))] if each.given_g else []
    held += [t("{mass} asked for", mass=_tonnes(each.waiting_g))] if each.waiting_g else []
    box = dcc.Checklist([{"value": "on", "label": pick(dict(each.names))}], list(fields.values[f"{key}.open"]),
                        id=dom_id(fields.prefix, f"{key}.open"), className="fz-checks fz-offer-name",
                        persistence=fields.kept, persistence_type="session")  # fmt: skip
    two = [
        fields.text(
            f"{key}.price", t("Price per tonne, in the currency above"), inputmode="decimal", placeholder="45.00"
        ),
        # what was typed goes with what was asked: it does not come back to be asked for once more
        fields.having({}, f"{fields.kept}-{len(view.requests)}").text(
            f"{key}.tonnes",
            t("Tonnes more"),
            t("Free now: {mass}. More may be asked for.", mass=_tonnes(each.free_g)),
            inputmode="numeric",
        ),
    ]
    about = html.P(" · ".join([kind, t(each.type), *held]), className="fz-note")
    return html.Div([box, about, html.Div(two, className="fz-two")], className="fz-offer")


def _tonnes(grams: int) -> str:
    """Credits as they are told: whole tonnes without decimals."""
    whole, rest = divmod(grams, GRAMS_PER_TONNE)
    return f.mass_text(grams, unit="t") if rest else f"{f.number(whole)}{f.THIN}t"


def _asked(view: SetupView) -> Any:
    """What was asked of the exchange, and what it said."""
    words = {"asked": t("waits for the exchange"), "granted": t("granted"), "declined": t("declined"),
             "withdrawn": t("withdrawn")}  # fmt: skip
    rows = [
        html.Li([html.B(pick(dict(each.project_names))), " ",
                 _tonnes(each.grams) if each.grams else t("new terms"), " · ",
                 f.per_tonne(each.price_minor_per_tonne, each.currency), " · ", words[each.state],
                 html.Span(f" “{each.answer}”") if each.answer else None])
        for each in view.requests[:10]
    ]  # fmt: skip
    waits = any(each.state == "asked" for each in view.requests)
    withdrawn = t("A request that waits is withdrawn by unticking its project above and keeping this step; what was on "
                  "offer of it is taken off too.")  # fmt: skip
    how = html.P(withdrawn, className="fz-note")
    list_ = html.Ul(rows, className="fz-dots")
    return html.Div([html.H3(t("Asked of the exchange")), list_, how if waits else None]) if rows else None


def look(fields: Fields, view: SetupView) -> list[Any]:
    """The logo, and colours of buttons and links in both themes, with what they look like."""
    own = fields.having(dict(view.values["look"]))
    note = t("Written as #0b7a5e. Left empty: the house's own. Each is refused where it can't be read well.")
    light, dark = [
        [own.text(name, words, maxlength=7, placeholder=HOUSE[name]) for name, words in named]
        for named in (
            (("button_light", t("Buttons, light theme")), ("words_light", t("Links, light theme"))),
            (("button_dark", t("Buttons, dark theme")), ("words_dark", t("Links, dark theme"))),
        )
    ]
    return [
        html.Fieldset([html.Legend(t("Logo"), className="fz-label"), html.Div(logo(view), id="setup-logo-shown"),
                       html.Div(upload("setup", "logo", t("Choose a PNG, JPEG or WebP, at most 200 KB"))),
                       html.Div(id="setup-logo-told", role="status")], className="fz-setup-set"),
        html.P(note, className="fz-note"), html.Div(light, className="fz-two"), html.Div(dark, className="fz-two"),
        html.Div(samples(view.values["look"]), id="setup-samples", className="fz-two", role="status"),
    ]  # fmt: skip


def logo(view: SetupView) -> Any:
    """The logo as it is kept, with a way to take it away."""
    if view.logo is None:
        return html.P(t("It has none."), className="fz-small")
    src = f"/e/{view.event.slug}/logo/{view.logo.sha256}"
    drawn = html.Img(src=src, alt=t("Logo of the event"), className="fz-setup-logo")
    about = t("{width} × {height} pixels, {size} KB, drawn anew from your file", width=view.logo.width_px,
              height=view.logo.height_px, size=f.number(max(1, view.logo.size_bytes // 1000)))  # fmt: skip
    drop = html.Button([icon("trash"), html.Span(t("Take it away"))], id="setup-logo-drop", n_clicks=0, type="button",
                       className="fz-button")  # fmt: skip
    return html.Div([drawn, html.P(about, className="fz-note"), drop])


def samples(chosen: Any) -> list[Any]:
    """A button and a link in each theme under the colours that are typed, or the nearest that pass."""
    told = {key: str(value).lower() for key, value in dict(chosen or {}).items()}
    shown = []
    for theme, title in (("light", t("Light theme")), ("dark", t("Dark theme"))):
        style = {}
        button, words = told.get(f"button_{theme}", ""), told.get(f"words_{theme}", "")
        if button and (fits := events.fitting(f"button_{theme}", button)):
            style |= {"--fz-button": fits, "--fz-on-button": events.words_on(theme, fits)}
        if words and (fits := events.fitting(f"words_{theme}", words)):
            style["--fz-link"] = fits
        act = html.Span(t("Calculate my footprint"), className="fz-button fz-button-main")
        inside = [html.P(title, className="fz-small"), act, html.Span(t("How it is computed"), className="fz-link"),
                  html.Ul(_contrast(told, theme), className="fz-sample-told")]  # fmt: skip
        shown.append(html.Div(inside, className=f"fz-sample fz-sample-{theme}", style=style))
    return shown


def _contrast(told: Mapping[str, str], theme: str) -> list[html.Li]:
    """What the colours of a theme come to, as numbers; of one that does not pass what is shown in its place."""
    return [_said(words, told.get(name) or HOUSE[name], name)
            for name, words in ((f"button_{theme}", t("Button")), (f"words_{theme}", t("Link")))]  # fmt: skip


def _said(words: str, typed: str, name: str) -> html.Li:
    fits = events.fitting(name, typed)
    if not fits:
        return html.Li([icon("error"), html.Span(t("{what}: “{value}” is not written as #0b7a5e.", what=words,
                                                   value=typed[:7]))])  # fmt: skip
    numbers = t(", ").join(_ratio(each, needed) for each, needed in events.contrasts(name, typed))
    line = t("{what} {colour}: {numbers}.", what=words, colour=typed, numbers=numbers)
    if fits == typed:
        return html.Li([icon("check"), html.Span(line)])
    more = t("It will be refused; shown is the nearest that passes, {colour}.", colour=fits)
    return html.Li([icon("error"), html.Span(f"{line} {more}")])


def _ratio(each: float, needed: float) -> str:
    """A contrast as it is told: never rounded up to what is needed."""
    shown = each if each >= needed else min(each, needed - 0.01)
    return t("{ratio} : 1 (needed: {needed})", ratio=f.number(shown, 2),
             needed=f"{needed:g}")  # fmt: skip


def privacy(fields: Fields, view: SetupView) -> list[Any]:
    """The privacy text (a template where none is written), whose rules hold, test or live."""
    event = view.event
    host = str(view.values.get("host") or "")
    proposed: dict[str, Any] = {}
    if not event.texts.get("privacy"):
        proposed = {f"privacy_{code}": privacy_template(code, event.names.get(code) or pick(dict(event.names)), host)
                    for code in LANGUAGES if code in event.names}  # fmt: skip
    own = fields.having(proposed)
    note = t("A template is proposed in the languages of the event's name; have it read by whoever answers for it.")
    kinds = [
        ("test", _choice(t("Test"), t("No real money; every page and certificate says so."))),
        ("live", _choice(t("For real"), t("Real credits and real payments. This is for good."))),
    ]
    return [
        html.P(note, className="fz-note"),
        own.words("privacy", t("Privacy text"), ("en", "zh"), rows=12, more=("mr", "is")),
        own.select("jurisdiction", t("Rules for claims"), list(jurisdiction_words().items()),
                   t("They decide what may be claimed; see the claims in the documentation.")),
        own.radios("livemode", t("Test or live"), kinds, "fz-setup-payers"),
    ]  # fmt: skip
