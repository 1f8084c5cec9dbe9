"""What moderators and the owner do about people, with all that follows from it, and the line in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from limner.accounts import bans
from limner.accounts import people as coming
from limner.accounts.models import Account, Invitation, Plan
from limner.accounts.services import owners_locked
from limner.errors import InvalidRequest, NotAllowed, NotFound, say
from limner.gallery import publishing
from limner.jobs import services as jobs
from limner.jobs.leaving import delete_everything
from limner.jobs.models import Job
from limner.jobs.states import ENDED
from limner.moderation import audit
from limner.moderation.models import Target

PAGE = 50
LONGEST_REASON = 1000


def people(looked_for: str = "", kind: str = "", before: int | None = None) -> QuerySet[Account]:
    """Accounts, newest first: those with `looked_for` in their name or address. For moderators."""
    found = Account.objects.select_related("plan").order_by("-id")
    if looked_for := looked_for.replace("\0", "").strip()[:150]:
        found = found.filter(Q(username__icontains=looked_for) | Q(email__icontains=looked_for))
    elif not kind:
        found = found.filter(is_guest=False)
    if kind == "waiting":
        found = found.filter(waiting_since__isnull=False)
    elif kind == "banned":
        found = found.filter(banned_at__isnull=False)
    elif kind == "staff":
        found = found.filter(Q(is_staff=True) | Q(is_superuser=True))
    return found if before is None else found.filter(pk__lt=before)


def person(public_id: UUID) -> Account:
    """One of them. Raises NotFound."""
    found = Account.objects.select_related("plan").filter(public_id=public_id).first()
    if found is None:
        raise NotFound(say("There is no such person."))
    return found


def sound(given: str) -> str:
    """What somebody wrote, as it can be kept."""
    return given.replace("\0", "").strip()[:LONGEST_REASON]


def reason_of(given: str) -> str:
    """A reason that was given. Raises InvalidRequest where none was."""
    reason = sound(given)
    if not reason:
        raise InvalidRequest(say("Say why: the person is told, and it stays in the log."), param="reason")
    return reason


def ban(moderator: Account, public_id: UUID, reason: str) -> Account:
    """Keep somebody out: no signing in, no keys, nothing drawn any more, nothing of theirs public.

    Raises NotAllowed for oneself and an owner, and for a moderator unless the owner does it.
    """
    reason = reason_of(reason)
    with transaction.atomic():
        banned = _theirs_to_ban(moderator, public_id)
        if bans.ban(banned, reason):
            hidden = publishing.hide_all(banned)
            audit.record(moderator, "ban", Target.ACCOUNT, banned.public_id, reason, {"hidden": hidden})
    # A second time too: what a crash left is ended then.
    bans.end_sessions(banned)
    for job in Job.objects.filter(account=banned).exclude(state__in=ENDED).values_list("public_id", flat=True):
        jobs.cancel(banned, job)
    return banned


def unban(moderator: Account, public_id: UUID, reason: str) -> Account:
    """Let somebody in again. What of theirs was public stays hidden until they show it again."""
    reason = reason_of(reason)
    with transaction.atomic():
        banned = person(public_id)
        if bans.unban(banned):
            audit.record(moderator, "unban", Target.ACCOUNT, banned.public_id, reason)
    return banned


def set_plan(owner: Account, public_id: UUID, plan: str) -> Account:
    """Give somebody another plan. For the owner."""
    _only_owner(owner)
    found = Plan.objects.filter(name=sound(plan)).first()
    if found is None:
        raise InvalidRequest(say("There is no such plan."), param="plan")
    with transaction.atomic():
        changed = person(public_id)
        before = changed.plan.name if changed.plan else ""
        if before != found.name:
            Account.objects.filter(pk=changed.pk).update(plan=found)
            audit.record(owner, "plan", Target.ACCOUNT, public_id, data={"before": before, "after": found.name})
    return changed


def set_moderator(owner: Account, public_id: UUID, moderates: bool) -> Account:
    """Make somebody a moderator, or no longer one. For the owner; owners are moderators."""
    _only_owner(owner)
    with transaction.atomic():
        changed = person(public_id)
        if changed.is_superuser or changed.is_guest or not changed.is_active:
            raise NotAllowed(say("This cannot be changed for this account."))
        if changed.is_staff != moderates:
            Account.objects.filter(pk=changed.pk).update(is_staff=moderates)
            audit.record(owner, "moderator" if moderates else "no moderator", Target.ACCOUNT, public_id)
    return changed


def set_owner(owner: Account, public_id: UUID, owns: bool) -> Account:
    """Make somebody an owner, or no longer one. For an owner; one has to stay who can come in."""
    _only_owner(owner)
    with transaction.atomic():
        owners = list(owners_locked())
        changed = person(public_id)
        if changed.is_guest or not changed.is_active:
            raise NotAllowed(say("This cannot be changed for this account."))
        if not owns and [one.pk for one in owners] == [changed.pk]:
            raise NotAllowed(say("This is the only owner of this Limner. Make somebody else an owner first."))
        if changed.is_superuser != owns:
            Account.objects.filter(pk=changed.pk).update(is_superuser=owns, is_staff=owns)
            audit.record(owner, "owner" if owns else "no owner", Target.ACCOUNT, public_id)
    return changed


def reset_link(owner: Account, public_id: UUID) -> str:
    """The path where somebody sets another password, for whom no mail is sent. It works once, for three days."""
    _only_owner(owner)
    with transaction.atomic():
        theirs = person(public_id)
        if theirs.is_superuser or theirs.is_guest or not theirs.is_active:
            raise NotAllowed(say("This cannot be changed for this account."))
        audit.record(owner, "reset_link", Target.ACCOUNT, public_id)
        return coming.reset_path(theirs)


def delete(owner: Account, public_id: UUID, reason: str, *, name: str) -> None:
    """Somebody's account goes, with everything that is theirs. For an owner, who types the name as well."""
    _only_owner(owner)
    reason = reason_of(reason)
    gone = person(public_id)
    if gone.is_superuser:
        raise NotAllowed(say("An owner cannot be deleted: make them no owner first."))
    if name.strip() != gone.get_username():
        raise InvalidRequest(say("Type the name of the account that is to be deleted."), param="name")
    audit.record(owner, "delete", Target.ACCOUNT, public_id, reason, {"name": gone.get_username()})
    delete_everything(gone)


