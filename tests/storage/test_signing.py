"""A signed address names a picture and a time, and nothing else can be made of it."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from limner.errors import NotFound
from limner.storage.signing import opened, sign

HOUR = timedelta(hours=1)
PICTURE = uuid.uuid4()


@pytest.mark.parametrize("variant", ["png", "jpg", "webp", "thumb-256", "thumb-640"])
def test_a_token_says_which_picture_and_which_variant(variant: str) -> None:
    for named in (PICTURE, str(PICTURE)):
        said = opened(sign(named, variant, timezone.now() + HOUR))
        assert (said.public_id, said.variant, said.while_public) == (PICTURE, variant, False)


def test_a_token_says_whether_it_is_good_only_while_the_picture_is_public() -> None:
    said = opened(sign(PICTURE, "png", timezone.now() + HOUR, while_public=True))
    assert (said.public_id, said.variant, said.while_public) == (PICTURE, "png", True)


def test_a_token_is_short_and_safe_in_a_url() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_~-]{40,100}", sign(PICTURE, "thumb-256", timezone.now() + HOUR))


def test_a_token_knows_its_end() -> None:
    ends = timezone.now() + HOUR
    assert opened(sign(PICTURE, "png", ends)).expires_at == ends.replace(microsecond=0)


def test_an_expired_token_opens_nothing() -> None:
    with pytest.raises(NotFound, match="expired"):
        opened(sign(PICTURE, "png", timezone.now() - timedelta(seconds=1)))


def test_a_token_with_one_letter_changed_opens_nothing() -> None:
    token = sign(PICTURE, "png", timezone.now() + HOUR)
    for at in range(len(token) - 1):  # the last letter of base64 has bits that say nothing
        other = "A" if token[at] != "A" else "B"
        with pytest.raises(NotFound):
            opened(token[:at] + other + token[at + 1 :])


@given(st.text(max_size=120))
def test_garbage_opens_nothing(text: str) -> None:
    with pytest.raises(NotFound):
        opened(text)


def test_another_limners_token_opens_nothing(settings: Settings) -> None:
    token = sign(PICTURE, "png", timezone.now() + HOUR)
    settings.SECRET_KEY = "another key"
    with pytest.raises(NotFound):
        opened(token)
