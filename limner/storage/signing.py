"""Short-lived addresses for one picture: whoever has the address sees it, without signing in, until it expires.

A token names the public id, the variant and the expiry, never the blob's key, so it says nothing about storage and
dies with the picture.
"""

from __future__ import annotations

import base64
import binascii
import struct
from datetime import UTC, datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from limner.errors import NotFound, say

_HEAD = struct.Struct(">16sI")
_SEPARATOR = "~"  # safe in a URL, and not in base64's alphabet


def _signer() -> Signer:
    return Signer(salt="limner.storage.signing", sep=_SEPARATOR, algorithm="sha256")


def sign(public_id: UUID | str, variant: str, expires_at: datetime) -> str:
    """A URL-safe token for one variant (`"png"`, `"thumb-256"`, …) of one picture."""
    head = _HEAD.pack(UUID(str(public_id)).bytes, int(expires_at.timestamp()))
    payload = base64.urlsafe_b64encode(head + variant.encode("ascii")).rstrip(b"=").decode("ascii")
    return _signer().sign(payload)


def unsign(token: str) -> tuple[UUID, str]:
    """The public id and variant of a token that is ours and has not expired; NotFound otherwise."""
    public_id, variant, _ = opened(token)
    return public_id, variant


def opened(token: str) -> tuple[UUID, str, datetime]:
    """As `unsign`, with the time at which the token expires."""
    gone = say("This address is wrong or has expired. Ask for a new one.")
    try:
        payload = _signer().unsign(token)
        data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        public_id, expires = _HEAD.unpack_from(data)
        variant = data[_HEAD.size :].decode("ascii")
    except (BadSignature, binascii.Error, struct.error, UnicodeError) as error:
        raise NotFound(gone) from error
    expires_at = datetime.fromtimestamp(expires, UTC)
    if expires_at <= timezone.now():
        raise NotFound(gone)
    return UUID(bytes=public_id), variant, expires_at
