"""Pieces of the imports page: how far a file is that is on its way, how it ended, and leaving it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from calculations.model import FieldError, InputError
from events import Conflict, Going
from locales import formats as f
from locales import t
from pages._parts.desk_form import told_of
from pages._parts.icons import icon


def going_list(works: Sequence[Going], may_cancel: bool) -> Any:
    """Files that are on their way, the newest first; nothing where there are none."""
    return [_card(each, may_cancel) for each in works if not each.is_over]


def _card(each: Going, may_cancel: bool) -> html.Div:
    act = None
    if may_cancel and each.may_be_cancelled:
        words = t("Leave it out") if each.what == "in" else t("Leave it as it is")
        label = t("Leave out {name}", name=each.name) if each.what == "in" else words
        act = html.Button(
            [icon("close"), html.Span(words)], id={"type": "import-cancel", "id": each.work_id}, n_clicks=0,
            type="button", className="fz-button", **{"aria-label": label},
        )  # fmt: skip
    share = {"value": str(each.done_count), "max": str(each.of_count)} if each.of_count else {}
    bar = html.Progress(**share, className="fz-import-bar", **{"aria-label": t("How far {name} is", name=each.name)})
    told = [html.B(each.name), html.Br(), html.Span(words_of(each), className="fz-small"), bar]
    return html.Div([html.Div(told), act], className="fz-import-card fz-import-going")


def words_of(each: Going) -> str:
    """How far it is, in one sentence."""
    if each.is_cancelled:
        return t("It is being left out …")
    if each.step == "waiting":
        return t("Waits for its turn.")
    if not each.of_count:
        return t("Being made ready …")
    said = {"done": f.number(each.done_count), "all": f.number(each.of_count)}
    if each.step == "checking":
        return t("{done} of {all} rows checked. Nothing is in yet.", **said)
    if each.step == "staging":
        return t("{done} of {all} rows made ready. Nothing is in yet.", **said)
    return t("{done} of {all} computed. Nothing is in yet.", **said)


def refusal(each: Going, names: Mapping[str, str]) -> Any:
    """Why a file stayed out, or an import stays, in sentences; ``names`` are activities' names by key."""
    if told := each.note.get("errors"):
        error = InputError([
            FieldError(field, value, message, _said(params, names)) for field, value, message, params in told
        ])  # fmt: skip
        count = len(told)
        more = html.P(t("… and {count} more.", count=f.number(count - MOST_TOLD)), className="fz-small")
        shown = InputError(error.errors[:MOST_TOLD])
        return html.Div([*told_of(shown, {"file": t("File")}), more if count > MOST_TOLD else None])
    if told := each.note.get("refused"):
        return html.Div(told_of(Conflict(told[0], **told[1])))
    return html.P(t("It was left out: nothing came in."), className="fz-told")


def _said(params: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Parameters of a sentence with the activity in the reader's language."""
    what = names.get(str(params.get("activity", "")))
    return {**params, "what": what} if what and "what" in params else dict(params)


MOST_TOLD = 5
