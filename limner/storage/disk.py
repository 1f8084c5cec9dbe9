"""The local disk, written so that a crash or a full disk never leaves half a picture under its key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

PARTIAL = ".partial"
"""Folder of files being written; what a crash leaves in it, the sweeper takes."""


@deconstructible
class DiskStorage(FileSystemStorage):
    """Django's FileSystemStorage with whole-file writes: a temporary file, fsync, rename, fsync of the folder."""

    def __init__(self, location: str | os.PathLike[str] | None = None, **options: Any) -> None:
        # Only this account of the operating system reads pictures: Limner hands them out, after asking who asks.
        super().__init__(location=location, **{"file_permissions_mode": 0o600, "allow_overwrite": True, **options})

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        partial = Path(self.path(f"{PARTIAL}/{secrets.token_hex(16)}"))
        # A closed root closes everything below it.
        Path(self.location).mkdir(mode=0o700, parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.parent.mkdir(exist_ok=True)
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self.file_permissions_mode or 0o600)
            with open(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        # The row that names this key is committed next: the name has to survive a power cut too.
        above = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(above)
        finally:
            os.close(above)
        return name
