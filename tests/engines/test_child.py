"""The child placement, with real processes: what it draws, and what it does on every bad day."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from limner.engines.catalog import Model
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Preview, Progress, Size
from limner.engines.placement.child import ChildPlacement
from limner.errors import (
    EngineCrashed,
    EngineError,
    InvalidRequest,
    ModelBroken,
    NotConfigured,
    RateLimited,
    Unavailable,
)
from tests.engines.puppet import order, puppet

STALLED = 20.0
"""Seconds that a busy machine may take over what takes a fraction of a second, or two at most."""


@asynccontextmanager
async def placed(model: Model | None = None, **options: Any) -> AsyncIterator[ChildPlacement]:
    placement = ChildPlacement(model or puppet(), **options)
    try:
        yield placement
    finally:
        await placement.close()


async def events_of(placement: ChildPlacement, of: DrawOrder) -> list[DrawEvent]:
    return [event async for event in placement.draw(of)]


async def begun(placement: ChildPlacement, of: DrawOrder) -> asyncio.Task[list[DrawEvent]]:
    """A drawing whose first event has come."""
    drawing = placement.draw(of)
    first = await anext(drawing)

    async def rest() -> list[DrawEvent]:
        return [first] + [event async for event in drawing]

    return asyncio.create_task(rest())


def children() -> list[int]:
    """The processes of ours that hold a model."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"placement.host" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def exists(pid: int) -> bool:
    """Whether a process runs; a zombie does not run, but it does exist, and we want neither."""
    return Path(f"/proc/{pid}").exists()


async def seen(so: Callable[[], bool], within: float) -> bool:
    """Whether it becomes so in these seconds."""
    until = time.monotonic() + within
    while not so():
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.02)
    return True


async def test_a_drawing_streams_its_steps_previews_and_pictures_in_order() -> None:
    async with placed() as placement:
        events = await events_of(placement, order(n=2, steps=3))
    assert [(type(event), getattr(event, "index", None)) for event in events] == [
        (kind, index) for index in (0, 1) for kind in [Progress, Preview] * 3 + [Drawn]
    ]
    assert events[0] == Progress("job-1", 0, 1, 3)
    assert isinstance(events[1], Preview)
    assert events[1].image.startswith(b"RIFF")
    last = events[-1]
    assert isinstance(last, Drawn)
    assert (last.mode, last.size) == ("RGB", Size(16, 16))
    assert last.data == bytes([8, 0, 0]) * 256


async def test_only_the_missing_pictures_are_drawn() -> None:
    async with placed() as placement:
        events = await events_of(placement, replace(order(n=4, steps=1), indices=(1, 3)))
    assert [event.index for event in events if isinstance(event, Drawn)] == [1, 3]


async def test_images_travel_beside_the_request() -> None:
    async with placed() as placement:
        plain = order(steps=1)
        sent = DrawOrder("job-1", 1, plain.request, (0,), {"a": b"x" * 300_000, "b": b"", "c": b"y" * 5})
        events = await events_of(placement, sent)
    drawn = events[-1]
    assert isinstance(drawn, Drawn)
    assert drawn.data[1] == 300_005 % 256


async def test_starting_makes_it_ready_and_closing_leaves_no_process() -> None:
    async with placed() as placement:
        assert not placement.ready
        await placement.start()
        assert placement.ready
        pid = placement.pid
        assert pid is not None
    assert not placement.ready
    assert not exists(pid)


async def test_callers_at_the_same_time_share_one_start() -> None:
    async with placed() as placement:
        await asyncio.gather(*(placement.start() for _ in range(5)), events_of(placement, order(steps=1)))
        first = placement.pid
        await placement.start()
        assert placement.pid == first


async def test_a_cancelled_waiter_does_not_spoil_the_start_for_the_others() -> None:
    async with placed() as placement:
        impatient = asyncio.create_task(placement.start())
        patient = asyncio.create_task(placement.start())
        await asyncio.sleep(0)
        impatient.cancel()
        await patient
        assert placement.ready


async def test_orders_wait_their_turn() -> None:
    async with placed() as placement:
        first, second = await asyncio.gather(
            events_of(placement, order(job="first", steps=2)), events_of(placement, order(job="second", steps=2))
        )
    assert {event.job for event in first} == {"first"}
    assert {event.job for event in second} == {"second"}


@pytest.mark.parametrize(
    ("deed", "said"),
    [("segfault", "SIGSEGV"), ("kill", "SIGKILL"), ("exit", "exit status 3"), ("garbage", "unreadable")],
)
async def test_a_death_in_mid_drawing_is_a_crash_and_the_next_drawing_works(deed: str, said: str) -> None:
    async with placed() as placement:
        await placement.start()
        first = placement.pid
        assert first is not None
        drawing = await begun(placement, order(f"at 2 {deed}"))
        with pytest.raises(EngineCrashed, match=said) as caught:
            await drawing
        assert caught.value.retryable
        assert not placement.ready
        assert not exists(first)
        assert len(await events_of(placement, order())) == 9
        assert placement.pid != first


async def test_a_kill_from_outside_is_a_crash() -> None:
    async with placed() as placement:
        drawing = await begun(placement, order("sleep 0.05", steps=200))
        assert placement.pid is not None
        os.kill(placement.pid, signal.SIGKILL)
        with pytest.raises(EngineCrashed, match="SIGKILL"):
            await drawing


async def test_the_signals_of_a_terminal_or_service_manager_are_left_to_the_parent() -> None:
    async with placed() as placement:
        drawing = await begun(placement, order("sleep 0.01", steps=20))
        assert placement.pid is not None
        os.kill(placement.pid, signal.SIGINT)
        os.kill(placement.pid, signal.SIGTERM)
        assert len(await drawing) == 41


async def test_a_cancelled_drawing_ends_within_a_step_and_without_an_error() -> None:
    async with placed() as placement:
        seen = []
        async for event in placement.draw(order("sleep 0.05", steps=200, n=3)):
            seen.append(event)
            if event == Progress("job-1", 0, 3, 200):
                await placement.cancel("job-1")
        assert max(event.step for event in seen if isinstance(event, Progress)) <= 5
        assert not any(isinstance(event, Drawn) for event in seen)
        assert len(await events_of(placement, order(steps=1))) == 3


async def test_a_waiting_drawing_can_be_cancelled_and_the_running_one_goes_on() -> None:
    async with placed() as placement:
        await placement.start()
        running = asyncio.create_task(events_of(placement, order("sleep 0.02", job="running", steps=10)))
        waiting = asyncio.create_task(events_of(placement, order(job="waiting")))
        await asyncio.sleep(0)
        await placement.cancel("waiting")
        assert await waiting == []
        assert len(await running) == 21


async def test_cancelling_an_unknown_job_changes_nothing() -> None:
    async with placed() as placement:
        await placement.cancel("nobody's")
        await placement.start()
        await placement.cancel("nobody's")
        assert len(await events_of(placement, order(steps=1))) == 3


async def test_a_reader_that_leaves_stops_the_drawing() -> None:
    async with placed() as placement:
        drawing = placement.draw(order("sleep 0.05", steps=2000))
        await anext(drawing)
        await drawing.aclose()  # type: ignore[attr-defined]
        async with asyncio.timeout(STALLED):
            assert len(await events_of(placement, order(steps=1))) == 3


@pytest.mark.parametrize(
    ("deed", "kind", "message", "code"),
    [
        ("broken", ModelBroken, "The puppet's strings are cut. Mend them.", "model_broken"),
        ("limited", RateLimited, "Too fast.", "rate_limit_exceeded"),
        ("invalid", InvalidRequest, "No such thing.", "invalid_size"),
        ("raise", EngineError, "The engine failed while drawing: ValueError: a bug in the puppet", "engine_error"),
        ("memory", EngineError, "The engine failed while drawing: MemoryError: ", "engine_error"),
    ],
)
async def test_an_engines_error_is_the_same_error_in_the_parent(
    deed: str, kind: type[EngineError], message: str, code: str
) -> None:
    async with placed() as placement:
        with pytest.raises(kind) as caught:
            await events_of(placement, order(f"at 2 {deed}"))
        assert type(caught.value) is kind
        assert (caught.value.message, caught.value.code) == (message, code)
        if isinstance(caught.value, RateLimited):
            assert caught.value.retry_after == 7.5
        if isinstance(caught.value, InvalidRequest):
            assert caught.value.param == "size"
        assert placement.ready
        assert len(await events_of(placement, order(steps=1))) == 3


async def test_an_error_while_loading_is_told_and_can_be_tried_again() -> None:
    async with placed(puppet("broken")) as placement:
        for _ in range(2):
            with pytest.raises(ModelBroken, match="strings are cut"):
                await placement.start()
        assert not placement.ready


