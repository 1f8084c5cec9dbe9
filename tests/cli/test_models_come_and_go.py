"""A running Limner learns of a model that was pulled, replaced or removed: real processes, no restart."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from limner.engines.catalog import BUNDLED
from limner.engines.weights import store
from tests.cli.process import Process

pytestmark = pytest.mark.extra  # servers of their own, which the lean tests have no time for

NAME = "picturebook"
SOON = 15.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models") / "home"


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Process]:
    with Process(home, "serve") as process:
        process.wait_for("/healthz")
        yield process


def put(home: Path, *, spoil: bool = False) -> Path:
    """The bundled model under another name, in one move as a pull does it, and in place of an older version."""
    place, stage = home / "models" / "somebody" / NAME, home / "models" / ".pulling" / "stage"
    shutil.copytree(BUNDLED / "storybook", stage)
    (stage / "limner.json").write_text(json.dumps({"steps": 2}))
    if spoil:
        (stage / "unet" / "config.json").write_bytes((stage / "unet" / "config.json").read_bytes() + b"\n")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    os.replace(stage, place)
    return place


def asked(process: Process, **more: Any) -> str:
    """Ask for a picture by it; the job's id."""
    wish = {"prompt": "a red robot", "model": NAME, "size": "512x512", **more}
    answer = process.ask("POST", "/api/v1/jobs", json.dumps(wish).encode(), content_type="application/json")
    assert answer.status == 202, answer.text
    return str(answer.json["id"])


def job(process: Process, one: str) -> dict[str, Any]:
    found: dict[str, Any] = process.ask("GET", f"/api/v1/jobs/{one}").json
    return found


def ended(process: Process, one: str) -> dict[str, Any]:
    process.wait_until(lambda: job(process, one)["state"] in {"done", "failed", "cancelled"})
    return job(process, one)


def listed(process: Process) -> bool:
    return NAME in [one["id"] for one in process.ask("GET", "/v1/models").json["data"]]


def watched(process: Process) -> bool:
    return NAME in process.ask("GET", "/healthz").json["models"]


def test_it_draws_with_what_was_pulled_meanwhile_and_with_what_took_its_place(home: Path, served: Process) -> None:
    put(home)
    served.wait_until(lambda: listed(served) and watched(served), SOON)
    assert NAME in served.ask("GET", "/").text
    assert ended(served, asked(served))["state"] == "done"
    put(home, spoil=True)
    served.wait_until(lambda: ended(served, asked(served))["state"] == "failed", SOON)  # it is not drawn from memory
    assert "model_broken" in json.dumps(served.jobs()[0])
    put(home)
    served.wait_until(lambda: ended(served, asked(served))["state"] == "done", SOON)


def test_what_is_removed_while_it_draws_comes_to_its_end_and_who_waits_is_told(home: Path, served: Process) -> None:
    put(home)
    drawn = asked(served, n=3, steps=6)
    served.wait_until(lambda: job(served, drawn)["state"] == "running" and bool(job(served, drawn)["pictures"]))
    waiting = [asked(served) for _ in range(2)]
    store.remove(home, home / "models" / "somebody" / NAME)
    served.wait_until(lambda: not (listed(served) or watched(served)), SOON)
    done = ended(served, drawn)
    assert (done["state"], len(done["pictures"])) == ("done", 3)
    for one in waiting:
        told = ended(served, one)
        assert (told["state"], told["error"]["code"]) == ("failed", "model_gone")
        assert NAME in told["error"]["message"]
        assert "Pull it again, or choose another" in told["error"]["message"]
    assert not [path for path in home.glob("models/*") if not path.name.startswith(".")]


def test_the_two_halves_learn_of_it_each(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Process(home, "web") as web, Process(home, "dispatch"):
        web.wait_for("/healthz")
        put(home)
        one = asked(web)  # at once: a name that is not known is looked for
        assert ended(web, one)["state"] == "done"
