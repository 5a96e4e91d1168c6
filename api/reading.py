"""The API's document as a page to read: made from the OpenAPI document, without a script, all served here."""

from __future__ import annotations

import html
import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from locales import current_language, t

router = APIRouter()


@router.get("/api/v1/docs", include_in_schema=False)
def reading_page(request: Request) -> HTMLResponse:
    """Every operation with what it takes and gives."""
    document = request.app.openapi()
    parts = [
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    body = "".join(parts)
    language = "zh-Hans" if current_language() == "zh" else current_language()
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{t("Forum Zero: the API")}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="/assets/icon.svg">'
        '<link rel="stylesheet" href="/assets/css/tokens.css"><link rel="stylesheet" href="/assets/css/base.css">'
        '<link rel="stylesheet" href="/assets/css/reading.css"></head><body class="fz-reading"><main>'
        f"<h1>{t('Forum Zero: the API')}</h1>"
        f"<p>{t('Masses are integer grams, money integer minor units, times RFC 3339 in UTC.')} "
        f'<a href="/api/v1/openapi.json">openapi.json</a></p>{body}</main></body></html>'
    )
    return HTMLResponse(page)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    escape = html.escape
    parameters = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
        f"<td>{escape(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", [])
    )
    table = f"<table>{parameters}</table>" if parameters else ""
    return (
        f"<section><h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', operation.get('summary', '')))}</p>"
        f"{table}{_body(operation)}</section>"
    )


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if not content:
        return ""
    schema = html.escape(json.dumps(content["schema"], indent=2, ensure_ascii=False))
    return f"<details><summary>{t('Body')}</summary><pre>{schema}</pre></details>"
