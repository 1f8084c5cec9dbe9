"""Item 6 in personal mode: whatever stands where a key would, the owner is let in."""

from __future__ import annotations

import httpx
import pytest

from tests.api.checklist.conftest import PATIENCE
from tests.serving import Server


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer sk-anything", "Basic", "Basic !!!", "garbage, é"])
def test_006_without_accounts_any_authorization_will_do(server: Server, given: str) -> None:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        asked = {"prompt": "a red house", "size": "256x256"}
        headers = {b"authorization": given.encode()}
        assert client.post("/v1/images/generations", json=asked, headers=headers).status_code == 200
        assert client.get("/v1/models", headers={b"api-key": given.encode()}).status_code == 200
