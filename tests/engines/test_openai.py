"""The engine that draws with an upstream, on good days: what it asks, what it makes of the answer."""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from limner.engines.adapters.openai import OpenAiEngine
from limner.engines.contract import Answered, DrawEvent, Drawn, Preview, Progress, Sending, Size, Task
from limner.engines.placement import open_placement
from limner.engines.upstreams import Offered, Secret
from limner.errors import EngineError, NotConfigured
from tests.engines.asked_upstream import ALL, configured, described, drawn, events_of, order
from tests.upstream import hang, other_size, stand_in


def png(mode: str = "RGB", size: tuple[int, int] = (64, 64), colour: Any = 90, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, format)
    return file.getvalue()


def sums(files: list[bytes]) -> list[str]:
    return [hashlib.sha256(file).hexdigest() for file in files]


async def test_every_byte_arrives_as_it_was_sent() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        events = await events_of(model, order(model, 3))
        [call] = upstream.calls
    assert sums([picture.data for picture in drawn(events)]) == sums(call.pictures)
    assert [(picture.index, picture.mode, picture.size) for picture in drawn(events)] == [
        (index, "file", Size(1024, 1024)) for index in range(3)
    ]


async def test_a_call_is_told_before_it_is_sent() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        engine = OpenAiEngine(model)
        events = engine.draw(order(model))
        assert await anext(events) == Sending("job-1", 0, (0,), "openai")
        await asyncio.sleep(0.05)
        assert upstream.requests == []
        assert isinstance(await anext(events), Answered)
        assert len(upstream.requests) == 1
        await events.aclose()
        await engine.close()


async def test_the_answer_tells_what_it_used_and_cost() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        events = await events_of(model, order(model))
    [answered] = [event for event in events if isinstance(event, Answered)]
    assert answered.outcome == "ok"
    assert answered.usage["output_tokens"] == 1756
    assert answered.millicredits == round(1756 * 3 + 3 * 0.5)  # $30 a million, and three words at $5


async def test_what_another_server_costs_is_not_guessed_from_openais_list() -> None:
    with stand_in() as upstream, configured(described(upstream, kind="limner")) as model:
        events = await events_of(model, order(model))
    assert [event.millicredits for event in events if isinstance(event, Answered)] == [None]


async def test_what_is_asked_is_what_the_model_knows() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        options = {"moderation": "low", "style": "vivid", "output_compression": 40}
        wanted = order(model, 2, options=options, output_format="webp", background="opaque", negative_prompt="rain")
        await events_of(model, wanted)
        [call] = upstream.calls
    assert call.fields == {
        "model": "gpt-image-2",
        "prompt": "a red robot",
        "n": 2,
        "size": "1024x1024",
        "quality": "medium",
        "moderation": "low",
        "output_format": "webp",
        "output_compression": 40,
        "background": "opaque",
    }


async def test_a_quality_that_is_left_open_is_the_one_that_the_price_was_for() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        await events_of(model, order(model, quality="auto"))
        assert upstream.calls[0].fields["quality"] == model.capabilities.qualities[0]


async def test_a_picture_that_will_be_scaled_comes_without_loss() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        await events_of(model, order(model, size=Size(256, 256), output_format="jpeg"))
        assert "output_format" not in upstream.calls[0].fields


async def test_seed_steps_guidance_and_negative_prompt_go_under_the_upstreams_names() -> None:
    names = {"seed": "seed", "steps": "num_steps", "guidance": "more.scale", "negative_prompt": "not"}
    with stand_in() as upstream:
        told = described(upstream, "any-model", kind="other", extra=names, supports=ALL | {"response_format"})
        with configured(told) as model:
            await events_of(model, order(model, 2, steps=31, guidance=7.5, negative_prompt="rain"))
        first, second = upstream.calls
    assert (first.fields["seed"], second.fields["seed"], first.n) == (11, 12, 1)
    assert (first.fields["num_steps"], first.fields["more"], first.fields["not"]) == (31, {"scale": 7.5}, "rain")
    assert first.fields["response_format"] == "b64_json"


async def test_steps_and_guidance_that_nobody_chose_are_left_to_the_upstream() -> None:
    names = {"steps": "steps", "guidance": "guidance"}
    with stand_in() as upstream, configured(described(upstream, "any", kind="other", extra=names)) as model:
        await events_of(model, order(model))
        assert not {"steps", "guidance"} & set(upstream.calls[0].fields)


