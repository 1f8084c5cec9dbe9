"""A file that is made while it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from django.http import StreamingHttpResponse


class ZipResponse(StreamingHttpResponse):
    """A ZIP that is sent as it is made, on the event loop too, where Django would first make all of it."""

    def __init__(self, pieces: Iterator[bytes], name: str) -> None:
        super().__init__(
            pieces,
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await asyncio.to_thread(next, self._pieces, None)) is not None:
            if piece:
                yield piece
