"""Blobs are there whole or not at all, under keys that nobody can guess."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from limner.errors import NotFound, Unavailable
from limner.storage import blobs
from limner.storage.disk import DiskStorage
from tests.storage.full import full_after


def test_a_blob_is_got_back_as_it_was_put(pictures: Path) -> None:
    stored = blobs.put("job/1/0", b"a picture", ".png")
    assert blobs.get(stored.key) == b"a picture"
    assert stored.sha256 == hashlib.sha256(b"a picture").hexdigest()
    assert stored.bytes == 9


def test_a_key_has_128_random_bits(pictures: Path) -> None:
    first, second = (blobs.put("job/1/0", b"a picture", "png").key for _ in range(2))
    assert first != second
    assert re.fullmatch(r"job/1/0-[0-9a-f]{32}\.png", first)


def test_only_this_account_of_the_system_can_read_a_picture(pictures: Path) -> None:
    stored = blobs.put("job/1/0", b"a picture", ".png")
    assert (pictures / stored.key).stat().st_mode & 0o777 == 0o600
    assert pictures.stat().st_mode & 0o777 == 0o700


def test_a_deleted_blob_is_gone_and_a_second_delete_changes_nothing(pictures: Path) -> None:
    stored = blobs.put("job/1/0", b"a picture", ".png")
    blobs.delete(stored.key)
    blobs.delete(stored.key)
    assert not blobs.exists(stored.key)
    with pytest.raises(NotFound, match="no longer in storage"):
        blobs.get(stored.key)
    with pytest.raises(NotFound):
        blobs.open_blob(stored.key)


def test_pictures_are_kept_on_the_disk_that_writes_whole_files() -> None:
    assert isinstance(blobs.storage(), DiskStorage)
    assert isinstance(blobs.storage(), FileSystemStorage)


def test_a_full_disk_is_said_plainly_and_leaves_nothing_behind(pictures: Path) -> None:
    with full_after(pictures, kilobytes=64):
        with pytest.raises(Unavailable, match="disk that keeps the pictures is full") as refusal:
            blobs.put("job/1/0", b"x" * 100_000, ".png")
        assert refusal.value.retryable
        assert [path for path in pictures.rglob("*") if path.is_file()] == []
        # What fits is still kept: the disk is full, not broken.
        assert blobs.get(blobs.put("job/1/0", b"small", ".png").key) == b"small"


def test_a_folder_that_cannot_be_used_is_said_plainly(pictures: Path) -> None:
    pictures.write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be used"):
        blobs.put("job/1/0", b"a picture", ".png")


WRITER = """
import sys
from django.conf import settings
settings.configure()
from django.core.files.base import ContentFile
from limner.storage.disk import DiskStorage
class Slow(ContentFile):
    def chunks(self, chunk_size=None):
        yield b"x" * 100_000
        print("half", flush=True)
        sys.stdin.read()
        yield b"x" * 100_000
DiskStorage(sys.argv[1]).save("job/1/0-key.png", Slow(b""))
print("whole", flush=True)
"""


@pytest.mark.parametrize("killed", [True, False])
def test_a_process_killed_in_the_middle_leaves_no_half_picture_under_its_key(pictures: Path, killed: bool) -> None:
    command = [sys.executable, "-c", WRITER, str(pictures)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        if killed:
            writer.kill()
        writer.stdin.close()
        writer.wait()
    assert (pictures / "job/1/0-key.png").exists() is not killed
