"""Projects at the exchange's desk: facts with versions, disputes, documents, and price and split at each event."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, dcc, html

from accounts import DomainError, current_actor, may
from calculations.model import FieldError, InputError
from data.terms import methodologies
from locales import formats as f
from locales import pick, t
from offsetting import projects
from offsetting.project_view import ProjectView, project_list, project_view
from pages._parts.desk import button_link, frame, panel
from pages._parts.desk_form import (
    area,
    button,
    bytes_of,
    chosen,
    day_of,
    done,
    labelled,
    number_of,
    told_of,
    typed,
    upload,
)  # fmt: skip
from pages._parts.pieces import empty, head_cell
from pages._parts.told import dispute_list, document_list, kind_word, split_text
from pages.registry import page

page(
    "/desk/exchange/projects", kind="desk", title="Projects", permission="credits.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/stock.css"),
)  # fmt: skip
PREFIX = "project"
FACT_FIELDS = ("name_en", "name_zh", "type", "kind", "methodology", "registry", "registry_link", "text_en", "text_zh")


def layout(project: str = "", new: str = "", **_: Any) -> html.Div:
    """All projects; with ``?project=`` one of them, with ``?new=1`` the form of another."""
    manage = may(current_actor(), "credits.manage")
    acts = [button_link(t("Batches from a file"), "/desk/exchange/batches", "batches"),
            button_link(t("Proofs"), "/desk/audit", "check")]  # fmt: skip
    if project:
        return _one(project, manage)
    if new and manage:
        body = html.Div(panel(t("Another project"), _facts_form(None)), className="fz-grid")
        back = button_link(t("Projects"), "/desk/exchange/projects", "back")
        return frame([dcc.Store(id="project-id", data=""), body], "projects", t("Another project"), actions=[back])
    if manage:
        acts.insert(0, button_link(t("Another project"), "/desk/exchange/projects?new=1", "plus", "fz-button-main"))
    found = project_list()
    table = _table(found) if found else empty(t("No project has been entered yet."))
    body = html.Div(panel(t("Projects"), html.Div(table, className="fz-scroll", tabIndex="0"), flush=True),
                    className="fz-grid")  # fmt: skip
    notice = {"notice_kind": "tests"} if any(not row["livemode"] for row in found) else {}
    subtitle = t("What is told of them is never changed silently: every edit is a version with its reason.")
    return frame(body, "projects", t("Projects"), subtitle=subtitle, actions=acts, **notice)


def _table(found: list[Any]) -> html.Table:
    words = (t("Project"), t("Type"), t("Reduction or removal"), t("Methodology"), t("Registry"), "")
    head = html.Tr([head_cell(word) for word in words])
    rows = [
        html.Tr([
            html.Td([html.B(pick(dict(row["names"]))), html.Br(), html.Span(row["project_id"], className="fz-note")]),
            html.Td(t(row["type"])), html.Td(kind_word(row["kind"])), html.Td(t(row["methodology"]) or "–"),
            html.Td(row["registry"]),
            html.Td(button_link(t("Open it"), f"/desk/exchange/projects?project={row['project_id']}", "chevron_right",
                                "fz-button-small")),
        ])
        for row in found
    ]  # fmt: skip
    return html.Table([html.Thead(head), html.Tbody(rows)], className="fz-table fz-wide-table")


def _one(project_id: str, manage: bool) -> html.Div:
    view = project_view(project_id[:100], public=False)
    left = [
        panel(t("What is told"), _facts_form(view) if manage else _facts_read(view)),
        panel(t("On offer"), [_offers(view), _offer_form(view) if manage else None]),
    ]
    right = [
        panel(t("Disputes"), [dispute_list(view.disputes) or html.P(t("None known."), className="fz-small"),
                              _dispute_form(view) if manage else None]),
        panel(t("Documents"), [document_list(project_id, view.documents) if view.documents else None,
                               _document_form() if manage else None]),
        panel(t("Versions"), _versions(view)),
    ]  # fmt: skip
    grid = [html.Div(left, className="fz-7 fz-column-stack"), html.Div(right, className="fz-5 fz-column-stack")]
    body = [dcc.Store(id="project-id", data=project_id), html.Div(grid, className="fz-grid")]
    acts = [button_link(t("Public page"), f"/project/{project_id}", "eye"),
            button_link(t("Projects"), "/desk/exchange/projects", "back")]  # fmt: skip
    notice = {} if view.livemode else {"notice_kind": "test"}
    return frame(body, "projects", pick(dict(view.facts["names"])), subtitle=project_id, actions=acts, **notice)


def _facts_read(view: ProjectView) -> html.P:
    return html.P(pick(dict(view.facts["texts"])) or t(view.facts["methodology"]), className="fz-small")


def _facts_form(view: ProjectView | None) -> html.Div:
    facts = view.facts if view else {"names": {}, "texts": {}, "type": "CDCER", "kind": "reduction",
                                     "methodology": "", "registry": "", "registry_link": ""}  # fmt: skip
    types = list(dict.fromkeys([*projects.TYPES, facts["type"]]))
    kinds = [(kind, kind_word(kind)) for kind in projects.KINDS]
    fields: list[Any] = [
        labelled(PREFIX, "name_en", t("Name in English"), typed(PREFIX, "name_en", facts["names"].get("en", ""))),
        labelled(PREFIX, "name_zh", t("Name in Chinese"), typed(PREFIX, "name_zh", facts["names"].get("zh", ""))),
        labelled(PREFIX, "type", t("Type"), chosen(PREFIX, "type", [(name, t(name)) for name in types], facts["type"])),
        labelled(PREFIX, "kind", t("Reduction or removal"), chosen(PREFIX, "kind", kinds, facts["kind"])),
        labelled(
            PREFIX,
            "methodology",
            t("Methodology"),
            html.Div(
                [
                    typed(PREFIX, "methodology", facts["methodology"], list="project-methodologies"),
                    html.Datalist([html.Option(value=name) for name in methodologies()], id="project-methodologies"),
                ]
            ),
        ),
        labelled(PREFIX, "registry", t("Registry"), typed(PREFIX, "registry", facts["registry"])),
    ]
    link = typed(PREFIX, "registry_link", facts["registry_link"], "url", placeholder="https://")
    why = typed(PREFIX, "reason", maxlength=200)
    number = typed(PREFIX, "number", placeholder="wind-1", maxlength=60)
    last = labelled(PREFIX, "reason", t("Why it changes"), why) if view else html.Div(
        [labelled(PREFIX, "number", t("Number (small letters, digits, hyphens)"), number), html.Div(why, hidden=True)]
    )  # fmt: skip
    more = [] if view else [labelled(PREFIX, "live", t("Its credits are"), chosen(
        PREFIX, "live", [("test", t("test credits, of no value")), ("live", t("live credits"))], "test"))]  # fmt: skip
    hidden = [html.Div([number, chosen(PREFIX, "live", [("test", "")], "test")], hidden=True)] if view else []
    act = button("project-save", t("Save a new version") if view else t("Enter the project"), "check", main=True)
    return html.Div(
        [html.Div(fields, className="fz-two"),
         labelled(PREFIX, "registry_link", t("Registry's address"), link),
         labelled(PREFIX, "text_en", t("About it, in English"), area(PREFIX, "text_en", facts["texts"].get("en", ""))),
         labelled(PREFIX, "text_zh", t("About it, in Chinese"), area(PREFIX, "text_zh", facts["texts"].get("zh", ""))),
         *more, last, *hidden, act, html.Div(id="project-told", role="status")],
        className="fz-form",
    )  # fmt: skip


def _versions(view: ProjectView) -> Any:
    if not view.versions:
        return html.P(t("As it was entered; nothing has changed since."), className="fz-small")
    return html.Ol(
        [html.Li([html.B(f.date_text(v.at.date())), " ", ", ".join(t(name) for name in v.changed) if v.reason else "",
                  html.Br(), html.Span(" · ".join(x for x in (v.reason, v.actor) if x), className="fz-note")])
         for v in reversed(view.versions)],
        className="fz-versions",
    )  # fmt: skip


def _offers(view: ProjectView) -> Any:
    if not view.offers:
        return html.P(t("Not on offer at any event."), className="fz-small")
    rows = [
        html.Li([html.B(pick(dict(offer.names))), " ", f.per_tonne(offer.price_minor_per_tonne, offer.currency),
                 "" if offer.is_open else html.B(" · " + t("closed"), className="fz-sold"), html.Br(),
                 html.Span(split_text(offer), className="fz-note")])
        for offer in view.offers
    ]  # fmt: skip
    return html.Ul(rows, className="fz-versions")


def _offer_form(view: ProjectView) -> Any:
    events = [(row["event_id"], f"{pick(dict(row['names']))} ({row['currency']})")
              for row in projects.events_for(view.project_id)]  # fmt: skip
    if not events:
        return None
    known = next((offer for offer in view.offers if offer.event_id == events[0][0]), None)
    split = known.split if known else ({"to": "project_owner", "share": 1},)
    text = "\n".join(f"{part['to']} {100 * float(part['share']):g}" for part in split)
    price = typed("offer", "price", known.price_minor_per_tonne if known else "", "number", min=1, step=1)
    state = chosen("offer", "state", [("open", t("on offer")), ("closed", t("closed, for no more orders"))], "open")
    return html.Div(
        [html.H3(t("Price and split for orders to come")),
         html.P(t("Orders that are placed keep the price and split they were placed under."), className="fz-note"),
         html.Div([labelled("offer", "event", t("Event"), chosen("offer", "event", events, events[0][0])),
                   labelled("offer", "price", t("Price per tonne, in the smallest unit (fen, cent)"), price)],
                  className="fz-two"),
         labelled("offer", "split", t("Split: a line each, recipient and per cent"), area("offer", "split", text, 4)),
         labelled("offer", "state", t("State"), state), button("offer-save", t("Set these terms"), "check"),
         html.Div(id="offer-told", role="status")],
        className="fz-form mt-3",
    )  # fmt: skip


def _dispute_form(view: ProjectView) -> html.Details:
    answers = [("", t("a new entry"))] + [
        (entry.dispute_id, t("an answer to {number}", number=f.number(i)))
        for i, entry in enumerate(view.disputes, start=1)
    ]
    fields = [
        html.Div([labelled("dispute", "day", t("Said on (year-month-day)"), typed("dispute", "day", maxlength=10)),
                  labelled("dispute", "answers", t("It is"), chosen("dispute", "answers", answers, ""))],
                 className="fz-two"),
        labelled("dispute", "text", t("What is said"), area("dispute", "text")),
        labelled("dispute", "source", t("Who says so"), typed("dispute", "source", maxlength=200)),
        labelled("dispute", "link", t("Where it is said"), typed("dispute", "link", kind="url", placeholder="https://")),
        html.P(t("An entry is never taken back, only answered. It is shown wherever the project is offered."),
               className="fz-note"),
        button("dispute-save", t("Enter it"), "plus"), html.Div(id="dispute-told", role="status"),
    ]  # fmt: skip
    return html.Details([html.Summary(t("Enter a dispute or an answer")), html.Div(fields, className="fz-form")])


def _document_form() -> html.Details:
    seen = chosen("document", "seen", [("public", t("everybody")), ("desk", t("the desk alone"))], "public")
    fields = [
        labelled("document", "file", t("Document"), upload("document", "file", t("Choose a document"))),
        labelled("document", "seen", t("Seen by"), seen),
        button("document-save", t("Keep it"), "upload"), html.Div(id="document-told", role="status"),
    ]  # fmt: skip
    return html.Details([html.Summary(t("Add a document")), html.Div(fields, className="fz-form")])


@callback(
    Output("project-told", "children"), Input("project-save", "n_clicks"), State("project-id", "data"),
    *[State(f"project-{name}", "value") for name in FACT_FIELDS], State("project-reason", "value"),
    State("project-number", "value"), State("project-live", "value"), prevent_initial_call=True,
)  # fmt: skip
def save(_clicks: int, project_id: Any, *typed_in: Any) -> Any:
    """Keeps the facts as a new version, or says what does not fit."""
    told = {name: str(value or "") for name, value in zip((*FACT_FIELDS, "reason", "number", "live"), typed_in,
                                                          strict=True)}  # fmt: skip
    facts = {name: told[name] for name in ("type", "kind", "methodology", "registry", "registry_link")}
    words: dict[str, Any] = {
        "names": {"en": told["name_en"], "zh": told["name_zh"]},
        "texts": {"en": told["text_en"], "zh": told["text_zh"]},
    }  # fmt: skip
    try:
        if not project_id:
            made = projects.create_project(
                current_actor(), told["number"].strip(), facts | words | {"place": {}}, told["live"] == "live"
            )
            link = button_link(t("Open it"), f"/desk/exchange/projects?project={made}", "chevron_right")
            return done(t("The project is entered."), link)
        known = project_view(str(project_id)).facts
        kept = {name: {**known[name], **words[name]} for name in words}
        version = projects.edit_project(
            current_actor(), str(project_id), facts | kept | {"place": known["place"]}, told["reason"]
        )
    except (InputError, DomainError) as error:
        return told_of(error, _labels())
    return done(t("Version {number} stands.", number=f.number(version)))


def _labels() -> dict[str, str]:
    return {
        "names": t("Name in English"), "type": t("Type"), "kind": t("Reduction or removal"),
        "registry": t("Registry"), "registry_link": t("Registry's address"), "reason": t("Why it changes"),
        "project_id": t("Number (small letters, digits, hyphens)"), "texts": t("About it, in English"),
        "price_minor_per_tonne": t("Price"), "split": t("Split"), "text": t("What is said"),
        "source": t("Who says so"), "link": t("Where it is said"), "dated_on": t("Said on"), "document": t("Document"),
    }  # fmt: skip


@callback(
    Output("offer-told", "children"), Input("offer-save", "n_clicks"), State("project-id", "data"),
    State("offer-event", "value"), State("offer-price", "value"), State("offer-split", "value"),
    State("offer-state", "value"), prevent_initial_call=True,
)  # fmt: skip
def set_terms(_clicks: int, project_id: Any, event_id: Any, price: Any, split: Any, state: Any) -> Any:
    """Price, split and state of an offer for orders to come."""
    try:
        projects.set_offering(
            current_actor(), str(event_id or ""), str(project_id), number_of("price_minor_per_tonne", price),
            _split_of(str(split or "")), is_open=state == "open",
        )  # fmt: skip
    except (InputError, DomainError) as error:
        return told_of(error, _labels())
    return done(t("These terms stand for orders to come."))


def _split_of(text: str) -> list[dict[str, Any]]:
    """Recipients and shares from lines like ``project_owner 84``; shares are written with six decimals at most."""
    parts = []
    for line in text.strip().splitlines()[:10]:
        to, _, percent = line.strip().rpartition(" ")
        try:
            parts.append({"to": to.strip().lower().replace(" ", "_"), "share": round(float(percent) / 100, 8)})
        except ValueError:
            message = "{field}: {value} does not fit; write a line like project_owner 84."
            raise InputError([FieldError("split", line[:60], message)]) from None
    return parts


@callback(
    Output("dispute-told", "children"), Input("dispute-save", "n_clicks"), State("project-id", "data"),
    *[State(f"dispute-{name}", "value") for name in ("day", "text", "source", "link", "answers")],
    prevent_initial_call=True,
)  # fmt: skip
def dispute(_clicks: int, project_id: Any, day: Any, text: Any, source: Any, link: Any, answers: Any) -> Any:
    """One more entry on what is said of the project."""
    try:
        projects.add_dispute(
            current_actor(), str(project_id), day_of("dated_on", day), str(text or ""), str(source or ""),
            str(link or ""), str(answers or ""),
        )  # fmt: skip
    except (InputError, DomainError) as error:
        return told_of(error, _labels())
    return done(t("It is entered, and shown wherever the project is offered."))


@callback(Output("document-file-file", "children"), Input("document-file", "filename"), prevent_initial_call=True)
def named(name: Any) -> Any:
    """The name of the document that was chosen."""
    return str(name)[:120] if name else t("Choose a document")


@callback(
    Output("document-told", "children"), Input("document-save", "n_clicks"), State("project-id", "data"),
    State("document-file", "contents"), State("document-file", "filename"), State("document-seen", "value"),
    prevent_initial_call=True,
)  # fmt: skip
def keep(_clicks: int, project_id: Any, contents: Any, filename: Any, seen: Any) -> Any:
    """Keeps a document by its hash."""
    try:
        sha256 = projects.add_document(
            current_actor(), str(project_id), str(filename or ""), bytes_of(contents), seen == "public"
        )
    except (InputError, DomainError) as error:
        return told_of(error, _labels())
    return done(t("It is kept under its SHA-256 {sum}…", sum=sha256[:16]))
