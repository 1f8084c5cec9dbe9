"""Who sees a picture, one function per verb: permission and write in one place.

Its owner shows it to everybody or takes it back, others like it, a moderator says yes or takes it down. Each
locks the row first: a publication and a take-down at the same moment end as one of them, never as both.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from limner.accounts.models import Account
from limner.errors import InvalidRequest, NotAllowed, NotFound, say
from limner.gallery import search
from limner.gallery.models import Licence, Like, Picture
from limner.gallery.queries import ancestors_of, pictures_visible_to
from limner.moderation import audit, flags
from limner.moderation.models import Flag, Target

AT_ONCE = 500
_SHOWN = ("public", "published_at", "waiting_since")
NO_GALLERY = say("This Limner has no public gallery.")


def publish(account: Account, public_id: UUID, *, shows_prompt: bool, licence: str, indexed: bool) -> Picture:
    """Show one's own picture to everybody, or change how it is shown. It waits where a moderator says yes first.

    Raises NotFound, NotAllowed or InvalidRequest with the reason.
    """
    if settings.LIMNER_GALLERY == "off":
        raise NotAllowed(NO_GALLERY)
    if account.is_guest:
        raise NotAllowed(say("Sign up to show your pictures to everybody."))
    with transaction.atomic():
        if not _is_active(account.pk):
            raise NotAllowed(say("This account is closed. Ask who runs this Limner why."))
        picture = _own(account, public_id)
        if licence not in Licence.values:
            raise InvalidRequest(say("Choose one of the licences in the list."), param="licence")
        if picture.taken_down_at is not None:
            raise NotAllowed(
                say(
                    "A moderator took this picture down, so it cannot be public. The reason: {reason}",
                    reason=picture.taken_down_reason,
                )
            )
        picture.shows_prompt, picture.licence, picture.indexed = shows_prompt, licence, indexed
        if not picture.public:
            _show(picture)
        picture.save(update_fields=[*_SHOWN, "shows_prompt", "licence", "indexed"])
        search.index([picture])
    return picture


def unpublish(account: Account, public_id: UUID) -> Picture:
    """Take one's own picture back. A second time changes nothing. Raises NotFound or NotAllowed."""
    with transaction.atomic():
        picture = _own(account, public_id)
        picture.public, picture.waiting_since = False, None
        if picture.taken_down_at is not None:
            picture.published_at = None  # nor is it public again when it is put back
        picture.save(update_fields=_SHOWN)
        search.index([picture])
        flags.settle(account, Target.PICTURE, picture.public_id, "withdrawn", kind=Flag.Kind.WAITING)
    return picture


def hang(picture: Picture) -> None:
    """Make a new picture public at once where the gallery is a wall, inside the caller's transaction.

    Not one that no model drew: what somebody brought is theirs until they show it themselves.
    """
    if settings.LIMNER_GALLERY != "wall" or not settings.LIMNER_ACCOUNTS or not picture.drawn:
        return
    if picture.account.is_guest or not picture.account.is_active:  # one who was banned while it was drawn
        return
    _show(picture)
    picture.save(update_fields=_SHOWN)


def like(account: Account, public_id: UUID) -> Picture:
    """Like a public picture. A second time changes nothing. Raises NotFound, or NotAllowed for a guest."""
    if account.is_guest:
        raise NotAllowed(say("Sign in to like pictures."))
    with transaction.atomic():
        picture = _public(account, public_id)
        _, new = Like.objects.get_or_create(account=account, picture=picture)
        if new:
            Picture.objects.filter(pk=picture.pk).update(likes=F("likes") + 1)
        picture.refresh_from_db(fields=["likes"])
    return picture


def unlike(account: Account, public_id: UUID) -> Picture:
    """Like it no longer. A second time changes nothing. Raises NotFound."""
    with transaction.atomic():
        picture = _public(account, public_id)
        gone, _ = Like.objects.filter(account=account, picture=picture).delete()
        if gone:
            Picture.objects.filter(pk=picture.pk).update(likes=F("likes") - 1)
        picture.refresh_from_db(fields=["likes"])
    return picture


