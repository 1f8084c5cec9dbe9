"""Short-lived addresses for one picture: whoever has the address sees it, without signing in, until it expires.

A token names the public id, the variant and the expiry, never the blob's key, so it says nothing about storage and
dies with the picture. One that was made for somebody else than its owner is good while the picture is public.
"""

from __future__ import annotations

import base64
import binascii
import struct
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from limner.errors import NotFound, say

_HEAD = struct.Struct(">16sI")
_WHILE_PUBLIC = "+"  # before the variant
_SEPARATOR = "~"  # safe in a URL, and not in base64's alphabet


def _signer() -> Signer:
    return Signer(salt="limner.storage.signing", sep=_SEPARATOR, algorithm="sha256")


class Opened(NamedTuple):
    """What a token says."""

    public_id: UUID
    variant: str
    expires_at: datetime
    while_public: bool


def sign(public_id: UUID | str, variant: str, expires_at: datetime, *, while_public: bool = False) -> str:
    """A URL-safe token for one variant (`"png"`, `"thumb-256"`, …) of one picture, for as long as it is public if
    that is asked for."""
    head = _HEAD.pack(UUID(str(public_id)).bytes, int(expires_at.timestamp()))
    named = _WHILE_PUBLIC * while_public + variant
    payload = base64.urlsafe_b64encode(head + named.encode("ascii")).rstrip(b"=").decode("ascii")
    return _signer().sign(payload)


def opened(token: str) -> Opened:
    """What a token of ours says that has not expired; NotFound otherwise."""
    gone = say("This address is wrong or has expired. Ask for a new one.")
    try:
        payload = _signer().unsign(token)
        data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        public_id, expires = _HEAD.unpack_from(data)
        named = data[_HEAD.size :].decode("ascii")
    except (BadSignature, binascii.Error, struct.error, UnicodeError) as error:
        raise NotFound(gone) from error
    expires_at = datetime.fromtimestamp(expires, UTC)
    if expires_at <= timezone.now():
        raise NotFound(gone)
    variant = named.removeprefix(_WHILE_PUBLIC)
    return Opened(UUID(bytes=public_id), variant, expires_at, while_public=variant != named)
