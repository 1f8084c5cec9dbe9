"""Who may come in: through real HTTP, in personal mode and with accounts."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from limner.config.door import is_loopback, is_own_origin
from tests.cli.process import Process

SINGLE = "http://one.example"
FOREIGN = "http://evil.example"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gate")


@pytest.fixture(scope="module")
def personal(folder: Path) -> Iterator[Process]:
    more = {"LIMNER_HOSTS": "pics.home,.school.example", "LIMNER_ORIGINS": SINGLE, "LIMNER_MAX_BODY_MB": "1"}
    with Process(folder / "personal", "web", **more) as process:
        process.wait_for("/livez")
        yield process


@pytest.fixture(scope="module")
def with_accounts(folder: Path) -> Iterator[Process]:
    with Process(folder / "accounts", "web", LIMNER_ACCOUNTS="on") as process:
        process.wait_for("/livez")
        yield process


@pytest.fixture(scope="module")
def named(folder: Path) -> Iterator[Process]:
    more = {"LIMNER_ACCOUNTS": "on", "LIMNER_HOSTS": "pics.example"}
    with Process(folder / "named", "web", "--host", "0.0.0.0", **more) as process:
        process.wait_for("/livez")
        yield process


@pytest.fixture(scope="module")
def opened(folder: Path) -> Iterator[Process]:
    with Process(folder / "opened", "web", "--host", "0.0.0.0", "--open") as process:
        process.wait_for("/livez")
        yield process


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST", "pics.home", "a.school.example:443"],
)
def test_this_machine_and_the_listed_names_are_answered(personal: Process, host: str) -> None:
    assert personal.ask("GET", "/livez", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8080",
        "192.168.1.5:8080",
        "0.0.0.0",
        "notschool.example",
        "",
    ],
)
def test_a_rebound_host_is_misdirected_and_told_the_setting(personal: Process, host: str) -> None:
    answer = personal.ask("GET", "/livez", host=host)
    assert answer.status == 421
    assert "LIMNER_HOSTS" in answer.json["error"]["message"]
    assert answer.json["error"]["code"] == "unknown_host"


def test_a_browser_is_refused_in_plain_words(personal: Process) -> None:
    answer = personal.ask("GET", "/", host="evil.example", accept="text/html,*/*")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("This Limner is in personal mode")


def test_what_a_stranger_writes_into_host_is_not_said_back_raw(personal: Process) -> None:
    answer = personal.ask("GET", "/", host="<script>alert(1)</script>", accept="text/html")
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "limner.tunnel.example", "x_forwarded_for": "203.0.113.9"},
        {"x_forwarded_host": "limner.tunnel.example"},
        {"x_forwarded_host": "localhost:8080, limner.tunnel.example"},
        {"forwarded": 'for=192.0.2.60;proto=https;host="limner.tunnel.example"'},
        {"x_forwarded_for": "203.0.113.9"},
        {"cf_connecting_ip": "203.0.113.9"},
        {"via": "1.1 proxy"},
        {"cf_ray": "230b030023ae2822-SJC"},
        {"cf_visitor": '{"scheme":"http"}'},
        {"x_original_host": "localhost"},
        {"x_forwarded_server": "proxy"},
        {"x_forwarded_port": "443"},
        {"x_forwarded_proto": "https"},
        {"host": "localhost", "x_forwarded_proto": "http, https"},
    ],
)
def test_a_tunnel_is_refused_with_the_sentence_that_turns_accounts_on(
    personal: Process, headers: dict[str, str]
) -> None:
    answer = personal.ask("GET", "/v1/models", **headers)
    assert answer.status == 421
    assert "LIMNER_ACCOUNTS=on" in answer.json["error"]["message"]
    assert "tunnel" in answer.json["error"]["message"]


def test_a_proxy_on_this_machine_for_this_machine_is_none(personal: Process) -> None:
    headers = {"x_forwarded_for": "127.0.0.1", "x_forwarded_host": "localhost:9000", "forwarded": "for=127.0.0.1"}
    assert personal.ask("GET", "/livez", **headers).status == 200
    headers = {"x_forwarded_proto": "http", "x_forwarded_port": str(personal.port)}
    assert personal.ask("GET", "/livez", **headers).status == 200


def test_a_listed_name_may_have_a_proxy_before_it(personal: Process) -> None:
    assert personal.ask("GET", "/livez", host="pics.home", x_forwarded_for="192.168.1.7").status == 200


@pytest.mark.parametrize("path", ["/v1/images/generations", "/make", "/nothing/here"])
@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", "http://127.0.0.1:1", "https://one.example", "http://one.example.evil"]
)
def test_a_post_from_a_foreign_origin_is_refused_before_its_body_is_read(
    personal: Process, origin: str, path: str
) -> None:
    # A body is announced and never sent: whoever waited for it would not answer.
    answer = personal.ask("POST", path, origin=origin, content_length="900000")
    assert answer.status == 403
    assert answer.json["error"]["code"] == "foreign_origin"
    assert "LIMNER_ORIGINS" in answer.json["error"]["message"]
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_without_an_origin_the_browsers_own_word_counts(personal: Process, site: str) -> None:
    assert personal.ask("POST", "/csp-report", b"{}", sec_fetch_site=site).status == 403


def test_our_own_pages_and_programs_may_post(personal: Process) -> None:
    own = f"http://127.0.0.1:{personal.port}"
    report = b'{"csp-report": {"violated-directive": "img-src"}}'
    assert personal.ask("POST", "/csp-report", report, origin=own).status == 204
    assert personal.ask("POST", "/csp-report", report, sec_fetch_site="same-origin").status == 204
    assert personal.ask("POST", "/csp-report", report).status == 204


def test_a_link_from_elsewhere_may_be_followed(personal: Process) -> None:
    assert personal.ask("GET", "/livez", sec_fetch_site="cross-site", referer=FOREIGN).status == 200


def test_a_listed_origin_may_use_the_api_without_cookies(personal: Process) -> None:
    answer = personal.ask("GET", "/v1/models", origin=SINGLE)
    assert answer.headers["access-control-allow-origin"] == SINGLE
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]


def test_a_listed_origin_asks_first_and_is_told(personal: Process) -> None:
    asked = "authorization, content-type, x-stainless-os, x-stainless-retry-count, x-evil"
    answer = personal.ask(
        "OPTIONS",
        "/v1/images/generations",
        origin=SINGLE,
        access_control_request_method="POST",
        access_control_request_headers=asked,
    )
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == SINGLE
    assert "POST" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"]
    assert allowed == "authorization, content-type, x-stainless-os, x-stainless-retry-count"


def test_a_foreign_origin_that_asks_first_is_refused(personal: Process) -> None:
    answer = personal.ask("OPTIONS", "/v1/models", origin=FOREIGN, access_control_request_method="GET")
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


def test_no_answer_is_for_everybody(personal: Process) -> None:
    for path in ("/v1/models", "/livez", "/static/look/limner.css"):
        answer = personal.ask("GET", path, origin=FOREIGN)
        assert "access-control-allow-origin" not in answer.headers


def test_a_body_that_is_too_large_is_refused_by_its_length_alone(personal: Process) -> None:
    answer = personal.ask("POST", "/v1/images/generations", content_length="1000001")
    assert answer.status == 413
    assert answer.json["error"]["code"] == "request_too_large"
    assert "LIMNER_MAX_BODY_MB" in answer.json["error"]["message"]


def test_a_body_without_a_length_is_counted_as_it_comes(personal: Process) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    body = chunk * 20 + b"0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", personal.port), timeout=20) as wire:
        wire.sendall(b"POST /csp-report HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n" + body)
        assert wire.recv(100).startswith(b"HTTP/1.1 413 ")


def test_every_answer_carries_the_security_headers_and_a_number(personal: Process) -> None:
    for path, host in (("/livez", "localhost"), ("/nothing", "localhost"), ("/livez", "evil.example")):
        headers = personal.ask("GET", path, host=host).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "report-uri /csp-report" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert re.fullmatch(r"req_[0-9a-f]{32}", headers["x-request-id"])


def test_with_accounts_a_tunnel_may_stand_before_limner(with_accounts: Process) -> None:
    headers = {"host": "limner.tunnel.example", "x_forwarded_for": "203.0.113.9"}
    assert with_accounts.ask("GET", "/livez", **headers).status == 200
    answer = with_accounts.ask("POST", "/make", b"", origin=FOREIGN, **headers)
    assert answer.status == 403


def test_with_accounts_and_names_listed_those_and_its_own_addresses_are_answered(named: Process) -> None:
    for host in ("pics.example", "localhost", f"127.0.0.1:{named.port}"):
        assert named.ask("GET", "/livez", host=host).status == 200
    answer = named.ask("GET", "/livez", host="evil.example")
    assert answer.status == 421
    assert "LIMNER_HOSTS" in answer.text


def test_open_answers_to_the_machines_own_address_and_to_no_name(opened: Process) -> None:
    assert opened.ask("GET", "/livez", host=f"127.0.0.1:{opened.port}").status == 200
    assert opened.ask("GET", "/livez", host="evil.example").status == 421
    assert opened.ask("GET", "/livez", host="203.0.113.9").status == 421


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://localhost:8080", "localhost:8080", True),
        ("http://localhost", "localhost:80", True),
        ("https://pics.example", "pics.example", True),
        ("https://pics.example:443", "pics.example", True),
        ("http://localhost:8080", "127.0.0.1:8080", False),
        ("http://localhost:3000", "localhost:8080", False),
        ("null", "localhost", False),
        ("", "localhost", False),
        ("http://[", "localhost", False),
        ("file://localhost", "localhost", False),
    ],
)
def test_our_own_origin_is_the_place_that_was_asked_for(origin: str, host: str, own: bool) -> None:
    assert is_own_origin(origin, host) is own


@pytest.mark.parametrize("said", ["127.0.0.1", "127.8.8.8:99", "::1", "[::1]:80", "localhost", "localhost:80"])
def test_this_machine_is_known_by_all_its_names(said: str) -> None:
    assert is_loopback(said)
