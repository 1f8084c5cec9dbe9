"""A model in a child process: a native crash takes the child, not the server. The next drawing starts a new one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

from limner.engines.catalog import Model, installed
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, WriteOrder
from limner.engines.placement import frames, messages
from limner.engines.placement.residency import Residency
from limner.errors import EngineCrashed, LimnerError, ModelGone, NoRoom, Unavailable, say

log = logging.getLogger(__name__)

_HOST = "limner.engines.placement.host"
_POLITE_SECONDS = 2.0

_Answer = DrawEvent | str | LimnerError | None
"""What a call's queue holds: an event or a piece of text, the error that ended it, or None for its end."""


class ChildPlacement:
    """Implements `Placement` with one child process. Belongs to the event loop it is first used in."""

    alike = True

    def __init__(
        self, model: Model, *, start_timeout: float = 120, residency: Residency | None = None, on_demand: bool = False
    ) -> None:
        """`on_demand`: it is loaded when somebody draws with it, and not before."""
        self.model = model
        self.slots = 1
        """How many pictures it draws at a time: the child says so when it has loaded its model."""
        self._start_timeout = start_timeout
        self._residency = Residency() if residency is None else residency
        self._on_demand = on_demand
        self._answering = 0
        self._child: _Child | None = None
        self._starting: asyncio.Task[_Child] | None = None
        self._clearing = asyncio.Lock()
        self._cleared = 0
        """How often others had to go because there was no room to draw."""
        self._closed = False
        self._gone = False

    @property
    def ready(self) -> bool:
        """Whether it can draw; one that is loaded on demand always can, later, while its files are here."""
        return not (self._closed or self._gone) if self._on_demand else self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """The child's process id while it can draw: for `doctor`, health and tests."""
        return self._child.process.pid if self._child is not None and self._child.alive else None

    @property
    def busy(self) -> bool:
        """Whether it draws or writes, or is being loaded."""
        return self._answering > 0 or (self._starting is not None and not self._starting.done())

    async def start(self) -> None:
        """Start the child and wait until its model is loaded. Callers at the same time share one start."""
        if not self._on_demand:
            await self._running()

    async def follow(self, model: Model | None) -> None:
        """Draw with this version of the model from now on, or with none: it was removed. What is drawn already ends
        with what is in memory, which is given back at a call when nothing is drawn."""
        self._gone = model is None
        self.model = model or self.model
        if self._outdated and not self.busy:
            self._residency.leave(self)
            await self.unload()

    @property
    def _outdated(self) -> bool:
        return self._child is not None and (self._gone or self._child.model != self.model)

    async def unload(self) -> None:
        """Give its memory back. The next drawing loads it again."""
        if self._child is not None:
            child, self._child = self._child, None
            await child.close()

    def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        return self._follow(lambda child: child.draw(order))

    def write(self, order: WriteOrder) -> AsyncIterator[str]:
        """Pieces of a text by the model's writer, beside what is drawn. Leaving the iterator stops the writing."""
        return self._follow(lambda child: child.write(order))

    async def _follow(self, ask: Callable[[_Child], tuple[int, asyncio.Queue[Any]]]) -> AsyncIterator[Any]:
        self._answering += 1
        try:
            child = await self._running()
            cleared, again = self._cleared, True
            call, answers = ask(child)
            try:
                while (answer := await answers.get()) is not None:
                    if isinstance(answer, NoRoom) and again and await self._has_more_room(cleared):
                        again = False
                        call, answers = ask(child)
                        continue
                    if isinstance(answer, LimnerError):
                        raise answer
                    again = again and not isinstance(answer, Drawn | str)
                    yield answer
            finally:
                # Left early (cancelled, or the reader lost interest): the child need not finish what nobody awaits.
                child.leave(call)
        finally:
            self._answering -= 1
            self._residency.rest(self)

    async def _has_more_room(self, cleared: int) -> bool:
        """Whether there is more room than when so many had to go; those that rest go now, once for all orders that
        found none at the same time."""
        async with self._clearing:
            # Whoever stops waiting leaves no process half closed.
            if self._cleared == cleared and await asyncio.shield(self._residency.clear(self)):
                self._cleared += 1
            return self._cleared != cleared

    async def cancel(self, job: str) -> None:
        if self._child is not None:
            self._child.cancel(job)

    async def close(self) -> None:
        self._closed = True
        self._residency.leave(self)
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            with contextlib.suppress(asyncio.CancelledError, LimnerError):
                await self._starting
        await self.unload()

    async def _running(self) -> _Child:
        if self._closed:
            raise Unavailable("Limner is stopping; ask again when it is back.")
        if self._starting is None or self._starting.done():
            if self._child is not None and self._child.alive and not (self._outdated and self._answering <= 1):
                return self._child
            self._starting = asyncio.create_task(self._start(), name=f"start {self.model.name}")
            # A start whose waiters were all cancelled has nobody to take its error: it is told again at the next.
            self._starting.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._starting.add_done_callback(lambda _: self._residency.rest(self))
        return await asyncio.shield(self._starting)

    async def _start(self) -> _Child:
        await self.unload()
        if self._on_demand and (self._gone or not installed(self.model)):
            message = say("{model} was removed from this machine. Pull it again, or choose another model.",
                          model=self.model.name)  # fmt: skip
            raise ModelGone(message)
        await self._residency.enter(self, self.model.bytes)
        try:
            try:
                self._child = await self._loaded()
            except NoRoom:
                if not await self._residency.clear(self):
                    raise
                self._child = await self._loaded()  # alone
        except BaseException:
            self._residency.leave(self)
            raise
        self.slots = self._child.batch
        if self._child.room:
            self._residency.limit(self._child.room)
        return self._child

    async def _loaded(self) -> _Child:
        child = await _Child.spawn(self.model)
        try:
            async with asyncio.timeout(self._start_timeout):
                await child.loaded
        except TimeoutError:
            await child.kill()
            raise EngineCrashed(
                f"{self.model.title} did not load within {self._start_timeout:g} s. The machine may be too busy; "
                "the next drawing starts it again."
            ) from None
        except BaseException:
            # Its own error, or our cancellation: in both cases no process may be left behind.
            await child.kill()
            raise
        return child


