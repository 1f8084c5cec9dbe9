"""The owner's page of models: what is here, what a hub has, pulling and removing."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from limner.engines import catalog
from limner.engines.weights import hub, pulling, store
from limner.moderation.models import AuditEntry
from limner.ops import pulls
from tests.engines.test_pulling import NAME, here, model, write
from tests.hub import COMMIT, Hub

__all__ = ["here"]

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, PULL, STOP = "/admin/models", "/admin/models/pull", "/admin/models/stop"
WEIGHTS = "text_encoder/model.safetensors"
ACCEPTED = {"name": NAME, "revision": COMMIT, "accepted": "on"}


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where this test's Limner keeps its models."""
    settings.LIMNER_HOME = tmp_path / "home"
    settings.LIMNER_HOME.mkdir()
    store.start(settings.LIMNER_HOME)
    pulls._pulls.clear()
    yield settings.LIMNER_HOME
    until(lambda: not any(pull.going for pull in pulls._pulls.values()))
    catalog.watch(None)
    catalog.bring([])


def until(holds: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.02)


def text(client: Client, path: str = PAGE, status: int = 200, **asked: str) -> str:
    """What the page says, without its elements."""
    answer = client.get(path, asked)
    assert answer.status_code == status, answer.content
    return words(answer)


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def pulled(client: Client) -> str:
    """Pull it, and what the page says when that has ended."""
    answer = client.post(PULL, ACCEPTED)
    assert (answer.status_code, answer["Location"]) == (302, PAGE), words(answer)
    until(lambda: "being pulled" not in text(client) and not pulls.going(NAME))
    return text(client)


def test_what_is_here_and_what_to_begin_with_is_told_without_asking_anybody(
    client: Client, here: Hub, home: Path
) -> None:
    model(home / "models/makers/one")
    write(home / "models/makers/one", "limner.json", {"licence": "MIT", "repository": "makers/one"})
    said = text(client)
    assert "Storybook" in said
    assert "comes with Limner" in said
    assert re.search(
        r"One .* Stable Diffusion on this machine\. Drawn by diffusers\. .* MIT .* from makers/one", said
    )
    assert "Dreamshaper 7 LCM for a CPU · 1.1 GB · about 10 s a picture · MIT" in said
    assert here.asked == []


