"""The stand-in's side of the sockets: reads requests, answers or spoils them, sees who hangs up."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus

from tests.upstream.answering import GOOD, Manner
from tests.upstream.asked import Asked, read_request
from tests.upstream.bad_days import BadDay
from tests.upstream.texts import says, whole_text

WORST = 64 * 1024 * 1024
"""The longest head of a request that the reader holds."""


class Serving:
    """One listening socket and what comes through it. Everything but the lists runs in one event loop."""

    def __init__(
        self, manner: Manner, script: deque[BadDay | None], odds: Mapping[BadDay, float], seed: int, delay: float
    ) -> None:
        self.manner = manner
        self.script = script
        self.delay = delay
        self.requests: list[Asked] = []
        self.asked = threading.Event()
        self.base = ""
        self.at_once = self.most_at_once = 0
        self._odds = dict(odds)
        self._dice = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen; the port."""
        listening = socket.create_server((host, port), backlog=1024)
        self._server = await asyncio.start_server(self._connection, sock=listening, limit=WORST)
        taken = int(listening.getsockname()[1])
        self.base = f"http://{host}:{taken}"
        return taken

    async def shut(self) -> None:
        """Listen no more, and end what is open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        while self._writers:  # noqa: ASYNC110  (each connection ends in its own time)
            await asyncio.sleep(0.005)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while (asked := await read_request(reader)) is not None:
                self.requests.append(asked)
                self.asked.set()
                if not await self._answer(asked, reader, writer):
                    break
        except ConnectionError:
            pass
        finally:
            self._writers.discard(writer)
            with contextlib.suppress(ConnectionError):
                writer.close()

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer while watching for a hang-up; whether the connection goes on."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        answering = asyncio.ensure_future(self._respond(asked, writer))
        watching = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                asked.hung_up.set()
                return False
            return answering.result()
        except ConnectionError:
            asked.hung_up.set()
            return False
        finally:
            self.at_once -= 1
            for task in (answering, watching):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await task

    async def _respond(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        if asked.path in self.manner.links:
            await self._send(asked, writer, 200, self.manner.links[asked.path], "image/png")
            return True
        if asked.method == "GET" and asked.path.endswith("/models"):
            bad = self.manner.stranger(asked)
            body = bad.body if bad else self.manner.list_models()
            await self._send(asked, writer, bad.status if bad else 200, body)
            return True
        if asked.chat:
            day = self._day()
            await asyncio.sleep(self.delay + day.seconds)
            return await self._chat(asked, self.manner.stranger(asked) or day, writer)
        if asked.method != "POST" or not asked.verb:
            await self._send(asked, writer, 404, b'{"error": {"message": "Invalid URL"}}')
            return True
        day = self._day()
        await asyncio.sleep(self.delay + day.seconds)
        return await self._draw(asked, self.manner.wrong(asked) or day, writer)

    def _day(self) -> BadDay:
        """What this call is in for: the script first, then the dice."""
        if self.script:
            return self.script.popleft() or GOOD
        rolled = self._dice.random() if self._odds else 1.0
        for day, chance in self._odds.items():
            if rolled < chance:
                return day
            rolled -= chance
        return GOOD

    async def _spoiled(self, asked: Asked, day: BadDay, writer: asyncio.StreamWriter) -> bool | None:
        """What is answered instead of anything; None where the day is not as bad as that."""
        if day.name == "hang":
            await asyncio.Event().wait()
        if day.name == "reset_first":
            return _reset(writer)
        if not day.status:
            return None
        headers = dict(day.headers)
        if day.date is not None:
            headers["retry-after"] = formatdate(time.time() + day.date, usegmt=True)
        await self._send(asked, writer, day.status, day.body, day.content_type, headers)
        return True

    async def _chat(self, asked: Asked, day: BadDay, writer: asyncio.StreamWriter) -> bool:
        if (goes_on := await self._spoiled(asked, day, writer)) is not None:
            return goes_on
        said = day if day.name == "says" else says(self.manner.writes)
        if not self.manner.streams_texts:
            await self._send(asked, writer, 200, whole_text(said.events))
            return True
        asked.status = 200
        writer.write(_head(200, "text/event-stream", {"transfer-encoding": "chunked"}))
        for event in said.events:
            await _chunk(writer, event.encode())
        if said.then == "reset":
            return _reset(writer)
        if said.then == "hang":
            await asyncio.Event().wait()
        while said.then and said.then != "end":
            await _chunk(writer, said.then.encode())
        await _chunk(writer, b"" if said.then == "end" else b"data: [DONE]\n\n")
        if not said.then:
            await _chunk(writer, b"")
        return True

    async def _draw(self, asked: Asked, day: BadDay, writer: asyncio.StreamWriter) -> bool:
        if (goes_on := await self._spoiled(asked, day, writer)) is not None:
            return goes_on
        asked.pictures = await asyncio.to_thread(self.manner.pictures, asked, day)
        if asked.streamed and self.manner.partials and day.name != "fewer":
            return await self._stream(asked, day, writer)
        body = await asyncio.to_thread(self.manner.body, asked, day, self.base)
        if day.name in ("reset", "dying_stream"):
            asked.status = 200
            writer.write(_head(200, "application/json", {"content-length": str(len(body))}) + body[: len(body) // 2])
            await writer.drain()
            return _reset(writer)
        await self._send(asked, writer, 200, body)
        return True

    async def _stream(self, asked: Asked, day: BadDay, writer: asyncio.StreamWriter) -> bool:
        asked.status = 200
        writer.write(_head(200, "text/event-stream; charset=utf-8", {"transfer-encoding": "chunked"}))
        wanted = min(int(asked.fields.get("partial_images") or 0), self.manner.partials)
        for number in range(day.count if day.name == "dying_stream" else wanted):
            partial = await asyncio.to_thread(self.manner.partial, asked, day, number)
            await _chunk(writer, self.manner.event(asked, day, partial, number))
        if day.name in ("reset", "dying_stream"):
            return _reset(writer)
        for file in asked.pictures:
            await _chunk(writer, self.manner.event(asked, day, file, None))
        await _chunk(writer, b"")
        return True

    async def _send(
        self,
        asked: Asked,
        writer: asyncio.StreamWriter,
        status: int,
        body: bytes,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        asked.status = status
        all_headers = {"x-request-id": "req_" + "0" * 32, **(headers or {}), "content-length": str(len(body))}
        writer.write(_head(status, content_type, all_headers) + body)
        await writer.drain()


def _head(status: int, content_type: str, headers: Mapping[str, str]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", f"content-type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> bool:
    """End the connection with a reset instead of a goodbye."""
    if (taken := writer.get_extra_info("socket")) is not None:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False
