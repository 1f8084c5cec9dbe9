"""What goes from the storage once a day: uploads that nobody used, what was in the trash long enough, and blobs that
a crash left without a row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from limner.gallery import services as gallery
from limner.gallery import trash
from limner.gallery.services import DAY
from limner.jobs.models import Job
from limner.jobs.states import ENDED


def tidy(older_than: timedelta | None = None, go_on: Callable[[], bool] = lambda: True) -> int:
    """Delete what is nobody's any more and older than `older_than`, or than its setting and a day; says how many
    blobs no row named.

    Goes on while `go_on` says so. Raises Unavailable when the storage is away.
    """
    trash.purge(go_on=go_on)
    uploads = timedelta(hours=settings.LIMNER_KEEP_UPLOADS) if older_than is None else older_than
    gallery.sweep_uploads(uploads, needed=needed_images())
    return gallery.sweep_blobs(known_jobs, DAY if older_than is None else older_than, go_on)


def known_jobs(ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that this database has a job for: a crash leaves no blob without its job's row."""
    return set(Job.objects.filter(public_id__in=ids).values_list("public_id", flat=True))


def needed_images() -> set[str]:
    """The public ids of the images that jobs which have not ended name: they still have to be drawn from."""
    unfinished = Job.objects.exclude(state__in=ENDED).values_list("request__images", "request__mask")
    named = [image for images, mask in unfinished.iterator() for image in (*_listed(images), mask)]
    return {str(image.get("public_id")) for image in named if isinstance(image, dict)}


def _listed(images: object) -> list[object]:
    # A job that another version of Limner wrote may say anything here; it is failed once it is claimed.
    return images if isinstance(images, list) else []
