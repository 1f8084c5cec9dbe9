"""What goes from the storage once a day: uploads that nobody used, what was in the trash long enough, what programs
were given long ago, guests who do not come back, and blobs that a crash left without a row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from limner.engines.contract import CAME_BY
from limner.gallery import services as gallery
from limner.gallery import trash
from limner.gallery.models import AlbumPicture, Like, Picture
from limner.gallery.services import DAY
from limner.jobs.leaving import forget_guests
from limner.jobs.models import Job
from limner.jobs.states import ENDED


def tidy(older_than: timedelta | None = None, go_on: Callable[[], bool] = lambda: True) -> int:
    """Delete what is nobody's any more and older than `older_than`, or than its setting and a day; says how many
    blobs no row named.

    Goes on while `go_on` says so. Raises Unavailable when the storage is away.
    """
    trash.purge(go_on=go_on)
    forget_results(go_on)
    forget_guests(go_on)
    uploads = timedelta(hours=settings.LIMNER_KEEP_UPLOADS) if older_than is None else older_than
    gallery.sweep_uploads(uploads, needed=needed_images())
    return gallery.sweep_blobs(known_jobs, DAY if older_than is None else older_than, go_on)


def forget_results(go_on: Callable[[], bool] = lambda: True) -> int:
    """Delete the pictures that programs asked for longer ago than `LIMNER_KEEP_API_RESULTS`; says how many.

    What their owner likes, has put into an album or shows to everybody stays. The trash has a time of its own.
    """
    if not settings.LIMNER_KEEP_API_RESULTS:
        return 0
    by_a_program = Q(api_key__isnull=False) | Q(**{f"request__options__{CAME_BY}__isnull": False})
    liked = Like.objects.filter(picture=OuterRef("pk"), account=OuterRef("account"))
    old = Picture.objects.filter(
        Exists(Job.objects.filter(by_a_program, public_id=OuterRef("job"))),
        ~Exists(liked),
        ~Exists(AlbumPicture.objects.filter(picture=OuterRef("pk"))),
        public=False,
        waiting_since=None,
        trashed_at=None,
        created_at__lt=timezone.now() - timedelta(days=settings.LIMNER_KEEP_API_RESULTS),
    )
    ids, gone = list(old.values_list("pk", flat=True)), 0  # once: the studio's own are walked past each time
    for start in range(0, len(ids), trash.AT_ONCE):
        gone += trash.delete_pictures(old.filter(pk__in=ids[start : start + trash.AT_ONCE]), go_on)
    return gone


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
