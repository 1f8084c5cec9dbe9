"""The shapes that the native API speaks: a reviewed contract, kept still by a snapshot of its OpenAPI."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime, ConfigDict, StrictInt, StrictStr

from limner.accounts.keys import LONGEST_NAME
from limner.accounts.models import Scope
from limner.engines.contract import Task
from limner.engines.dialects import EVERY_QUALITY
from limner.engines.translation import STYLES
from limner.engines.validation import BACKGROUNDS, MAX_GUIDANCE, MAX_SEED, OUTPUT_FORMATS
from limner.jobs.states import State

Number = Annotated[float, Field(strict=True)]
"""A number, whole or not; never a text that reads like one."""


class Asked(Schema):
    """A body that somebody sent: a name that nobody knows is a mistake, and said."""

    model_config = ConfigDict(extra="forbid")


class Page(Schema):
    """Which part of a list to answer with."""

    limit: int = Field(20, ge=1, le=100, description="How many.")
    before: UUID | None = Field(None, description="The `next` of the page before: what is older than that follows.")


class ErrorBody(Schema):
    message: str = Field(description="What is wrong and what to do, for a person.")
    type: str
    param: str | None = Field(description="The field that is wrong, where it is one.")
    code: str | None = Field(description="The same for a program: see docs/api.md.")


class ErrorOut(Schema):
    """The same envelope as the Images API's."""

    error: ErrorBody


# Pictures -----------------------------------------------------------------------------------------------------


class JobPicture(Schema):
    """One stored picture of a job."""

    id: UUID
    index: int = Field(description="Which of the job's n pictures, from 0.")
    width: int
    height: int
    format: str
    url: str = Field(description="Absolute; needs no key and is good for at least an hour.")


class PictureOut(Schema):
    """One stored picture, and how it was made."""

    id: UUID
    job: UUID
    index: int = Field(description="Which of the job's n pictures, from 0.")
    width: int
    height: int
    format: str
    bytes: int
    url: str | None = Field(
        description="Absolute; needs no key and is good for at least an hour. Null while it is in the trash."
    )
    prompt: str
    negative_prompt: str
    model: str
    seed: int
    steps: int | None
    guidance: float | None
    task: Task | None
    mine: bool = Field(description="False for a public picture of somebody else's.")
    public: bool
    created_at: datetime
    trashed_at: datetime | None


class PicturesOut(Schema):
    """A page of your pictures, newest first."""

    pictures: list[PictureOut]
    next: UUID | None = Field(description="Send it as `before` for the page that follows; null on the last page.")


class LinkOut(Schema):
    """An address that needs no key, for a while."""

    url: str
    expires_at: datetime


# Jobs ---------------------------------------------------------------------------------------------------------


def one_of(text: str, words: Iterable[str]) -> Any:
    """A field for one of these words. They are checked with the rest, in the same sentences as everywhere."""
    return Field(None, description=text, json_schema_extra={"enum": [*words, None]})


class JobIn(Asked):
    """What to draw. `null` is the same as leaving a field out."""

    prompt: StrictStr | None = Field(None, description="The words. Only a variation may do without.")
    model: StrictStr | None = Field(
        None, description="A name of `GET /api/v1/models`; left out, the bundled model, which costs no money."
    )
    task: Task | None = Field(
        None,
        description="Left out: `edit` where there are images, else `create`. `upscale` makes one picture or upload "
        "of yours larger, by the model that is here for that: twice, or to the `size` that is four times its own.",
    )
    images: list[UUID] = Field(
        [],
        max_length=16,
        description="Ids of your uploads and of pictures you may see: the first is changed, the others are for "
        "reference where the model takes any.",
    )
    mask: UUID | None = Field(
        None,
        description="The same, of the first image's size. Where it is clear, or white if it has no alpha channel, "
        "the picture may change.",
    )
    n: StrictInt | None = Field(
        None, description="How many pictures; left out: 1.", json_schema_extra={"minimum": 1, "maximum": 10}
    )
    size: StrictStr | None = Field(
        None,
        description="WIDTHxHEIGHT or `auto`, from the model's own list.",
        json_schema_extra={"pattern": r"^(auto|[0-9]+x[0-9]+)$"},
    )
    seed: StrictInt | None = Field(
        None,
        description="Picture i is drawn with seed + i: the same seed again, the same picture.",
        json_schema_extra={"minimum": 0, "maximum": MAX_SEED},
    )
    steps: StrictInt | None = Field(None, description="Steps of drawing.", json_schema_extra={"minimum": 1})
    guidance: Number | None = Field(
        None,
        description="How closely the words are followed.",
        json_schema_extra={"minimum": 0, "maximum": MAX_GUIDANCE},
    )
    negative_prompt: StrictStr | None = Field(None, description="What to avoid.")
    quality: StrictStr | None = one_of("The model's own, or the nearest that it has.", EVERY_QUALITY)
    style: StrictStr | None = one_of("Words at the end of the prompt, where the model knows them.", STYLES)
    background: StrictStr | None = one_of("What is behind the subject.", BACKGROUNDS)
    output_format: StrictStr | None = one_of("The file's format; left out: png.", OUTPUT_FORMATS)


