"""The action proposal: pledges one can sign, what each stands for, and what it would come to if all kept to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
from accounts import DomainError
from calculations.model import InputError
from events import Event, Pledge, PledgeWall
from locales import formats as f
from locales import pick, t
from offsetting import claims
from pages._parts import pieces, shell, visitor
from pages._parts.icons import icon
from pages.guest._device import device_of, notice_kind, proved
from pages.guest.me import button, text_field, tick
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-me.js")
STYLES = ("css/guest-form.css", "css/guest-me.css", "css/forum.css")
page("/e/<slug>/pledges", kind="guest", title="Action proposal", styles=STYLES, scripts=SCRIPTS)
MOST_NAMES = 12
NOTHING = ("", False)  # a name as typed, and whether it may be shown


def check(slug: str) -> None:
    """NotFound where there is no such event."""
    events.get_event(slug)


def layout(slug: str) -> Any:
    """The wall as everybody sees it; the script asks again with what this device can prove."""
    event = events.get_event(slug)
    main = [
        html.H1(t("Action proposal"), className="fz-page-h1"),
        html.P(pick(dict(event.names)), className="fz-body mb-3"),
        html.Div(pieces.loading(5), id="pledges-home", **{"aria-live": "polite"}),
        html.A(t("To the event"), href=f"/e/{slug}", className="fz-link"),
    ]
    body = shell.guest_shell(main, event.slug, None, notice_kind(event))
    stores = [dcc.Store(id=f"pledges-{name}") for name in ("ask", "done", "sink-1", "sink-2")]
    return html.Div([body, dcc.Store(id="pledges-config", data={"slug": event.slug}), *stores])


dash.clientside_callback(
    ClientsideFunction("fz", "pledging"), Output("pledges-sink-1", "data"), Input("pledges-config", "data")
)
dash.clientside_callback(
    ClientsideFunction("fz", "pledged"), Output("pledges-sink-2", "data"), Input("pledges-done", "data")
)


@dash.callback(
    Output("pledges-home", "children"), Output("pledges-done", "data"), Input("pledges-ask", "data"),
    prevent_initial_call=True,
)  # fmt: skip
def ask(asked: Any) -> Any:
    """Signs or takes back what was asked for, and shows the wall as it is then."""
    event, device = events.get_event(str(asked["slug"])), device_of(asked)
    participation_id, pledger = proved(event, device), str(asked.get("pledger") or "")[:100]
    done: dict[str, Any] = {"seq": asked.get("seq")}
    act, pledge_id = str(asked.get("act") or ""), str(asked.get("code") or "")[:40]
    if act == "sign" and not participation_id and not pledger:
        pledger = events.new_pledger()
    signer = participation_id or events.signer_of(event.slug, pledger=pledger)
    told, wrong = "", ""
    try:
        told = _act(event, act, pledge_id, signer, asked)
        if pledger and act == "sign":
            done["pledger"] = pledger
    except InputError as error:
        first = error.errors[0]
        wrong = t(first.message, **{"field": t("Name"), "value": str(first.value)[:60], **first.params})
    except DomainError as error:
        wrong = t(error.message, **error.params)
    wall = events.pledge_wall(event.slug, signer)
    typed = (str(asked.get("name") or "")[:80], asked.get("consent") is True) if wrong else ("", False)
    return _wall(wall, bool(participation_id), pledge_id, told, wrong, typed), done


def _act(event: Event, act: str, pledge_id: str, signer: str, asked: Mapping[str, Any]) -> str:
    if act == "sign":
        name, consent = str(asked.get("name") or ""), asked.get("consent") is True
        events.sign_pledge(event.slug, pledge_id, signer, name, consent, visitor.address())
        return t("You have signed. Thank you; it is yours to keep to.")
    if act == "back":
        events.take_pledge_back(event.slug, pledge_id, signer)
        return t("Your signature is taken back.")
    return ""


def _wall(
    wall: PledgeWall, is_guest: bool, at: str, told: str, wrong: str, typed: tuple[str, bool] = NOTHING
) -> list[Any]:  # fmt: skip
    """The pledges; below the one that was asked for what came of it, with what was typed where it was refused."""
    if not wall.pledges:
        return [pieces.empty(t("The organiser has not written any pledge yet."))]
    parts: list[Any] = [html.P(claims.say("pledge.note"), className="fz-body mb-3")]
    for pledge in wall.pledges:
        here = pledge.pledge_id == at
        parts.append(_pledge(pledge, is_guest, *((told, wrong, typed) if here else ("", "", NOTHING))))
    if wall.sum_g:
        words = claims.say("pledge.sum", mass=f.mass_text(wall.sum_g), count=f.number(wall.signatures))
        parts.append(html.P(words, className="fz-told mb-3"))
    return parts


def _pledge(pledge: Pledge, is_guest: bool, told: str, wrong: str, typed: tuple[str, bool]) -> html.Section:
    said = html.P([icon("check"), html.Span(told)], className="fz-told fz-told-good", role="status") if told else None
    refused = html.P([icon("error"), html.Span(wrong)], className="fz-error", role="alert") if wrong else None
    number, unit = f.mass(pledge.change_g)
    stands = html.Div(
        [pieces.figure_number(number, unit, 2), html.Span(t("CO₂e a year, for one person"), className="fz-note")],
        className="fz-pledge-stands",
    )
    inside = [
        html.H2(pick(dict(pledge.names))), html.P(pick(dict(pledge.texts)), className="fz-body"), stands,
        _how(pledge), _count(pledge), said, refused, *_sign(pledge, is_guest, typed),
    ]  # fmt: skip
    return html.Section(inside, className="fz-card fz-pad fz-me-card fz-pledge", **{"data-code": pledge.pledge_id})


def _how(pledge: Pledge) -> html.Details:
    """How the change was found: what one does now less what one does instead, with factor and source."""
    told = pledge.computed
    if told["kind"] == "typed":
        lines: list[Any] = [html.P(t("Told with this source: {source}", source=pledge.source))]
    else:
        lines = [_line(t("Now"), line) for line in told["before"]] + [_line(t("Instead"), ln) for ln in told["after"]]
        if not told["after"]:
            lines.append(html.P(t("Instead: none of it.")))
        lines.append(html.P(t("Factor set {edition}; the difference is what the pledge stands for.",
                              edition=told["factor_set"])))  # fmt: skip
    return html.Details([html.Summary(t("How this is computed")), *lines])


def _line(when: str, line: Mapping[str, Any]) -> html.P:
    factor = next(iter(line["trace"].get("factors") or []), {})
    words = t("{when}: {quantity} {unit} come to {mass}. {source}", when=when, quantity=f.number(line["quantity"], 0),
              unit=line["unit"], mass=f.mass_text(line["total_g"]), source=factor.get("source_title", ""))  # fmt: skip
    return html.P(words)


def _count(pledge: Pledge) -> html.Div:
    if pledge.count is None:
        return html.Div(t("Be among the first five to sign."), className="fz-pledge-count fz-small")
    words = claims.say("pledge.count", count=f.number(pledge.count), mass=f.mass_text(pledge.sum_g or 0))
    names = t(", ").join(pledge.signed_names[:MOST_NAMES])
    more = [html.P(names, className="fz-pledge-names")] if names else []
    return html.Div([html.P(words), *more], className="fz-pledge-count")


def _sign(pledge: Pledge, is_guest: bool, typed: tuple[str, bool]) -> list[Any]:
    if pledge.is_mine:
        words = t("Signed as {name}.", name=pledge.my_name) if pledge.my_name else t("Signed, without a name.")
        return [html.P([icon("check"), " ", words], className="fz-body"), button(t("Take my signature back"), "back")]
    consent = t("Show my name below this pledge. I can take it back.")
    label = t("Name, if you want it shown") if is_guest else t("Your name")
    name, ticked = typed
    return [text_field(label, "name", name, complete="name"), tick(consent, "consent", ticked),
            button(t("Sign"), "sign", "fz-button-main fz-button-wide")]  # fmt: skip
