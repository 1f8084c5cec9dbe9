"""What a run stands on, set before Django reads its settings (so: a plugin, `-p tests.surroundings`, not a conftest).

* an empty LIMNER_HOME of its own, and no other LIMNER_* or OPENAI_* from the person's shell or `.env`;
* `--database=postgres`: a private PostgreSQL cluster instead of SQLite;
* `--language=pseudo`: the browser tests on pages of a language that nobody speaks (`tests/browser/translated.py`);
* a look, at the end, for processes that a test left behind.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import certifi
import pytest

from tests.postgres import Cluster, NoPostgres, start_cluster

_cluster = pytest.StashKey[Cluster]()
_left_by_workers = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="The database that the tests run on; postgres starts a private cluster.",
    )
    parser.addoption(
        "--language",
        choices=("english", "pseudo"),
        default="english",
        help="What the pages of the browser tests speak; pseudo is long, accented, and from right to left.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """A wrapper, so that it comes before pytest-django's own, which loads the settings."""
    for name in [name for name in os.environ if name.startswith(("LIMNER_", "OPENAI_"))]:
        del os.environ[name]
    if (dotenv := Path(".env")).exists() and any(word in dotenv.read_text() for word in ("LIMNER_", "OPENAI_")):
        raise pytest.UsageError("The .env here would set Limner up for the tests too: move it into LIMNER_HOME.")
    home = Path(tempfile.mkdtemp(prefix="limner-tests-"))
    # At exit rather than at unconfigure: settings that refuse to load end the run before pytest has begun.
    atexit.register(_in_this_process, os.getpid(), lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ["LIMNER_HOME"] = str(home)
    os.environ["PYTHONUNBUFFERED"] = "1"
    # Some hundred processes are started from here, and a thousand clients made: each would compile Limner anew where
    # the machine's own setting says so, and read a hundred authorities whom nobody on loopback has a certificate of.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["SSL_CERT_FILE"] = str(_one_authority(home))
    if early_config.known_args_namespace.database == "postgres" and not _only_hands_out(early_config):
        try:
            cluster = start_cluster()
        except NoPostgres as error:
            raise pytest.UsageError(str(error)) from error
        early_config.stash[_cluster] = cluster
        atexit.register(_in_this_process, os.getpid(), cluster.stop)
        os.environ["LIMNER_DATABASE_URL"] = cluster.url
    return (yield)


def _one_authority(folder: Path) -> Path:
    file = folder / "authority.pem"
    end = "-----END CERTIFICATE-----\n"
    file.write_text(Path(certifi.where()).read_text().partition(end)[0] + end)
    return file


def _only_hands_out(config: pytest.Config) -> bool:
    """Whether the tests themselves run in workers of this process (`-n 2`), each with surroundings of its own."""
    return bool(config.known_args_namespace.numprocesses) and "PYTEST_XDIST_WORKER" not in os.environ


def _ends_with_us(words: str) -> bool:
    """Helpers that Python and torch start once for a process that shares memory; they end with it, by design."""
    return "multiprocessing.resource_tracker" in words or words.startswith("torch_shm_manager")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process that outlives its test would be a model child that does not notice its parent is gone."""
    config = session.config
    cluster = config.stash.get(_cluster, None)
    kept = {cluster.process.pid} if cluster is not None else set()
    left = [
        f"{pid}: {words}" for pid, words in _children().items() if pid not in kept and not _ends_with_us(words)
    ] + config.stash.get(_left_by_workers, [])
    if hasattr(config, "workeroutput"):
        config.workeroutput["left"] = left  # whoever handed us the tests says it
    elif left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line("\nProcesses left behind by a test:\n  " + "\n  ".join(left), red=True)


def pytest_testnodedown(node: Any) -> None:
    """Hear what a worker of `-n` has to say at its end."""
    node.config.stash.setdefault(_left_by_workers, []).extend(getattr(node, "workeroutput", {}).get("left", []))


def _in_this_process(pid: int, tidy: Callable[[], None]) -> None:
    """A forked child runs our exit handlers too, and must leave its parent's things alone."""
    if os.getpid() == pid:
        tidy()


def _children() -> dict[int, str]:
    """Living children of this process, with their command lines; empty where there is no /proc."""
    found = {}
    for listing in Path("/proc/self/task").glob("*/children"):
        for pid in map(int, listing.read_text().split()):
            try:
                raw = Path(f"/proc/{pid}/cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if words := raw.replace(b"\0", b" ").decode(errors="replace").strip():
                found[pid] = words  # a zombie has no words: it has ended, and only waits to be counted
    return found
