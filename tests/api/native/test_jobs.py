"""`GET /api/v1/jobs`: one's own jobs and their pictures, newest first, a page at a time."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import httpx

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server


async def draw(client: httpx.AsyncClient, prompt: str, **headers: str) -> None:
    asked = {"prompt": prompt, "size": "256x256", "n": 2}
    answer = await client.post("/v1/images/generations", json=asked, headers=headers)
    assert answer.status_code == 200


async def test_jobs_come_newest_first_with_their_pictures(client: httpx.AsyncClient) -> None:
    for prompt in ("a cat", "a boat"):
        await draw(client, prompt)
    page = (await client.get("/api/v1/jobs")).json()

    assert [job["prompt"] for job in page["jobs"]] == ["a boat", "a cat"]
    assert page["next"] is None
    job = page["jobs"][0]
    assert (job["state"], job["n"], job["size"], job["error"]) == ("done", 2, "256x256", None)
    assert [picture["index"] for picture in job["pictures"]] == [0, 1]
    picture = job["pictures"][1]
    fetched = await client.get(picture["url"])
    assert fetched.headers["content-type"] == "image/png"
    # Integer keys stay inside: things are named by public id alone.
    assert not re.search(r'"(pk|account|id)": ?\d', json.dumps(page))


async def test_pages_follow_each_other_without_a_gap_or_a_repeat(client: httpx.AsyncClient) -> None:
    for number in range(5):
        await draw(client, f"cat {number}")
    seen: list[str] = []
    before: dict[str, str] = {}
    for _ in range(3):
        page = (await client.get("/api/v1/jobs", params={"limit": "2", **before})).json()
        seen += [job["prompt"] for job in page["jobs"]]
        before = {"before": page["next"]}
    assert seen == [f"cat {number}" for number in (4, 3, 2, 1, 0)]
    assert page["next"] is None


async def test_charlie_does_not_see_alices_jobs(
    server_with_accounts: Server, alice: Account, charlie: Account
) -> None:
    keys = [(await in_thread(make_key, person, "laptop"))[1] for person in (alice, charlie)]
    async with httpx.AsyncClient(base_url=server_with_accounts.url, timeout=PATIENCE) as client:
        await draw(client, "a cat", **{"api-key": keys[0]})
        pages = [(await client.get("/api/v1/jobs", headers={"api-key": key})).json() for key in keys]
        alices = pages[0]["jobs"][0]["id"]
        reached = await client.get("/api/v1/jobs", params={"before": alices}, headers={"api-key": keys[1]})

    assert len(pages[0]["jobs"]) == 1
    assert pages[1] == {"jobs": [], "next": None}
    assert reached.status_code == 400


async def test_what_is_wrong_with_a_page_is_named(client: httpx.AsyncClient) -> None:
    for params, param in (
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"before": "7"}, "before"),
        ({"before": str(uuid4())}, "before"),
    ):
        answer = await client.get("/api/v1/jobs", params=params)
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error.keys() == {"message", "type", "param", "code"}
        assert error["param"] == param


async def test_a_failed_job_says_why(client: httpx.AsyncClient) -> None:
    await draw(client, "a cat")
    await in_thread(Job.objects.update, state="failed", error_code="engine_error", error_message="It broke.")
    [job] = (await client.get("/api/v1/jobs")).json()["jobs"]
    assert job["error"] == {"code": "engine_error", "message": "It broke."}


async def test_a_job_of_another_version_is_listed_without_what_it_asked_for(client: httpx.AsyncClient) -> None:
    for prompt in ("a cat", "a boat"):
        await draw(client, prompt)
    cat = await in_thread(Job.objects.get, request__prompt="a cat")
    await in_thread(Job.objects.filter(pk=cat.pk).update, request={"words": "of another version"})
    answer = await client.get("/api/v1/jobs")
    assert answer.status_code == 200
    boat, cat_out = answer.json()["jobs"]
    assert boat["prompt"] == "a boat"
    assert (cat_out["prompt"], cat_out["size"], cat_out["seed"]) == (None, None, None)
    assert (cat_out["model"], cat_out["n"], len(cat_out["pictures"])) == ("storybook", 2, 2)