async def test_more_than_a_call_can_give_is_asked_for_in_several() -> None:
    with stand_in() as upstream:
        told = described(upstream, "dall-e-3", models=(Offered("dall-e-3"),))
        with configured(told) as model:
            events = await events_of(model, order(model, 3))
        assert [call.n for call in upstream.calls] == [1, 1, 1]
    assert [(event.call, event.indices) for event in events if isinstance(event, Sending)] == [
        (0, (0,)),
        (1, (1,)),
        (2, (2,)),
    ]
    assert [picture.index for picture in drawn(events)] == [0, 1, 2]


async def test_links_are_fetched_without_the_key() -> None:
    with stand_in() as upstream, configured(described(upstream, "dall-e-2")) as model:
        events = await events_of(model, order(model, 2))
        [call] = upstream.calls
        fetched = [asked for asked in upstream.requests if asked.method == "GET"]
    assert sums([picture.data for picture in drawn(events)]) == sums(call.pictures)
    assert len(fetched) == 2
    assert not any("authorization" in asked.headers for asked in fetched)


async def test_an_edit_sends_its_pictures_and_the_mask() -> None:
    images = {"one": png(), "two": png(format="JPEG"), "mask": png("L", (32, 32), 255)}
    with stand_in() as upstream, configured(described(upstream)) as model:
        events = await events_of(model, order(model, images=images))
        [call] = upstream.calls
    assert call.path == "/v1/images/edits"
    assert [(part.name, part.content_type) for part in call.files] == [
        ("image[]", "image/png"),
        ("image[]", "image/jpeg"),
        ("mask", "image/png"),
    ]
    assert call.files[0].data == images["one"]
    with Image.open(io.BytesIO(call.files[2].data)) as mask:
        assert (mask.mode, mask.size) == ("RGBA", (64, 64))
        assert mask.getchannel("A").getextrema() == (0, 0)  # white without alpha means: may change
    assert (call.fields["prompt"], call.fields["n"]) == ("a red robot", "1")
    assert sums([drawn(events)[0].data]) == sums(call.pictures)


async def test_a_mask_that_is_right_already_is_sent_byte_for_byte() -> None:
    images = {"one": png(), "mask": png("RGBA", colour=(0, 0, 0, 0))}
    with stand_in() as upstream, configured(described(upstream)) as model:
        await events_of(model, order(model, images=images))
        assert [part.data for part in upstream.calls[0].files] == [images["one"], images["mask"]]


async def test_a_variation_is_sent_without_words() -> None:
    with stand_in() as upstream:
        with configured(described(upstream, "any-model", supports=ALL)) as model:
            wanted = order(model, images={"one": png()}, task=Task.VARY, prompt="")
            assert len(drawn(await events_of(model, wanted))) == 1
        [call] = upstream.calls
    assert call.verb == "variations"
    assert "prompt" not in call.fields


async def test_partial_pictures_are_previews() -> None:
    with stand_in() as upstream, configured(described(upstream, supports=ALL)) as model:
        events = await events_of(model, order(model))
        [call] = upstream.calls
    assert call.streamed
    assert [type(event) for event in events] == [
        Sending,
        *([Progress, Preview] * 3),
        Answered,
        Progress,
        Drawn,
    ]
    previews = [event for event in events if isinstance(event, Preview)]
    assert len({preview.image for preview in previews}) == 3
    for preview in previews:
        assert len(preview.image) <= 64 * 1024
        with Image.open(io.BytesIO(preview.image)) as image:
            assert image.format == "WEBP"
    assert [(event.step, event.steps) for event in events if isinstance(event, Progress)] == [
        (1, 4),
        (2, 4),
        (3, 4),
        (4, 4),
    ]
    assert sums([drawn(events)[0].data]) == sums(call.pictures)
    assert events[7].usage["output_tokens"] == 1756  # type: ignore[union-attr]


async def test_an_edit_streams_as_well() -> None:
    with stand_in() as upstream, configured(described(upstream, supports=ALL)) as model:
        events = await events_of(model, order(model, images={"one": png()}))
        assert upstream.calls[0].streamed
    assert len([event for event in events if isinstance(event, Preview)]) == 3


@pytest.mark.parametrize(("quality", "n", "partials"), [("low", 1, None), ("medium", 1, 3), ("high", 2, None)])
async def test_previews_are_asked_for_where_they_cost_little_and_are_one_pictures(
    quality: str, n: int, partials: int | None
) -> None:
    with stand_in() as upstream, configured(described(upstream, supports=ALL)) as model:
        events = await events_of(model, order(model, n, quality=quality))
        assert upstream.calls[0].fields.get("partial_images") == partials
    assert len(drawn(events)) == n


