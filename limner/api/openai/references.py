"""The images that a JSON body refers to: data: URLs, this Limner's own pictures, and pictures elsewhere.

They are found out in two rounds. In the first, whatever does not have to be fetched is here, so that a call with any
other fault is refused before another server is asked for anything.
"""

from __future__ import annotations

import binascii
from typing import Any

import pybase64

from limner.accounts.models import Account
from limner.api.fetching import Elsewhere, all_fetched, named_by
from limner.api.openai.images import Given, Pieces, check_count, pieces_of
from limner.engines.validation import wrong_type
from limner.errors import InvalidRequest, NotFound
from limner.gallery.queries import pictures_visible_to
from limner.storage import blobs

MOST_URL = 20_971_520


class References:
    """`images` and `mask` of one JSON body. `origin` is the address that the call came to."""

    def __init__(self, document: dict[str, Any], account: Account, origin: str, most: int) -> None:
        self.away: dict[str, Elsewhere] = {}
        """What is still to be fetched, by the parameter that names it."""
        self._document = document
        self._account = account
        self._origin = origin
        self._most = most
        self._fetched: dict[Elsewhere, bytes] = {}

    def pieces(self, family: str) -> Pieces:
        """All that is here, by the rules of a family of names. Raises InvalidRequest naming the member that is wrong.

        Reads the database and the storage.
        """
        self.away.clear()
        given = self._document.get("images")
        if given is None and "images" not in self._document:
            check_count(0, "images")
        if not isinstance(given, list):
            raise wrong_type("images", "an array of objects", given)
        if not given:
            raise InvalidRequest(
                "Invalid 'images': empty array. Expected an array with minimum length 1, but got an empty array "
                "instead.",
                param="images",
                code="empty_array",
            )
        check_count(len(given), "images")
        images = [self._given(member, f"images[{place}]") for place, member in enumerate(given)]
        mask = self._document.get("mask")
        return pieces_of(images, None if mask is None else self._given(mask, "mask"), family, "images")

    async def fetch(self) -> None:
        """Fetch what is away. Raises InvalidRequest with what went wrong."""
        self._fetched = await all_fetched(self.away, self._most)

    def _given(self, member: object, param: str) -> Given | None:
        url = _url_in(member, param)
        param = f"{param}.image_url"
        if url[:5].lower() == "data:":
            return Given(_unwrapped(url, param))
        found = named_by(url.strip(), param, self._origin, self._account)
        if isinstance(found, Elsewhere):
            if found in self._fetched:
                return Given(self._fetched[found])
            self.away[param] = found
            return None
        try:
            data = blobs.get(found.blob)
        except NotFound as error:
            raise InvalidRequest(f"Invalid '{param}': {error.message}", param=param) from None
        # Somebody else's, seen by a signed address, is the caller's to use and not to name: it becomes an upload.
        visible = pictures_visible_to(self._account).filter(pk=found.pk).exists()
        return Given(data, found.public_id if visible else None)


def _url_in(member: object, param: str) -> str:
    if not isinstance(member, dict):
        raise wrong_type(param, "an object", member)
    url = member.get("image_url")
    if url is None and member.get("file_id") is not None:
        raise InvalidRequest(
            f"Invalid '{param}.file_id': this server keeps no files. Send the picture itself in 'image_url', as a "
            "data: URL.",
            param=f"{param}.file_id",
        )
    if url is None:
        raise InvalidRequest(
            f"Missing required parameter: '{param}.image_url'.", param=param, code="missing_required_parameter"
        )
    param = f"{param}.image_url"
    if not isinstance(url, str):
        raise wrong_type(param, "a string", url)
    if len(url) > MOST_URL:
        raise InvalidRequest(
            f"Invalid '{param}': string too long. Expected a string with maximum length {MOST_URL}, but got a string "
            f"with length {len(url)} instead.",
            param=param,
            code="string_above_max_length",
        )
    return url


def _unwrapped(url: str, param: str) -> bytes:
    head, comma, content = url.partition(",")
    try:
        if not comma or not head.lower().endswith(";base64"):
            raise ValueError(head[:100])
        return pybase64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest(
            f"Invalid '{param}': expected a data: URL in base64, such as 'data:image/png;base64,…'.", param=param
        ) from None
