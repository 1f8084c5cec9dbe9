"""Putting, getting and deleting blobs, whatever the storage "pictures" is made of."""

from __future__ import annotations

import errno
import hashlib
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

from limner.errors import NotFound, Unavailable, say

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob that is safely kept: its key (never shown to anyone), its SHA-256 in hex, and its length."""

    key: str
    sha256: str
    bytes: int


def storage() -> Storage:
    """The configured storage: a folder of LIMNER_HOME, or S3."""
    return storages["pictures"]


def put(key_prefix: str, data: bytes, suffix: str) -> Stored:
    """Keep `data` under `{key_prefix}-{128 random bits}.{suffix}`. It is there whole or not at all.

    Raises Unavailable when the storage is full or away.
    """
    key = f"{key_prefix}-{secrets.token_hex(16)}.{suffix.lstrip('.')}"
    return Stored(key=put_at(key, data), sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def put_at(key: str, data: bytes) -> str:
    """Keep `data` under this very key, instead of what was there. For what is derived from a blob."""
    with _said_plainly():
        return storage().save(key, ContentFile(data))


def get(key: str) -> bytes:
    """The whole blob. Raises NotFound when there is none, Unavailable when the storage is away."""
    with _said_plainly(), storage().open(key) as blob:
        data: bytes = blob.read()
        return data


def open_blob(key: str) -> File[Any]:
    """The blob as an open file, for sending it on piece by piece."""
    with _said_plainly():
        return storage().open(key)


def exists(key: str) -> bool:
    with _said_plainly():
        return storage().exists(key)


def delete(key: str) -> None:
    """Delete the blob; one that is not there is no error."""
    with _said_plainly():
        storage().delete(key)


def listing(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in a folder. Raises NotFound, or Unavailable."""
    with _said_plainly():
        folders, files = storage().listdir(folder)
    return folders, files


def written_at(key: str) -> datetime:
    """When the blob was written. Raises NotFound, or Unavailable."""
    with _said_plainly():
        return storage().get_modified_time(key)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turns a storage's errors into ours, with a sentence that says what to do."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(say("This picture's file is no longer in storage.")) from error
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable(
                say("The disk that keeps the pictures is full, so nothing was stored. Free some space and try again.")
            ) from error
        raise Unavailable(
            say("The folder that keeps the pictures cannot be used: {why}.", why=error.strerror or error)
        ) from error
    except _bucket_errors() as error:
        raise Unavailable(
            say("The bucket that keeps the pictures did not answer as it should: {why}", why=error)
        ) from error


def _bucket_errors() -> tuple[type[Exception], ...]:
    """S3's errors, where S3 is in use: without the s3 extra there is nothing to import and nothing to catch."""
    client = sys.modules.get("botocore.exceptions")
    return (client.BotoCoreError, client.ClientError) if client else ()