def test_what_draws_it_is_said_where_it_is_not_installed(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(home / "models/makers/one")
    monkeypatch.setattr("limner.engines.registry.find_spec", lambda module: None)
    assert "cannot draw yet" in text(client)
    assert "pip install &#x27;limner[diffusers]&#x27;" in text(client)
    monkeypatch.setattr("limner.engines.registry.find_spec", lambda module: module)
    assert "cannot draw yet" not in text(client)


def test_a_search_asks_the_hub_and_one_that_is_away_is_told_of_in_place(
    client: Client, here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"{NAME} fetched 7 times" in text(client, q="tiny")
    assert "no such model" in text(client, q="nothing-like-it")
    assert f"Look at {NAME}" in text(client, q=NAME)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    said = text(client, status=503, q="tiny")
    assert "did not answer well" in said
    assert "On this machine" in said


def test_first_its_size_and_licence_are_shown_and_nothing_comes_before_they_are_accepted(
    client: Client, here: Hub, home: Path
) -> None:
    page = client.get(PULL, {"name": NAME}).content.decode()
    assert "openrail++" in page
    assert f'href="{here.url}/{NAME}"' in page
    assert 'name="accepted" required' in page
    refused = client.post(PULL, {"name": NAME})
    assert refused.status_code == 400
    assert "say that you accept it" in words(refused)
    assert not (home / "models").exists()
    del here.cards[NAME]
    assert "not said: read its page" in text(client, PULL, name=NAME)


@pytest.mark.parametrize("name", ["", "tiny-sd", "../etc/passwd", "a/b/c", "a b/c", "a/b\n", "a/\0", "http://x/y"])
def test_what_is_no_name_is_refused_before_anybody_is_asked(client: Client, here: Hub, home: Path, name: str) -> None:
    said = text(client, PULL, 400, name=name) if name != "a/b\n" else "is no name of a model"
    assert "is no name of a model" in said
    assert client.post(PULL, {"name": name.strip("\n"), "accepted": "on"}).status_code in {400, 404}
    assert not (home / "models").exists()


def test_a_pulled_model_can_be_chosen_at_once_and_the_log_says_who_brought_it(
    client: Client, here: Hub, home: Path
) -> None:
    said = pulled(client)
    assert "On their way" not in said
    assert f"from {NAME}" in said
    assert catalog.model("tiny-sd").licence == "openrail++"
    [entry] = AuditEntry.objects.all()
    assert (entry.verb, entry.target, entry.data["licence"]) == ("model_pulled", NAME, "openrail++")
    assert "pulled a model" in text(client, "/admin/moderation/log")


def test_pressed_twice_it_comes_once_and_htmx_hears_how_far_it_is(
    client: Client, here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, begun, pull = Event(), [], pulling.pull

    def held(home: Path, repository: Any, stop: Event) -> Path:
        begun.append(repository.name)
        assert go.wait(20)
        return pull(home, repository, stop)

    monkeypatch.setattr(pulling, "pull", held)
    for _ in range(2):
        assert client.post(PULL, ACCEPTED).status_code == 302
    part = client.get(PAGE, headers={"HX-Request": "true"})
    assert "being pulled" in words(part)
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert "Good first models" not in words(part)
    assert "HX-Refresh" not in part
    go.set()
    until(lambda: not pulls.going(NAME))
    assert begun == [NAME]
    assert client.get(PAGE, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "tiny-sd is here." in text(client)
    assert "tiny-sd is here." not in text(client)  # said once
    assert AuditEntry.objects.count() == 1


def test_one_that_broke_off_says_how_far_it_came_and_goes_on_from_there(
    client: Client, here: Hub, home: Path
) -> None:
    write(here.models[NAME], WEIGHTS, os.urandom(200_000))
    here.most = 100_000
    said = pulled(client)
    assert "broken off" in said
    assert "did not answer well" in said
    pulls._pulls.clear()  # Limner was started again
    said = text(client)
    assert re.search(r"broken off 0\.\d GB of|broken off 0 MB of 0 MB are here \(\d\d %\)", said), said
    assert "hx-trigger" not in client.get(PAGE).content.decode()
    here.most = None
    here.asked.clear()
    assert "On their way" not in pulled(client)
    assert here.ranges(WEIGHTS)
    assert catalog.model("tiny-sd")


def test_one_can_be_stopped_and_gone_on_with(
    client: Client, here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "_CHUNK", 1_000_000)
    here.most, here.then = 2_500_000, Event()
    write(here.models[NAME], WEIGHTS, os.urandom(5_000_000))
    client.post(PULL, ACCEPTED)
    until(lambda: "2 MB of" in text(client))
    client.post(STOP, {"name": "somebody/else"})
    assert "Stop pulling" in client.get(PAGE).content.decode()
    assert client.post(STOP, {"name": NAME})["Location"] == PAGE
    said = client.get(PAGE).content.decode()
    assert "being stopped" in said
    assert "Stop pulling" not in said
    here.then.set()
    until(lambda: not pulls.going(NAME))
    page = client.get(PAGE)
    assert "broken off" in words(page)
    assert 'role="alert"' not in page.content.decode()
    here.most = None
    assert "On their way" not in pulled(client)
    assert int(here.ranges(WEIGHTS)[-1].removeprefix("bytes=").rstrip("-")) >= 2_000_000


def test_what_came_of_one_can_be_thrown_away(client: Client, here: Hub, home: Path) -> None:
    here.most = 10_000
    assert "Throw away" in pulled(client)
    kept = list((home / "models/.pulling").glob("*@*"))
    assert kept
    client.post("/admin/models/throw-away", {"name": "somebody/else"})
    client.post("/admin/models/throw-away", {"name": "../../"})
    assert list((home / "models/.pulling").glob("*@*")) == kept
    assert client.post("/admin/models/throw-away", {"name": NAME})["Location"] == PAGE
    assert list((home / "models/.pulling").glob("*@*")) == []
    assert "On their way" not in text(client)


def test_one_of_which_nobody_knows_the_version_is_gone_on_with_where_its_licence_is_shown(
    client: Client, home: Path
) -> None:
    (home / "models/.pulling/somebody--tiny-sd@0123456789ab/unet").mkdir(parents=True)
    page = client.get(PAGE).content.decode()
    assert f'href="{PULL}?name=somebody%2Ftiny-sd">Go on</a>' in page
    assert 'name="accepted"' not in page


def test_why_one_was_refused_is_told_though_nothing_of_it_is_here(client: Client, here: Hub, home: Path) -> None:
    write(here.models[NAME], "unet/config.json", {"sample_size": 64, "auto_map": {"AutoModel": "theirs.Model"}})
    assert "asks for code of its own to be run" in pulled(client)
    assert list((home / "models/.pulling").glob("*@*")) == []
    client.post("/admin/models/throw-away", {"name": NAME})
    assert "On their way" not in text(client)


def test_the_log_tells_of_a_pull_only_where_one_began(
    client: Client, here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulls, "begin", lambda *_: False)  # another press was a moment earlier
    assert client.post(PULL, ACCEPTED).status_code == 302
    assert not AuditEntry.objects.exists()


def test_what_a_command_pulls_is_shown_as_on_its_way_and_left_alone(client: Client, here: Hub, home: Path) -> None:
    here.most = 10_000
    pulled(client)
    with (home / "models/.pulling/somebody--tiny-sd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "somebody/tiny-sd being pulled" in text(client)
        refused = client.post("/admin/models/throw-away", {"name": NAME})
        assert refused.status_code == 503
        assert "is being brought here already" in words(refused)
    assert "somebody/tiny-sd broken off" in text(client)


def test_a_gated_model_says_how_to_be_let_in(client: Client, here: Hub, home: Path) -> None:
    here.gated.add(NAME)
    answer = client.post(PULL, ACCEPTED)
    if answer.status_code == 302:  # its list of files is shown to everybody, and its files are not
        until(lambda: not pulls.going(NAME))
        answer = client.get(PAGE)
    assert "HF_TOKEN" in words(answer)


def test_a_full_disk_is_said_before_and_in_place(
    client: Client, here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 10, 0))
    assert "The disk has no room for it" in text(client, PULL, name=NAME)
    assert "shall stay free" in pulled(client)


def test_a_removed_model_is_gone_from_the_page_and_the_catalog(client: Client, home: Path) -> None:
    for name in ("one", "two"):
        model(home / "models/makers" / name)
    write(home / "models/makers/broken", "model_index.json", b"{")
    assert "damaged" in text(client)
    for name in ("makers", "../models/makers/one", "makers/..", "", "storybook", str(home / "models/makers/one")):
        client.post("/admin/models/remove", {"folder": name})
    assert len(list((home / "models/makers").iterdir())) == 3
    for name in ("one", "broken"):
        answer = client.post("/admin/models/remove", {"folder": f"makers/{name}"}, follow=True)
        assert "The model was removed." in words(answer)
    assert [folder.name for folder in (home / "models/makers").iterdir()] == ["two"]
    assert {"two"} == catalog.catalog().keys() - {"storybook"}
    assert [entry.verb for entry in AuditEntry.objects.all()] == ["model_removed"] * 2
    again = client.post("/admin/models/remove", {"folder": "makers/one"}, follow=True)
    assert "The model was removed." not in words(again)


def test_a_tiny_autoencoder_is_listed_and_can_be_removed(client: Client, home: Path) -> None:
    write(home / "models/makers/taesd", "config.json", {"_class_name": "AutoencoderTiny"})
    said = text(client)
    assert "A tiny autoencoder, for previews" in said
    assert "Drawn by ." not in said
    client.post("/admin/models/remove", {"folder": "makers/taesd"})
    assert not (home / "models/makers").exists()
    assert "tiny autoencoder" not in text(client)
