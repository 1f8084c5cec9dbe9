"""Why a job failed, for whoever asks: all of it to those who run this Limner, to others nothing of its upstreams.

An upstream's sentence may hold the address of an inner server or the name of the organization that pays.
"""

from __future__ import annotations

from django.conf import settings

from limner.accounts.models import Account
from limner.errors import UpstreamBusy, UpstreamClosed, UpstreamError, UpstreamFailed, say

_BROKE = say("The server that draws with this model broke or could not be reached. Try again in a few minutes.")
_TO_OTHERS = {
    UpstreamClosed.code: say(
        "What draws this is not available here just now. Whoever runs this Limner can see why; another model may "
        "draw it."
    ),
    UpstreamBusy.code: say("The server that draws with this model has too much to do. Try again in a few minutes."),
    UpstreamFailed.code: _BROKE,
    UpstreamError.code: _BROKE,
}


def told_to(account: Account, code: str, message: str) -> str:
    """A failed job's sentence as this account may read it."""
    operator = not settings.LIMNER_ACCOUNTS or account.is_staff or account.is_superuser
    return message if operator else _TO_OTHERS.get(code, message)
