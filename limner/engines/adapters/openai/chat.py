"""Texts by any server that speaks OpenAI's Chat Completions: OpenAI, LocalAI, vLLM, Ollama, LiteLLM and others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Any

from limner.engines.adapters.openai.answers import PATIENCE, read_json, within
from limner.engines.adapters.openai.library import Library, open_library
from limner.engines.adapters.openai.trouble import WRITING, Unusable, clean, trouble_of, unanswered
from limner.engines.contract import ChatOrder
from limner.engines.upstreams import Upstream
from limner.errors import REFUSALS, LimnerError, UpstreamFailed, UpstreamRefused, say

log = logging.getLogger(__name__)

MOST_BYTES = 4 * 1024 * 1024
"""Of a whole answer, its thoughts and the JSON around each syllable included."""
_SEEDS = 2**31
"""What every server's seed has room for."""
_END = object()
_THOUGHTS = ("reasoning_content", "reasoning")


class OpenAiChat:
    """An `InlineWriter`: the chat model of one upstream.

    Few parameters are sent, so that most servers take them. Of the two that bound an answer `max_completion_tokens`
    is the one that is never an error where the other is not: OpenAI's thinking models refuse `max_tokens`; vLLM and
    LiteLLM know both; older LocalAIs and Ollama pass over what they do not know. No temperature: thinking models
    refuse that too. A server that refuses the seed or the bound (Mistral, Gemini) is asked once more without them,
    for what was refused has cost nothing.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def write(self, order: ChatOrder) -> AsyncGenerator[str]:
        # A client for each text: a text takes seconds, and whoever writes is in no event loop for long.
        library = await asyncio.to_thread(open_library, self._upstream)
        try:
            trouble: LimnerError | None = None
            for extra in ({"seed": order.seed % _SEEDS, "max_completion_tokens": order.most_tokens}, {}):
                trouble = None
                async with aclosing(self._said(library, order, extra)) as said:
                    async for text in said:
                        if isinstance(text, LimnerError):
                            trouble = text
                        else:
                            yield text
                if not (isinstance(trouble, UpstreamRefused) and trouble.code not in REFUSALS):
                    break
            if trouble is not None:
                raise trouble
        finally:
            await library.close()

    async def _said(
        self, library: Library, order: ChatOrder, extra: Mapping[str, Any]
    ) -> AsyncGenerator[str | LimnerError]:
        """The texts of one call, with an error as the last of them: one that is raised from here would hold on to
        the library's, and that to the request."""
        errors = (library.openai.OpenAIError, library.httpx.RequestError, TimeoutError, ValueError)
        try:
            async with aclosing(self._texts(library, order, extra)) as texts:
                async for text in texts:
                    yield text
            return
        except LimnerError as error:
            trouble = error
        except errors as error:
            trouble = trouble_of(error, library, self._upstream, WRITING)
        yield trouble

    async def _texts(self, library: Library, order: ChatOrder, extra: Mapping[str, Any]) -> AsyncGenerator[str]:
        upstream, client = self._upstream, library.client
        until = asyncio.get_running_loop().time() + PATIENCE * upstream.timeout
        if (base := upstream.base(upstream.writes)) != upstream.url:
            client = client.with_options(base_url=base)
        messages = [{"role": "system", "content": order.told}, {"role": "user", "content": order.asked}]
        sending = client.chat.completions.with_streaming_response.create(
            model=upstream.writes, messages=messages, stream=True, **extra
        )
        heard = _Heard()
        async with AsyncExitStack() as stack:
            response = await within(until, stack.enter_async_context(sending))
            _bound(library.httpx, response.http_response, upstream)
            if "event-stream" in response.headers.get("content-type", ""):
                stream = await response.parse()
                while not heard.finish and (event := await within(until, anext(stream, _END))) is not _END:
                    if text := heard.take(event, "delta"):
                        yield text
            else:  # a server that cannot stream
                found = read_json(await within(until, response.read()))
                if found is None:
                    raise Unusable(upstream, "something that is not JSON")
                if text := heard.take(found, "message"):
                    yield text
                heard.finish = heard.finish or "stop"
        if (trouble := heard.trouble(upstream, order)) is not None:
            raise trouble


@dataclass(slots=True)
class _Heard:
    """What an answer has come to so far."""

    text: bool = False
    refusal: str = ""
    thought: bool = False
    tool: bool = False
    finish: str = ""

    def take(self, answer: object, part: str) -> str:
        """The text in the first choice of an event or of a whole answer, whatever shape it has."""
        choices = _get(answer, "choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        said = _get(choice, part)
        text = _text(_get(said, "content"))
        self.text = self.text or bool(text.strip())
        self.refusal += _text(_get(said, "refusal"))
        self.thought = self.thought or any(_text(_get(said, name)) for name in _THOUGHTS)
        self.tool = self.tool or bool(_get(said, "tool_calls") or _get(said, "function_call"))
        self.finish = _text(_get(choice, "finish_reason"))
        return text

    def trouble(self, upstream: Upstream, order: ChatOrder) -> LimnerError | None:
        """What is wrong with an answer that has come to its end."""
        name = upstream.name
        if self.refusal.strip():
            return UpstreamRefused(clean(self.refusal, upstream), code="content_filter")
        if self.finish == "content_filter":
            said = say("{upstream} stopped here: its filter did not let the rest of the text through.", upstream=name)
            return UpstreamRefused(said, code="content_filter")
        if not self.finish:
            return unanswered(upstream, "the stream ended before the text did", WRITING)
        if self.text:
            return None
        if self.thought and self.finish == "length":
            log.warning(
                "%s thought until its %d tokens were used up, and wrote nothing: let it think less, or name a model "
                "that thinks less",
                name,
                order.most_tokens,
            )
            said = say(
                "{upstream} thought too long and wrote nothing. Try again, or choose another writer.", upstream=name
            )
            return UpstreamFailed(said)
        if self.tool:
            log.warning("%s called a tool instead of writing", name)
            return UpstreamFailed(say("{upstream} did not write anything. Try again.", upstream=name))
        return UpstreamFailed(say("{upstream} answered without a word.", upstream=name))


def _get(thing: object, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _bound(httpx: Any, response: Any, upstream: Upstream) -> None:
    """End a response where no prompt goes on: the library would read a line that never ends into memory."""
    inner = response.stream

    class Bounded(httpx.AsyncByteStream):  # type: ignore[misc]
        async def __aiter__(self) -> AsyncGenerator[bytes]:
            left = MOST_BYTES
            async for piece in inner:
                left -= len(piece)
                if left < 0:
                    raise Unusable(upstream, "more than any prompt has")
                yield piece

        async def aclose(self) -> None:
            await inner.aclose()

    response.stream = Bounded()
