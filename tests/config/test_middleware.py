"""What stands between the gate and the pages costs no thread and asks programs for nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.process import Process

WATCHERS = 40
VISITORS = 12
PAGES = 200


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with Process(tmp_path_factory.mktemp("middleware") / "home", "web") as process:
        process.wait_for("/livez")
        yield process


def test_watchers_hold_no_threads(web: Process) -> None:
    web.ask("GET", "/")
    tasks = Path(f"/proc/{web.process.pid}/task")
    before = len(list(tasks.iterdir()))
    with ExitStack() as open_streams:
        for _ in range(WATCHERS):
            stream = open_streams.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=20))
            stream.sendall(b"GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert stream.recv(15) == b"HTTP/1.1 200 OK"
        assert len(list(tasks.iterdir())) <= before + 4
        assert web.ask("GET", "/livez").status == 200


@pytest.mark.extra
def test_pages_leave_no_connection_open(web: Process) -> None:
    def visit(number: int) -> int:
        return web.ask("GET", "/").status

    handles = Path(f"/proc/{web.process.pid}/fd")
    with ThreadPoolExecutor(VISITORS) as visitors:
        assert set(visitors.map(visit, range(VISITORS))) == {200}
        before = len(list(handles.iterdir()))
        assert set(visitors.map(visit, range(PAGES))) == {200}
        # A visitor's own wire may still be closing; a database handle would be one or more of each page's.
        assert len(list(handles.iterdir())) <= before + VISITORS


@pytest.mark.parametrize("path", ["/v1/models", "/api/v1/jobs", "/livez"])
def test_programs_get_no_cookies(web: Process, path: str) -> None:
    answer = web.ask("GET", path, cookie="limner_session=nonsense; limner_csrf=nonsense")
    assert answer.status == 200
    assert "set-cookie" not in answer.headers


def test_a_page_sets_no_session_for_somebody_who_has_none(web: Process) -> None:
    answer = web.ask("GET", "/")
    assert "limner_session" not in answer.headers.get("set-cookie", "")
    assert "limner_csrf" in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("path", ["/", "/sign-in", "/words?prompt=a", "/earlier?before=x", "/no/such/page"])
def test_no_page_is_kept_for_whoever_goes_back_to_it(web: Process, path: str) -> None:
    assert web.ask("GET", path).headers["cache-control"] == "private, no-store"


def test_what_says_itself_how_long_it_may_be_kept_is_believed(web: Process) -> None:
    assert "no-store" not in web.ask("GET", "/static/look/limner.css").headers["cache-control"]
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as stream:
        stream.sendall(b"GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert b"cache-control: no-store\r\n" in stream.recv(2000).lower()


def test_a_form_without_its_token_is_refused(web: Process) -> None:
    kind = "application/x-www-form-urlencoded"
    answer = web.ask("POST", "/make", b"prompt=a+red+robot", content_type=kind)
    assert answer.status == 403
