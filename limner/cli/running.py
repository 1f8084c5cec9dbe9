"""A running Limner: web and dispatcher in one event loop, the model in a child, from the first line to the last."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import uvicorn
from django.conf import settings

from limner.cli.memory import few_arenas, settle
from limner.cli.speak import say
from limner.cli.start import holder, prepare
from limner.engines.placement.places import Places
from limner.engines.placement.writing import close_desks
from limner.errors import LimnerError

if TYPE_CHECKING:
    from limner.jobs.dispatcher import Dispatcher
    from limner.jobs.health import Health

DRAIN_SECONDS = 1.0
"""How long a picture that is nearly done may still take when Limner is told to stop."""
SENT_SECONDS = 20.0
"""How long an upstream may still take to answer what it was sent: cut off, nobody knows whether it has to be paid."""
LET_GO_SECONDS = 2
"""How long answers that are under way may still take."""


class Web(uvicorn.Server):
    """uvicorn without its signal handlers: the web and the dispatcher stop together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Running:
    """The parts that this process runs, and their one start and end."""

    def __init__(
        self,
        *,
        listener: socket.socket | None = None,
        address: str = "",
        open_to_network: bool = False,
        dispatch: bool = False,
    ) -> None:
        self.listener = listener
        self.address = address
        self.open_to_network = open_to_network
        self.places = Places() if dispatch else None
        self.dispatcher: Dispatcher | None = None
        self._begun = time.monotonic()
        self._stop = asyncio.Event()
        self._listening = asyncio.Event()

    def run(self) -> None:
        """Run until told to stop. Raises what broke."""
        import uvloop

        few_arenas()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                runner.run(self._main())
            except ExceptionGroup as broken:
                if (ours := first_of_ours(broken)) is not None:
                    raise ours from None
                raise

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told_to_stop)
        try:
            async with asyncio.TaskGroup() as tasks:
                # The model loads while the tables are made and the pages imported: what a start waits for.
                loading = tasks.create_task(self._load())
                await asyncio.to_thread(prepare)
                parts = [tasks.create_task(part) for part in self._parts()]
                await self._until_stopped(parts)
                loading.cancel()
        finally:
            # The dispatcher has closed them, where it came so far.
            await (close_desks() if self.places is None else self.places.close())

    def _parts(self) -> list[Coroutine[Any, Any, None]]:
        if self._stop.is_set():
            return []
        parts = [] if self.places is None else [self._draw(self.places)]
        return parts + ([self._serve(self.listener)] if self.listener else [])

    async def _until_stopped(self, parts: list[asyncio.Task[None]]) -> None:
        """Wait for the signal, or for a part that ends by itself: then the others end too."""
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait([stop, *parts], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        self._stop.set()
        self._let_go()

    def _told_to_stop(self) -> None:
        """First signal: stop politely. Second: at once."""
        if self._stop.is_set():
            sys.stdout.flush()
            os._exit(128 + signal.SIGINT)
        self._stop.set()
        say("Stopping; what is being drawn goes back to the queue." if self.places else "Stopping.")

    def _let_go(self) -> None:
        from limner.jobs.bus import bus
        from limner.jobs.waiting import stop_waiting

        stop_waiting()
        bus().close()

    # The model ------------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        """Load the default model. The dispatcher does the same and says what is wrong; this only begins earlier."""
        for name, placement in list(self.places.opened.items())[:1] if self.places else []:
            with contextlib.suppress(LimnerError):  # the dispatcher's own start meets it again, and tells of it
                await placement.start()
                if self.listener:
                    await self._listening.wait()  # where it is comes first
                say(f"Ready to draw with {name} ({time.monotonic() - self._begun:.1f} s).")

    async def _draw(self, places: Places) -> None:
        from limner.jobs.bus import bus
        from limner.jobs.dispatcher import Dispatcher

        self.dispatcher = Dispatcher(
            places.opened, now=places.now, holder=holder(), boot=secrets.token_hex(8), bus=bus()
        )
        drawing = asyncio.create_task(self.dispatcher.run())
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait([drawing, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not drawing.done():
            await self.dispatcher.stop(DRAIN_SECONDS, SENT_SECONDS)
        await drawing

    def health(self) -> Health:
        """Whether pictures can be drawn, for `/healthz`."""
        from limner.jobs.health import Health

        if self._stop.is_set():
            return Health(ready=False, reasons=("Limner is stopping.",))
        if self.dispatcher is None:
            return Health(ready=False, reasons=("Limner is starting.",))
        ready, problems = self.dispatcher.ready, tuple(self.dispatcher.problems.values())
        reasons = problems if ready else problems or ("The model is being loaded.",)
        return Health(ready=ready, reasons=reasons, models=self.dispatcher.models)

    # The web --------------------------------------------------------------------------------------------------

    async def _serve(self, listener: socket.socket) -> None:
        server = Web(
            uvicorn.Config(
                await asyncio.to_thread(self._application),
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # the gate reads them: it knows one more, and who may be called by which name
                timeout_graceful_shutdown=LET_GO_SECONDS,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        stop = asyncio.create_task(self._stop.wait())
        say(f"Limner is at {self.address}")
        await self._tell_who_may_come_in()
        self._listening.set()
        await asyncio.wait([serving, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        server.should_exit = True
        await serving

    async def _tell_who_may_come_in(self) -> None:
        """What the operator should know of before the first visitor does."""
        from limner.accounts.people import first_link_token
        from limner.accounts.services import no_owner_can_sign_in
        from limner.jobs.threads import in_thread

        if settings.LIMNER_ACCOUNTS:
            if await in_thread(no_owner_can_sign_in):
                say("Nobody owns this Limner yet. Whoever opens this link within a day becomes the owner:")
                say(f"  {self.address}/sign-up?{urlencode({'first': await in_thread(first_link_token)})}")
        elif self.open_to_network:
            say("Everyone who reaches this machine may use it as its owner (--open).")

    def _application(self) -> Any:
        from django.urls import get_resolver
        from django.utils.module_loading import import_string

        from limner.jobs.health import SCOPE_KEY

        gate = import_string(settings.ASGI_APPLICATION)
        _ = get_resolver().url_patterns  # every page's code now, not at the first request
        settle()
        if self.open_to_network:
            gate.open_to_network()

        async def application(scope: Any, receive: Any, send: Any) -> None:
            if self.places is not None:
                scope[SCOPE_KEY] = self.health
            await gate(scope, receive, send)

        return application


def first_of_ours(group: ExceptionGroup) -> LimnerError | None:
    """The error with a sentence for the person, where a group of parts that broke has nothing worse in it."""
    ours, others = group.split(LimnerError)
    found: LimnerError | ExceptionGroup[LimnerError] | None = ours
    while isinstance(found, ExceptionGroup):
        found = found.exceptions[0]
    return found if others is None else None
