"""Reading a stream of server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

LIMIT_S = 30.0


async def following(stream: AsyncIterator[bytes]) -> tuple[str, dict[str, Any]]:
    """The next message's kind and data."""
    text = (await asyncio.wait_for(anext(stream), LIMIT_S)).decode()
    kind = text.split("\n")[0].removeprefix("event: ")
    data = "\n".join(line.removeprefix("data: ") for line in text.split("\n") if line.startswith("data: "))
    return kind, json.loads(data or "{}")
