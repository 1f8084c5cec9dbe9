"""What Alice has, and how the three ask for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from fido2.cose import CoseKey
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from limner.accounts import people
from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.gallery import albums, sharing
from limner.gallery import services as gallery
from limner.gallery.models import Picture
from limner.jobs import services as jobs
from limner.moderation.flags import report
from limner.moderation.models import Target
from limner.prompts.models import KeptStyle
from limner.storage import signing
from tests.api.files import picture as an_image
from tests.cast import make_account
from tests.gallery.people import keep, wish
from tests.security.table import Row

WORDS = {"prompt": "{prompt}"}
"""A style's words have braces of their own."""


def things_of(alice: Account, bob: Account) -> dict[str, str]:
    """One of each kind, by the name that stands in an address. {bobs} is a picture that Bob has."""
    kept = keep(alice)
    trashed = gallery.trash(alice, keep(alice).public_id)
    album = albums.make(alice, "boats")
    albums.put(alice, album, [kept.public_id])
    link = sharing.share(alice, kept.public_id)
    return {
        "picture": str(kept.public_id),
        "bobs": str(keep(bob).public_id),
        "public": str(keep(alice, public=True).public_id),
        "trashed": str(trashed.public_id),
        "upload": str(gallery.store_upload(alice, an_image()).public_id),
        "job": str(jobs.submit(alice, wish()).public_id),
        "key": make_key(alice, "laptop")[0].prefix,
        "style": str(KeptStyle.objects.create(account=alice, name="mine", words="{prompt}, mine").public_id),
        "album": str(album.public_id),
        "passkey": str(_passkey(alice).pk),
        "link": link,
        "tampered_link": link.replace("/files/", "/files/A"),
        "old_link": f"/files/{signing.sign(kept.public_id, 'png', timezone.now() - timedelta(seconds=1))}.png",
        "link_to_trashed": f"/files/{signing.sign(trashed.public_id, 'png', timezone.now() + timedelta(days=1))}.png",
    }


def _passkey(account: Account) -> Authenticator:
    """As a browser would have made it."""
    point = {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}  # of a key that nobody has
    held = AttestedCredentialData.create(Aaguid.NONE, b"passkey", CoseKey.parse(point))
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    said = AuthenticatorData.create(hashlib.sha256(b"testserver").digest(), flags, 0, held)
    told = CollectedClientData.create("webauthn.create", b"challenge", "https://testserver")
    credential = {
        "id": websafe_encode(b"passkey"),
        "rawId": websafe_encode(b"passkey"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(told),
            "attestationObject": websafe_encode(AttestationObject.create("none", said, {})),
        },
    }
    data = {"name": "laptop", "credential": credential}
    return Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data=data)


def ruled_by(alice: Account) -> dict[str, str]:
    """Alice is the owner of this Limner; what waits for her."""
    Account.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    alice.refresh_from_db()
    waiting = make_account("dora")
    Account.objects.filter(pk=waiting.pk).update(is_active=False, waiting_since=timezone.now())
    shown, down = keep(alice, public=True), keep(alice)
    Picture.objects.filter(pk=down.pk).update(taken_down_at=timezone.now(), taken_down_reason="a mistake")
    return {
        "style": str(KeptStyle.objects.create(account=None, name="everybody's", words="{prompt}, ours").public_id),
        "invitation": str(people.invite(alice)[0].public_id),
        "waiting": str(waiting.public_id),
        "flag": str(report(None, Target.PICTURE, shown.public_id, alice, "spam").public_id),
        "taken_down": str(down.public_id),
    }


@dataclass
class Asker:
    """One of the three, with a browser and with a key. Charlie has neither name nor key."""

    account: Account | None
    strict: bool = False
    """Whether forms need their token, as real browsers' do."""

    def __post_init__(self) -> None:
        self.key = ""

    def browser(self) -> Client:
        """A browser in which this person has just given their password."""
        client = Client(raise_request_exception=False, enforce_csrf_checks=self.strict)
        if self.account is not None:
            client.force_login(self.account)
            request = HttpRequest()
            request.session = client.session
            record_authentication(request, self.account, "password", reauthenticated=True)
            request.session.save()
        return client

    def headers(self, row: Row) -> dict[str, str]:
        if not row.by_key or self.account is None:
            return {}
        self.key = self.key or make_key(self.account, "test")[1]
        return {"authorization": f"Bearer {self.key}"}

    def ask(self, row: Row, things: dict[str, str]) -> int:
        """The status of the answer; 500 where the view raised."""
        client = Client(raise_request_exception=False) if row.by_key else self.browser()
        path = row.path.format(**things)
        if row.method == "GET":
            answer = client.get(path, headers=self.headers(row))
        else:
            body = row.body if row.by_key else row.body.format(**things, **WORDS)
            answer = client.generic(row.method, path, body, content_type=row.content_type, headers=self.headers(row))
        if answer.streaming:
            answer.getvalue()
        return int(answer.status_code)
