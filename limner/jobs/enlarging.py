"""Making a picture larger: by a model where one that does it is on this machine, and that is a job like any other.

Else it is Lanczos that does it here and at once, so the job is written when it is done already. It is a job all the
same, so that it hangs on the wall, is told to every watcher, and has its place in the lineage.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Semaphore
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from PIL import Image

from limner.accounts.models import Account, ApiKey
from limner.engines import catalog
from limner.engines.catalog import Model
from limner.engines.contract import ENLARGED_BY, STYLED, DrawRequest, ImageRef, Size, Task
from limner.errors import InvalidRequest, Sentence, say
from limner.gallery import services as gallery
from limner.gallery.models import LANCZOS, Picture, Upload
from limner.jobs import allowance, events, health, services
from limner.jobs.events import Happened
from limner.jobs.models import Job
from limner.jobs.pipeline import discard
from limner.jobs.services import asked_before, flag_job
from limner.jobs.states import State
from limner.jobs.threads import give_back_connections, in_thread, run_in
from limner.jobs.trouble import said_plainly
from limner.moderation import rules
from limner.moderation.words import drawn_texts
from limner.provenance import mark
from limner.provenance.fresh_png import fresh_png
from limner.storage import blobs
from limner.storage.keys import picture_prefix

FACTORS = (2, 4)
MOST_PIXELS = 16_777_216
"""Of an enlarged picture: 4096 × 4096."""


def factors_for(width: int, height: int) -> list[int]:
    """How many times larger a picture of this size can be made."""
    return [factor for factor in FACTORS if width * height * factor**2 <= MOST_PIXELS]


_turn = Semaphore(1)
"""One at a time in this process: the largest takes 280 MB while it is made."""
_making = ThreadPoolExecutor(1, thread_name_prefix="limner-larger")
"""Where event loops have it done: the threads that everybody reads by are too few to wait for their turn in them."""


def enlarge(account: Account, source: Picture | Upload, factor: int, *, idempotency_key: str | None = None) -> Job:
    """Keep one's own picture or upload `factor` times as wide and high, as a new picture, with its mark.

    Raises what `larger` and `submit` do.
    """
    return submit(account, source, larger(account, source, factor), idempotency_key=idempotency_key)


def enlarger_for(account: Account) -> Model | None:
    """The model that makes this account's pictures larger; None where there is none here, or their plan does not
    include it: Lanczos does it then, at once and for nothing."""
    by = catalog.enlarger()
    allowed = account.plan.allowed_models if account.plan else []
    return by if by is not None and (not allowed or by.name in allowed) else None


def larger(account: Account, source: Picture | Upload, factor: int) -> DrawRequest:
    """The request for it, by the model that makes this account's pictures larger, or by none. Raises InvalidRequest
    where the picture would be too large."""
    possible = factors_for(source.width, source.height)
    if factor not in possible:
        raise InvalidRequest(_too_large(possible), param="factor")
    return _request(source, Size(source.width * factor, source.height * factor), enlarger_for(account))


@said_plainly()
def submit(
    account: Account,
    source: Picture | Upload,
    request: DrawRequest,
    *,
    idempotency_key: str | None = None,
    key: ApiKey | None = None,
) -> Job:
    """The job of a request of `larger`: queued where a model does it, done where none is here.

    The same account's same `idempotency_key` gives the job that is already there. `key` is what the call came with.
    Slow: in a thread. Raises Blocked where a rule says so, and what `services.submit` does where the plan or the disk
    has no room.
    """
    if ENLARGED_BY in request.options:
        return services.submit(account, request, idempotency_key=idempotency_key, key=key)
    verdict = rules.refuse_or_flag(account, drawn_texts(request))  # its words may be older than a rule
    with _in_turn():
        # Asked when its turn has come: an earlier press of the same button has its job by then.
        before = asked_before(account, idempotency_key, request) if idempotency_key is not None else None
        if before is not None:
            return before
        health.refuse_when_full()
        allowance.check(Account.objects.select_related("plan").get(pk=account.pk), request)
        return _made(account, source, request, verdict, idempotency_key, key)


async def submitted(
    account: Account,
    source: Picture | Upload,
    request: DrawRequest,
    *,
    idempotency_key: str | None = None,
    key: ApiKey | None = None,
) -> Job:
    """`submit` from an event loop."""
    asking = partial(submit, account, source, request, idempotency_key=idempotency_key, key=key)
    return await (in_thread(asking) if ENLARGED_BY in request.options else run_in(_making, asking))


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _turn.acquire(blocking=False):
        give_back_connections()  # nobody waits with one in hand
        _turn.acquire()
    try:
        yield
    finally:
        _turn.release()


def _made(
    account: Account,
    source: Picture | Upload,
    request: DrawRequest,
    verdict: rules.Verdict,
    idempotency_key: str | None,
    key: ApiKey | None,
) -> Job:
    job = Job(
        public_id=uuid4(),
        account=account,
        idempotency_key=idempotency_key,
        state=State.DONE,
        request=request.to_json(),
        lane=request.model,
        compat="",
        n=1,
        tag=0.0,
        predicted_seconds=0.0,
        price=0,
        kept=1,
        model=request.model,
        api_key=key,
        attempt=1,
    )
    data = blobs.get(source.blob)
    stored = blobs.put(picture_prefix(job.public_id, 1, 0), _enlarged(data, request), "png")
    try:
        with transaction.atomic():
            job.started_at = job.ended_at = Now()
            job.save()
            flag_job(verdict, job.public_id, account)
            picture = gallery.record(
                account_id=account.pk,
                job=job.public_id,
                index=0,
                attempt=1,
                stored=stored,
                size=request.size,
                format="png",
                request=request,
            )
            _tell(job, picture)
    except BaseException as error:
        discard(stored)
        if isinstance(error, IntegrityError) and idempotency_key is not None:
            # Another process, which has its own turns, was asked for the same.
            before = asked_before(account, idempotency_key, request)
            if before is not None:
                return before
        raise
    job.refresh_from_db()
    return job


def _request(source: Picture | Upload, size: Size, by: Model | None) -> DrawRequest:
    drawn = source if isinstance(source, Picture) else None
    styled = {STYLED: drawn.style} if drawn and drawn.style else {}
    enlarged = {ENLARGED_BY: by.name} if by else {}
    how = drawn.parameters if drawn else {}
    return DrawRequest(
        prompt=drawn.prompt if drawn else "",
        model=drawn.model if drawn else LANCZOS,
        size=size,
        draw_size=Size(source.width, source.height),
        seed=drawn.seed if drawn else 0,
        steps=how.get("steps") or 0,
        guidance=how.get("guidance") or 0.0,
        task=Task.UPSCALE,
        negative_prompt=drawn.negative_prompt if drawn else "",
        images=(ImageRef(str(source.public_id), source.width, source.height),),
        options={**styled, **enlarged},
    )


def _enlarged(data: bytes, request: DrawRequest) -> bytes:
    size = request.size
    with Image.open(io.BytesIO(data)) as image:
        plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    made = fresh_png(plain.resize((size.width, size.height), Image.Resampling.LANCZOS))
    marked = gallery.provenance_of_larger(request, data)
    return mark.mark(made, marked) if marked else made


def _tell(job: Job, picture: Picture) -> None:
    about = (job.account_id, job.pk, job.public_id)
    told = {"index": 0, "picture": str(picture.public_id), "width": picture.width, "height": picture.height}
    done = events.state_data(State.DONE, attempt=1, n=1, pictures=1)
    events.write([Happened(*about, "picture", told), Happened(*about, "state", done)])


def _too_large(possible: list[int]) -> Sentence:
    if possible:
        return say(
            "That would be too large. This picture can be made {most} times as large at most.", most=possible[-1]
        )
    return say("This picture is too large already: an enlarged one may have at most 4096 × 4096 pixels.")
