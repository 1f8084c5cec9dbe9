"""What is typed into a search is words or nothing: no syntax of a database, and no work without end."""

from __future__ import annotations

import time

import pytest

from limner.accounts.models import Account
from tests.cast import signed_in
from tests.gallery.people import keep

pytestmark = pytest.mark.django_db

GARBAGE = [
    '"', '""', '"boat', "boat OR 1=1", "NEAR(red boat, 2)", "NEAR(", "boat AND NOT", "NOT", "-boat", "^boat", "boat*",
    "*", "words:boat", "{words}: boat", "gallery_words", "((((", "))))", "boat:*", "boat & | !",
    "'; DROP TABLE x; --", "\\", "%", "_", "\x00", "bo\x00at",
    "\ud7ff\ufffe", "\u202e", "🚣", "ا", "٣",
    "o1", "o12 pub m_storybook", "a" * 50_000,
    " ".join(f"word{number}" for number in range(10_000)), "(" * 10_000, '"' * 9_999,
]  # fmt: skip
FACETS = ("show", "model", "style", "size", "changed", "since", "until", "liked", "public", "before")


def test_whatever_is_looked_for_is_answered(alice: Account, bob: Account) -> None:
    """And quickly: the slowest takes no tenth of what a person would wait."""
    Account.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    keep(alice)
    theirs = keep(bob)
    browser = signed_in(alice)
    browser.get("/history", {"q": "boat"})  # what is made once is made
    wrong = {}
    for garbage in GARBAGE:
        for path, name in (("/history", "q"), ("/trash", "q"), ("/admin/people", "q")):
            began = time.perf_counter()
            answer = browser.get(path, {name: garbage})
            took = time.perf_counter() - began
            if answer.status_code != 200 or took > 3 or str(theirs.public_id) in answer.content.decode():
                wrong[f"{path} {garbage[:40]!r}"] = (answer.status_code, took)
    assert not wrong


def test_every_other_part_of_an_address_may_be_garbage_too(alice: Account, bob: Account) -> None:
    Account.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    keep(alice)
    theirs = keep(bob, public=True)
    browser = signed_in(alice)
    few = [one for one in GARBAGE if len(one) < 40]
    asked = [("/history", dict.fromkeys(FACETS, one)) for one in few]
    asked += [("/history", {name: one}) for name in FACETS for one in few[::9]]
    asked += [("/admin/people", {"kind": one, "before": one}) for one in few[::3]]
    asked += [("/gallery", {"sort": one}) for one in few[::3]]
    answers = [(path, query, browser.get(path, query)) for path, query in asked]
    assert [(path, query) for path, query, answer in answers if answer.status_code != 200] == []
    assert not any(
        str(theirs.public_id) in answer.content.decode() for path, _, answer in answers if path != "/gallery"
    )
    assert {browser.get("/gallery", {"after": one}).status_code for one in few[::3]} == {404}
