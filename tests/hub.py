"""A hub on loopback that speaks Hugging Face's protocol: what a model has, its files with ETag and Range, large ones
by a redirect to another place, a token for the gated. It can be told to break off, or to hand out rubbish."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "hf_a_token_of_the_tests"
_LARGE = (".safetensors", ".bin", ".ckpt")


@dataclass
class Hub:
    """What it has, what it was asked, and how it shall behave."""

    url: str = ""
    models: dict[str, Path] = field(default_factory=dict)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path, and the range that was asked for."""
    most: int | None = None
    """Bytes of a large file of which it gives no more, however often it is asked."""
    then: threading.Event | None = None
    """What it waits for, to give the others all the same."""
    commit: str = COMMIT
    also: list[dict[str, Any]] = field(default_factory=list)
    """What it says of files that no model of good faith has."""
    answer: Any = None
    """What it says of every model, in place of what it has."""
    found: Any = None
    """What it says to every search, in place of what it has."""
    spoilt: set[str] = field(default_factory=set)
    """Files that come with another byte in the middle."""

    def ranges(self, name: str) -> list[str]:
        """The ranges that were asked for of the large file called `name`."""
        return [range_ for method, path, range_ in self.asked if method == "GET" and path.endswith(name) and range_]


@contextmanager
def hub() -> Iterator[Hub]:
    """One that runs while the block does."""
    has = Hub()

    class Handler(_Handler):
        hub = has

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        has.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield has
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        address = urlsplit(self.path)
        self.hub.asked.append((self.command, address.path, self.headers.get("Range", "")))
        if address.path == "/api/models" and self.hub.found is not None:
            return self._json(self.hub.found)
        if address.path == "/api/models":
            return self._json([{"id": name, "downloads": 7, "likes": 3} for name in self._found(address.query)])
        if match := re.fullmatch(r"/api/models/([\w.-]+/[\w.-]+)(?:/revision/([\w.-]+))?", address.path):
            return self._model(match[1], match[2] or "main")
        if match := re.fullmatch(r"/(cdn/)?([\w.-]+/[\w.-]+)/resolve/([\w.-]+)/(.+)", address.path):
            return self._file(match[2], match[3], match[4], at_cdn=bool(match[1]), body=body)
        return self._refuse(404, "EntryNotFound")

    def _found(self, query: str) -> list[str]:
        words = parse_qs(query).get("search", [""])[0]
        return [name for name in self.hub.models if words in name]

    def _may(self, name: str, revision: str) -> bool:
        if name not in self.hub.models:
            self._refuse(401, "RepoNotFound")
        elif revision not in {"main", self.hub.commit}:
            self._refuse(404, "RevisionNotFound")
        elif name in self.hub.gated and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._refuse(401, "GatedRepo")
        else:
            return True
        return False

    def _model(self, name: str, revision: str) -> None:
        if name in self.hub.models and name in self.hub.gated:
            revision = revision if revision != "main" else self.hub.commit
        elif not self._may(name, revision):
            return
        if self.hub.answer is not None:
            return self._json(self.hub.answer)
        folder = self.hub.models[name]
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        said = {
            "id": name,
            "sha": self.hub.commit,
            "gated": "auto" if name in self.hub.gated else False,
            "cardData": self.hub.cards.get(name, {}),
            "siblings": [self._sibling(folder, path) for path in files] + self.hub.also,
        }
        self._json(said)

    @staticmethod
    def _sibling(folder: Path, path: Path) -> dict[str, Any]:
        data = path.read_bytes()
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        said: dict[str, Any] = {"rfilename": path.relative_to(folder).as_posix(), "size": len(data), "blobId": blob}
        if path.suffix in _LARGE:
            said["blobId"] = "0" * 40  # of what stands in its place
            said["lfs"] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "pointerSize": 130}
        return said

    def _file(self, name: str, revision: str, file: str, *, at_cdn: bool, body: bool) -> None:
        if not at_cdn and not self._may(name, revision):
            return
        path = self.hub.models[name] / file
        if not path.is_file():
            return self._refuse(404, "EntryNotFound")
        data = path.read_bytes()
        etag = hashlib.sha256(data).hexdigest()
        large = path.suffix in _LARGE
        headers = {"X-Repo-Commit": self.hub.commit, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        if large and not at_cdn:
            headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(len(data))}
            headers |= {"Location": f"{self.hub.url}/cdn{self.path}"}
            return self._send(302, headers, b"")
        if file in self.hub.spoilt:
            data = data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
        status, most = 200, self.hub.most if large else None
        if match := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            headers["Content-Range"] = f"bytes {match[1]}-{len(data) - 1}/{len(data)}"
            begin = int(match[1])
            data, status, most = data[begin:], 206, None if most is None else max(most - begin, 0)
        return self._send(status, headers, data, body=body, most=most)

    def _json(self, said: Any) -> None:
        self._send(200, {"Content-Type": "application/json"}, json.dumps(said).encode())

    def _refuse(self, status: int, code: str) -> None:
        self._send(status, {"X-Error-Code": code, "X-Error-Message": code}, b"{}")

    def _send(
        self, status: int, headers: dict[str, str], data: bytes, *, body: bool = True, most: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body and self.command == "GET":
            self.wfile.write(data if most is None else data[:most])
            if most is None or most >= len(data):
                return
            if self.hub.then and self.hub.then.wait(20):
                with contextlib.suppress(OSError):  # nobody wants them any more
                    self.wfile.write(data[most:])
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests ask `Hub.asked`."""
