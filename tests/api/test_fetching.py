"""Pictures that a call names by address: who is asked for them, and who never is."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from limner.api import fetching
from limner.api.fetching import is_public
from limner.gallery.models import Upload
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.files import mask, picture
from tests.api.test_bad_input import error_in

EDITS = "/v1/images/edits"
HOST = "pictures.example"
PARAM = "images[0].image_url"

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Other:
    """A server elsewhere that speaks https: what it was asked, and what it answers."""

    port: int
    asked: list[bytes] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    answer: Handler | None = None

    def answers(self, body: bytes, status: str = "200 OK", *headers: str) -> None:
        async def handler(writer: asyncio.StreamWriter) -> None:
            head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
            writer.write("\r\n".join(head).encode() + body)

        self.answer = handler

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            assert self.answer is not None
            await self.answer(writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def certificate(folder: Path, name: str) -> Path:
    """A key and its own certificate, for one name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@asynccontextmanager
async def listening(folder: Path, name: str = HOST) -> AsyncIterator[Other]:
    file = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    other = Other(0)
    server = await asyncio.start_server(other.serve, "127.0.0.1", 0, ssl=context)
    other.port = server.sockets[0].getsockname()[1]
    other.answers(picture())
    try:
        yield other
    finally:
        server.close()


@pytest.fixture
async def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> AsyncIterator[Other]:
    """It is listed, trusted, and stands on this machine: only that its address is a public one is pretended."""
    settings.LIMNER_FETCH_HOSTS = (HOST, ".cdn.example")
    async with listening(tmp_path) as other:

        async def addresses_of(host: str) -> list[str]:
            other.resolved.append(host)
            return ["127.0.0.1"]

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{HOST}.pem"))
        monkeypatch.setattr(fetching, "PORT", other.port)
        monkeypatch.setattr(fetching, "addresses_of", addresses_of)
        monkeypatch.setattr(fetching, "is_public", lambda address: True)
        yield other


def body(*urls: str, **more: Any) -> dict[str, Any]:
    images = [{"image_url": url} for url in urls]
    return {"model": "gpt-image-1", "prompt": "a house", "images": images, **more}


async def refused(client: httpx.AsyncClient, *urls: str, **more: Any) -> dict[str, Any]:
    error = error_in(await client.post(EDITS, json=body(*urls, **more)), 400)
    assert await in_thread(Upload.objects.count) == 0
    return error


async def test_a_picture_of_a_listed_host_is_fetched_and_kept_as_an_upload(
    client: httpx.AsyncClient, server: Server, other: Other
) -> None:
    answer = await client.post(EDITS, json=body(f"https://{HOST}/a/b.png?size=2#top"))
    assert answer.status_code == 200, answer.text
    [asked] = other.asked
    assert asked.startswith(b"GET /a/b.png?size=2 HTTP/1.1\r\n")
    assert f"host: {HOST}\r\n".encode() in asked.lower()
    assert b"authorization" not in asked.lower()
    assert other.resolved == [HOST]
    kept = await in_thread(Upload.objects.get)
    assert str(kept.public_id) == server.painter.orders[0].request.images[0].public_id


async def test_masks_and_several_pictures_come_from_there_too_each_asked_for_once(
    client: httpx.AsyncClient, server: Server, other: Other, settings: Settings
) -> None:
    other.answers(mask())
    url = f"https://{HOST}/mask.png"
    answer = await client.post(EDITS, json=body(url, url, mask={"image_url": url}))
    assert answer.status_code == 200, answer.text
    assert len(other.asked) == 1
    assert server.painter.orders[0].request.mask is not None


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        ("302 Found", ("Location: http://169.254.169.254/latest",), "another address"),
        ("307 Temporary Redirect", ("Location: https://pictures.example/again",), "another address"),
        ("404 Not Found", (), "HTTP 404"),
        ("500 Oops", (), "HTTP 500"),
    ],
)
async def test_a_redirect_is_not_followed_and_an_error_is_said(
    client: httpx.AsyncClient, other: Other, status: str, headers: tuple[str, ...], said: str
) -> None:
    other.answers(b"", status, *headers)
    error = await refused(client, f"https://{HOST}/a.png")
    assert said in error["message"]
    assert (error["param"], error["code"]) == (PARAM, "invalid_image_url")
    assert len(other.asked) == 1


async def test_what_comes_is_looked_at_before_it_is_believed(client: httpx.AsyncClient, other: Other) -> None:
    other.answers(b"<html>no picture</html>", "200 OK", "Content-Type: image/png")
    assert (await refused(client, f"https://{HOST}/a.png"))["code"] == "invalid_image_file"


