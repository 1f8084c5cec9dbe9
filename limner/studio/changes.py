"""From the forms of the edit page to validated requests: edit a part, extend, vary."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import sqrt
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from limner.accounts.models import Account
from limner.engines.catalog import Model, catalog, drawing
from limner.engines.contract import DrawRequest, ImageRef, Size, Task
from limner.engines.dialects import dialect_for
from limner.engines.prices import price_tag, usual_quality
from limner.engines.sizes import native_size
from limner.engines.validation import Ask, check_integer, make_request
from limner.errors import InvalidRequest, LimnerError, say
from limner.gallery.canvas import Margins, extended, mask_for
from limner.gallery.models import Picture, Upload
from limner.gallery.queries import own_image
from limner.gallery.services import forget_uploads, keep_upload
from limner.jobs import services
from limner.jobs.enlarging import factors_for
from limner.jobs.models import Job
from limner.look.speech import spoken
from limner.storage import blobs
from limner.studio.options import whole
from limner.studio.pressing import one_press

LONGEST_EDGE = 4096
MOST_PIXELS = 8_294_400
MOST_AT_ONCE = 10
SIDES = {
    "top": gettext_lazy("Top"),
    "right": gettext_lazy("Right"),
    "bottom": gettext_lazy("Bottom"),
    "left": gettext_lazy("Left"),
}


@dataclass(frozen=True)
class Source:
    """What is changed: a picture or an upload of the viewer's."""

    row: Picture | Upload

    @property
    def public_id(self) -> UUID:
        return self.row.public_id

    @property
    def size(self) -> Size:
        return Size(self.row.width, self.row.height)

    @property
    def ref(self) -> ImageRef:
        has_alpha = isinstance(self.row, Upload) and self.row.has_alpha
        return ImageRef(str(self.public_id), self.row.width, self.row.height, has_alpha)

    @property
    def prompt(self) -> str:
        return self.row.prompt if isinstance(self.row, Picture) else ""

    @property
    def alt(self) -> str:
        if isinstance(self.row, Upload):
            return gettext("The picture that you brought")
        return self.prompt.strip() or gettext("A picture without words")

    @property
    def url(self) -> str:
        if isinstance(self.row, Upload):
            return reverse("studio:upload_file", args=[self.public_id])
        return reverse("gallery:file", args=[self.public_id, "jpg" if self.row.format == "jpeg" else self.row.format])

    @property
    def page(self) -> str:
        """The picture's own page; an upload has none."""
        return reverse("gallery:picture", args=[self.public_id]) if isinstance(self.row, Picture) else ""

    def bytes(self) -> bytes:
        """Its file."""
        return blobs.get(self.row.blob)

    @property
    def factors(self) -> list[int]:
        return factors_for(self.row.width, self.row.height)


def source_of(viewer: Account, public_id: UUID) -> Source:
    """The picture or upload to be changed. Raises NotFound: what is not theirs does not exist."""
    return Source(own_image(viewer, public_id))


# Models that can ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Painter:
    """One line of the list of models."""

    name: str
    title: str
    most_prompt: int
    most: int
    takes_strength: bool


def painters(task: Task) -> list[Painter]:
    """The models that can do it, each with its price."""
    models = [model for model in drawing() if _can(model, task)]
    return [
        Painter(
            model.name,
            f"{model.title} · {spoken(price_tag(model))}",
            model.capabilities.max_prompt,
            min(MOST_AT_ONCE, model.capabilities.max_n),
            not model.upstream,
        )
        for model in models
    ]


def _can(model: Model, task: Task) -> bool:
    """What draws no variations edits: see the table of translations."""
    tasks = model.capabilities.tasks
    return task in tasks or (task is Task.VARY and Task.EDIT in tasks)


def _model(name: str, task: Task) -> Model:
    able = {painter.name for painter in painters(task)}
    if not able:
        raise InvalidRequest(
            say("No model here can change pictures. Ask who runs this Limner for one."), param="model"
        )
    if name not in able:
        raise InvalidRequest(
            say(
                "The model that was chosen is no longer here. Choose another in the list and press the button again: "
                "what you painted and wrote stays."
            ),
            param="model",
        )
    return catalog()[name]


# Edit ---------------------------------------------------------------------------------------------------------


