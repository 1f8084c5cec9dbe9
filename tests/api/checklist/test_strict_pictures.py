"""The checklist's strict items about pictures that come in."""

from __future__ import annotations

import httpx

from tests.api.checklist.conftest import PATIENCE
from tests.api.files import picture
from tests.serving import Server


def test_s4_there_are_no_variations_any_more(strict: Server) -> None:
    files = {"image": ("a.png", picture(), "image/png")}
    answer = httpx.post(f"{strict.url}/v1/images/variations", files=files, timeout=PATIENCE)
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_s5_a_file_is_believed_and_not_looked_at(strict: Server) -> None:
    answer = httpx.post(
        f"{strict.url}/v1/images/edits",
        data={"model": "gpt-image-2", "prompt": "a red house"},
        files={"image": ("upload", picture(), "application/octet-stream")},
        timeout=PATIENCE,
    )
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["param"], error["code"]) == ("image", "unsupported_file_mimetype")
    assert "'image/png'" in error["message"]
