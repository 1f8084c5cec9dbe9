"""`/api/v1/keys`: an account's own keys. Whoever holds one with the scope `admin` may make and revoke others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Path, Router, Status

from limner.accounts.keys import make_key, revoke, state_of
from limner.accounts.models import Account, ApiKey, Scope
from limner.api.links import origin_of
from limner.api.native.front import ERRORS, OF_ONE, CallerRequest, Key
from limner.api.native.schemas import KeyIn, KeyMade, KeyOut, KeysOut
from limner.engines.validation import check_text
from limner.errors import InvalidRequest, NotFound
from limner.jobs.threads import in_thread

router = Router(tags=["keys"])

KeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,16}$", description="The beginning of the key.")]


@router.get(
    "/keys",
    auth=Key(Scope.ADMIN),
    response={200: KeysOut, **ERRORS},
    operation_id="list_keys",
    summary="Your keys, newest first",
)
async def list_keys(request: CallerRequest) -> KeysOut:
    """Those that open nothing any more too."""
    return await in_thread(_all, request.auth.account)


def _all(account: Account) -> KeysOut:
    return KeysOut(keys=[_out(key) for key in account.api_keys.order_by("-id")])


@router.post(
    "/keys",
    auth=Key(Scope.ADMIN),
    response={201: KeyMade, **ERRORS},
    operation_id="make_key",
    summary="Make a key",
)
async def make(request: CallerRequest, response: HttpResponse, wanted: KeyIn) -> Status[KeyMade]:
    """This answer is the only time that anybody sees the whole key: only its hash is kept."""
    made = await in_thread(_made, request.auth.account, wanted)
    response["Location"] = f"{origin_of(request)}/api/v1/keys/{made.id}"
    return Status(201, made)


def _made(account: Account, wanted: KeyIn) -> KeyMade:
    name = check_text("name", wanted.name, maximum=80)
    key, secret = make_key(account, name, wanted.scopes, _in_utc(wanted.expires_at))
    return KeyMade(**_out(key).dict(), key=secret)


def _in_utc(moment: datetime | None) -> datetime | None:
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError:
        raise InvalidRequest("Invalid 'expires_at': leave it out for no end.", param="expires_at") from None


@router.get(
    "/keys/{key}",
    auth=Key(Scope.ADMIN),
    response={200: KeyOut, **OF_ONE},
    operation_id="get_key",
    summary="One key",
)
async def get_key(request: CallerRequest, key: KeyId) -> KeyOut:
    return await in_thread(_one, request.auth.account, key)


@router.delete(
    "/keys/{key}",
    auth=Key(Scope.ADMIN),
    response={200: KeyOut, **OF_ONE},
    operation_id="revoke_key",
    summary="Revoke a key",
)
async def revoke_key(request: CallerRequest, key: KeyId) -> KeyOut:
    """It opens nothing from now on. A second time changes nothing."""
    return await in_thread(_revoked, request.auth.account, key)


def _one(account: Account, prefix: str) -> KeyOut:
    return _out(_key(account, prefix))


def _revoked(account: Account, prefix: str) -> KeyOut:
    key = _key(account, prefix)
    revoke(key)
    return _out(key)


def _key(account: Account, prefix: str) -> ApiKey:
    key = account.api_keys.filter(prefix=prefix).first()
    if key is None:
        raise NotFound("There is no such key.")
    return key


def _out(key: ApiKey) -> KeyOut:
    return KeyOut(
        id=key.prefix,
        name=key.name,
        scopes=key.scopes,
        state=state_of(key),
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )
