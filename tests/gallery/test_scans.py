"""A JPEG that is small as a file and endless to unpack is refused; whatever a camera writes is not."""

from __future__ import annotations

import time

import pytest

from limner.errors import InvalidRequest
from limner.gallery import uploads
from limner.gallery.scans import too_many_scans
from limner.gallery.uploads import clean, look
from tests.gallery.jpegs import SCAN, progressive, scanned_again
from tests.storage.kept import opened


def test_scans_are_counted() -> None:
    assert progressive().count(SCAN) == 10
    for times, is_too_much in ((0, False), (90, False), (91, True), (5000, True)):
        assert too_many_scans(scanned_again(times), 100) is is_too_much


@pytest.mark.parametrize("look_at", [look, clean])
def test_a_jpeg_with_too_many_scans_is_refused_before_it_is_unpacked(look_at: object) -> None:
    assert callable(look_at)
    with pytest.raises(InvalidRequest, match="goes over its pixels more than 100 times"):
        look_at(scanned_again(120, (600, 400)))


def test_a_larger_one_may_have_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_PIXELS_SCANNED", 20 * 64 * 64)
    assert clean(scanned_again(10)).width == 64
    with pytest.raises(InvalidRequest, match="more than 20 times"):
        clean(scanned_again(11))


def test_what_stands_in_its_notes_or_behind_its_end_is_no_scan() -> None:
    photograph = progressive()
    note = b"\xff\xed" + (2 + 2 * 200).to_bytes(2) + SCAN * 200
    for data in (photograph + SCAN * 200, photograph[:2] + note + photograph[2:]):
        assert opened(clean(data).data).size == (64, 64)


def test_a_file_of_nothing_but_notes_keeps_nobody_busy() -> None:
    began = time.perf_counter()
    assert too_many_scans(b"\xff\xd8" + b"\xff\xfe\x00\x02" * 1_000_000 + SCAN * 200, 100)
    assert not too_many_scans(b"\xff\xd8" + b"\xff" * 5_000_000 + b"\x00\xff\xda\x00" * 100, 100)
    assert time.perf_counter() - began < 5