def let_in(moderator: Account, public_id: UUID) -> Account:
    """Whoever signed up and waits may come in."""
    with transaction.atomic():
        waiting = person(public_id)
        coming.approve(moderator, waiting)
        audit.record(moderator, "let_in", Target.ACCOUNT, public_id)
    return waiting


def turn_away(moderator: Account, public_id: UUID) -> None:
    """Whoever waits is not let in: their account is deleted, with what they made as a guest."""
    with transaction.atomic():
        waiting = person(public_id)
        coming.turn_away(moderator, waiting)
        audit.record(moderator, "turn_away", Target.ACCOUNT, public_id, data={"name": waiting.get_username()})
    delete_everything(waiting)


def invite(moderator: Account, note: str, plan: Plan | None, uses: int, days: int) -> str:
    """A new invitation's secret: the only time anyone sees it."""
    with transaction.atomic():
        invitation, secret = coming.invite(moderator, sound(note), plan, uses, days)
        audit.record(moderator, "invite", Target.INVITATION, invitation.public_id, invitation.note, {"uses": uses})
    return secret


def invitations() -> list[Invitation]:
    """Those that let somebody in yet, newest first."""
    return list(coming.open_invitations().select_related("plan", "made_by").order_by("-pk")[: 4 * PAGE])


def revoke_invitation(moderator: Account, public_id: UUID) -> None:
    """The link lets nobody in from now on."""
    with transaction.atomic():
        invitation = Invitation.objects.filter(public_id=public_id).first()
        if invitation is None:
            raise NotFound(say("There is no such invitation."))
        if coming.revoke_invitation(moderator, invitation):
            audit.record(moderator, "revoke", Target.INVITATION, public_id, invitation.note)


def history_of(account: Account) -> list[Any]:
    """What was done about somebody, newest first."""
    return list(audit.entries_about(Target.ACCOUNT, account.public_id)[:PAGE])


def _only_owner(account: Account) -> None:
    if not account.is_superuser:
        raise NotAllowed(say("Only the owner can do this."))


def _theirs_to_ban(moderator: Account, public_id: UUID) -> Account:
    banned = Account.objects.select_for_update(of=("self",), no_key=True).filter(public_id=public_id).first()
    if banned is None:
        raise NotFound(say("There is no such person."))
    if banned.pk == moderator.pk:
        raise NotAllowed(say("You cannot ban yourself."))
    if banned.is_superuser:
        raise NotAllowed(say("An owner cannot be banned."))
    if banned.is_staff and not moderator.is_superuser:
        raise NotAllowed(say("Only the owner can ban a moderator."))
    return banned


def save_plan(owner: Account, save: Callable[[], Plan], *, new: bool) -> Plan:
    """Keep a plan that a form has looked at. For the owner."""
    _only_owner(owner)
    with transaction.atomic():
        plan = save()
        audit.record(owner, "plan_made" if new else "plan_changed", Target.PLAN, plan.name)
    return plan