async def test_an_upstream_that_does_not_stream_after_all_still_draws() -> None:
    with stand_in(partials=0) as upstream, configured(described(upstream, supports=ALL)) as model:
        events = await events_of(model, order(model))
        assert upstream.calls[0].streamed
    assert len(drawn(events)) == 1


async def test_azures_addresses_and_header() -> None:
    with stand_in() as upstream:
        azure = described(
            upstream,
            "my deployment",
            kind="azure",
            url=upstream.azure_url,
            key_header="api-key",
            query={"api-version": "2025-04-01-preview"},
        )
        with configured(azure) as model:
            assert len(drawn(await events_of(model, order(model)))) == 1
        [call] = upstream.calls
    assert call.path == "/openai/deployments/my%20deployment/images/generations"
    assert call.query == {"api-version": "2025-04-01-preview"}
    assert call.headers["api-key"] == upstream.key
    assert "authorization" not in call.headers


async def test_a_picture_of_another_size_says_its_own() -> None:
    with stand_in([other_size(640, 480)]) as upstream, configured(described(upstream)) as model:
        [picture] = drawn(await events_of(model, order(model)))
        assert picture.size == Size(640, 480)
        assert sums([picture.data]) == sums(upstream.calls[0].pictures)


@pytest.mark.parametrize("streaming", [False, True])
async def test_a_cancelled_drawing_hangs_up(streaming: bool) -> None:
    supports = ALL if streaming else ALL - {"streaming"}
    with stand_in([hang()]) as upstream, configured(described(upstream, supports=supports)) as model:
        placement = open_placement(model)
        events: list[DrawEvent] = []

        async def draw() -> None:
            async for event in placement.draw(order(model)):
                events.append(event)

        drawing = asyncio.create_task(draw())
        async with asyncio.timeout(20):
            await asyncio.to_thread(upstream.asked.wait, 10)
            await placement.cancel("job-1")
            await drawing
            assert await asyncio.to_thread(upstream.calls[0].hung_up.wait, 10)
        await placement.close()
    assert [type(event) for event in events] == [Sending]


async def test_a_reader_that_leaves_in_the_middle_of_a_stream_hangs_up() -> None:
    with stand_in() as upstream, configured(described(upstream, supports=ALL)) as model:
        engine = OpenAiEngine(model)
        events = engine.draw(order(model))
        async for event in events:
            if isinstance(event, Progress):
                break
        await events.aclose()
        await engine.close()
        assert len(drawn(await events_of(model, order(model)))) == 1


async def test_one_engine_draws_with_every_model_of_its_upstream_at_the_same_time() -> None:
    with stand_in(delay=0.2) as upstream:
        both = described(upstream, models=(Offered("gpt-image-2"), Offered("gpt-image-2.6-flare")))
        with configured(both) as model:
            engine = OpenAiEngine(model)
            other = order(model, model="gpt-image-2.6-flare")

            async def pictures(wanted: Any) -> list[Drawn]:
                return drawn([event async for event in engine.draw(wanted)])

            found = await asyncio.gather(pictures(order(model)), pictures(other))
            await engine.close()
        assert {call.model for call in upstream.calls} == {"gpt-image-2", "gpt-image-2.6-flare"}
        assert upstream.most_at_once == 2
    assert [len(pictures) for pictures in found] == [1, 1]


async def test_a_model_of_another_upstream_is_not_drawn() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        with pytest.raises(EngineError, match="not drawn by openai"):
            await events_of(model, order(model, model="storybook"))
        assert upstream.requests == []


async def test_an_upstream_that_is_gone_is_said_at_once() -> None:
    with stand_in() as upstream, configured(described(upstream)) as model:
        pass
    with pytest.raises(NotConfigured, match="openai"):
        OpenAiEngine(model)


async def test_a_server_without_a_key_is_asked_without_one() -> None:
    with stand_in(key=None) as upstream, configured(described(upstream, key=Secret())) as model:
        assert len(drawn(await events_of(model, order(model)))) == 1
        assert "authorization" not in upstream.calls[0].headers


async def test_what_the_library_finds_in_the_environment_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.0.2.1/v1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-somebody")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-somebody")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: secret")
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    with stand_in() as upstream, configured(described(upstream, headers={"OpenAI-Project": "proj-ours"})) as model:
        await events_of(model, order(model))
        headers = upstream.calls[0].headers
    assert headers["openai-project"] == "proj-ours"
    assert set(headers) == {
        *("host", "accept", "accept-encoding", "connection", "content-type", "content-length"),
        *("user-agent", "openai-project", "authorization"),
    }
    assert headers["user-agent"] == "Limner"
