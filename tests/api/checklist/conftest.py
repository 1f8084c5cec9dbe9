"""The servers that the checklist's items are asked of: real ones, with the bundled model, one of each kind a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cast import PASSWORD
from tests.postgres import fresh_database
from tests.serving import Server, serving

PATIENCE = 90.0
"""Seconds after which an answer that should have come has not: for `httpx`'s `timeout`."""
BLOCKED = "basilisk"
"""The one word that no prompt may have where accounts are on."""

MAKE_PEOPLE = f"""
from limner.accounts.keys import make_key
from limner.accounts.services import add_account
for name in ("alice", "bob"):
    print(make_key(add_account(name, {PASSWORD!r}), "laptop")[1])
"""


@dataclass
class Accounts:
    """A server where people have accounts: Alice is who the test is about, Bob has an account of his own."""

    server: Server
    alice: str
    """A key of Alice's, who may use all she likes."""
    bob: str
    database: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    def run(self, code: str) -> str:
        """What `code` prints in a process of its own that has the server's home: for plans, keys and clocks."""
        return in_limner(self.server.home, code, **self.database)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """Personal mode: one owner, no key asked for."""
    with serving(tmp_path_factory.mktemp("personal"), **database()) as running:
        yield running


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Generator[Accounts]:
    """LIMNER_ACCOUNTS=on, and one blocked word."""
    home, more = tmp_path_factory.mktemp("accounts"), database()
    alice, bob = in_limner(home, MAKE_PEOPLE, **more).split()
    with serving(home, LIMNER_ACCOUNTS="on", LIMNER_BLOCKED_WORDS=BLOCKED, **more) as running:
        yield Accounts(running, alice, bob, more)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """LIMNER_API_STRICT=on: what OpenAI refuses today is refused."""
    with serving(tmp_path_factory.mktemp("strict"), LIMNER_API_STRICT="on", **database()) as running:
        yield running


def database() -> dict[str, str]:
    """An empty database for one server, where the run is on PostgreSQL; on SQLite each home has its own."""
    url = os.environ.get("LIMNER_DATABASE_URL")
    return {"LIMNER_DATABASE_URL": fresh_database(url)} if url else {}


def in_limner(home: Path, code: str, **more: str) -> str:
    """What `code` prints in a process that is set up as `limner` is, with `home` and no other setting."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LIMNER_", "OPENAI_"))}
    done = subprocess.run(
        [sys.executable, "-c", f"from limner.cli.start import prepare\nprepare()\n{code}"],
        cwd=home,
        env={
            **environment,
            "DJANGO_SETTINGS_MODULE": "limner.config.settings",
            "LIMNER_HOME": str(home),
            "LIMNER_ACCOUNTS": "on",
            **more,
        },
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
