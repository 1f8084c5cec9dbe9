"""Limits that several processes share: counted in a real Valkey, and in each one's memory while that is away."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from limner.accounts import valkey as shared
from limner.accounts.limits import check_rate, forget_counts
from limner.accounts.models import Account, Plan
from limner.accounts.valkey import Cache
from limner.config.env import BadSetting
from limner.config.valkey import caches, valkey
from limner.errors import RateLimited
from tests.parts import valkey as program
from tests.quiet_room import free_port

pytestmark = pytest.mark.django_db


class House:
    """A Valkey of this test's own, on loopback, without a disk."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"valkey://127.0.0.1:{self.port}/0"
        self._words = [str(program()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._words += ["--appendonly", "no", "--dir", str(folder)]

    def start(self) -> None:
        self._running = subprocess.Popen(self._words, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < end, "Valkey did not start"
                time.sleep(0.02)

    def stop(self) -> None:
        self._running.send_signal(signal.SIGKILL)
        self._running.wait()


@pytest.fixture
def house(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    house = House(tmp_path)
    house.start()
    settings.LIMNER_VALKEY_URL = valkey(house.url)
    monkeypatch.setattr(shared, "_away_since", None)
    forget_counts()
    yield house
    house.stop()
    forget_counts()


@pytest.fixture
def slow(alice: Account) -> Account:
    alice.plan = Plan.objects.create(name="slow", requests_per_minute=3)
    alice.save()
    return alice


def another_process() -> None:
    """What this one counted by itself is not known to the next."""
    forget_counts()


def test_what_one_process_counted_another_knows(house: House, slow: Account) -> None:
    left = [check_rate(slow).remaining for _ in range(2)]
    another_process()
    left.append(check_rate(slow).remaining)
    assert left == [2, 1, 0]
    with pytest.raises(RateLimited, match="3 requests a minute") as caught:
        check_rate(slow)
    assert 1 <= (caught.value.retry_after or 0) <= 60


def test_while_it_is_away_each_counts_for_itself_at_once_and_the_log_says_so_once(
    house: House, slow: Account, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_rate(slow)
    house.stop()
    begun = time.monotonic()
    with caplog.at_level(logging.WARNING):
        assert [check_rate(slow).remaining for _ in range(3)] == [2, 1, 0]
        with pytest.raises(RateLimited):
            check_rate(slow)
    assert time.monotonic() - begun < 2
    assert caplog.text.count("Valkey cannot be reached") == 1
    house.start()
    monkeypatch.setattr(shared, "AGAIN_SECONDS", 0.0)
    assert check_rate(slow).remaining == 2
    assert "Valkey is back" in caplog.text


def test_djangos_cache_is_shared_too_and_holds_nothing_that_could_run(house: House) -> None:
    import redis

    there = caches(valkey(house.url))["default"]
    one, other = (Cache(there["LOCATION"], {}) for _ in range(2))
    one.set("tries", [1.5, 2.5], 60)
    assert (other.get("tries"), other.add("tries", [], 60), other.get("none", 7)) == ([1.5, 2.5], False, 7)
    one.set("number", 1)
    assert other.incr("number") == 2
    with redis.Redis(port=house.port) as client:
        assert client.get("limner:1:tries") == b"[1.5, 2.5]"
    house.stop()
    assert one.add("tries", [3.5], 60) is True
    assert (one.get("tries"), other.get("tries")) == ([3.5], [3.5])
    one.clear()
    house.start()


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "valkey://", "valkey://host:port", "unix://"])
def test_what_is_no_address_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(BadSetting, match="LIMNER_VALKEY_URL takes valkey://"):
        valkey(url)


def test_the_address_is_told_as_the_library_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {url: valkey(url) for url in ("", "valkeys://u:p@h/1", "redis://h", "unix:///run/v.sock")}
    assert list(told.values()) == ["", "rediss://u:p@h/1", "redis://h", "unix:///run/v.sock"]
    monkeypatch.setattr("limner.config.valkey.find_spec", lambda _: None)
    with pytest.raises(BadSetting, match=r"pip install 'limner\[valkey\]'"):
        valkey("valkey://h")
