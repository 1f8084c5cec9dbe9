"""Forms of the accounts room."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from limner.accounts.models import Plan


class SignInForm(LoginForm):  # type: ignore[misc]
    """Name or address in one field."""

    def user_credentials(self) -> dict[str, Any]:
        """allauth would try an address that somebody has twice, and one that nobody has once: a clock would tell."""
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}


class InviteForm(forms.Form):
    """An invitation to be made. Its plan may be any: whoever may invite may give."""

    note = forms.CharField(max_length=120, required=False)
    plan = forms.ModelChoiceField(Plan.objects.order_by("name"), required=False)
    uses = forms.IntegerField(min_value=1, max_value=1000, initial=1)
    days = forms.IntegerField(min_value=1, max_value=365, initial=7)
