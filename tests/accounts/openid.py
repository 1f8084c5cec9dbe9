"""A small OpenID Connect provider on this machine: it says that everybody is Dora."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

CLIENT, SECRET = "limner-here", "between-the-two-of-us-and-nobody-else"
DORA = {
    "sub": "dora-at-school",
    "email": "dora@example.com",
    "email_verified": True,
    "preferred_username": "dora\u202e<b>",
    "name": "<script>Dora</script>",
}


@dataclass
class Provider:
    url: str = ""
    audience: str = CLIENT
    asked: list[dict[str, str]] = field(default_factory=list)
    """What the token endpoint was sent."""


@contextmanager
def provider() -> Iterator[Provider]:
    here = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
                said: Any = {f"{name}_endpoint": f"{here.url}/{path}" for name, path in ends.items()}
                self.answer(said | {"issuer": here.url, "jwks_uri": f"{here.url}/jwks"})
            elif self.path.startswith("/authorize?"):
                self.ask(dict(parse_qsl(urlsplit(self.path).query)))
            else:
                self.answer(DORA if self.path == "/userinfo" else {"keys": []})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            here.asked.append(dict(parse_qsl(body)))
            now = int(time.time())
            claims = {**DORA, "iss": here.url, "aud": here.audience, "iat": now, "exp": now + 60}
            token = jwt.encode(claims, SECRET, algorithm="HS256")
            self.answer({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

        def ask(self, asked: dict[str, str]) -> None:
            """The page on which Dora says yes, in her browser."""
            back = f"{asked['redirect_uri']}?{urlencode({'code': 'yes', 'state': asked['state']})}"
            yes = f'<a href="{escape(back)}">I am Dora</a>'
            self.send(f"<!doctype html><title>School</title><link rel=icon href=data:,>{yes}".encode(), "text/html")

        def answer(self, said: Any) -> None:
            self.send(json.dumps(said).encode(), "application/json")

        def send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    here.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
