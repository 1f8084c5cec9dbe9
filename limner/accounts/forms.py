"""Forms of the accounts room."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):  # type: ignore[misc]
    """Name or address in one field."""

    def user_credentials(self) -> dict[str, Any]:
        """allauth would try an address that somebody has twice, and one that nobody has once: a clock would tell."""
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}