async def test_a_death_while_loading_is_a_crash() -> None:
    async with placed(puppet("segfault")) as placement:
        with pytest.raises(EngineCrashed, match="SIGSEGV"):
            await placement.start()


async def test_a_model_that_never_loads_is_given_up() -> None:
    async with placed(puppet("hang"), start_timeout=1.0) as placement:
        with pytest.raises(EngineCrashed, match="did not load within 1 s"):
            await placement.start()


async def test_an_engine_that_is_not_installed_names_the_command() -> None:
    missing = Model.from_json({**puppet().to_json(), "engine": "no_such_package.engine:Engine"})
    async with placed(missing) as placement:
        with pytest.raises(NotConfigured, match="pip install no_such_package"):
            await placement.start()


async def test_noise_on_standard_output_does_not_reach_ours(capfd: pytest.CaptureFixture[str]) -> None:
    async with placed() as placement:
        assert len(await events_of(placement, order("at 1 print", steps=1))) == 3
    said = capfd.readouterr()
    assert said.out == ""
    assert "more noise" in said.err


async def test_closing_while_drawing_ends_the_drawing_and_the_process() -> None:
    async with placed() as placement:
        drawing = await begun(placement, order("sleep 0.05", steps=2000))
        pid = placement.pid
        assert pid is not None
        closing = time.monotonic()
        await placement.close()
        assert time.monotonic() - closing < STALLED  # the drawing itself would take minutes
        # Between two steps it ends as a cancelled drawing does; else it is told that Limner is stopping.
        with suppress(Unavailable):
            assert not any(isinstance(event, Drawn) for event in await drawing)
        assert not exists(pid)
        with pytest.raises(Unavailable):
            await placement.start()


async def test_closing_does_not_wait_for_a_native_call_that_hangs(tmp_path: Path) -> None:
    async with placed() as placement:
        drawing = await begun(placement, order(f"at 2 hang mark {tmp_path / 'hangs'}"))
        assert await seen((tmp_path / "hangs").exists, within=STALLED)
        closing = time.monotonic()
        await placement.close()
        assert time.monotonic() - closing < STALLED
        with pytest.raises(Unavailable):
            await drawing


async def test_closing_while_starting_leaves_no_process() -> None:
    placement = ChildPlacement(puppet("hang"))
    starting = asyncio.create_task(placement.start())
    await asyncio.sleep(0.3)
    await placement.close()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert children() == []


PARENT = """
import asyncio, sys
from limner.engines.placement.child import ChildPlacement
from tests.engines.puppet import order, puppet

async def main():
    placement = ChildPlacement(puppet())
    await placement.start()
    print(placement.pid, flush=True)
    async for event in placement.draw(order(sys.argv[1], steps=100000)):
        pass

asyncio.run(main())
"""


@pytest.mark.parametrize("prompt", ["sleep 0.1", "at 2 hang"], ids=["between steps", "in a native call"])
async def test_a_child_whose_parent_is_killed_is_gone_within_two_seconds(prompt: str) -> None:
    root = Path(__file__).parents[2]
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, prompt),
        cwd=root,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    await asyncio.sleep(0.3)
    assert exists(pid)
    parent.kill()
    await parent.wait()
    assert await seen(lambda: not exists(pid), within=2)


async def test_the_child_knows_none_of_our_secrets() -> None:
    async with placed() as placement:
        os.environ["LIMNER_SECRET_KEY"] = "hidden"
        try:
            await placement.start()
        finally:
            del os.environ["LIMNER_SECRET_KEY"]
        assert placement.pid is not None
        assert b"LIMNER_SECRET_KEY" not in environment_of(placement.pid)


def test_the_process_that_draws_imports_no_django_and_no_model_library_by_itself() -> None:
    script = "import sys, limner.engines.placement.host; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"django", "openvino", "numpy", "PIL", "torch"} & set(done.stdout.split())


@pytest.mark.parametrize("sent", [b"garbage" * 10, b"LIM1" + bytes([255] * 8), b"LIM1\0\0\0\2\0\0\0\0[]", b""])
def test_a_child_that_hears_garbage_or_nothing_ends(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, "-m", "limner.engines.placement.host", str(theirs.fileno()), str(os.getpid())]
        with subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.DEVNULL) as child:
            theirs.close()
            ours.sendall(sent)
            ours.shutdown(socket.SHUT_WR)
            assert child.wait(timeout=10) is not None
