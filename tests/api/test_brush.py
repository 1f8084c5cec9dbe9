"""Asking for a scheduler or a LoRA, of a model that knows what to do with them and of one that does not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from limner.engines import catalog
from limner.engines.schedulers import SCHEDULERS
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.native.ended import drawn
from tests.api.sdapi.people import ASKED, info_of, program, warned


@pytest.fixture(autouse=True)
def brush(tmp_path: Path) -> Iterator[None]:
    """A model of this machine beside Storybook, which can be sampled as it is asked to and takes a LoRA."""
    (tmp_path / "ink.safetensors").touch()
    storybook = catalog.model("storybook")
    able = replace(storybook.capabilities, options=frozenset({"scheduler"}))
    catalog.bring([replace(storybook, name="brush", title="Brush", capabilities=able, loras=tmp_path)])
    yield
    catalog.bring([])


@pytest.fixture
async def webui(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with program(server) as client:
        yield client


async def test_a_scheduler_goes_to_the_model_and_into_the_pictures_file(
    client: httpx.AsyncClient, server: Server
) -> None:
    done = await drawn(client, model="brush", scheduler="dpmpp_2m_karras")
    assert server.painter.orders[0].request.options["scheduler"] == "dpmpp_2m_karras"
    file = (await client.get(done["pictures"][0]["url"])).content
    assert b"Sampler: DPM++ 2M Karras" in file


async def test_jobs_of_two_schedulers_or_loras_are_never_drawn_together(client: httpx.AsyncClient) -> None:
    asked = [("a cat", None), ("a cat", "euler"), ("a dog", "euler"), ("a cat", "ddim")]
    asked += [("a cat <lora:ink>", None), ("<lora:ink:1> a dog", None), ("a cat <lora:ink:0.5>", None)]
    for prompt, scheduler in asked:
        await drawn(client, model="brush", prompt=prompt, scheduler=scheduler)
    plain, euler, euler_too, ddim, ink, ink_too, less = await in_thread(
        lambda: list(Job.objects.order_by("pk").values_list("compat", flat=True))
    )
    assert (euler, ink) == (euler_too, ink_too)
    assert len({plain, euler, ddim, ink, less}) == 5


async def test_an_unknown_scheduler_is_refused_with_those_that_are_known(
    client: httpx.AsyncClient, server: Server
) -> None:
    answer = await client.post("/api/v1/jobs", json={"prompt": "a cat", "model": "brush", "scheduler": "best"})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, "scheduler")
    assert all(f"'{name}'" in error["message"] for name in SCHEDULERS)
    assert not server.painter.orders


async def test_a_model_with_one_way_of_sampling_draws_on_and_says_so(
    client: httpx.AsyncClient, server: Server
) -> None:
    asked = {"prompt": "a cat", "size": "256x256", "scheduler": "euler"}
    [warning] = (await client.post("/api/v1/jobs", json=asked)).json()["warnings"]
    assert warning["param"] == "scheduler"
    by_name = {model["name"]: model["schedulers"] for model in (await client.get("/api/v1/models")).json()["models"]}
    assert by_name == {"storybook": [], "brush": list(SCHEDULERS)}


@pytest.mark.parametrize(
    ("asked", "scheduler", "sampled", "warnings"),
    [
        ({"sampler_name": "Euler a"}, "euler_a", "Euler a", set()),
        ({"sampler_index": "dpm++ 2m karras"}, "dpmpp_2m_karras", "DPM++ 2M Karras", set()),
        ({"sampler_name": "DPM++ SDE", "scheduler": "Karras"}, "dpmpp_sde_karras", "DPM++ SDE Karras", set()),
        ({"sampler_name": "DDIM", "scheduler": "Karras"}, "ddim", "DDIM", {"scheduler"}),
        ({"sampler_name": "Restart"}, None, "Euler", {"sampler_name"}),
        ({"scheduler": "Automatic"}, None, "Euler", set()),
    ],
)
async def test_programs_of_automatic1111_name_samplers_in_their_way(
    webui: httpx.AsyncClient,
    server: Server,
    asked: dict[str, str],
    scheduler: str | None,
    sampled: str,
    warnings: set[str],
) -> None:
    answer = await webui.post(
        "/txt2img", json={**ASKED, **asked, "override_settings": {"sd_model_checkpoint": "brush"}}
    )
    assert set(warned(answer)) == warnings
    assert server.painter.orders[0].request.options.get("scheduler") == scheduler
    assert info_of(answer)["sampler_name"] == sampled


async def test_every_way_of_sampling_is_in_the_menu_once(webui: httpx.AsyncClient) -> None:
    names = [sampler["name"] for sampler in (await webui.get("/samplers")).json()]
    assert set(names) == {one.title for one in SCHEDULERS.values()}
    assert len(names) == len(set(names))


async def test_a_lora_is_listed_asked_for_in_the_prompt_and_refused_where_it_is_not_here(
    webui: httpx.AsyncClient, client: httpx.AsyncClient, server: Server
) -> None:
    assert [lora["name"] for lora in (await webui.get("/loras")).json()] == ["ink"]
    assert (await client.get("/api/v1/models/brush")).json()["loras"] == ["ink"]
    assert (await client.get("/api/v1/models/storybook")).json()["loras"] is None
    asked = {**ASKED, "override_settings": {"sd_model_checkpoint": "brush"}}
    answer = await webui.post("/txt2img", json={**asked, "prompt": "a cat <lora:ink:0.5>"})
    assert info_of(answer)["prompt"] == server.painter.orders[0].request.prompt == "a cat <lora:ink:0.5>"
    refused = await webui.post("/txt2img", json={**asked, "prompt": "a cat <lora:oil:0.5>"})
    assert "no LoRA 'oil' here" in refused.text
    assert len(server.painter.orders) == 1
