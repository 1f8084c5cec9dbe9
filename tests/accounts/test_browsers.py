"""What the page of sessions calls a browser."""

from __future__ import annotations

import pytest

from limner.accounts.templatetags.browsers import browser_called

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        (CHROME, "Chrome, Windows"),
        (f"{CHROME} Edg/131.0.0.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", "Firefox, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "A program that does not say what it is"),
    ],
)
def test_a_browser_is_called_by_its_name_and_its_system(agent: str, called: str) -> None:
    assert browser_called(agent) == called
