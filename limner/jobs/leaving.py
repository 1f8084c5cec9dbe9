"""Somebody goes, with everything that is theirs: because they ask for it, or a guest because their time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from limner.accounts import credits
from limner.accounts.bans import end_sessions
from limner.accounts.models import Account, CreditEntry
from limner.accounts.services import owners_locked
from limner.accounts.storage_use import count_bytes
from limner.errors import NotAllowed, say
from limner.gallery import publishing, search, trash
from limner.gallery.models import Album, Picture, Upload
from limner.jobs import services as jobs
from limner.jobs.models import Event, Job
from limner.jobs.states import ENDED
from limner.moderation.models import Flag, Target
from limner.prompts.models import KeptStyle, Written

AT_ONCE = 500


def delete_everything(account: Account, *, keep_account: bool = False) -> None:
    """Stop this account's jobs, then delete its pictures, uploads and rows; and the account, unless it is kept.

    A picture that is being drawn meanwhile finds no job that it could belong to, and is discarded. Goes on where it
    was where the storage was away.
    """
    if keep_account:
        publishing.hide_all(account)
        _delete_all(account)
        return
    was_active = account.is_active
    with transaction.atomic():
        if [owner.pk for owner in owners_locked()] == [account.pk]:
            raise NotAllowed(say("You are the only owner of this Limner. Make somebody else an owner first."))
        Account.objects.filter(pk=account.pk).update(is_active=False)  # nothing new begins meanwhile
    try:
        publishing.hide_all(account)
        _delete_all(account)
    except BaseException:
        Account.objects.filter(pk=account.pk).update(is_active=was_active)  # so that they can ask for the rest
        raise
    if not account.is_guest:  # they have none
        end_sessions(account)
    Account.objects.filter(pk=account.pk).delete()


def _delete_all(account: Account, *, book: bool = True) -> None:
    for public_id in Job.objects.filter(account=account).exclude(state__in=ENDED).values_list("public_id", flat=True):
        jobs.cancel(account, public_id)
    # Jobs first: once they are gone, nothing that is still drawn can be kept.
    _some_at_a_time(Event, account)
    _some_at_a_time(Job, account)
    trash.delete_pictures(Picture.objects.filter(account=account))
    trash.delete_uploads(account)
    publishing.unlike_all(account)
    for rows in (Album, KeptStyle, Written, *([CreditEntry] if book else [])):
        rows._default_manager.filter(account=account).delete()


def _some_at_a_time(model: type[Event] | type[Job], account: Account) -> None:
    rows = model._default_manager.filter(account=account)
    more = True
    while more:
        with transaction.atomic():  # locked: what is drawn meanwhile could tell another event of a job that goes
            ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True)[:AT_ONCE])
            if model is Job:
                Event.objects.filter(job__in=ids).delete()
            rows.filter(pk__in=ids).delete()
        more = bool(ids)


def forget_guests(go_on: Callable[[], bool] = lambda: True) -> int:
    """Delete the guests who asked for nothing for longer than `LIMNER_KEEP_GUESTS`, with all that is theirs; says how
    many. Whose address has used something this month leaves their row and its book until the month is over, or it
    would have its allowance anew; who is banned leaves theirs for good, or they would not be. Raises Unavailable when
    the storage is away."""
    before = timezone.now() - timedelta(days=settings.LIMNER_KEEP_GUESTS)
    later = Job.objects.filter(account=OuterRef("pk"), created_at__gte=before)
    used = CreditEntry.objects.filter(account=OuterRef("pk"), created_at__gte=credits.month_begin())
    gone = 0
    old = Account.objects.filter(~Exists(later), is_guest=True, date_joined__lt=before)
    for guest in list(old.annotate(counts_still=Exists(used))):
        if not go_on():
            break
        if guest.counts_still or guest.banned_at:
            publishing.hide_all(guest)
            _delete_all(guest, book=False)
            continue
        delete_everything(guest)
        gone += 1
    return gone


def hand_over(guest: Account, account: Account) -> None:
    """Give a new account what it made as a guest. What is under way stays the guest's, and so does the book of
    credits: signing up gives the address no new allowance."""
    with transaction.atomic():
        ended = Job.objects.filter(account=guest, state__in=ENDED)
        pictures = list(Picture.objects.filter(account=guest, job__in=ended.values("public_id")))
        uploads = list(Upload.objects.filter(account=guest))
        if Job.objects.filter(account=guest).exclude(state__in=ENDED).exists():
            uploads = []  # they may be drawn from
        Picture.objects.filter(pk__in=[row.pk for row in pictures]).update(account=account)
        Upload.objects.filter(pk__in=[row.pk for row in uploads]).update(account=account)
        jobs_ended = list(ended.values_list("public_id", flat=True))
        ended.update(account=account)
        about = Q(target_kind=Target.JOB, target__in=[str(job) for job in jobs_ended])
        about |= Q(target_kind=Target.PICTURE, target__in=[str(row.public_id) for row in pictures])
        Flag.objects.filter(about, account=guest).update(account=account)
        for rows in (Album, KeptStyle):
            rows._default_manager.filter(account=guest).update(account=account)
        for picture in pictures:
            picture.account = account
        search.index(pictures)
        moved = sum(row.bytes for row in pictures) + sum(row.bytes for row in uploads)
        count_bytes(guest.pk, -moved)
        count_bytes(account.pk, moved)
