"""Asking an upstream for its models, over a real connection to a small server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from limner.engines.upstreams import Secret, Upstream, models_there, read, refresh, remembered
from limner.errors import LimnerError, NotConfigured, UpstreamBusy, UpstreamClosed, UpstreamError, UpstreamFailed
from tests.engines.upstreams.conftest import KEY


class Server(ThreadingHTTPServer):
    """Answers GET with `status` and `body`, and remembers what it was asked."""

    status = 200
    body: bytes = b'{"object":"list","data":[]}'
    headers: dict[str, str]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def lists(self, *rows: object) -> None:
        self.body = json.dumps({"object": "list", "data": list(rows)}).encode()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def house(server: Server) -> Upstream:
    return Upstream("house", "limner", server.url, Secret(KEY))


def kept(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def test_the_models_are_asked_for_with_the_key_and_remembered(
    server: Server, house: Upstream, tmp_path: Path
) -> None:
    server.lists(
        {"id": "storybook"}, {"id": "sd-turbo"}, {"id": "sd-turbo"}, {"id": 3}, "x", {"id": ""}, {"id": "a\n"}
    )
    assert await refresh(house, tmp_path) == ("storybook", "sd-turbo")
    assert remembered(house, tmp_path) == ("storybook", "sd-turbo")
    path, headers = server.asked[0]
    assert (path, headers["authorization"]) == ("/v1/models", f"Bearer {KEY}")
    assert kept(tmp_path) == ["upstream-models.json"]


async def test_of_openais_models_only_those_that_draw_and_live_are_kept(server: Server, tmp_path: Path) -> None:
    server.lists(
        {"id": "gpt-5"},
        {"id": "gpt-image-3", "shutdown_date": None},
        {"id": "gpt-image-1", "shutdown_date": "2026-10-23"},
        {"id": "gpt-image-1.5", "shutdown_date": 1},
        {"id": "chatgpt-image-latest", "shutdown_date": "2999-01-01"},
        {"id": "gpt-imagery"},
    )
    openai = Upstream("openai", "openai", server.url, Secret(KEY))
    assert await refresh(openai, tmp_path) == ("gpt-image-3", "chatgpt-image-latest")
    (again,) = read({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url}, tmp_path)
    assert [model.name for model in again.models] == ["gpt-image-3", "chatgpt-image-latest"]


async def test_a_start_asks_nobody(server: Server, tmp_path: Path) -> None:
    (tmp_path / "upstreams.toml").write_text(f'[localai]\nurl = "{server.url}"\n')
    read({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url}, tmp_path)
    assert server.asked == []


async def test_another_header_and_a_version_where_the_upstream_wants_them(server: Server, house: Upstream) -> None:
    await models_there(
        replace(house, key_header="api-key", query={"api-version": "1"}, headers={"OpenAI-Project": "p"})
    )
    path, headers = server.asked[0]
    assert path == "/v1/models?api-version=1"
    assert (headers["api-key"], headers["openai-project"]) == (KEY, "p")
    assert "authorization" not in headers


async def test_a_key_never_follows_to_another_host(server: Server, house: Upstream, tmp_path: Path) -> None:
    with Server() as thief:
        thread = threading.Thread(target=thief.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        server.status, server.headers = 302, {"Location": f"{thief.url}/models"}
        with pytest.raises(UpstreamError, match="HTTP 302"):
            await refresh(house, tmp_path)
        thief.shutdown()
        thread.join()
        assert thief.asked == []
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (401, KEY.encode(), UpstreamClosed, r"house does not accept the key \(HTTP 401\)"),
        (403, b"", UpstreamClosed, "HTTP 403"),
        (429, b"", UpstreamBusy, "too much to do"),
        (500, b"<html>", UpstreamFailed, "HTTP 500"),
        (404, b"", UpstreamError, "has no list of models at http"),
        (200, b"<html>" + KEY.encode(), UpstreamFailed, "not JSON"),
        (200, b"[]", UpstreamFailed, "no list of models"),
        (200, b'{"data": {}}', UpstreamFailed, "no list of models"),
        (200, b"x" * 5_000_001, UpstreamFailed, "more than a list"),
        (200, b"\xff\xfe", UpstreamFailed, "not JSON"),
    ],
)
async def test_what_goes_wrong_is_said_without_the_key_and_nothing_is_kept(
    server: Server, house: Upstream, tmp_path: Path, status: int, body: bytes, error: type[LimnerError], said: str
) -> None:
    server.status, server.body = status, body
    with pytest.raises(error, match=said) as caught:
        await refresh(house, tmp_path)
    assert KEY not in str(caught.value)
    assert kept(tmp_path) == []


async def test_a_server_that_is_not_there_cannot_be_reached(server: Server, house: Upstream, tmp_path: Path) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(UpstreamFailed, match=r"house cannot be reached at .* \(ConnectionRefusedError\)"):
        await refresh(house, tmp_path)


async def test_a_proxy_is_not_shown_the_key_of_an_upstream_without_tls(
    server: Server, house: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, server.url.removesuffix("/v1"))
    with pytest.raises(UpstreamFailed):
        await models_there(replace(house, url="http://box.nowhere.internal:9/v1"))
    assert server.asked == []


async def test_azure_lists_no_deployments(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match=r"write them into models of \[azure\]"):
        await refresh(Upstream("azure", "azure", "https://me.openai.azure.com"), tmp_path)
