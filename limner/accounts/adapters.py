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

CLOSED = "limner_closed"
"""Where a session keeps why an account is closed, until it was said; nothing where it waits to be let in."""

WRONG_CODE = gettext_lazy("That is not the code, or it is too old. Codes change every half minute.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Who may come in, what is told to whoever may not, and what is never told."""

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
        return first_account(request.session.get(FIRST, "")) is not None or self._is_open(request)

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
            elif not self._is_open(request):
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

    def _is_open(self, request: HttpRequest) -> bool:
        mode = settings.LIMNER_SIGN_UP
        invitation = request.session.get(INVITATION, "")
        return mode in {"open", "approval"} or (mode == "invitation" and lets_in(invitation))

    def clean_email(self, email: str) -> str:
        """No sign in it that nobody sees."""
        if not email.isprintable():
            raise ValidationError(_("There is a sign in this address that cannot be seen."))
        cleaned: str = super().clean_email(email)
        return cleaned

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.account.stages.EmailVerificationStage": "limner.accounts.stages.Confirmed"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def login(self, request: HttpRequest, user: Any) -> None:
        """The last step of every way in: who was banned since the first one is not let in."""
        if not Account.objects.filter(pk=user.pk, is_active=True).exists():
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        """Whoever gave the right password is told why it opens nothing; nobody (a taken address) as who waits."""
        request.session[CLOSED] = user.ban_reason if user is not None and user.banned_at else ""
        return super().respond_user_inactive(request, user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who comes from elsewhere, where there is no mail, has nothing to say once more, and no other way on."""
        asked: bool = super().is_reauthentication_required(app=app, **kwargs)
        return asked and bool(self.get_reauthentication_methods(context.request.user))

    def respond_email_verification_sent(self, request: HttpRequest, user: Any) -> Any:
        """Nobody's (the address is taken) is answered as somebody new is, who first waits to be let in."""
        waits = settings.LIMNER_SIGN_UP == "approval" and not lets_in(request.session.get(INVITATION, ""))
        if user is None and waits:
            return self.respond_user_inactive(request, user)
        return super().respond_email_verification_sent(request, user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Passwords are counted by address and name (the view of sign-in): nobody is shut out by another's tries."""

    def is_safe_url(self, url: str | None) -> bool:
        """This very place, and no other that may use the API."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={context.request.get_host()})


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The same for whoever comes by the word of another place."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """The first owner's link is for a name and a password: it opens nothing here."""
        request.session.pop(FIRST, None)
        return bool(super().is_open_for_signup(request, sociallogin))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Of what another place says of somebody, the address and a name to begin with."""
        user = super().populate_user(request, sociallogin, data)
        user.first_name = user.last_name = ""
        return user