def submit_edit(viewer: Account, source: Source, form: QueryDict, mask: bytes | None) -> Job:
    """Submit what the edit form asks for; what was kept for it goes again where nothing comes of it."""
    model = _model(form.get("model", ""), Task.EDIT)
    margins = _margins(form, source.size)
    prompt = form.get("prompt", "").strip()
    if not prompt:
        raise InvalidRequest(say("Write a few words first: what should be there?"), param="prompt")
    asked = Ask(prompt=prompt, n=whole(form.get("n", "1")), task=Task.EDIT, images=(source.ref,))
    make_request(asked, dialect_for(model.name), model)  # all that can be wrong is said before anything is kept
    where = mask_for(mask, source.size, margins)
    canvas = extended(source.bytes(), margins) if margins else None
    with _kept_for(viewer) as kept:
        image = source.ref if canvas is None else _ref(kept.keep(keep_upload(viewer, canvas)))
        masked = None if where is None else _ref(kept.keep(keep_upload(viewer, where)))
        request, _ = make_request(replace(asked, images=(image,), mask=masked), dialect_for(model.name), model)
        request = _at_own_size(request, model, Size(image.width, image.height))
        if canvas is not None and not model.upstream:
            # Only looked at: so that what it grew from stays in its lineage.
            request = replace(request, images=(*request.images, source.ref))
        said = ["edit", str(source.public_id), model.name, request.n, prompt, str(margins), _digest(mask)]
        job = services.submit(viewer, request, idempotency_key=one_press(form, *said))
        kept.named_by(job)
    return job


def submit_variations(viewer: Account, source: Source, form: QueryDict) -> Job:
    """Submit n variations, as far from the picture as `strength` says."""
    model = _model(form.get("model", ""), Task.VARY)
    strength = check_integer("strength", whole(form.get("strength", "60")), 5, 100)
    prompt = form.get("prompt", "").strip() or source.prompt
    asked = Ask(prompt=prompt, n=whole(form.get("n", "1")), task=Task.VARY, images=(source.ref,))
    request, _ = make_request(asked, dialect_for(model.name), model)
    request = _at_own_size(request, model, source.size)
    if strength is not None and not model.upstream:
        request = replace(request, strength=strength / 100)
    said = ["vary", str(source.public_id), model.name, request.n, prompt, strength]
    return services.submit(viewer, request, idempotency_key=one_press(form, *said))


def _at_own_size(request: DrawRequest, model: Model, size: Size) -> DrawRequest:
    """As large as what was changed, where the model is ours: an upstream has its own sizes."""
    request = replace(request, quality=usual_quality(model))
    if model.upstream:
        return request
    shrink = min(1.0, LONGEST_EDGE / max(size.width, size.height), sqrt(MOST_PIXELS / size.pixels))
    fits = Size(max(1, int(size.width * shrink)), max(1, int(size.height * shrink)))
    return replace(request, size=fits, draw_size=native_size(fits, model.capabilities))


def _margins(form: QueryDict, size: Size) -> Margins:
    """How far the picture grows. Each edge by its own length at most, and the whole within the limits."""
    asked = {}
    for side in SIDES:
        most = size.height if side in ("top", "bottom") else size.width
        asked[side] = check_integer(side, whole(form.get(side) or "0"), 0, most) or 0
    margins = Margins(**asked)
    grown = margins.around(size)
    if margins and (max(grown.width, grown.height) > LONGEST_EDGE or grown.pixels > MOST_PIXELS):
        raise InvalidRequest(
            say(
                "That canvas is too large: {width} × {height}. At most {edge} pixels on an edge and {most:,} in all "
                "can be drawn: let it grow less.",
                width=grown.width,
                height=grown.height,
                edge=LONGEST_EDGE,
                most=MOST_PIXELS,
            ),
            param="top",
        )
    return margins


# What is kept for a job ---------------------------------------------------------------------------------------


class _Kept:
    """Uploads that were kept for one job."""

    def __init__(self) -> None:
        self.ids: set[UUID] = set()

    def keep(self, upload: Upload) -> Upload:
        self.ids.add(upload.public_id)
        return upload

    def named_by(self, job: Job) -> None:
        """They are the job's now. An earlier press of the same button has a job with its own: ours are not needed."""
        mask = job.request.get("mask")
        self.ids -= {UUID(ref["public_id"]) for ref in (*job.request["images"], *([mask] if mask else []))}


@contextmanager
def _kept_for(viewer: Account) -> Iterator[_Kept]:
    kept = _Kept()
    try:
        yield kept
    except LimnerError:
        forget_uploads(viewer, kept.ids)
        raise
    forget_uploads(viewer, kept.ids)


def _ref(upload: Upload) -> ImageRef:
    return ImageRef(str(upload.public_id), upload.width, upload.height, upload.has_alpha)


def _digest(data: bytes | None) -> str:
    return hashlib.sha256(data or b"").hexdigest()
