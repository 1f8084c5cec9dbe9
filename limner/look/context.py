"""What every page's frame asks of this Limner: which doors it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest  # noqa: TID251 (for its type alone: this says what a frame shows)


def site(request: HttpRequest) -> dict[str, bool]:
    """For templates: whether people sign in here, may sign up unasked or draw as guests, and may look at a
    gallery."""
    return {
        "with_accounts": settings.LIMNER_ACCOUNTS,
        "with_gallery": settings.LIMNER_GALLERY != "off",
        "with_guests": settings.LIMNER_ACCOUNTS and settings.LIMNER_GUESTS,
        "may_sign_up": settings.LIMNER_SIGN_UP in {"open", "approval"},
    }
