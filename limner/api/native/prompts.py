"""`/api/v1/prompts`: prompts written for somebody, at once or word by word."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, get_args

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Router, Schema
from pydantic import StrictBool, StrictInt, StrictStr

from limner.accounts.models import Scope
from limner.api.errors import ApiError
from limner.api.native.asking import target_of
from limner.api.native.front import ERRORS, CallerRequest, Key
from limner.api.native.schemas import Asked, ErrorOut, one_of
from limner.engines.validation import MAX_SEED
from limner.jobs.threads import in_thread
from limner.prompts.sse import HEADERS, events
from limner.prompts.today import prompt_of
from limner.prompts.writers.contract import Length
from limner.prompts.writers.registry import DEFAULT, WRITERS
from limner.prompts.writing import Wish, Writing, begin, remember, whole

router = Router(tags=["prompts"])


class WritingIn(Asked):
    """How a prompt shall be written."""

    model: StrictStr | None = Field(None, description="The model it is for. Default: the first that is here.")
    writer: StrictStr | None = Field(None, description=f"One of {', '.join(WRITERS)}. Default: {DEFAULT}.")
    seed: StrictInt | None = Field(
        None, ge=0, le=MAX_SEED, description="The same seed writes the same words. Default: one that is new to you."
    )
    length: StrictStr | None = one_of("Default: medium.", get_args(Length))
    only_known: StrictBool = Field(True, description="Only words that the model knows, where it knows only some.")
    stream: StrictBool = Field(False, description="Server-sent events, word by word.")


class RandomIn(WritingIn):
    """A prompt to be written."""

    theme: StrictStr | None = Field(None, description="What it is about; the error of a wrong one names them all.")
    beginning: StrictStr = Field("", description="Words to go on from.")


class ImproveIn(WritingIn):
    """A prompt to be made better."""

    prompt: StrictStr = Field(description="It stays to the letter; what is added comes behind it.")


class PromptOut(Schema):
    """A prompt that was written."""

    prompt: str
    added: str = Field(description="What was written: the prompt without the words that were there already.")
    seed: int
    writer: str


class TodayOut(Schema):
    """The prompt of a day."""

    day: date
    prompt: str


FAILURES: dict[int, Any] = {**ERRORS, 500: ErrorOut, 502: ErrorOut, 503: ErrorOut}
STREAM: dict[str, Any] = {
    "responses": {
        200: {
            "content": {
                "text/event-stream": {
                    "schema": {
                        "type": "object",
                        "description": "With `stream`: one event.",
                        "properties": {
                            "event": {"enum": ["begin", "waiting", "text", "end", "error"]},
                            "data": {
                                "type": "string",
                                "contentMediaType": "application/json",
                                "description": "An object. `begin` has `writer`; `waiting` how many texts "
                                "are `ahead`; `text` the next `text`; `end` the whole `prompt`, what was `added`, "
                                "the `seed`; `error` `message`, `code` and `param`.",
                            },
                        },
                        "required": ["event", "data"],
                    }
                }
            }
        }
    }
}


@router.get(
    "/prompts/today",
    auth=None,
    response={200: TodayOut, 404: ErrorOut, 429: ErrorOut},
    operation_id="prompt_of_the_day",
    summary="The prompt of the day, the same for everybody",
)
async def prompt_of_the_day(request: HttpRequest) -> TodayOut:
    """A day begins at midnight UTC. No key is needed."""
    day = datetime.now(UTC).date()
    prompt = await in_thread(prompt_of, day, target_of(None).capabilities)
    if not prompt:
        raise ApiError(404, "There is no prompt of the day here.", code="not_found")
    return TodayOut(day=day, prompt=prompt)


@router.post(
    "/prompts/random",
    auth=Key(Scope.DRAW),
    response={200: PromptOut, **FAILURES},
    operation_id="random_prompt",
    summary="Have a prompt written, or go on from a beginning",
    openapi_extra=STREAM,
)
async def random_prompt(request: CallerRequest, wanted: RandomIn) -> Any:
    wish = Wish(wanted.beginning, theme=wanted.theme or "", **_manner(wanted))
    return await _answered(request, wanted, await in_thread(_begun, request, wanted, wish, "beginning"))


@router.post(
    "/prompts/improve",
    auth=Key(Scope.DRAW),
    response={200: PromptOut, **FAILURES},
    operation_id="improve_prompt",
    summary="Have a prompt made better",
    openapi_extra=STREAM,
)
async def improve_prompt(request: CallerRequest, wanted: ImproveIn) -> Any:
    wish = Wish(wanted.prompt, improve=True, **_manner(wanted))
    return await _answered(request, wanted, await in_thread(_begun, request, wanted, wish, "prompt"))


def _manner(wanted: WritingIn) -> dict[str, Any]:
    return {
        "seed": wanted.seed,
        "length": wanted.length or "medium",
        "only_known": wanted.only_known,
        "writer": wanted.writer or "",
    }


def _begun(request: CallerRequest, wanted: WritingIn, wish: Wish, field: str) -> Writing:
    return begin(request.auth.account, target_of(wanted.model), wish, field=field)


async def _answered(request: CallerRequest, wanted: WritingIn, writing: Writing) -> Any:
    async def keep(prompt: str) -> None:
        await in_thread(remember, request.auth.account, writing, prompt)

    if wanted.stream:
        return StreamingHttpResponse(events(writing, keep), headers=HEADERS)
    added = await whole(writing)
    prompt = writing.order.beginning + added
    await keep(prompt)
    return PromptOut(prompt=prompt, added=added, seed=writing.order.seed, writer=writing.name)
