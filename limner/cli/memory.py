"""What a server that lives for months asks of Python's memory, and of the C library's."""

from __future__ import annotations

import contextlib
import ctypes
import gc

ARENAS = 2
_M_ARENA_MAX = -8


def few_arenas() -> None:
    """Let all threads share two of glibc's arenas. Call it before there are threads.

    Each would get one of its own, and each keeps what the largest picture took in it: a third more in all.
    (mallopt(3); other C libraries have no arenas.)
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


def settle() -> None:
    """What is loaded now stays: the collector need not look at it again.

    Looking through hundreds of thousands of classes and functions stops every request for a tenth of a second, and is
    wanted every few hundred of them.
    """
    gc.collect()
    gc.freeze()
