"""What allauth asks about this house: who may sign up, as whom, and where people are sent afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limner.accounts.models import Account
from limner.accounts.people import check_name, first_account, lets_in, take_in, take_over
from limner.errors import InvalidRequest, LimnerError, NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest  # noqa: TID251 (for its type alone)

INVITATION = "limner_invitation"
"""Where a session keeps the digest of the invitation that its visitor came with."""
FIRST = "limner_first"
"""The same of the link of the first owner."""

WRONG_CODE = gettext_lazy("That is not the code, or it is too old. Codes change every half minute.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": gettext_lazy("Your account has that address already."),
        "email_taken": gettext_lazy("Another account has that address."),
        "enter_current_password": gettext_lazy("That is not your password now."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": gettext_lazy("That is not your password."),
        "username_blacklisted": gettext_lazy("That name is taken. Choose another one."),
        "username_taken": gettext_lazy("That name is taken. Choose another one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """By the setting, by an invitation, or by the first owner's link."""
        if not settings.LIMNER_ACCOUNTS:
            return False
        if first_account(request.session.get(FIRST, "")):
            return True
        if settings.LIMNER_SIGN_UP == "off":
            return False
        return settings.LIMNER_SIGN_UP != "invitation" or lets_in(request.session.get(INVITATION, ""))

    def clean_username(self, username: str, shallow: bool = False) -> str:
        try:
            username = check_name(username)
        except InvalidRequest:
            said = _("A name has letters, digits, dots, hyphens and underscores only.")
            raise ValidationError(said) from None
        cleaned: str = super().clean_username(username, shallow)
        return cleaned

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Only what the form asks for comes from the form; plan, standing and powers are ours."""
        account: Account = super().save_user(request, user, form, commit=False)
        account.first_name = account.last_name = ""
        token, invitation = request.session.get(FIRST, ""), request.session.get(INVITATION, "")
        try:
            if token and first_account(token) and account.has_usable_password():
                account = take_over(token, account.username, account.email, account.password)
                self.stash_verified_email(request, account.email)  # who reads this machine's log runs it
            elif not self._still_open(invitation):
                raise NotAllowed("closed")
            else:
                used = invitation if lets_in(invitation) else ""
                take_in(account, mode=settings.LIMNER_SIGN_UP, invitation=used)
        except LimnerError:
            raise ImmediateHttpResponse(
                TemplateResponse(request, "account/signup_closed.html", status=403).render()
            ) from None
        for name in (FIRST, INVITATION):
            request.session.pop(name, None)
        return account

    def _still_open(self, invitation: str) -> bool:
        mode = settings.LIMNER_SIGN_UP
        return mode in {"open", "approval"} or (mode == "invitation" and lets_in(invitation))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Passwords are counted by address and name (the view of sign-in): nobody is shut out by another's tries."""

    def is_safe_url(self, url: str | None) -> bool:
        """This very place, and no other that may use the API."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={context.request.get_host()})


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """The first owner's link is for a name and a password: it opens nothing here."""
        request.session.pop(FIRST, None)
        return bool(super().is_open_for_signup(request, sociallogin))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Of what another place says of somebody, the address and a name to begin with."""
        user = super().populate_user(request, sociallogin, data)
        user.first_name = user.last_name = ""
        return user
