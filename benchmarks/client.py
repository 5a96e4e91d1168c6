"""A lean HTTP client over kept-open connections, so that what is measured is the server: asyncio streams and json."""

import asyncio
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


class Refused(Exception):
    """An answer of 400 or more: status, path and body."""


@dataclass
class Times:
    """How long each step took, in seconds, and what went wrong."""

    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    def quantile_ms(self, step: str, share: float) -> float:
        """The time in ms that `share` of a step's requests stayed within."""
        ordered = sorted(self.steps[step])
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


class Connection:
    """One kept-open connection to a server; opens anew when the server has closed it."""

    def __init__(self, url: str, times: Times | None = None) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.times = times if times is not None else Times()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(
        self, step: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """The JSON (or text) of one answer to a body (bytes as they are). Raises Refused from 400 on."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body is not None:
            lines.append("Content-Type: application/json")
        request = "\r\n".join(lines).encode() + b"\r\n\r\n" + content
        start = time.perf_counter()
        status, answer = await self._exchange(request)
        self.times.steps[step].append(time.perf_counter() - start)
        if status >= 400:
            raise Refused(f"{status} {method} {path}: {answer[:300].decode(errors='replace')}")
        return json.loads(answer) if answer[:1] in (b"{", b"[") else answer.decode(errors="replace")

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        assert self._reader is not None
        try:
            self._writer.write(request)
            head = await self._reader.readuntil(b"\r\n\r\n")
            body = await self._body(head)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            raise
        return int(head[9:12]), body

    async def _body(self, head: bytes) -> bytes:
        assert self._reader is not None
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:] if b": " in line)
        if fields.get(b"transfer-encoding") != b"chunked":
            return await self._reader.readexactly(int(fields.get(b"content-length", b"0")))
        parts = []
        while size := int(await self._reader.readline(), 16):
            parts.append((await self._reader.readexactly(size + 2))[:-2])
        await self._reader.readline()
        return b"".join(parts)

    def close(self) -> None:
        """Drop the connection; the next request opens another."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