def unlike_all(account: Account) -> None:
    """This account likes nothing any more, and the pictures count so."""
    mine = Like.objects.filter(account=account).order_by("picture_id")
    gone: dict[int, int] | None = None
    while gone is None or gone:
        # In the order of `unlike`, each row locked: nobody waits for the other, and each like is counted off once.
        with transaction.atomic():
            gone = dict(mine.select_for_update().values_list("pk", "picture_id")[:AT_ONCE])
            Like.objects.filter(pk__in=gone).delete()
            liked = Picture.objects.filter(pk__in=gone.values())
            list(liked.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
            liked.update(likes=F("likes") - 1)


def report(account: Account | None, public_id: UUID, *, reason: str, words: str = "") -> Flag:
    """Tell the moderators about a public picture. One open report a person and picture. Raises NotFound."""
    with transaction.atomic():
        picture = _public(account, public_id)
        return flags.report(account, Target.PICTURE, picture.public_id, picture.account, reason, words)


def approve(moderator: Account, public_id: UUID) -> Picture:
    """Say yes to a picture that waits to be public. Raises NotAllowed, NotFound or InvalidRequest."""
    _moderates(moderator)
    with transaction.atomic():
        picture = _any(public_id)
        if picture.waiting_since is None:
            raise InvalidRequest(say("This picture does not wait to be public."))
        picture.public, picture.published_at, picture.waiting_since = True, timezone.now(), None
        picture.save(update_fields=_SHOWN)
        search.index([picture])
        flags.settle(moderator, Target.PICTURE, public_id, "approve", kind=Flag.Kind.WAITING)
        audit.record(moderator, "approve", Target.PICTURE, public_id)
    return picture


def decline(moderator: Account, public_id: UUID) -> Picture:
    """Say no to a picture that waits to be public: it stays its owner's. Raises NotAllowed or NotFound."""
    _moderates(moderator)
    with transaction.atomic():
        picture = _any(public_id)
        picture.waiting_since = None
        picture.save(update_fields=["waiting_since"])
        flags.settle(moderator, Target.PICTURE, public_id, "decline", kind=Flag.Kind.WAITING)
    return picture


def take_down(moderator: Account, public_id: UUID, reason: str) -> Picture:
    """Nobody but its owner sees it any more, who is told why. Raises NotAllowed, NotFound or InvalidRequest."""
    _moderates(moderator)
    if not reason.strip():
        raise InvalidRequest(say("Say why: the picture's owner is told."), param="reason")
    with transaction.atomic():
        picture = _any(public_id)
        was_public = picture.public
        if picture.taken_down_at is None:
            picture.taken_down_at = timezone.now()
            audit.record(
                moderator, "take_down", Target.PICTURE, public_id, reason.strip(), {"was_public": was_public}
            )
        picture.taken_down_reason = reason.strip()
        picture.public, picture.waiting_since = False, None
        picture.save(update_fields=["public", "waiting_since", "taken_down_at", "taken_down_reason"])
        search.index([picture])
        flags.settle(moderator, Target.PICTURE, public_id, "take_down")
    return picture


def put_back(moderator: Account, public_id: UUID, reason: str) -> Picture:
    """Undo a take-down: what was public is so again, unless its owner took it back or was banned meanwhile.

    Raises NotAllowed, NotFound or InvalidRequest.
    """
    _moderates(moderator)
    with transaction.atomic():
        owner = Picture.objects.filter(public_id=public_id).values_list("account", flat=True).first()
        active = owner is not None and _is_active(owner)
        picture = _any(public_id)
        if picture.taken_down_at is None:
            raise InvalidRequest(say("This picture was not taken down."))
        last = audit.entries_about(Target.PICTURE, public_id).filter(verb="take_down").first()
        was_public = bool(last and last.data.get("was_public"))
        picture.public = was_public and active and picture.published_at is not None
        picture.taken_down_at, picture.taken_down_reason = None, ""
        picture.save(update_fields=["public", "taken_down_at", "taken_down_reason"])
        search.index([picture])
        flags.settle(moderator, Target.PICTURE, public_id, "restore")
        audit.record(moderator, "restore", Target.PICTURE, public_id, reason.strip())
    return picture


def hide_all(account: Account) -> int:
    """Nothing of this account's is public any more, nor waits to be; says how many pictures that were."""
    hidden = 0
    Picture.objects.filter(account=account, taken_down_at__isnull=False).update(published_at=None)
    shown = Picture.objects.filter(account=account).filter(Q(public=True) | Q(waiting_since__isnull=False))
    while some := list(shown.order_by("pk")[:AT_ONCE]):
        Picture.objects.filter(pk__in=[picture.pk for picture in some]).update(public=False, waiting_since=None)
        for picture in some:
            picture.public, picture.waiting_since = False, None
        search.index(some)
        hidden += len(some)
    return hidden


def _show(picture: Picture) -> None:
    """Public now, or waiting for a moderator; the caller saves the row."""
    if settings.LIMNER_GALLERY_APPROVE or _to_be_looked_at(picture):
        if picture.waiting_since is None:
            picture.waiting_since = timezone.now()
        owner = picture.account
        flags.raise_flag(Flag.Kind.WAITING, Target.PICTURE, picture.public_id, owner, by=owner)
        return
    picture.public, picture.published_at, picture.waiting_since = True, timezone.now(), None


def _to_be_looked_at(picture: Picture) -> bool:
    """A copy or a variation is no way around whoever has yet to look at what it was made from, or said no to it."""
    before = ancestors_of(picture)
    if any(one.waiting_since is not None or one.taken_down_at is not None for one in before):
        return True
    return flags.holds_back(Target.JOB, picture.job, *{one.job for one in before})


def _is_active(account: int) -> bool:
    """Whether it is not kept out. Its row is locked: a ban at the same moment comes before, or hides all after."""
    one = Account.objects.select_for_update(no_key=True).filter(pk=account)
    return one.values_list("is_active", flat=True).first() or False


def _own(account: Account, public_id: UUID) -> Picture:
    picture = pictures_visible_to(account).select_for_update(of=("self",)).filter(public_id=public_id).first()
    if picture is None:
        raise NotFound(say("There is no such picture."))
    if picture.account_id != account.pk:
        raise NotAllowed(say("Only the person who made a picture decides who sees it."))
    return picture


def _public(account: Account | None, public_id: UUID) -> Picture:
    picture = pictures_visible_to(account).filter(public_id=public_id, public=True).first()
    if picture is None:
        raise NotFound(say("There is no such picture."))
    return picture


def _any(public_id: UUID) -> Picture:
    picture = Picture.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
    if picture is None:
        raise NotFound(say("There is no such picture."))
    return picture


def _moderates(account: Account) -> None:
    if not (account.is_active and account.is_staff):
        raise NotAllowed(say("Only moderators can do this."))
