from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "limner.studio"
    label = "studio"

    def ready(self) -> None:
        from allauth.account.signals import user_signed_up

        user_signed_up.connect(_take_guest_along, dispatch_uid="limner: what a guest made")


def _take_guest_along(*, request: Any, user: Any, **_: Any) -> None:
    """Whoever drew as a guest and signs up keeps what they made."""
    from limner.accounts import guests
    from limner.jobs.leaving import hand_over

    if (guest := guests.known(request)) is not None:
        hand_over(guest, user)
