"""Schemathesis asks every operation of the native API for what its document allows, and for what it does not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from limner.jobs.models import Job
from limner.jobs.states import ENDED
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server, until
from tests.api.files import picture
from tests.api.snapshot import contract

if TYPE_CHECKING:
    from schemathesis import APIOperation, Case

pytestmark = [pytest.mark.extra, pytest.mark.timeout(600)]

CASES = 15
"""Of each operation, each kind of data, and each kind of id."""
SUBMIT = "POST /api/v1/jobs"
DRAWABLE: dict[str, Any] = {
    "prompt": "a cat",
    "model": None,
    "size": "256x256",
    "task": None,
    "images": [],
    "mask": None,
}
"""What of a job hangs together, and is never hit upon by chance."""
ENDLESS = {"watch"}
"""An account's stream ends when its caller hangs up: tests/api/native/test_events.py."""


async def test_whatever_an_operation_is_asked_it_never_breaks_and_keeps_to_its_document(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        job = (await client.post("/api/v1/jobs", json={"prompt": "a cat", "size": "256x256"})).json()["id"]
        await until(lambda: Job.objects.get().state in ENDED)
        real = {
            "job": job,
            "picture": (await client.get("/api/v1/pictures")).json()["pictures"][0]["id"],
            "upload": (await client.post("/api/v1/uploads", files={"image": picture()})).json()["id"],
            "key": (await client.post("/api/v1/keys", json={"name": "robot"})).json()["id"],
            "name": "storybook",
        }
    asked = await asyncio.to_thread(ask_everything, server.url, real)
    assert asked.keys() >= {"submit_job", "upload", "make_key", "watch_job"}
    assert len(asked) > 20
    assert all(statuses for statuses in asked.values())
    assert 202 in asked["submit_job"]
    assert 400 in asked["submit_job"]
    await until(lambda: not Job.objects.exclude(state__in=ENDED).exists())
    assert await in_thread(Job.objects.exists)


def ask_everything(url: str, real: dict[str, str]) -> dict[str, set[int]]:
    """The statuses that each operation answered with."""
    import schemathesis

    schema = schemathesis.openapi.from_dict(contract())
    asked: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        name = str(operation.definition.raw["operationId"])
        if name not in ENDLESS:
            asked[name] = ask(operation, url, {}) | ask(operation, url, real)
    return asked


def ask(operation: APIOperation[Any, Any, Any], url: str, ids: dict[str, str]) -> set[int]:
    """Ask an operation for what fits its document and for what does not, with `ids` in its path where it has any."""
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

    statuses: set[int] = set()
    raw = operation.definition.raw
    takes = raw.get("parameters") or raw.get("requestBody") or raw["security"]
    # What takes nothing, not even a key, cannot be asked for anything that does not fit.
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if takes else (GenerationMode.POSITIVE,):

        @settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Case) -> None:
            for name in case.path_parameters.keys() & ids.keys():
                case.path_parameters[name] = ids[name]
            if ids and operation.label == SUBMIT and isinstance(case.body, dict):
                case.body = {**case.body, **DRAWABLE}
            answer = case.call(base_url=url, timeout=PATIENCE, allow_redirects=False)
            statuses.add(answer.status_code)
            checks = [not_a_server_error, content_type_conformance, response_schema_conformance]
            case.validate_response(answer, checks=checks)

        asked()
    return statuses
