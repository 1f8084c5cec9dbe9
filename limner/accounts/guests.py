"""Visitors who draw without an account: known by a signed cookie, and by where they come from.

Where that is, is kept as a keyed hash. The cookie is good at that address only; and what guests may use they share
with whoever else comes from there, so that a cookie thrown away gives nobody a new allowance.
"""

from __future__ import annotations

import ipaddress
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac

from limner.accounts.models import Account
from limner.accounts.plans import for_guests, guests_plan
from limner.errors import NotAllowed, RateLimited, say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase  # noqa: TID251 (for their types alone)

COOKIE = "limner_guest"
GUESTS_A_DAY = 20
"""New guests from one address: a room full of people, and no flood of rows."""
NOBODY_YET = 0
"""The key of a guest who has made nothing: no row has it, so that whatever is read of theirs is empty."""


def known(request: HttpRequest) -> Account | None:
    """The guest whose cookie this is, where it is shown from the address that it was given to. Reads the database
    only where there is a cookie."""
    kept = request.COOKIES.get(COOKIE)
    if not kept or not (place := place_of(request)):
        return None
    try:
        public_id = signing.loads(kept, salt=_salt(place), max_age=_age())
    except signing.BadSignature:
        return None
    guests = Account.objects.select_related("plan")
    return guests.filter(public_id=public_id, is_guest=True, is_active=True).first()


def looking(request: HttpRequest) -> Account | None:
    """A guest who has made nothing yet, to look at the page with; None where guests do not draw. Writes nothing."""
    place = place_of(request)
    return Account(pk=NOBODY_YET, is_guest=True, came_from=place, plan=guests_plan()) if place else None


def begin(request: HttpRequest) -> Account | None:
    """A new guest, who is about to make something; None where guests do not draw.

    Raises NotAllowed where one from the same address is banned, RateLimited where too many came from there today.
    """
    place = place_of(request)
    if not place:
        return None
    here = Account.objects.filter(came_from=place)
    if here.filter(banned_at__isnull=False).exists():
        raise NotAllowed(say("Guests from your address may not draw here. Sign in first."))
    if here.filter(date_joined__gte=timezone.now() - timedelta(days=1)).count() >= GUESTS_A_DAY:
        raise RateLimited(
            say("Too many guests came from your address today. Sign in, or come back tomorrow."), retry_after=3600.0
        )
    guest = Account(username=f"guest-{secrets.token_hex(8)}", is_guest=True, came_from=place, plan=for_guests())
    guest.set_unusable_password()
    guest.save()
    return guest


def remember(request: HttpRequest, guest: Account, response: HttpResponseBase) -> None:
    """Give the guest's browser the cookie that they are known by, for as long as guests are kept."""
    value = signing.dumps(str(guest.public_id), salt=_salt(guest.came_from))
    response.set_cookie(COOKIE, value, max_age=_age(), httponly=True, samesite="Lax", secure=request.is_secure())


def place_of(request: HttpRequest) -> str:
    """The keyed hash of where a request came from: an address, or of IPv6 its /64, which is one household.

    Empty where guests do not draw, or nobody knows.
    """
    if not (settings.LIMNER_ACCOUNTS and settings.LIMNER_GUESTS):
        return ""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    told = str(address) if address.version == 4 else str(ipaddress.ip_network((int(address), 64), strict=False))
    return salted_hmac("limner.accounts.guests", told, algorithm="sha256").hexdigest()


def purse(account: Account) -> dict[str, Any]:
    """Whose rows count against this account's plan, as a filter: its own, and of a guest those of all who come from
    the same address."""
    return {"account__came_from": account.came_from} if account.came_from else {"account": account}


def lock_purse(account: Account) -> None:
    """Inside a transaction: one after the other, all guests of one address."""
    if account.came_from:
        rows = Account.objects.filter(came_from=account.came_from).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _salt(place: str) -> str:
    return f"limner.accounts.guests.{place}"


def _age() -> int:
    return int(settings.LIMNER_KEEP_GUESTS) * 24 * 3600
