"""The engine that draws with an upstream, on bad days: each ends in one clear error, and nothing holds the key."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import socket
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from limner.engines.adapters.openai.waits import wait_of
from limner.engines.contract import Answered, DrawEvent, Preview, Sending
from limner.errors import (
    LimnerError,
    Uncertain,
    UpstreamBusy,
    UpstreamClosed,
    UpstreamError,
    UpstreamFailed,
    UpstreamRefused,
)
from tests.engines.asked_upstream import ALL, PLAIN, configured, described, drawn, events_of, order
from tests.upstream import (
    BadDay,
    StandIn,
    billing_limit,
    blocked,
    broken,
    busy,
    cut_base64,
    dying_stream,
    empty,
    fewer,
    gateway,
    hang,
    mistaken,
    no_picture,
    nonsense,
    out_of_money,
    redirected,
    refused,
    reset,
    slow,
    stand_in,
    unverified,
    wrong_key,
)


async def trouble(
    upstream: StandIn, *, n: int = 1, resend: bool = False, supports: frozenset[str] = PLAIN, seconds: float = 10.0
) -> tuple[LimnerError, list[DrawEvent]]:
    """The error that drawing ends with, and what was said before. Every one of them is searched for the key."""
    seen: list[DrawEvent] = []
    told = described(upstream, supports=supports, timeout=seconds, resend=resend)
    with configured(told) as model, pytest.raises(LimnerError) as caught:
        await events_of(model, order(model, n), seen)
    assert isinstance(seen[0], Sending)
    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(seen) + repr(told)
    assert upstream.key not in said
    assert caught.value.__context__ is None, "it holds on to the library's error, and that to the request"
    return caught.value, seen


def outcomes(seen: Sequence[DrawEvent]) -> list[str]:
    return [event.outcome for event in seen if isinstance(event, Answered)]


@pytest.mark.parametrize(
    ("day", "kind", "retryable", "words"),
    [
        (broken(500), UpstreamFailed, True, "failed (HTTP 500): The server had an error"),
        (gateway(502), UpstreamFailed, True, "failed (HTTP 502)."),
        (busy(), UpstreamBusy, True, "Rate limit reached"),
        (busy(status=503), UpstreamBusy, True, "too much to do"),
        (gateway(503), UpstreamBusy, True, "answered with 503"),
        (wrong_key(), UpstreamClosed, False, "OPENAI_API_KEY"),
        (unverified(), UpstreamClosed, False, "must be verified"),
        (out_of_money(), UpstreamClosed, False, "exceeded your current quota"),
        (billing_limit(), UpstreamClosed, False, "Billing hard limit"),
        (redirected("http://192.0.2.1/v1/images/generations"), UpstreamClosed, False, "another address"),
        (mistaken("No such model.", "model_not_found", 404), UpstreamError, False, "No such model."),
        (nonsense(), UpstreamFailed, False, "not JSON"),
        (nonsense(b"[]", "application/json"), UpstreamFailed, False, "no pictures"),
        (nonsense(b'{"created": 1', "application/json"), UpstreamFailed, False, "not JSON"),
        (empty(), UpstreamFailed, False, "answered with no picture"),
        (cut_base64(), UpstreamFailed, False, "base64 that is cut off"),
        (no_picture(), UpstreamFailed, False, "not a picture"),
    ],
    ids=lambda value: value.name if isinstance(value, BadDay) else None,
)
async def test_an_answer_that_is_no_picture_is_one_clear_error(
    day: BadDay, kind: type[LimnerError], retryable: bool, words: str
) -> None:
    with stand_in([day]) as upstream:
        error, seen = await trouble(upstream)
        assert len(upstream.calls) == 1, "a retry is the ledger's"
    assert isinstance(error, kind)
    assert error.retryable is retryable
    assert words in error.message
    assert error.message.startswith("openai ")
    assert outcomes(seen) == [error.code]
    assert drawn(seen) == []


@pytest.mark.parametrize(
    ("day", "code", "words"),
    [
        (refused(), "content_policy_violation", "rejected as a result of our safety system"),
        (blocked(), "moderation_blocked", "safety_violations=[violence]"),
        (mistaken("Invalid size '9x9'.", "invalid_value"), "invalid_value", "Invalid size '9x9'."),
    ],
)
@pytest.mark.parametrize("supports", [PLAIN, ALL])
async def test_a_refusal_keeps_the_upstreams_code_and_sentence(
    day: BadDay, code: str, words: str, supports: frozenset[str]
) -> None:
    with stand_in([day]) as upstream:
        error, seen = await trouble(upstream, supports=supports)
    assert isinstance(error, UpstreamRefused)
    assert (error.code, error.status, error.retryable) == (code, 400, False)
    assert words in error.message
    assert outcomes(seen) == [code]


@pytest.mark.parametrize(
    ("day", "least", "most"),
    [
        (busy(), None, None),
        (busy(7), 7, 7),
        (busy(date=30), 20, 31),
        (busy(reset="1m30s"), 90, 90),
        (busy(said="12s"), 12, 12),
        (busy(said="250ms"), 0.25, 0.25),
        (busy(-5), 0, 0),
        (busy(1e9), 3600, 3600),
        (busy(3, status=503), 3, 3),
    ],
)
async def test_how_long_to_wait_is_read_wherever_it_is_said(
    day: BadDay, least: float | None, most: float | None
) -> None:
    with stand_in([day]) as upstream:
        error, _ = await trouble(upstream)
    assert isinstance(error, UpstreamBusy)
    if least is None or most is None:
        assert error.retry_after is None
    else:
        assert error.retry_after is not None
        assert least <= error.retry_after <= most


@pytest.mark.parametrize(
    ("headers", "words", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "2"}, "", 1.5),
        ({"retry-after": "nan"}, "Please try again in 1h2m3s.", 3600.0),
        ({"retry-after": "soon"}, "Please retry after 20 seconds.", 20.0),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "9s"}, "", None),
        ({"x-ratelimit-remaining-images": "0", "x-ratelimit-reset-images": "12"}, "", 12.0),
        ({"retry-after": "Sat, 21 Nov 2026 00:00:30 GMT"}, "", 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 00:00:00"}, "", 0.0),
        ({}, "Try again later.", None),
    ],
)
def test_every_way_to_say_a_time(headers: dict[str, str], words: str, seconds: float | None) -> None:
    assert wait_of(headers, words, datetime(2026, 11, 21, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("day", "supports", "seconds"),
    [
        (reset(), PLAIN, 10.0),
        (reset(), ALL, 10.0),
        (reset(in_body=False), PLAIN, 10.0),
        (dying_stream(2), ALL, 10.0),
        (hang(), PLAIN, 0.5),
        (hang(), ALL, 0.5),
        (gateway(504), PLAIN, 10.0),
    ],
)
async def test_what_was_sent_and_not_answered_is_uncertain(
    day: BadDay, supports: frozenset[str], seconds: float
) -> None:
    with stand_in([day]) as upstream:
        error, seen = await trouble(upstream, supports=supports, seconds=seconds)
        assert len(upstream.calls) == 1
    assert isinstance(error, Uncertain)
    assert error.retryable is False
    assert "may have been drawn" in error.message
    assert outcomes(seen) == []


async def test_the_partials_of_a_stream_that_dies_were_shown() -> None:
    with stand_in([dying_stream(2)]) as upstream:
        _, seen = await trouble(upstream, supports=ALL)
    assert len([event for event in seen if isinstance(event, Preview)]) == 2
    assert drawn(seen) == []


async def test_an_answer_that_drips_for_ever_ends_too() -> None:
    left = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()
        left.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    with (
        stand_in() as upstream,
        configured(described(upstream, url=url, timeout=0.3)) as model,
        pytest.raises(Uncertain, match="did not end"),
    ):
        await events_of(model, order(model))
    await asyncio.wait_for(left.wait(), 10)
    server.close()
    await server.wait_closed()


async def test_a_refused_connection_is_a_failure_that_may_be_tried_again() -> None:
    with stand_in() as upstream:
        upstream.shut()
        error, seen = await trouble(upstream)
        assert isinstance(error, UpstreamFailed)
        assert error.retryable
        assert "cannot be reached at http://127.0.0.1" in error.message
        assert outcomes(seen) == ["upstream_failed"]
        upstream.open()
        with configured(described(upstream)) as model:
            assert len(drawn(await events_of(model, order(model)))) == 1


async def test_a_name_that_nobody_has_is_a_failure_too() -> None:
    with (
        stand_in() as upstream,
        configured(described(upstream, url="http://nobody.invalid/v1")) as model,
        pytest.raises(UpstreamFailed, match=r"cannot be reached at http://nobody\.invalid"),
    ):
        await events_of(model, order(model))


async def test_an_address_that_takes_no_connections_is_given_up_after_the_time_to_connect() -> None:
    with socket.socket() as deaf:  # bound and listening to one, which is taken: the next gets no answer
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        taken = [socket.socket() for _ in range(4)]
        for one in taken:
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.connect(deaf.getsockname())
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/v1"
        with (
            stand_in() as upstream,
            configured(described(upstream, url=url, connect_timeout=0.3)) as model,
            pytest.raises(UpstreamFailed, match="ConnectTimeout"),
        ):
            await events_of(model, order(model))
        for one in taken:
            one.close()


@pytest.mark.parametrize("day", [cut_base64(), empty(), no_picture(), nonsense()], ids=lambda day: day.name)
async def test_an_unusable_answer_is_asked_for_again_only_where_paying_twice_is_fine(day: BadDay) -> None:
    for resend in (False, True):
        with stand_in([day]) as upstream:
            error, _ = await trouble(upstream, resend=resend)
        assert error.retryable is resend


async def test_what_an_unusable_answer_cost_is_told() -> None:
    with stand_in([cut_base64()]) as upstream:
        _, seen = await trouble(upstream)
    [answered] = [event for event in seen if isinstance(event, Answered)]
    assert (answered.outcome, answered.millicredits) == ("upstream_failed", 5270)


async def test_fewer_pictures_than_asked_are_kept_and_the_rest_is_an_error() -> None:
    with stand_in([fewer(2)]) as upstream:
        error, seen = await trouble(upstream, n=3)
        assert [picture.data for picture in drawn(seen)] == upstream.calls[0].pictures
    assert "2 of 3 pictures" in error.message
    assert [picture.index for picture in drawn(seen)] == [0, 1]


async def test_what_the_calls_before_drew_is_kept() -> None:
    with stand_in([None, broken()]) as upstream, configured(described(upstream, "dall-e-3")) as model:
        seen: list[DrawEvent] = []
        with pytest.raises(UpstreamFailed):
            await events_of(model, order(model, 2), seen)
    assert outcomes(seen) == ["ok", "upstream_failed"]
    assert [picture.index for picture in drawn(seen)] == [0]


async def test_a_slow_answer_is_waited_for() -> None:
    with stand_in([slow(0.5)]) as upstream, configured(described(upstream)) as model:
        [picture] = drawn(await events_of(model, order(model)))
    assert picture.seconds >= 0.5


async def test_a_link_that_is_gone_or_leads_astray_is_not_followed() -> None:
    body = b'{"created": 1, "data": [{"url": "%s"}]}'
    for link, words in (
        (b"http://192.0.2.1/picture.png", "no business"),
        (b"https://10.0.0.1/picture.png", "no business"),
        (b"https://localhost/picture.png", "no business"),
        (b"file:///etc/passwd", "no business"),
        (b"https://a@openai.com/picture.png", "no business"),
        (b"/v1/gone.png", "HTTP 404"),
        (b"http://[half", "a link that is none"),
        (b"https://openai.com:port/", "a link that is none"),
        (b"https://openai.com/\\u0000", "a link that is none"),
    ):
        with stand_in([nonsense(body % link, "application/json")]) as upstream:
            error, _ = await trouble(upstream)
        assert words in error.message


async def test_no_log_at_any_level_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with stand_in([wrong_key("sk-stand-in-0123456789abcdef"), broken(), None]) as upstream:
        for _ in range(2):
            error, _ = await trouble(upstream)
            assert "sk-" not in error.message
        for name in ("openai", "httpx2", "httpcore2"):
            caplog.set_level(logging.DEBUG, name)
        with configured(described(upstream)) as model:
            await events_of(model, order(model))
        assert upstream.calls[-1].headers["authorization"].endswith(upstream.key)
        assert upstream.key not in caplog.text


async def test_a_sentence_that_quotes_the_key_is_told_without_it() -> None:
    with stand_in([mistaken("Your key sk-stand-in-0123456789abcdef or sk-proj-12345678 is odd.")]) as upstream:
        error, _ = await trouble(upstream)
    assert error.message == "Your key … or … is odd."


async def test_a_sentence_is_told_without_what_no_database_can_store() -> None:
    with stand_in([mistaken("Half a \ud800pair, a \0NUL.", code="od\0d")]) as upstream:
        error, _ = await trouble(upstream)
    assert (error.message, error.code) == ("Half a pair, a NUL.", "od d")


async def test_a_mad_account_of_a_call_does_not_cost_its_picture() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        picture = upstream_picture(await events_of(model, order(model)))
        usage = '{"output_tokens": 1e999, "input_tokens": 5, "x": "\\u0000", "a": NaN, "b": {"c": 7, "\\ud800": 1}}'
        upstream.then(
            nonsense(f'{{"data": [{{"b64_json": "{picture}"}}], "usage": {usage}}}'.encode(), "application/json")
        )
        events = await events_of(model, order(model))
    (answer,) = (event for event in events if isinstance(event, Answered))
    assert (answer.outcome, answer.usage, len(drawn(events))) == ("ok", {"input_tokens": 5, "b": {"c": 7}}, 1)


def upstream_picture(events: list[DrawEvent]) -> str:
    return base64.b64encode(drawn(events)[0].data).decode()


async def test_an_error_in_the_middle_of_a_stream_is_the_upstreams_own() -> None:
    event = (
        b'event: error\ndata: {"type": "error", "error": {"type": "image_generation_user_error", '
        b'"code": "%s", "message": "Oh dear.", "param": null}}\n\n'
    )
    for code, kind in ((b"moderation_blocked", UpstreamRefused), (b"image_generation_failed", UpstreamFailed)):
        with stand_in([nonsense(event % code, "text/event-stream")]) as upstream:
            error, seen = await trouble(upstream, supports=ALL)
        assert isinstance(error, kind)
        assert "Oh dear." in error.message
        assert outcomes(seen) == [error.code]


async def test_a_stream_that_ends_before_its_picture_is_uncertain() -> None:
    with stand_in([nonsense(b": keepalive\n\n", "text/event-stream")]) as upstream:
        error, _ = await trouble(upstream, supports=ALL)
    assert isinstance(error, Uncertain)


async def test_a_stream_of_nonsense_is_unusable() -> None:
    with stand_in([nonsense(b"data: {oh\n\n", "text/event-stream")]) as upstream:
        error, _ = await trouble(upstream, supports=ALL)
    assert isinstance(error, UpstreamFailed)
    assert error.retryable is False