class Trouble(Schema):
    """Why a job failed."""

    code: str
    message: str


class JobOut(Schema):
    """One request for n pictures. What was asked for is null where another version of Limner wrote it."""

    id: UUID
    state: State
    model: str
    task: Task | None
    prompt: str | None
    negative_prompt: str | None
    size: str | None = Field(description="WIDTHxHEIGHT in pixels.")
    n: int
    seed: int | None = Field(description="The first picture's; picture i is drawn with seed + i.")
    steps: int | None
    guidance: float | None
    credits: float = Field(description="Its price. Ended early, it costs k/n of it for k pictures.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: Trouble | None
    pictures: list[JobPicture]


class JobsOut(Schema):
    """A page of jobs, newest first."""

    jobs: list[JobOut]
    next: UUID | None = Field(description="Send it as `before` for the page that follows; null on the last page.")


class Outlook(Schema):
    """How long it will likely take: a guess from what this machine has measured."""

    ahead: int = Field(description="Jobs that will be drawn before this one.")
    seconds_low: float
    seconds_high: float


class JobNow(JobOut):
    """A job, and how long it will take from now."""

    outlook: Outlook


class Warned(Schema):
    """Something about the request that cannot be had. It was accepted all the same."""

    param: str
    message: str


class JobAccepted(JobNow):
    """A job that was taken on. Where it is now is in the header `Location`."""

    warnings: list[Warned]


# Uploads ------------------------------------------------------------------------------------------------------


class UploadOut(Schema):
    """An image that you gave, as a PNG of nothing but pixels."""

    id: UUID
    width: int
    height: int
    has_alpha: bool
    bytes: int
    created_at: datetime
    expires_at: datetime | None = Field(
        description="When it is deleted, unless a job that is under way needs it. Null: a picture descends from it, "
        "and it stays."
    )


class UploadsOut(Schema):
    """A page of your uploads, newest first."""

    uploads: list[UploadOut]
    next: UUID | None = Field(description="Send it as `before` for the page that follows; null on the last page.")


# Models -------------------------------------------------------------------------------------------------------


class PriceOut(Schema):
    """Credits for one picture."""

    size: str
    quality: str | None = Field(description="Null for a model that has one quality.")
    credits: float


class ModelOut(Schema):
    """Something to draw with: what it can do and what it costs."""

    name: str
    title: str
    description: str
    licence: str
    tasks: list[Task]
    sizes: list[str] = Field(description="The first is the usual one.")
    free_sizes: str | None = Field(
        description="Where sizes are free within a rule: the name that the rule goes by in docs/api.md."
    )
    qualities: list[str] = Field(description="The usual one first; empty: it has one.")
    max_n: int
    max_prompt: int = Field(description="Characters.")
    min_steps: int
    max_steps: int
    default_steps: int
    default_guidance: float
    negative_prompt: bool
    images: int = Field(description="How many images an edit may be given.")
    seconds: float = Field(description="How long one usual picture likely takes.")
    costs_money: bool = Field(description="Whether somebody is paid for its pictures.")
    prices: list[PriceOut]


class ModelsOut(Schema):
    """Every model that can draw now; the bundled one first."""

    models: list[ModelOut]


class ModelWhole(ModelOut):
    """The same, with the words that it knows."""

    words: list[str] | None = Field(description="It passes over any other; null: it takes any.")


# Usage --------------------------------------------------------------------------------------------------------


class ModelUse(Schema):
    """What was drawn with one model."""

    model: str
    pictures: int


class UsageOut(Schema):
    """What your account has used in one month, by UTC."""

    month: str = Field(description="As `2026-11`.")
    plan: str
    requests_per_minute: int = Field(description="How often a key may call.")
    credits_per_month: float | None = Field(description="Null: no limit.")
    credits_left: float | None = Field(description="Null: no limit.")
    credits_spent: float
    credits_held: float = Field(description="Set aside for jobs that are under way.")
    jobs: dict[State, int] = Field(description="Jobs that were submitted in this month, by how they stand.")
    pictures: int
    models: list[ModelUse] = Field(description="The most used first.")


# Keys ---------------------------------------------------------------------------------------------------------


class KeyIn(Asked):
    """A key to be made."""

    name: StrictStr = Field(min_length=1, max_length=LONGEST_NAME, description="What to recognise it by.")
    scopes: list[Scope] = Field(
        list(Scope), min_length=1, max_length=len(Scope), description="What it opens; left out: everything."
    )
    expires_at: AwareDatetime | None = Field(None, description="With a time zone; null: never.")


class KeyOut(Schema):
    """A key, without its secret."""

    id: str = Field(description="The beginning of the key.")
    name: str
    scopes: list[Scope]
    state: str = Field(description="`good`, `expired` or `revoked`.")
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")
    expires_at: datetime | None
    revoked_at: datetime | None


class KeysOut(Schema):
    """Your account's keys, newest first."""

    keys: list[KeyOut]


class KeyMade(KeyOut):
    """A new key: the only time that anybody sees the whole of it."""

    key: str
