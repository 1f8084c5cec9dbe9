"""Static files under hashed names, without anybody collecting them."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from limner.config import static
from tests.cli.process import Process

FOREVER = "max-age=315360000, public, immutable"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("static") / "home"


@pytest.fixture(scope="module")
def web(home: Path) -> Iterator[Process]:
    with Process(home, "web", LIMNER_ACCOUNTS="on") as process:
        process.wait_for("/livez")
        yield process


@pytest.fixture(scope="module")
def addresses(web: Process) -> list[str]:
    """What the sign-in page asks for."""
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', web.ask("GET", "/sign-in").text)
    assert len(found) >= 3
    return found


def test_a_page_names_files_by_their_content_and_they_are_kept_for_ever(web: Process, addresses: list[str]) -> None:
    for address in addresses:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address), address
        answer = web.ask("GET", address)
        assert answer.status == 200
        assert answer.headers["cache-control"] == FOREVER
        assert int(answer.headers["content-length"]) == len(answer.body)
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_modules_import_each_other_by_hashed_names(home: Path, web: Process, addresses: list[str]) -> None:
    scripts = [path for path in home.glob("static/*/**/*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    imports = [name for path in scripts for name in re.findall(r'from "(\./[^"]+)"', path.read_text())]
    for name in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name)


def test_who_takes_packed_files_gets_them(web: Process, addresses: list[str]) -> None:
    [address] = [address for address in addresses if "bootstrap" in address]
    plain, packed = web.ask("GET", address), web.ask("GET", address, accept_encoding="gzip, br")
    assert "content-encoding" not in plain.headers
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert len(packed.body) < len(plain.body) / 5
    assert gzip.decompress(packed.body) == plain.body


def test_a_plain_name_is_asked_after_each_time(web: Process) -> None:
    answer = web.ask("GET", "/static/look/limner.css")
    assert answer.headers["cache-control"] == "max-age=0, public"
    again = web.ask("GET", "/static/look/limner.css", if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_head_and_ranges_are_answered(web: Process, addresses: list[str]) -> None:
    whole = web.ask("GET", addresses[-1])
    head = web.ask("HEAD", addresses[-1])
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(whole.body)), b"")
    part = web.ask("GET", addresses[-1], range="bytes=0-9")
    assert (part.status, part.body) == (206, whole.body[:10])


@pytest.mark.parametrize(
    "path",
    [
        "/static/nothing.css",
        "/static/",
        "/static/../secret-key",
        "/static/%2e%2e/secret-key",
        "/static/staticfiles.jsonx",
    ],
)
def test_nothing_else_is_served(web: Process, path: str) -> None:
    assert web.ask("GET", path).status == 404


def test_static_files_take_no_post(web: Process) -> None:
    assert web.ask("POST", "/static/look/limner.css", b"x").status == 405


def test_a_second_start_finds_the_folder_made(home: Path, web: Process) -> None:
    made = sorted(path.name for path in (home / "static").iterdir())
    assert len(made) == 1
    with Process(home, "web", LIMNER_ACCOUNTS="on") as other:
        other.wait_for("/livez")
        assert other.ask("GET", "/static/look/limner.css").status == 200
        assert sorted(path.name for path in (home / "static").iterdir()) == made


def test_the_files_are_made_once_however_many_visitors_come_first(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    made: list[Path] = []

    def slowly(sources: object, work: Path) -> None:
        made.append(work)
        time.sleep(0.1)

    monkeypatch.setattr(static, "_collect", slowly)
    with ThreadPoolExecutor(8) as visitors:
        folders = set(visitors.map(lambda _: static.collected(), range(8)))
    assert len(made) == 1
    assert [folder.is_dir() for folder in folders] == [True]
