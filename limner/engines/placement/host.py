"""The process that holds a model: `python -m limner.engines.placement.host SOCKET`. It does what it is told.

Three threads. The main thread loads the model and draws, one order at a time, or as many as the engine can draw
together. The writer writes, one text at a time, with a model that it loads when it is first asked to, so that nobody
waits for a picture to get words. A reader takes messages, so that a cancellation is seen between two steps and the
parent's end is seen at once: then the process exits, native call or not. On Linux the kernel is asked to do the same,
for the case that native code holds the interpreter's lock.

Nothing but frames goes through the socket; whatever a library prints goes to standard error. SIGINT and SIGTERM are
the parent's business (Ctrl-C and a service manager send them to the whole group), so they are ignored here.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from queue import SimpleQueue
from socket import socket
from typing import Any, NoReturn, cast

from limner.engines.catalog import Model
from limner.engines.contract import BatchingEngine, DrawEvent, Drawn, Engine, WriteOrder, Writer, WritingEngine
from limner.engines.placement import frames, messages
from limner.engines.placement.frames import Frame
from limner.engines.placement.waiting import CLOSE, Asked, Waiting
from limner.engines.registry import build_engine
from limner.errors import EngineError, LimnerError, NotConfigured

log = logging.getLogger("limner.engines.host")

Cancelled = Callable[[int], bool]
"""Whether nobody waits any more for the call at this place."""
Answers = Iterator[tuple[int, Frame | LimnerError]]
"""What comes of some calls: the place of one, with a frame for it or the error that ends it alone."""

_POLITE_SECONDS = 1.0


class Host:
    """One model, one socket, one batch of drawings and one text at a time."""

    def __init__(self, link: socket) -> None:
        self._link = link
        self._orders = Waiting()
        self._texts: SimpleQueue[tuple[int, WriteOrder] | None] = SimpleQueue()
        self._cancelled: set[int] = set()
        self._waiting: set[int] = set()
        self._closing = False
        self._lock = threading.Lock()
        self._sending = threading.Lock()

    def run(self) -> None:
        """Load the model named by the first message, then draw until told to close."""
        first = frames.receive_frame(self._link)
        if first is None:
            return
        model = Model.from_json(first[0]["model"])
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        begun = time.perf_counter()
        try:
            engine = self._load(model)
        except LimnerError as error:
            self._send({"kind": "failed", "error": messages.error_header(error)})
            return
        room = getattr(engine, "room", 0)  # of a GPU's memory: the placement knows only the machine's
        batch = engine.batch if isinstance(engine, BatchingEngine) else 1
        self._send({"kind": "ready", "seconds": time.perf_counter() - begun, "room": room, "batch": batch})
        writing = threading.Thread(target=self._write, args=(model, engine), name="writer", daemon=True)
        writing.start()
        while asked := self._orders.next(batch):
            self._draw(engine, asked)
        writing.join(_POLITE_SECONDS)
        if writing.is_alive():
            _vanish()

    def _draw(self, engine: Engine, asked: Sequence[Asked]) -> None:
        orders = [order for _, order in asked]
        drawn: set[tuple[int, int]] = set()

        def drawings(cancelled: Cancelled) -> Answers:
            if isinstance(engine, BatchingEngine):
                for place, came in engine.draw_together(orders, cancelled):
                    if isinstance(came, Drawn):
                        drawn.add((place, came.index))
                    yield place, came if isinstance(came, LimnerError) else _told(came)
            else:
                for event in engine.draw(orders[0], lambda: cancelled(0)):
                    yield 0, _told(event)

        what = f"drawing {', '.join(order.job for order in orders)}"
        for place in self._serve([call for call, _ in asked], what, drawings):
            call, order = asked[place]
            missing = tuple(index for index in order.indices if (place, index) not in drawn)
            self._draw(engine, [(call, replace(order, indices=missing))])

    def _write(self, model: Model, engine: Engine) -> None:
        writer: Writer | None = None

        def texts(cancelled: Cancelled) -> Answers:
            nonlocal writer
            if writer is None:
                if not isinstance(engine, WritingEngine):
                    raise NotConfigured(f"{model.title} has no writer beside it.")
                writer = engine.writer()
            for text in writer.write(order, lambda: cancelled(0)):
                yield 0, ({"kind": "text", "text": text}, b"")

        while (item := self._texts.get()) is not CLOSE:
            call, order = item
            self._serve([call], "writing", texts)

    def _load(self, model: Model) -> Engine:
        try:
            return cast("Engine", build_engine(model))
        except LimnerError:
            raise
        except Exception as error:  # boundary: whatever a stranger's engine raises has to reach the parent in words
            log.exception("loading %s failed", model.name)
            raise EngineError(f"{model.title} could not be loaded: {type(error).__name__}: {error}") from error

    def _serve(self, calls: Sequence[int], what: str, work: Callable[[Cancelled], Answers]) -> list[int]:
        """Send what comes of some calls, and then to each its end, or what went wrong. Answers the places of those
        that have not ended: where several failed together, it may be the fault of one."""

        def cancelled(place: int) -> bool:
            return self._closing or calls[place] in self._cancelled

        unanswered = dict(enumerate(calls))
        wrong: LimnerError | None = None
        try:
            for place, came in work(cancelled) if not all(map(cancelled, unanswered)) else ():
                if place not in unanswered:
                    continue
                if isinstance(came, LimnerError):
                    self._end(unanswered.pop(place), came)
                else:
                    header, body = came
                    self._send({**header, "call": unanswered[place]}, body)
        except Exception as error:  # noqa: BLE001  # boundary: the calls failed, the process and its model live on
            if len(calls) > 1:
                log.warning("%s failed, and each is now drawn alone: %s: %s", what, type(error).__name__, error)
                return list(unanswered)
            wrong = _in_words(error, what)
        for place, call in unanswered.items():
            self._end(call, None if cancelled(place) else wrong)
        return []

    def _end(self, call: int, wrong: LimnerError | None) -> None:
        with self._lock:
            self._waiting.discard(call)
            self._cancelled.discard(call)
        end = {"kind": "end"} if wrong is None else {"kind": "error", "error": messages.error_header(wrong)}
        self._send({**end, "call": call})

    def _send(self, header: dict[str, Any], body: bytes = b"") -> None:
        try:
            with self._sending:
                for piece in frames.pack(header, body):
                    if piece:
                        self._link.sendall(piece)
        except OSError:
            _vanish()

    def _read(self) -> None:
        """Take messages until the parent is gone, then leave: nobody is there for whom to draw."""
        try:
            while (frame := frames.receive_frame(self._link)) is not None:
                self._take(*frame)
        except (frames.BadFrame, KeyError, ValueError, TypeError):
            log.exception("the parent sent something unreadable")
        _vanish()

    def _take(self, header: dict[str, Any], body: bytes) -> None:
        match header["kind"]:
            case "draw":
                order = messages.order_from(header, body)
                self._expect(header["call"])
                self._orders.put((header["call"], order))
            case "write":
                text = messages.write_order_from(header)
                self._expect(header["call"])
                self._texts.put((header["call"], text))
            case "cancel":
                with self._lock:
                    if header["call"] in self._waiting:
                        self._cancelled.add(header["call"])
            case "close":
                self._closing = True
                self._texts.put(CLOSE)
                self._orders.put(CLOSE)
            case unknown:
                log.error("no such message: %r", unknown)

    def _expect(self, call: int) -> None:
        with self._lock:
            self._waiting.add(call)


def _told(event: DrawEvent) -> Frame:
    header, body = messages.event_frame(event)
    return {"kind": "event", **header}, body


def _in_words(error: Exception, what: str) -> LimnerError:
    if isinstance(error, LimnerError):
        return error
    log.exception("%s failed", what)
    return EngineError(f"The engine failed while {what.partition(' ')[0]}: {type(error).__name__}: {error}")


def _vanish() -> NoReturn:
    # Not sys.exit: a thread cannot end the process with it, and native threads may hang in their destructors.
    os._exit(0)


def _die_with(parent: int) -> None:
    """Ask the Linux kernel to end this process when the thread that started it ends; elsewhere the reader does it."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        _vanish()


def main(arguments: list[str]) -> None:
    """Entry point: the number of the inherited socket, and the parent's process id."""
    descriptor, parent = int(arguments[0]), int(arguments[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _die_with(parent)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    with socket(fileno=descriptor) as link:
        Host(link).run()
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