async def test_no_more_is_read_than_a_call_may_bring(
    client: httpx.AsyncClient, other: Other, settings: Settings
) -> None:
    settings.LIMNER_MAX_BODY_MB = 1

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(1000):
            writer.write(bytes(64 * 1024))
            await writer.drain()

    other.answer = endless
    assert "larger" in (await refused(client, f"https://{HOST}/a.png"))["message"]


async def test_a_server_that_takes_its_time_is_not_waited_for(
    client: httpx.AsyncClient, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.3)

    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            writer.write(b"X-More: x\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    other.answer = trickle
    assert "too long" in (await refused(client, f"https://{HOST}/a.png"))["message"]


async def test_a_certificate_of_another_name_is_no_good(
    client: httpx.AsyncClient, other: Other, settings: Settings
) -> None:
    error = await refused(client, "https://a.cdn.example/a.png")
    assert "certificate" in error["message"]
    assert other.asked == []


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/a.png",
        f"https://{HOST}:8443/a.png",
        f"https://user:secret@{HOST}/a.png",
        f"https://{HOST}@evil.example/a.png",
        f"https://{HOST}.evil.example/a.png",
        "https://evil.example/a.png",
        "https://notcdn.example/a.png",
        f"ftp://{HOST}/a.png",
        f"//{HOST}/a.png",
        "https://",
        "https://[::1",
        f"https://{HOST}:port/a.png",
        "",
    ],
)
async def test_whoever_is_not_listed_is_not_asked_not_even_for_an_address(
    client: httpx.AsyncClient, other: Other, url: str
) -> None:
    error = await refused(client, url)
    assert (error["param"], error["code"]) == (PARAM, "invalid_value")
    assert (other.asked, other.resolved) == ([], [])
    assert "secret" not in error["message"]


async def test_nobody_is_asked_for_a_call_that_is_refused_anyway(client: httpx.AsyncClient, other: Other) -> None:
    url = f"https://{HOST}/a.png"
    assert (await refused(client, url, n=0))["param"] == "n"
    assert (await refused(client, url, prompt=""))["param"] == "prompt"
    assert (await refused(client, url, "https://evil.example/b.png"))["param"] == "images[1].image_url"
    assert other.resolved == []


async def test_a_name_that_leads_to_our_own_network_is_refused_without_a_connection(
    client: httpx.AsyncClient, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "is_public", is_public)
    error = await refused(client, f"https://{HOST}/a.png")
    assert "not a public one" in error["message"]
    assert (other.asked, other.resolved) == ([], [HOST])


async def test_a_name_that_changes_its_address_is_resolved_once_and_held_to_it(
    client: httpx.AsyncClient, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    async def rebinding(host: str) -> list[str]:
        return answers.pop(0)

    monkeypatch.setattr(fetching, "addresses_of", rebinding)
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    answer = await client.post(EDITS, json=body(f"https://{HOST}/a.png"))
    assert answer.status_code == 200, answer.text
    assert answers == [["10.0.0.1"]]

    async def both(host: str) -> list[str]:
        return ["127.0.0.1", "10.0.0.1"]

    monkeypatch.setattr(fetching, "addresses_of", both)
    error = error_in(await client.post(EDITS, json=body(f"https://{HOST}/a.png")), 400)
    assert "not a public one" in error["message"]


async def test_a_name_that_nobody_knows_leads_nowhere(
    client: httpx.AsyncClient, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(host: str) -> list[str]:
        raise OSError("Name or service not known")

    monkeypatch.setattr(fetching, "addresses_of", unknown)
    assert "leads nowhere" in (await refused(client, f"https://{HOST}/a.png"))["message"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("255.255.255.255", False),
        ("224.0.0.1", False), ("192.0.2.1", False), ("198.18.0.1", False),
        ("::1", False), ("::", False), ("fe80::1%eth0", False), ("fc00::1", False), ("ff02::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("::ffff:93.184.216.34", True),
        ("::127.0.0.1", False), ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False), ("64:ff9b:1::a00:1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False), ("localhost", False),
        ("fec0::1", False), ("5f00::1", False), ("::ffff:0:10.0.0.1", False), ("::ffff:0:93.184.216.34", False),
        ("192.0.0.1", False), ("192.0.0.9", False), ("192.0.0.10", False), ("192.0.0.254", False),
        ("192.0.1.1", True),
    ],
)  # fmt: skip
def test_public_is_what_everybody_can_reach(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_name_is_resolved_as_this_machine_does_it() -> None:
    assert set(await fetching.addresses_of("localhost")) <= {"127.0.0.1", "::1"}
