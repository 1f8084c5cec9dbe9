"""The steps between a right password and a session, where ours differ from allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import EmailVerificationStage


class Confirmed(EmailVerificationStage):  # type: ignore[misc]
    """An address is confirmed first. Who has none (`limner user add`, or from before there was mail) comes in."""

    def handle(self) -> Any:
        nobody_knows = self.login.user is not None and not self.login.user.email
        return (None, True) if nobody_knows else super().handle()
