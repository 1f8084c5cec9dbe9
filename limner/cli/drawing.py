"""One job from the command line, followed to its end; drawn by this process when no other does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from limner.accounts.sign_in import owner
from limner.cli import files
from limner.cli.locks import AlreadyRuns, only_runner
from limner.cli.speak import plain, say, warn
from limner.cli.start import holder
from limner.engines.catalog import catalog
from limner.engines.placement import open_placement
from limner.gallery.queries import pictures_of
from limner.jobs.bus import account_channel, bus
from limner.jobs.dispatcher import Dispatcher
from limner.jobs.queries import events_after, job_visible_to
from limner.jobs.services import cancel, submit
from limner.jobs.states import ENDED, State
from limner.jobs.threads import in_thread
from limner.storage import blobs

if TYPE_CHECKING:
    from limner.accounts.models import Account
    from limner.engines.contract import DrawRequest
    from limner.jobs.models import Job

LOOK_SECONDS = 0.25
FIRST = 1
"""Priority: whoever waits at the command line goes before what an earlier server left in the queue."""
INTERRUPTED = 128 + signal.SIGINT


class Drawing:
    """Submits a job as the owner, sees that somebody draws it, and writes its pictures to files."""

    def __init__(self, request: DrawRequest, *, files: list[Path] | None) -> None:
        self.request = request
        self.files = files
        self.interrupted = asyncio.Event()
        self.here = False
        """True while this process draws, and not the `limner serve` of the same home."""
        console = Console(stderr=True, highlight=False)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    async def run(self, boot: str) -> int:
        """Draw, write, and answer with the program's exit status."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupt)
        account = await in_thread(owner)
        async with bus().subscribe(account_channel(account.pk)) as messages:
            # Sent to nobody when another process draws; the ledger tells of the end either way.
            job = await in_thread(submit, account, self.request, priority=FIRST)
            with self.bar:
                shown = self.bar.add_task("Waiting for its turn", total=self.request.steps * self.request.n)
                watching = asyncio.create_task(self._show(messages, str(job.public_id), shown))
                drawing = asyncio.create_task(self._see_that_it_is_drawn(boot))
                try:
                    ended = await self._until_ended(account, job, drawing, shown)
                finally:
                    await _end(watching)
                    await _end(drawing)
        return await self._tell(account, ended)

    def _interrupt(self) -> None:
        if self.interrupted.is_set():
            os._exit(INTERRUPTED)
        self.interrupted.set()

    async def _until_ended(self, account: Account, job: Job, drawing: asyncio.Task[None], shown: TaskID) -> Job:
        """Follow the ledger's events: whoever draws the job, its end is written there."""
        seen, cancelled = 0, False
        while True:
            for event in await in_thread(events_after, account.pk, seen, job=job.public_id):
                seen = event.number
                if event.kind == "state" and event.data["state"] in ENDED:
                    return await in_thread(job_visible_to, account, job.public_id)
                if event.kind == "state" and event.data["state"] == State.RUNNING and not self.here:
                    # Steps do not reach other processes; that it is being drawn does.
                    self.bar.update(shown, total=None, description="Drawing")
            if self.interrupted.is_set() and not cancelled:
                cancelled = True
                await in_thread(cancel, account, job.public_id)
            if drawing.done():
                drawing.result()  # it ends only by breaking
            await asyncio.sleep(LOOK_SECONDS)

    async def _see_that_it_is_drawn(self, boot: str) -> None:
        """Be the dispatcher of this home as soon as nobody else is."""
        while True:
            with contextlib.suppress(AlreadyRuns), only_runner(settings.LIMNER_HOME, ""):
                model = catalog()[self.request.model]
                placements = {model.lane: open_placement(model)}
                self.here = True
                dispatcher = Dispatcher(placements, holder=holder(), boot=boot, bus=bus(), poll_seconds=LOOK_SECONDS)
                await dispatcher.run()
            await asyncio.sleep(LOOK_SECONDS)

    async def _show(self, messages: AsyncIterator[dict[str, object]], job: str, shown: TaskID) -> None:
        """Move the bar; without a terminal nothing is drawn."""
        async for message in messages:
            data = message["data"]
            if str(message["job"]) != job or not isinstance(data, dict):
                continue
            if message["kind"] == "progress":
                done = data["index"] * data["steps"] + data["step"]
                words = f"Picture {data['index'] + 1} of {self.request.n}" if self.request.n > 1 else "Drawing"
                self.bar.update(shown, completed=done, total=data["steps"] * self.request.n, description=words)
            elif message["kind"] == "state" and data["state"] == State.QUEUED and data["attempt"]:
                self.bar.update(shown, completed=0, description="Trying again")

    async def _tell(self, account: Account, job: Job) -> int:
        if (trouble := await in_thread(self._write, account, job)) is not None:
            warn(f"{trouble} The picture is kept: `limner serve` shows it in the studio.")
            return 1
        if job.state == State.DONE:
            return 0
        if job.state == State.CANCELLED:
            warn("Cancelled.")
            return INTERRUPTED if self.interrupted.is_set() else 1
        warn(plain(job.error_message) or "The picture could not be drawn.")
        return 1

    def _write(self, account: Account, job: Job) -> str | None:
        """Write what the job has, finished early or not; the sentence that says what stood in the way, if any did."""
        for picture in pictures_of(account).filter(job=job.public_id).order_by("index"):
            data = blobs.get(picture.blob)
            file = self.files[picture.index] if self.files else None
            try:
                files.write(file, data)
            except OSError as error:
                return files.not_written(file, error)
            if file is not None:
                say(plain(str(file)))
        return None


async def _end(task: asyncio.Task[None]) -> None:
    """Stop a task of ours and wait until it has: its child process and its locks go with it."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
