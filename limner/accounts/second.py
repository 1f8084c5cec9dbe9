"""What allauth says of a second factor, in our words."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limner.accounts.adapters import WRONG_CODE


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": gettext_lazy("Take the second factor away first: then an address can be added."),
        "incorrect_code": WRONG_CODE,
        "unverified_email": gettext_lazy("Confirm your e-mail address first: then a second factor can be set up."),
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Passkey")
