"""The checklist's item about several images, where the model that draws takes several: an upstream's."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.api.checklist.conftest import PATIENCE, database
from tests.api.files import data_url, mask, opened, picture
from tests.serving import serving
from tests.upstream import stand_in


@pytest.mark.extra
def test_080_several_images_are_used_where_the_model_takes_several(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with stand_in() as upstream:
        settings = {"OPENAI_API_KEY": upstream.key, "OPENAI_BASE_URL": upstream.url, **database()}
        with serving(home, **settings) as server:
            url = f"{server.url}/v1/images/edits"
            words = {"model": "gpt-image-2", "prompt": "both of them"}
            files = [
                ("image[]", ("a.png", picture((96, 64)), "image/png")),
                ("image[]", ("b.jpg", picture(format="JPEG"), "image/jpeg")),
                ("mask", ("m.png", mask((96, 64)), "image/png")),
            ]
            by_form = httpx.post(url, data=words, files=files, timeout=PATIENCE)
            images = [{"image_url": data_url(picture((96, 64)))}, {"image_url": data_url(picture(format="JPEG"))}]
            by_json = httpx.post(url, json={**words, "images": images}, timeout=PATIENCE)
    for answer in (by_form, by_json):
        assert answer.status_code == 200, answer.text
        assert answer.json()["usage"]["input_tokens_details"]["image_tokens"] > 0
        assert all(warning["param"] != "image" for warning in answer.json()["limner"]["warnings"])
    assert [[part.name for part in call.files] for call in upstream.calls] == [
        ["image[]", "image[]", "mask"],
        ["image[]", "image[]"],
    ]
    for call in upstream.calls:
        assert [opened(part.data).size for part in call.files[:2]] == [(96, 64), (64, 64)]
