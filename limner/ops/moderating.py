"""What moderators do about what somebody should look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from limner.accounts.models import Account
from limner.errors import InvalidRequest, NotFound, say
from limner.gallery import publishing
from limner.gallery.models import Picture
from limner.jobs import services as jobs
from limner.jobs.models import Job
from limner.moderation import audit, flags
from limner.moderation.models import Flag, Rule, Target
from limner.ops import people
from limner.storage import signing

PAGE = 20
SHOWN_PICTURES = 10
LINKS_LAST = timedelta(minutes=30)
"""How long a moderator's page may show pictures that are not public."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture as the queue shows it."""

    public_id: UUID
    thumbnail: str
    public: bool
    waiting: bool
    taken_down: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One flag, with what it is about."""

    flag: Flag
    prompt: str
    pictures: tuple[Shown, ...]
    gone: bool
    """There is nothing left to look at."""


def queue(before: int | None = None) -> tuple[list[Case], int | None]:
    """What is open, newest first, and where the next page begins. A few queries, however much there is."""
    found = flags.open_flags()
    rows = list((found if before is None else found.filter(pk__lt=before))[: PAGE + 1])
    cases = _cases(rows[:PAGE])
    return cases, rows[PAGE - 1].pk if len(rows) > PAGE else None


def decide(moderator: Account, flag_id: UUID, verb: str, reason: str) -> None:
    """Settle what the flag says of its target, by a take-down all that is said of it: approve, take_down, dismiss or
    ban."""
    flag = flags.open_flag(flag_id)
    if verb == "ban":
        people.ban(moderator, flag.account.public_id, reason)
    elif verb == "take_down":
        _take_down(moderator, flag, people.reason_of(reason))
    elif verb == "approve":
        _approve(moderator, flag)
    elif verb == "dismiss":
        with transaction.atomic():
            if flag.kind == Flag.Kind.WAITING:
                publishing.decline(moderator, UUID(flag.target))
            audit.record(moderator, "dismiss", Target(flag.target_kind), flag.target, people.sound(reason))
    else:
        raise InvalidRequest(say("There is no such decision."), param="verb")
    if verb == "take_down":
        flags.settle(moderator, flag.target_kind, flag.target, verb)
    elif verb != "ban" or flag.kind != Flag.Kind.RULE:  # a ban may end, and what was drawn is there still
        flags.settle_alike(moderator, flag, verb)


def put_back(moderator: Account, public_id: UUID, reason: str) -> None:
    """What was taken down by mistake may be shown again."""
    publishing.put_back(moderator, public_id, people.reason_of(reason))


def _approve(moderator: Account, flag: Flag) -> None:
    with transaction.atomic():
        for picture in _pictures_about(flag).filter(waiting_since__isnull=False):
            publishing.approve(moderator, picture.public_id)
        if flag.kind != Flag.Kind.WAITING:  # of a picture that waited, the gallery has told
            audit.record(moderator, "approve", Target(flag.target_kind), flag.target, data={"flag": flag.kind})


def _take_down(moderator: Account, flag: Flag, reason: str) -> None:
    if flag.target_kind not in (Target.PICTURE, Target.JOB):
        raise InvalidRequest(say("Only pictures can be taken down."), param="verb")
    with transaction.atomic():
        if flag.target_kind == Target.JOB:
            # First of all: it locks the job, so that a picture is kept before, and goes too, or after, and waits.
            with suppress(NotFound):  # its owner has deleted it
                jobs.cancel(flag.account, UUID(flag.target))
            audit.record(moderator, "take_down", Target.JOB, flag.target, reason)
            flags.settle(moderator, Target.JOB, flag.target, "take_down")
        for picture in _pictures_about(flag).filter(taken_down_at=None):
            publishing.take_down(moderator, picture.public_id, reason)


def _pictures_about(flag: Flag) -> QuerySet[Picture]:
    """The picture, or those of the job. A moderator may look at what is not public while a flag about it is open."""
    if flag.target_kind == Target.PICTURE:
        return Picture.objects.filter(public_id=flag.target)
    return Picture.objects.filter(job=flag.target) if flag.target_kind == Target.JOB else Picture.objects.none()


def _cases(rows: Sequence[Flag]) -> list[Case]:
    jobs_named = [flag.target for flag in rows if flag.target_kind == Target.JOB]
    pictures_named = [flag.target for flag in rows if flag.target_kind == Target.PICTURE]
    pictures = list(Picture.objects.filter(public_id__in=pictures_named))
    asked = Job.objects.filter(public_id__in=jobs_named).values_list("public_id", "request__prompt")
    told = {str(job): str(prompt or "") for job, prompt in asked}
    of_jobs: dict[str, list[Picture]] = {}
    for picture in Picture.objects.filter(job__in=jobs_named).order_by("index"):
        of_jobs.setdefault(str(picture.job), []).append(picture)
    by_id = {str(picture.public_id): [picture] for picture in pictures}
    expires = timezone.now() + LINKS_LAST
    cases = []
    for flag in rows:
        found = (by_id if flag.target_kind == Target.PICTURE else of_jobs).get(flag.target, [])
        prompt = found[0].prompt if found else told.get(flag.target, "")
        gone = not found and flag.target not in told and flag.target_kind in (Target.PICTURE, Target.JOB)
        shown = tuple(_shown(picture, expires) for picture in found[:SHOWN_PICTURES] if picture.trashed_at is None)
        cases.append(Case(flag, prompt, shown, gone))
    return cases


def _shown(picture: Picture, expires: datetime) -> Shown:
    token = signing.sign(picture.public_id, "thumb-256", expires)
    return Shown(
        picture.public_id,
        reverse("gallery:signed", kwargs={"token": token, "ext": "webp"}),
        picture.public,
        picture.waiting_since is not None,
        picture.taken_down_at is not None,
    )


def taken_down(targets: Sequence[str]) -> set[str]:
    """Those of the pictures that are taken down now."""
    down = Picture.objects.filter(public_id__in=targets, taken_down_at__isnull=False)
    return {str(public_id) for public_id in down.values_list("public_id", flat=True)}


def save_rule(owner: Account, save: Callable[[], Rule], *, new: bool) -> Rule:
    """Keep a rule that a form has looked at."""
    with transaction.atomic():
        rule = save()
        data = {"kind": rule.kind, "pattern": rule.pattern[:1000], "action": rule.action, "active": rule.active}
        audit.record(owner, "rule_made" if new else "rule_changed", Target.RULE, rule.name, data=data)
    return rule


def delete_rule(owner: Account, rule: Rule) -> None:
    """It looks for nothing any more. What it has found stays to be looked at."""
    with transaction.atomic():
        audit.record(owner, "rule_deleted", Target.RULE, rule.name, data={"pattern": rule.pattern[:1000]})
        rule.delete()
