"""A chat model's bad days: each is one clear error, what was written stays, and the key is told to nobody."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from limner.errors import (
    LimnerError,
    Uncertain,
    UpstreamBusy,
    UpstreamClosed,
    UpstreamError,
    UpstreamFailed,
    UpstreamRefused,
)
from limner.prompts.writers.fitting import MOST
from limner.prompts.writers.registry import build_writer
from tests.prompts.chat_model import ORDER, trouble, use, written
from tests.upstream import (
    BadDay,
    broken,
    busy,
    delta,
    event,
    gateway,
    hang,
    mistaken,
    nonsense,
    out_of_money,
    redirected,
    refused,
    reset,
    said,
    says,
    stand_in,
    unverified,
    wrong_key,
)

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("day", "kind", "words"),
    [
        (broken(500), UpstreamFailed, "failed (HTTP 500): The server had an error"),
        (gateway(502), UpstreamFailed, "failed (HTTP 502)."),
        (busy(3), UpstreamBusy, "Rate limit reached"),
        (wrong_key(), UpstreamClosed, "does not accept the key"),
        (unverified(), UpstreamClosed, "must be verified"),
        (out_of_money(), UpstreamClosed, "writes no more until its bill is paid"),
        (redirected("http://192.0.2.1/v1/chat/completions"), UpstreamClosed, "another address"),
        (mistaken("No such model.", "model_not_found", 404), UpstreamError, "this way to write (HTTP 404): No such"),
        (refused(), UpstreamRefused, "rejected as a result of our safety system"),
        (nonsense(), UpstreamFailed, "not JSON"),
        (nonsense(b"[]", "application/json"), UpstreamFailed, "without a word"),
        (nonsense(b'{"choices": [{"message"', "application/json"), UpstreamFailed, "not JSON"),
        (nonsense(b"data: {not json}\n\n", "text/event-stream"), UpstreamFailed, "not what was asked for"),
        (nonsense(b"<html>\n\n", "text/event-stream"), Uncertain, "ended before the text did"),
        (nonsense(b"", "text/event-stream"), Uncertain, "ended before the text did"),
        (reset(in_body=False), Uncertain, "the connection broke"),
        (says(""), UpstreamFailed, "answered without a word"),
        (says("** ``` **"), UpstreamFailed, "nothing that can be used in a prompt"),
        (said(event({"choices": []}), delta("stop")), UpstreamFailed, "answered without a word"),
        (said(delta(content=None), delta("stop")), UpstreamFailed, "answered without a word"),
        (said(delta(content={"a": 1}), delta("stop")), UpstreamFailed, "answered without a word"),
        (said(event([1]), event("x"), event(3), event(None), delta("stop")), UpstreamFailed, "without a word"),
        (said(event({"choices": "no"}), event({"choices": [3]}), delta("stop")), UpstreamFailed, "without a word"),
        (
            said(delta(tool_calls=[{"index": 0}]), delta("tool_calls")),
            UpstreamFailed,
            "did not write anything. Try again.",
        ),
        (said(delta(reasoning_content="Hm."), delta("length")), UpstreamFailed, "thought too long and wrote nothing"),
        (said(delta(reasoning="Hm."), delta("stop")), UpstreamFailed, "answered without a word"),
        (
            said(delta(refusal="I do "), delta(refusal="not."), delta("stop")),
            UpstreamRefused,
            "I do not.",
        ),
        (said(delta("content_filter")), UpstreamRefused, "its filter did not let the rest of the text through"),
        (said(event({"error": {"message": "Out of memory."}})), UpstreamFailed, "while it wrote: Out of memory."),
        (said(then="data: " + "x" * 100_000), UpstreamFailed, "more than any prompt has"),
        (said(then=delta(reasoning_content="hm " * 300)), UpstreamFailed, "more than any prompt has"),
    ],
    ids=lambda value: value.name if isinstance(value, BadDay) else None,
)
async def test_an_answer_that_is_no_prompt_is_one_clear_error(
    day: BadDay, kind: type[LimnerError], words: str
) -> None:
    with stand_in([day]) as upstream:
        error, before = await trouble(upstream)
        assert len(upstream.chats) == 1
    assert type(error) is kind or (kind is UpstreamFailed and isinstance(error, UpstreamFailed))
    assert words in error.message
    assert before == ""


@pytest.mark.parametrize(
    ("day", "logged"),
    [
        (said(delta(tool_calls=[{"index": 0}]), delta("tool_calls")), "called a tool instead of writing"),
        (said(delta(reasoning_content="Hm."), delta("length")), "until its 2000 tokens were used up"),
    ],
)
async def test_why_a_writer_wrote_nothing_is_in_the_log(
    day: BadDay, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    with stand_in([day]) as upstream:
        error, _ = await trouble(upstream)
    assert logged not in error.message
    assert logged in caplog.text


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (says("A fox in the", finish=None, then="reset"), "the connection broke"),
        (says("A fox in the", finish=None, then="end"), "ended before the text did"),
        (says("A fox in the", finish=None, then="hang"), "nothing came back for 1 seconds"),
        (says("A fox in the", finish="content_filter"), "its filter did not let"),
        (said(delta(content="A fox in the "), event({"error": {"message": "Out of memory."}})), "Out of memory."),
    ],
)
async def test_what_was_written_before_it_died_stays_and_the_error_follows(day: BadDay, words: str) -> None:
    with stand_in([day]) as upstream:
        error, before = await trouble(upstream, timeout=1.0)
        assert len(upstream.chats) == 1
    assert before in ("A fox in", "A fox in the")
    assert words in error.message


async def test_a_server_that_hangs_is_waited_for_no_longer_than_its_timeout() -> None:
    with stand_in([hang()]) as upstream:
        error, _ = await trouble(upstream, timeout=1.0)
    assert isinstance(error, Uncertain)
    assert "nothing came back for 1 seconds" in error.message


async def test_a_server_that_is_not_there_is_named() -> None:
    with stand_in() as upstream:
        upstream.shut()
        error, _ = await trouble(upstream)
    assert isinstance(error, UpstreamFailed)
    assert "scribe cannot be reached" in error.message


async def test_an_endless_text_is_ended_where_a_prompt_does() -> None:
    with stand_in([says("A fox", finish=None, then=delta(content=" and a fox"))]) as upstream:
        use(upstream)
        assert 1000 < len(await written(ORDER)) <= MOST
        assert await asyncio.to_thread(upstream.chats[0].hung_up.wait, 5)


async def test_leaving_closes_the_connection_at_once() -> None:
    with stand_in([says("A fox in the", finish=None, then="hang")]) as upstream:
        use(upstream)
        writing = build_writer("chat").write(ORDER)
        assert await anext(writing) == "A"
        await writing.aclose()  # type: ignore[attr-defined]
        assert await asyncio.to_thread(upstream.chats[0].hung_up.wait, 5)


async def test_a_task_that_is_cancelled_closes_the_connection_at_once() -> None:
    with stand_in([hang()]) as upstream:
        use(upstream)
        task = asyncio.ensure_future(written(ORDER))
        assert await asyncio.to_thread(upstream.asked.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(upstream.chats[0].hung_up.wait, 5)


async def test_the_key_is_in_no_log_and_in_no_sentence_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with stand_in([None]) as upstream:
        use(upstream)
        await written(replace(ORDER, beginning="a secret fox"))
        upstream.then(
            mistaken(f"Bad key {upstream.key}.", status=500),
            said(delta(refusal=f"Not with {upstream.key}."), delta("stop")),
            said(event({"error": {"message": f"Bad {upstream.key}"}})),
        )
        for _ in range(3):
            error, _ = await trouble(upstream)
            assert "…" in error.message
        assert upstream.key not in caplog.text
        assert "a secret fox" not in caplog.text
