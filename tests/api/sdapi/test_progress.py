"""Progress, interrupt and options are about the caller's own jobs that came this way, and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from limner.accounts.models import Account
from limner.accounts.sign_in import owner
from limner.engines.contract import DrawRequest, Size
from limner.jobs.models import Job
from limner.jobs.services import submit
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server, until
from tests.api.sdapi.people import ASKED, info_of, program_of, warned

ELSEWHERE = DrawRequest("a dog", "storybook", Size(64, 64), Size(64, 64), seed=1, steps=4, guidance=3.0)


@pytest.fixture
async def held(webui: httpx.AsyncClient, server: Server) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """A call whose pictures are being drawn and do not get done by themselves."""
    server.painter.may_paint.clear()
    call = asyncio.create_task(webui.post("/txt2img", json={**ASKED, "batch_size": 2, "steps": 9}))
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
    yield call
    call.cancel()
    await asyncio.wait([call])


async def test_a_job_that_has_just_begun_is_told_of(
    webui: httpx.AsyncClient, held: asyncio.Task[httpx.Response]
) -> None:
    now = (await webui.get("/progress")).json()
    assert 0 < now["progress"] < 0.1
    assert now["eta_relative"] > 0
    assert (now["state"]["job_count"], now["state"]["sampling_steps"]) == (2, 9)
    assert now["current_image"] is None


async def test_a_job_that_waits_is_told_of_too(webui: httpx.AsyncClient, held: asyncio.Task[httpx.Response]) -> None:
    await webui.post("/interrupt")
    await held
    await in_thread(lambda: submit(owner(), ELSEWHERE))
    await until(lambda: Job.objects.filter(state=State.RUNNING).count() == 1)  # and holds the painter
    call = asyncio.create_task(webui.post("/txt2img", json=ASKED))
    await until(lambda: Job.objects.filter(state=State.QUEUED).count() == 1)
    assert (await webui.get("/progress")).json()["state"]["job_count"] == 1
    await webui.post("/interrupt")
    answer = await call
    assert (answer.json()["images"], info_of(answer)["infotexts"]) == ([], [])
    assert "interrupt" in warned(answer)


async def test_what_the_studio_draws_is_neither_told_of_nor_interrupted(
    webui: httpx.AsyncClient, server: Server
) -> None:
    server.painter.may_paint.clear()
    job = await in_thread(lambda: submit(owner(), ELSEWHERE))
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
    assert (await webui.get("/progress")).json()["state"]["job_count"] == 0
    assert (await webui.post("/interrupt")).status_code == 200
    server.painter.may_paint.set()
    await until(lambda: Job.objects.get(pk=job.pk).state == State.DONE)


async def test_nobody_sees_or_stops_what_another_draws(
    server_with_accounts: Server, alice: Account, bob: Account
) -> None:
    server_with_accounts.painter.may_paint.clear()
    async with (
        await program_of(alice, server_with_accounts) as hers,
        await program_of(bob, server_with_accounts) as his,
    ):
        call = asyncio.create_task(hers.post("/txt2img", json=ASKED))
        await asyncio.wait_for(server_with_accounts.painter.started.wait(), PATIENCE)
        assert (await his.get("/progress")).json()["state"]["job_count"] == 0
        await his.post("/interrupt")
        assert (await hers.get("/progress")).json()["state"]["job_count"] == 1
        server_with_accounts.painter.may_paint.set()
        assert len((await call).json()["images"]) == 1


async def test_a_caller_who_hangs_up_takes_the_job_along(
    webui: httpx.AsyncClient, held: asyncio.Task[httpx.Response]
) -> None:
    held.cancel()
    await until(lambda: Job.objects.get().state == State.CANCELLED)


# Options -------------------------------------------------------------------------------------------------------


async def test_only_what_limner_reads_is_kept(webui: httpx.AsyncClient) -> None:
    asked = {"samples_format": "WEBP", "sd_model_checkpoint": "storybook", "junk": "x" * 100_000, "sd_vae": "a.pt"}
    assert (await webui.post("/options", json=asked)).status_code == 200
    account = await in_thread(owner)
    assert account.webui_options == {"samples_format": "webp", "sd_model_checkpoint": "storybook"}
    assert (await webui.get("/options")).json()["sd_vae"] == "Automatic"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"sd_model_checkpoint": "nothing"}, 404),
        ({"sd_model_checkpoint": ["a"]}, 404),
        ({"samples_format": "gif"}, 422),
    ],
)
async def test_what_is_not_here_cannot_be_chosen(
    webui: httpx.AsyncClient, asked: dict[str, object], status: int
) -> None:
    before = (await webui.get("/options")).json()
    answer = await webui.post("/options", json=asked)
    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)
    assert (await webui.get("/options")).json() == before


async def test_a_model_that_is_gone_leaves_the_default(webui: httpx.AsyncClient) -> None:
    def chose_another() -> None:
        account = owner()
        account.webui_options = {"sd_model_checkpoint": "gone", "samples_format": 7}
        account.save()

    await in_thread(chose_another)
    assert (await webui.get("/options")).json()["sd_model_checkpoint"].startswith("storybook")
    assert (await webui.post("/txt2img", json=ASKED)).status_code == 200
