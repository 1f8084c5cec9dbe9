"""Only a proxy that is known is believed: about who asks, by which scheme, and by which name."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from limner.config.door import Door
from limner.config.env import networks
from limner.config.gate import Gate
from limner.config.proxies import Proxies, address_in
from limner.config.wire import Message, Receive, Send

KNOWN = Proxies(networks("10.0.0.1, 10.1.0.0/16, ::1"))
PROXY, STRANGER = "10.0.0.1", "203.0.113.5"
PEOPLE, OWNER = Door(accounts=True), Door(accounts=False, hosts=("pics.example", "in.example"))


async def asked(door: Door, peer: str, **headers: str) -> dict[str, Any]:
    """What the pages behind the gate see of a request that came from `peer` with these headers; else its refusal."""
    seen: dict[str, Any] = {}

    async def page(scope: Any, receive: Receive, send: Send) -> None:
        hosts = [value.decode() for name, value in scope["headers"] if name == b"host"]
        seen.update(client=scope["client"][0], scheme=scope["scheme"], hosts=hosts)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen["status"] = message["status"]

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    named = {"host": "in.example", **headers}
    scope = {
        "type": "http",
        "method": "POST" if "origin" in headers else "GET",
        "path": "/v1/models",
        "scheme": "http",
        "client": (peer, 1234),
        "server": ("10.9.9.9", 8080),
        "headers": [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in named.items()],
    }
    gate: Any = Gate(page, door, KNOWN)
    await gate(scope, receive, send)
    return seen


async def test_a_known_proxy_is_believed() -> None:
    seen = await asked(
        PEOPLE, PROXY, x_forwarded_for="198.51.100.7", x_forwarded_proto="https", x_forwarded_host="Pics.example"
    )
    assert seen == {"client": "198.51.100.7", "scheme": "https", "hosts": ["pics.example"]}


async def test_nobody_else_is() -> None:
    headers = {"x_forwarded_for": "198.51.100.7", "x_forwarded_proto": "https", "x_forwarded_host": "pics.example"}
    untouched = {"client": STRANGER, "scheme": "http", "hosts": ["in.example"]}
    assert await asked(PEOPLE, STRANGER, **headers) == untouched


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("9.9.9.9, 198.51.100.7", "198.51.100.7"),  # the first is what the client wrote itself
        ("198.51.100.7, 10.1.2.3", "198.51.100.7"),  # through two of ours
        ("10.1.2.3, 10.1.2.4", "10.1.2.3"),
        ("198.51.100.7:5555", "198.51.100.7"),
        ("[2001:db8::7]:5555", "2001:db8::7"),
        ("unknown", PROXY),
        ("198.51.100.7, <script>", PROXY),
        ("", PROXY),
    ],
)
async def test_the_client_is_the_nearest_that_is_no_proxy_of_ours(said: str, client: str) -> None:
    assert (await asked(PEOPLE, PROXY, x_forwarded_for=said))["client"] == client


@pytest.mark.parametrize(
    ("host", "port", "believed"),
    [
        ("pics.example", "", "pics.example"),
        ("pics.example:8443", "", "pics.example:8443"),
        ("pics.example", "8443", "pics.example:8443"),
        ("pics.example", "443", "pics.example"),
        ("pics.example:8443", "443", "pics.example:8443"),
        ("evil.example, pics.example", "", "pics.example"),  # the proxy adds its own word at the end
        ("[2001:db8::7]:81", "", "[2001:db8::7]:81"),
        ("pics.example/path?", "", "in.example"),
        ("user@pics.example", "", "in.example"),
        ('pics.example"><script>', "", "in.example"),
        ("pics.example\r\nset-cookie: a=b", "", "in.example"),
        ("", "8443", "in.example"),
    ],
)
async def test_the_name_is_what_the_nearest_proxy_says_where_it_is_one(host: str, port: str, believed: str) -> None:
    seen = await asked(PEOPLE, PROXY, x_forwarded_host=host, x_forwarded_port=port)
    assert seen["hosts"] == [believed]


@pytest.mark.parametrize("scheme", ["ftp", "javascript", "https:", "https://x", "wss"])
async def test_a_scheme_that_is_none_of_the_webs_is_passed_over(scheme: str) -> None:
    assert (await asked(PEOPLE, PROXY, x_forwarded_proto=scheme))["scheme"] == "http"


async def test_with_names_listed_the_name_that_a_proxy_says_has_to_be_one() -> None:
    door = Door(accounts=True, hosts=("pics.example",))
    assert (await asked(door, PROXY, x_forwarded_host="pics.example"))["hosts"] == ["pics.example"]
    assert (await asked(door, PROXY, x_forwarded_host="evil.example"))["status"] == 421
    assert (await asked(door, PROXY))["status"] == 421
    assert (await asked(door, STRANGER, x_forwarded_host="pics.example"))["status"] == 421


async def test_a_page_is_our_own_by_the_name_that_its_browser_used() -> None:
    own = {"x_forwarded_host": "pics.example", "x_forwarded_proto": "https", "origin": "https://pics.example"}
    assert (await asked(PEOPLE, PROXY, **own))["hosts"] == ["pics.example"]
    assert (await asked(PEOPLE, STRANGER, **own))["status"] == 403


async def test_in_personal_mode_a_proxys_word_opens_nothing() -> None:
    # A page of a rebound name may write any header: its browser runs on this very machine.
    assert (await asked(OWNER, PROXY, host="evil.example", x_forwarded_host="localhost"))["status"] == 421
    assert (await asked(OWNER, PROXY, host="evil.example", x_forwarded_host="pics.example"))["status"] == 421
    assert (await asked(OWNER, PROXY, host="localhost", x_forwarded_host="pics.example"))["status"] == 421


async def test_in_personal_mode_a_proxy_may_say_which_of_our_names_was_asked_for() -> None:
    assert (await asked(OWNER, PROXY, x_forwarded_host="pics.example"))["hosts"] == ["pics.example"]
    assert (await asked(OWNER, PROXY, x_forwarded_host="evil.example"))["hosts"] == ["in.example"]


def test_an_address_is_the_same_in_ipv6s_clothes() -> None:
    assert address_in("::ffff:10.0.0.1") == ipaddress.ip_address("10.0.0.1")


def test_every_address_may_be_believed() -> None:
    everybody = Proxies(networks("*"))
    for peer in ("203.0.113.5", "2001:db8::7"):
        scope = {"client": (peer, 1)}
        assert everybody.asked(scope, {"x-forwarded-proto": "https"}).scheme == "https"


def test_an_address_that_is_none_is_told_at_the_start() -> None:
    with pytest.raises(ValueError, match=r"such as 10\.0\.0\.2"):
        networks("proxy.example")
