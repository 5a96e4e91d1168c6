"""What every simulator is: a small HTTP server in a thread, with keys made for it."""

from __future__ import annotations

import base64
import html
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SUCCEED = "succeeded"


@dataclass(frozen=True)
class Asked:
    """A request: the query and a form's fields are single values; header names are lower case."""

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Simulator:
    """Serves ``answer`` at ``url``; ``asked`` keeps what came, ``told`` what our webhooks answered."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.told: list[tuple[int, bytes]] = []
        self.is_down = False
        simulator = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked = Asked(
                    self.command, parts.path, self.path, dict(parse_qsl(parts.query, keep_blank_values=True)),
                    {name.lower(): value for name, value in self.headers.items()}, body,
                )  # fmt: skip
                if parts.path == "/favicon.ico":  # a browser's own wish
                    self.send_response(204)
                    self.end_headers()
                    return
                simulator.asked.append(asked)
                answer = Answer(503, b"{}") if simulator.is_down else simulator.answer(asked)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-type", answer.media_type)
                self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = _serve  # noqa: N815 (the names that http.server calls)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> Answer:
        """What the provider would answer."""
        raise LookupError(asked.path)

    def call(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Calls a webhook of ours; its status."""
        request = urllib.request.Request(url, body, dict(headers), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.told.append((answer.status, answer.read()))
        except urllib.error.HTTPError as error:
            self.told.append((error.code, error.read()))
        return self.told[-1][0]

    def page(self, name: str, words: str, action: str, button: str) -> Answer:
        """A page with one button, which says that it is simulated."""
        text = (
            "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>Simulated {name}</title><h1>Simulated {name}</h1><p>Nothing is charged: this page is a part of a "
            f"test.</p><p>{html.escape(words)}</p><form method=post action='{html.escape(action)}'>"
            f"<button>{html.escape(button)}</button></form>"
        )
        return Answer(200, text.encode(), "text/html; charset=utf-8")


def moved(url: str) -> Answer:
    """To another address, by GET."""
    return Answer(303, b"", "text/plain", {"location": url})


@dataclass(frozen=True)
class KeyPair:
    """An RSA key of 2,048 bits."""

    private: rsa.RSAPrivateKey

    @property
    def private_pem(self) -> str:
        """PKCS 8."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def public_pem(self) -> str:
        """SubjectPublicKeyInfo."""
        return (
            self.private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def sign(self, text: bytes) -> str:
        """SHA-256 with RSA (PKCS 1 v1.5), as base64."""
        return base64.b64encode(self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    def verify(self, text: bytes, signature: str) -> None:
        """Raises InvalidSignature."""
        key = self.private.public_key()
        key.verify(base64.b64decode(signature), text, padding.PKCS1v15(), hashes.SHA256())


@lru_cache(maxsize=8)
def key_pair(name: str) -> KeyPair:
    """The key of a name, made once in a test run."""
    return KeyPair(rsa.generate_private_key(public_exponent=65537, key_size=2048))
