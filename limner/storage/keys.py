"""What the keys of our blobs look like. What does not look like this is not ours, and nobody here touches it."""

from __future__ import annotations

import re
from uuid import UUID

from limner.storage.derived import MARK, NAMES

PICTURES = "pictures"
"""The folder of pictures: in it one folder a job, and in that one folder an attempt."""

UPLOADS = "uploads"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BLOB = re.compile(r"\d+-[0-9a-f]{32}\.(png|jpg|webp)")


def picture_prefix(job: UUID, attempt: int, index: int) -> str:
    """Where `blobs.put` shall put picture `index` of this attempt: the key tells which job it belongs to."""
    return f"{PICTURES}/{job}/{attempt}/{index}"


def job_of(folder: str) -> UUID | None:
    """The job whose folder has this name; None for a folder that is not ours."""
    return UUID(folder) if _UUID.fullmatch(folder) else None


def is_attempt(folder: str) -> bool:
    """True for the name of an attempt's folder."""
    return folder.isascii() and folder.isdigit()


def is_picture(name: str) -> bool:
    """True for the name, in an attempt's folder, of a picture or of what was derived from one."""
    blob, mark, derived = name.partition(MARK)
    return _BLOB.fullmatch(blob) is not None and (not mark or derived in NAMES)
