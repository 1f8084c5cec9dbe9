"""The shapes that the native API speaks: a reviewed contract, kept still by a snapshot of its OpenAPI."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from limner.jobs.states import State


class Page(Schema):
    """Which part of a list to answer with."""

    limit: int = Field(20, ge=1, le=100, description="How many.")
    before: UUID | None = Field(None, description="The `next` of the page before: what is older than that follows.")


class PictureOut(Schema):
    """One stored picture."""

    id: UUID
    index: int = Field(description="Which of the job's n pictures, from 0.")
    width: int
    height: int
    format: str
    url: str = Field(description="Absolute; needs no key and is good for at least an hour.")


class Trouble(Schema):
    """Why a job failed."""

    code: str
    message: str


class JobOut(Schema):
    """One request for n pictures. What was asked for is null where another version of Limner wrote it."""

    id: UUID
    state: State
    model: str
    prompt: str | None
    negative_prompt: str | None
    size: str | None = Field(description="WIDTHxHEIGHT in pixels.")
    n: int
    seed: int | None = Field(description="The first picture's; picture i is drawn with seed + i.")
    steps: int | None
    guidance: float | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: Trouble | None
    pictures: list[PictureOut]


class JobsOut(Schema):
    """A page of jobs, newest first."""

    jobs: list[JobOut]
    next: UUID | None = Field(description="Send it as `before` for the page that follows; null on the last page.")


class ErrorBody(Schema):
    message: str
    type: str
    param: str | None
    code: str | None


class ErrorOut(Schema):
    """The same envelope as the Images API's."""

    error: ErrorBody
