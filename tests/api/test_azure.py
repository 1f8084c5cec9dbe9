"""Azure's forms: the model in the URL; and in 2023, an operation that is asked about until it has succeeded."""

from __future__ import annotations

import base64

import httpx

from limner.accounts.keys import make_key
from limner.accounts.models import Account, Scope
from limner.errors import UpstreamRefused
from limner.jobs.models import Job
from limner.jobs.services import cancel
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server, until
from tests.api.files import mask, opened, picture
from tests.api.test_bad_input import error_in

SUBMIT = "/openai/images/generations:submit?api-version=2023-06-01-preview"
ASKED = {"prompt": "a cat", "size": "256x256"}


async def submitted(client: httpx.AsyncClient, **headers: str) -> str:
    """Where to ask about the operation."""
    taken = await client.post(SUBMIT, json=ASKED, headers=headers)
    assert taken.status_code == 202, taken.text
    return taken.headers["operation-location"]


async def test_the_model_is_the_one_that_the_url_names(client: httpx.AsyncClient) -> None:
    for model in ("dall-e-3", "storybook", "gpt-image-1"):
        path = f"/openai/deployments/{model}/images/generations?api-version=2024-02-01"
        answer = (await client.post(path, json={"prompt": "a cat", "model": "dall-e-2"})).json()
        [datum] = answer["data"]
        assert ("b64_json" in datum) == (model == "gpt-image-1")
        assert ("revised_prompt" in datum) == (model == "dall-e-3")


async def test_an_unknown_deployment_is_an_unknown_model(client: httpx.AsyncClient) -> None:
    error = error_in(await client.post("/openai/deployments/mine/images/generations", json=ASKED), 400)
    assert error["param"] == "model"
    assert "'mine' does not exist" in str(error["message"])


async def test_edits_and_variations_have_their_model_in_the_url_too(client: httpx.AsyncClient) -> None:
    form = {"prompt": "a red house", "model": "dall-e-2"}
    edits = "/openai/deployments/gpt-image-1/images/edits"
    edited = await client.post(edits, data=form, files={"image[]": picture(), "mask": mask()})
    assert opened(base64.b64decode(edited.json()["data"][0]["b64_json"])).format == "PNG"
    url = "data:image/png;base64," + base64.b64encode(picture()).decode()
    in_json = await client.post(edits, json=form | {"images": [{"image_url": url}]})
    assert "b64_json" in in_json.json()["data"][0]
    varied = await client.post(
        "/openai/deployments/dall-e-2/images/variations", data={"size": "256x256"}, files={"image": picture()}
    )
    assert "url" in varied.json()["data"][0]


async def test_every_base_has_the_same_routes(client: httpx.AsyncClient) -> None:
    for base in ("/v1", "", "/openai/v1", "/openai"):
        assert (await client.post(f"{base}/images/generations", json=ASKED)).status_code == 200
        names = {model["id"] for model in (await client.get(f"{base}/models")).json()["data"]}
        assert {"storybook", "dall-e-2"} <= names
        assert (await client.get(f"{base}/models/storybook")).json()["id"] == "storybook"
    for path in ("/v1/foo", "/openai/foo", "/openai/deployments/dall-e-3/chat/completions"):
        assert error_in(await client.post(path, json=ASKED), 404)["message"] == f"Invalid URL (POST {path})"


async def test_an_operation_is_asked_about_until_it_has_succeeded(client: httpx.AsyncClient, server: Server) -> None:
    server.painter.may_paint.clear()
    taken = await client.post(SUBMIT, json=ASKED | {"n": 2, "response_format": "b64_json", "stream": True})

    assert taken.status_code == 202
    body, where = taken.json(), taken.headers["operation-location"]
    assert body["status"] == "notRunning"
    assert [warning["param"] for warning in body["limner"]["warnings"]] == ["response_format", "stream"]
    assert where == f"{server.url}/openai/operations/images/{body['id']}?api-version=2023-06-01-preview"
    await until(lambda: Job.objects.get().state == State.RUNNING)
    asked = await client.get(where)
    assert (asked.json()["status"], asked.headers["retry-after"]) == ("running", "1")
    server.painter.may_paint.set()
    await until(lambda: Job.objects.get().state == State.DONE)

    done = await client.get(where)
    assert "retry-after" not in done.headers
    assert (done.json()["id"], done.json()["status"]) == (body["id"], "succeeded")
    result = done.json()["result"]
    assert isinstance(result["created"], int)
    assert len(result["data"]) == 2
    for datum in result["data"]:
        assert opened((await client.get(datum["url"])).content).size == (256, 256)


async def test_an_operation_that_fails_says_why(client: httpx.AsyncClient, server: Server) -> None:
    server.painter.trouble = UpstreamRefused("Your request was rejected by our safety system.")
    where = await submitted(client)
    await until(lambda: Job.objects.get().state == State.FAILED)
    failed = (await client.get(where)).json()
    assert failed["status"] == "failed"
    assert failed["error"] == {
        "code": "content_policy_violation",
        "message": "Your request was rejected by our safety system.",
    }


async def test_an_operation_that_is_cancelled_ends_the_asking(client: httpx.AsyncClient, server: Server) -> None:
    server.painter.may_paint.clear()
    where = await submitted(client)
    job = await in_thread(Job.objects.select_related("account").get)
    await in_thread(cancel, job.account, job.public_id)
    await until(lambda: Job.objects.get().state == State.CANCELLED)
    ended = (await client.get(where)).json()
    assert (ended["status"], ended["error"]["code"]) == ("failed", "job_cancelled")


async def test_what_is_wrong_is_said_before_there_is_an_operation(client: httpx.AsyncClient) -> None:
    assert error_in(await client.post(SUBMIT, json={"size": "256x256"}), 400)["param"] == "prompt"
    assert error_in(await client.post(SUBMIT, json=ASKED | {"n": 11}), 400)["param"] == "n"
    assert await in_thread(Job.objects.count) == 0


async def test_an_operation_is_its_owners(server_with_accounts: Server, alice: Account, bob: Account) -> None:
    (_, drawing), (_, reading), (_, bobs) = [
        await in_thread(make_key, person, "key", [scope])
        for person, scope in ((alice, Scope.DRAW), (alice, Scope.READ), (bob, Scope.DRAW))
    ]
    async with httpx.AsyncClient(base_url=server_with_accounts.url, timeout=PATIENCE) as client:
        where = await submitted(client, **{"api-key": drawing})
        statuses = [
            (await client.get(where, headers={"api-key": secret} if secret else {})).status_code
            for secret in (drawing, reading, bobs, "")
        ]
    assert statuses == [200, 403, 404, 401]


async def test_the_same_key_is_the_same_operation(client: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "once"}
    assert await submitted(client, **key) == await submitted(client, **key)