class _Child:
    """One process from birth to burial, and the calls it is busy with."""

    def __init__(
        self,
        model: Model,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.model = model
        self.process = process
        self.alive = True
        self.room = 0
        """Bytes of the memory that the model was loaded into, where that is a GPU's own."""
        self.batch = 1
        """How many pictures it draws at a time."""
        self.loaded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reader = reader
        self._writer = writer
        self._numbers = count(1)
        self._calls: dict[int, tuple[str | None, asyncio.Queue[_Answer]]] = {}
        self._closing = False
        self._end: LimnerError | None = None
        self._task = asyncio.create_task(self._read(), name=f"read {model.name}")

    @classmethod
    async def spawn(cls, model: Model) -> _Child:
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            # -P: the working directory must not shadow our modules; the path is the parent's own.
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", _HOST, str(theirs.fileno()), str(os.getpid())),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                # Standard output belongs to the parent's own answers (`limner generate -o -`): a library that
                # prints there prints to standard error instead.
                stdout=2,
                env=_environment(),
            )
            reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1024 * 1024)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        child = cls(model, process, reader, writer)
        child._send({"kind": "load", "model": model.to_json()})
        return child

    def draw(self, order: DrawOrder) -> tuple[int, asyncio.Queue[_Answer]]:
        return self._ask("draw", order.job, *messages.order_frame(order))

    def write(self, order: WriteOrder) -> tuple[int, asyncio.Queue[_Answer]]:
        return self._ask("write", None, messages.write_header(order))

    def _ask(
        self, kind: str, job: str | None, header: dict[str, Any], body: bytes = b""
    ) -> tuple[int, asyncio.Queue[_Answer]]:
        if self._end is not None:
            raise self._end
        call, answers = next(self._numbers), asyncio.Queue[_Answer]()
        self._calls[call] = (job, answers)
        self._send({"kind": kind, "call": call, **header}, body)
        return call, answers

    def cancel(self, job: str) -> None:
        for call, (of_job, _) in self._calls.items():
            if of_job == job:
                self._send({"kind": "cancel", "call": call})

    def leave(self, call: int) -> None:
        if self._calls.pop(call, None) is not None:
            self._send({"kind": "cancel", "call": call})

    async def close(self) -> None:
        """Ask it to end between two steps; after two seconds end it."""
        self._closing = True
        if self.alive:
            self._send({"kind": "close"})
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLITE_SECONDS):
                    await self.process.wait()
        await self.kill()

    async def kill(self) -> None:
        """End it now, and leave nothing behind: no process, no zombie, no open socket."""
        self._closing = True
        with contextlib.suppress(ProcessLookupError):
            if self.process.returncode is None:
                self.process.kill()
        await self.process.wait()
        await self._task

    def _send(self, header: dict[str, Any], body: bytes = b"") -> None:
        if self.alive:
            self._writer.writelines(frames.pack(header, body))

    async def _read(self) -> None:
        """Hand every message to whom it is for; when there are no more, bury the process."""
        try:
            while (frame := await frames.read_frame(self._reader)) is not None:
                self._take(*frame)
            end = None
        except frames.BadFrame as error:
            log.error("%s sent something unreadable: %s", self.model.name, error)
            end = "sent something unreadable and was ended"
        self.alive = False
        with contextlib.suppress(ProcessLookupError):
            if self.process.returncode is None and end is not None:
                self.process.kill()
        self._writer.close()
        code = await self._returncode()
        self._bury(end or _cause(code))

    async def _returncode(self) -> int:
        # It closed its end: it is ending by itself. One that lingers is helped.
        try:
            async with asyncio.timeout(_POLITE_SECONDS):
                return await self.process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            return await self.process.wait()

    def _bury(self, cause: str) -> None:
        error: LimnerError
        if self._closing:
            error = Unavailable("Limner is stopping; ask again when it is back.")
        else:
            error = EngineCrashed(
                f"The process that holds {self.model.title} {cause}. The next drawing starts it again."
            )
            log.warning("%s", error.message)
        self._end = error
        if not self.loaded.done():
            self.loaded.set_exception(error)
            self.loaded.exception()
        for _, answers in self._calls.values():
            answers.put_nowait(error)
        self._calls.clear()

    def _take(self, header: dict[str, Any], body: bytes) -> None:
        kind, call = header.get("kind"), header.get("call")
        if kind == "ready":
            log.info("%s loaded in %.2f s", self.model.name, header.get("seconds", 0.0))
            self.room = int(header.get("room") or 0)
            self.batch = max(int(header.get("batch") or 1), 1)
            if not self.loaded.done():
                self.loaded.set_result(None)
            return
        if kind == "failed":
            if not self.loaded.done():
                self.loaded.set_exception(messages.error_from(header.get("error")))
            return
        if kind not in {"event", "text", "end", "error"} or not isinstance(call, int):
            raise frames.BadFrame(f"no such message: {header!r:.200}")
        if call not in self._calls:
            return  # its reader has left; what was already on the way is dropped
        _, answers = self._calls[call]
        if kind == "event":
            answers.put_nowait(messages.event_from(header, body))
            return
        if kind == "text":
            answers.put_nowait(messages.text_from(header))
            return
        del self._calls[call]
        answers.put_nowait(messages.error_from(header.get("error")) if kind == "error" else None)


def _cause(code: int) -> str:
    if code >= 0:
        return f"ended by itself with exit status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = " (was the machine out of memory?)" if -code == signal.SIGKILL else ""
    return f"was ended by {name}{hint}"


def _environment() -> dict[str, str]:
    """The child's environment: no secrets of ours, the parent's import path, no library's telemetry, and an allocator
    that gives large blocks back: glibc's learns to keep them, 20 MB in the end. What is set outside stands."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("LIMNER_", "HF_TOKEN"))}
    return {
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),
        "MALLOC_TRIM_THRESHOLD_": str(256 * 1024),
        **inherited,
        "PYTHONPATH": os.pathsep.join(entry or os.getcwd() for entry in sys.path),
        "PYTHONUNBUFFERED": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
    }
