"""What somebody should look at: raised by rules and people, settled by a moderator."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from limner.accounts.models import Account
from limner.errors import InvalidRequest, NotFound, say
from limner.moderation.models import Flag, Target

LONGEST_WORDS = 1000


def raise_flag(
    kind: Flag.Kind,
    target_kind: Target,
    target: UUID | str,
    account: Account,
    *,
    by: Account | None = None,
    rule: str = "",
    reason: str = "",
    words: str = "",
) -> Flag:
    """Somebody should look at this. While the same is open from the same, that one stands.

    `account` is whose the target is, `by` who says so. None is a rule or a visitor, who are nobody in particular: of
    them only what says the very same is the same.
    """
    said = {"rule": rule[:80], "reason": reason, "words": words[:LONGEST_WORDS]}
    about = {"kind": kind, "target_kind": target_kind, "target": str(target), "by": by, "settled_at": None}
    if by is None:
        about |= said
    found = Flag.objects.filter(**about).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Flag.objects.create(**{**about, **said}, account=account)
    except IntegrityError:  # pressed twice at once
        return Flag.objects.get(**about)


def report(
    by: Account | None, target_kind: Target, target: UUID | str, account: Account, reason: str, words: str = ""
) -> Flag:
    """A person says that this should not be here. Raises InvalidRequest for a reason that there is none of."""
    if reason not in Flag.Reason.values:
        raise InvalidRequest(say("Choose what is wrong with the picture."), param="reason")
    words = words.replace("\0", "").strip()
    return raise_flag(Flag.Kind.REPORT, target_kind, target, account, by=by, reason=reason, words=words)


def open_flags() -> QuerySet[Flag]:
    """What nobody has looked at yet, newest first. For moderators: nobody else may be shown any."""
    return Flag.objects.filter(settled_at=None).select_related("account", "by").order_by("-id")


def open_flag(public_id: UUID) -> Flag:
    """One of them. Raises NotFound."""
    flag = open_flags().filter(public_id=public_id).first()
    if flag is None:
        raise NotFound(say("Somebody has settled this already."))
    return flag


def holds_back(target_kind: str, *targets: UUID | str) -> bool:
    """Whether somebody should look at one of the targets and nobody has yet, or who has took it down."""
    about = Flag.objects.filter(target_kind=target_kind, target__in=[str(target) for target in targets])
    return about.filter(Q(settled_at=None) | Q(outcome="take_down")).exists()


def settle(by: Account, target_kind: str, target: UUID | str, outcome: str, *, kind: Flag.Kind | None = None) -> int:
    """Everything that is open about the target, or all of one kind, is done with. Says how many flags that were."""
    about = Flag.objects.filter(target_kind=target_kind, target=str(target), settled_at=None)
    if kind is not None:
        about = about.filter(kind=kind)
    return about.update(settled_at=timezone.now(), settled_by=by, outcome=outcome[:20])


def settle_alike(by: Account, flag: Flag, outcome: str) -> None:
    """The flag is done with, and whatever says the same of the same target. What says something else stays open."""
    about = Flag.objects.filter(target_kind=flag.target_kind, target=flag.target, settled_at=None)
    alike = about.filter(kind=flag.kind, rule=flag.rule, reason=flag.reason)
    alike.update(settled_at=timezone.now(), settled_by=by, outcome=outcome[:20])
