"""Who comes in: invitations, sign-ups that wait to be looked at, and the first owner."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core import signing
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from limner.accounts.keys import digest
from limner.accounts.models import Account, Invitation, Plan
from limner.accounts.plans import for_new_people
from limner.accounts.services import no_owner_can_sign_in
from limner.accounts.sign_in import owner
from limner.errors import InvalidRequest, NotAllowed, NotFound, say

MOST_USES = 1000
MOST_DAYS = 365
FIRST_HOURS = 24
_FIRST = "limner.accounts.first"
_NAME = re.compile(r"[^\W_][\w.-]{0,149}")


def check_name(name: str) -> str:
    """A name for a new account: letters, digits, three signs. So it is no address, and hides nothing in a page."""
    name = Account.normalize_username(name)
    if not _NAME.fullmatch(name):
        raise InvalidRequest(say("A name has letters, digits, dots, hyphens and underscores only."), param="username")
    return name


# Invitations --------------------------------------------------------------------------------------------------
def invite(
    actor: Account, note: str = "", plan: Plan | None = None, uses: int = 1, days: int = 7
) -> tuple[Invitation, str]:
    """A new invitation and its secret: the only time anyone sees it."""
    _staff_only(actor)
    if not 1 <= uses <= MOST_USES or not 1 <= days <= MOST_DAYS:
        raise InvalidRequest(say("An invitation lets in 1 to 1000 people, for 1 to 365 days."), param="uses")
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        digest=digest(secret),
        made_by=actor,
        note=note.strip()[:120],
        plan=plan,
        uses_left=uses,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return invitation, secret


def revoke_invitation(actor: Account, invitation: Invitation) -> bool:
    """The link lets nobody in from now on. Says whether that is new."""
    _staff_only(actor)
    return bool(Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=timezone.now()))


def open_invitations() -> QuerySet[Invitation]:
    """Those that let somebody in yet: whoever made them may still invite."""
    return Invitation.objects.filter(
        Q(made_by__is_active=True, made_by__is_staff=True), revoked_at=None, uses_left__gt=0,
        expires_at__gt=timezone.now(),
    )  # fmt: skip


def lets_in(kept: str) -> bool:
    """Whether the invitation whose secret has this digest may be used."""
    return bool(kept) and open_invitations().filter(digest=kept).exists()


def redeem(kept: str) -> Plan | None:
    """Use the invitation once, in the transaction that makes the account; its plan. Raises NotAllowed."""
    # One after the other: of two who come at the last place, the second has to see that it is taken.
    rows = open_invitations().select_related("plan").select_for_update(of=("self",), no_key=True)
    invitation = rows.filter(digest=kept).first()
    if invitation is None:
        raise NotAllowed(say("This invitation has been used, or is over. Ask for another one."))
    Invitation.objects.filter(pk=invitation.pk).update(uses_left=F("uses_left") - 1)
    return invitation.plan


# Sign-up ------------------------------------------------------------------------------------------------------
def take_in(account: Account, *, mode: str, invitation: str = "") -> None:
    """Save a new account with the plan that it begins with. By approval it waits, unless it was invited."""
    with transaction.atomic():
        account.plan = (redeem(invitation) if invitation else None) or for_new_people()
        if mode == "approval" and not invitation:
            account.is_active, account.waiting_since = False, timezone.now()
        account.save()


def approve(actor: Account, account: Account) -> None:
    """Let somebody in who waits, or whose account was left closed; who was banned meanwhile stays out."""
    _staff_only(actor)
    let_in = Account.objects.filter(pk=account.pk, is_active=False, banned_at=None)
    if not let_in.update(is_active=True, waiting_since=None):
        raise NotFound(say("Nobody of that name waits."))


def turn_away(actor: Account, account: Account) -> None:
    """Somebody who waits is not let in: nobody else can do it now. Delete what is theirs after this."""
    _staff_only(actor)
    waits = Account.objects.filter(pk=account.pk, waiting_since__isnull=False, is_active=False)
    if not waits.update(waiting_since=None):
        raise NotFound(say("Nobody of that name waits."))


def reset_path(account: Account) -> str:
    """Where `account` sets another password, by the token that a mail would bring."""
    token = EmailAwarePasswordResetTokenGenerator().make_token(account)
    who = user_pk_to_url_str(account)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": who, "key": token})


# The first owner ----------------------------------------------------------------------------------------------
def first_link_token() -> str:
    """What lets the first owner sign up. It names the personal account as it is: once taken over, it is spent."""
    account = owner()
    return signing.dumps({"account": account.pk, "as": digest(account.password)}, salt=_FIRST)


def first_account(token: str) -> Account | None:
    """The personal account that this token hands over, while no owner can sign in."""
    try:
        said = signing.loads(token, salt=_FIRST, max_age=FIRST_HOURS * 3600)
    except signing.BadSignature:
        return None
    account = Account.objects.filter(pk=said["account"], password__startswith=UNUSABLE_PASSWORD_PREFIX).first()
    if account is None or digest(account.password) != said["as"] or not no_owner_can_sign_in():
        return None
    return account


def take_over(token: str, username: str, email: str, password_hash: str) -> Account:
    """Give the personal account, with all that is in it, to the first owner. Of two at once one wins."""
    account = first_account(token)
    won = account and Account.objects.filter(pk=account.pk, password=account.password).update(
        username=check_name(username), email=email, password=password_hash, is_active=True
    )
    if account is None or not won:
        raise NotAllowed(say("This link has been used. Sign in, or ask whoever used it for an invitation."))
    account.refresh_from_db()
    return account


def _staff_only(actor: Account) -> None:
    if not (actor.is_active and actor.is_staff):
        raise NotAllowed(say("Only those who look after this Limner may do that."))
