"""A second factor: what allauth says of it in our words, and its secrets, which are kept encrypted."""

from __future__ import annotations

import hashlib
import logging
from base64 import urlsafe_b64encode
from typing import Any, ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limner.accounts.adapters import WRONG_CODE

log = logging.getLogger(__name__)


def _cipher() -> Fernet:
    return Fernet(urlsafe_b64encode(hashlib.sha256(b"limner.second" + settings.SECRET_KEY.encode()).digest()))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Our words, and a cipher from the secret key of this Limner."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": gettext_lazy("Take the second factor away first: then an address can be added."),
        "incorrect_code": WRONG_CODE,
        "unverified_email": gettext_lazy("Confirm your e-mail address first: then a second factor can be set up."),
    }

    def encrypt(self, text: str) -> str:
        """What codes are made from opens an account: a copy of the database alone shall not."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:  # another secret key: no code is right then, and recovery is the owner's
            log.error("A second factor cannot be read: it was kept with another LIMNER_SECRET_KEY.")
            return ""

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Passkey")
