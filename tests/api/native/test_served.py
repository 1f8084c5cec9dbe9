"""The native API of a real `limner serve`, with the bundled model: asked, watched and fetched as a program would."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from tests.api.checklist.conftest import PATIENCE, database
from tests.api.files import opened
from tests.serving import serving


def test_a_picture_is_asked_for_watched_while_it_appears_and_fetched(tmp_path: Path) -> None:
    asked = {"prompt": "a red boat on the sea", "size": "512x512", "steps": 16, "output_format": "webp"}
    with serving(tmp_path, **database()) as server, httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        answer = client.post("/api/v1/jobs", json=asked)
        assert answer.status_code == 202
        with client.stream("GET", f"{answer.headers['location']}/events") as events:
            told = [line.partition(": ")[::2] for line in events.iter_lines()]
        done = client.get(answer.headers["location"]).json()
        file = client.get(f"/api/v1/pictures/{done['pictures'][0]['id']}/file", follow_redirects=True)

    kinds = {value for name, value in told if name == "event"}
    assert kinds == {"hello", "state", "progress", "preview", "picture"}
    data = [json.loads(value) for name, value in told if name == "data"]
    assert data[-1]["state"] == done["state"] == "done"
    steps = [one["step"] for one in data if "seconds_left" in one]
    assert steps == sorted(steps)
    assert all(one["image"].startswith("data:image/webp;base64,") for one in data if "image" in one)
    image = opened(file.content)
    assert (image.format, image.size) == ("WEBP", (512, 512))
