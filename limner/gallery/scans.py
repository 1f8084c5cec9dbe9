"""How often a JPEG goes over its pixels: a small file may do so thousands of times, each as slowly as the first."""

from __future__ import annotations

import re

START = b"\xff\xd8"
_SCAN = b"\xff\xda"
_END = 0xD9
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")
"""Any but those that have no length and stand in the middle of a scan. No repetition in it, so no time squared."""
_MOST_SEGMENTS = 10_000
"""A photograph has dozens; a file of nothing else would keep the count itself busy."""


def too_many_scans(data: bytes, most: int) -> bool:
    """Whether this JPEG has more scans than `most`. What follows its end (a phone's film, a second picture) has none,
    whatever its bytes look like."""
    if data.count(_SCAN) <= most:
        return False
    scans, place = 0, len(START)
    for _ in range(_MOST_SEGMENTS):
        marker = _MARKER.search(data, place)
        if marker is None or marker[1][0] == _END:
            return False
        scans += marker[0] == _SCAN
        if scans > most:
            return True
        place = marker.end() + max(2, int.from_bytes(data[marker.end() : marker.end() + 2]))
    return True
