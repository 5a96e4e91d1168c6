"""Counters that all workers of an installation add to, as Prometheus text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from data.settings import get_settings

_folder = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(Path(get_settings().data_dir) / "metrics")))
_folder.mkdir(parents=True, exist_ok=True)

from prometheus_client import (  # noqa: E402  (the folder has to be named before the library is loaded)
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

CONTENT_TYPE = CONTENT_TYPE_LATEST
REQUESTS = Counter("forum_zero_requests_total", "Requests answered", ["method", "status"])
SECONDS = Histogram("forum_zero_request_seconds", "Seconds until the answer began", ["kind"])


def count(method: str, status: int, path: str, seconds: float) -> None:
    """One request; ``kind`` is the first part of its path."""
    kind = path.split("/", 2)[1] if path.count("/") else ""
    shown = kind if kind in ("api", "e", "desk", "certificate", "verify", "screen", "webhooks") else "other"
    known = method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "OTHER"
    REQUESTS.labels(known, str(status)).inc()
    SECONDS.labels("callback" if path.startswith("/_dash-") else shown).observe(seconds)


def text(gauges: Mapping[str, float]) -> bytes:
    """The counters of all workers and the given gauges of the store."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    answer: bytes = generate_latest(registry)
    own = CollectorRegistry()
    for name, value in gauges.items():
        Gauge(f"forum_zero_{name}", name.replace("_", " "), registry=own).set(value)
    return answer + generate_latest(own)
