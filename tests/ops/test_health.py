"""/livez, /healthz and the reports of browsers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import AsyncRequestFactory, Client
from pytest_django import Settings

from limner.accounts.limits import REPORTS_A_MINUTE, forget_counts
from limner.jobs.health import SCOPE_KEY, Health
from limner.ops.views import csp_reports
from limner.ops.views import healthz as view

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    forget_counts()
    yield
    forget_counts()


async def healthz(health: Health | None) -> tuple[int, dict[str, Any]]:
    """What /healthz says where the dispatcher is as `health` says (None: there is no dispatcher in this process)."""
    request = AsyncRequestFactory().get("/healthz")
    if health is not None:
        request.scope = {**request.scope, SCOPE_KEY: lambda: health}
    answer = await view(request)
    return answer.status_code, json.loads(answer.content)


def test_livez_says_that_the_process_answers(client: Client) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


async def test_healthz_is_200_when_a_picture_can_be_drawn() -> None:
    status, said = await healthz(Health(ready=True, models={"storybook": True}))
    assert (status, said["status"], said["reasons"]) == (200, "ok", [])
    assert said["models"] == {"storybook": True}


async def test_healthz_says_why_no_picture_can_be_drawn() -> None:
    status, said = await healthz(Health(ready=False, reasons=("The model is being loaded.",)))
    assert (status, said["status"]) == (503, "unavailable")
    assert said["reasons"] == ["The model is being loaded."]


async def test_web_alone_answers_for_its_database_and_disk() -> None:
    status, said = await healthz(None)
    assert (status, said["models"]) == (200, None)


async def test_healthz_says_that_the_disk_is_full(settings: Settings) -> None:
    settings.LIMNER_FREE_DISK_MB = 2**50  # no disk has that much room
    status, said = await healthz(Health(ready=True, models={"storybook": True}))
    assert (status, said["status"]) == (503, "unavailable")
    assert "The disk that holds LIMNER_HOME is full" in said["reasons"][0]


async def test_healthz_says_that_its_home_is_gone(settings: Settings, tmp_path: Path) -> None:
    settings.LIMNER_HOME = tmp_path / "gone"
    status, said = await healthz(Health(ready=True))
    assert status == 503
    assert "cannot be used: No such file or directory" in said["reasons"][0]


def test_nothing_here_changes_by_a_get(client: Client) -> None:
    assert client.get("/csp-report").status_code == 405
    assert client.post("/livez").status_code == 405


def test_a_browsers_report_is_kept_and_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    report = {"csp-report": {"violated-directive": "script-src", "blocked-uri": "inline"}}
    answer = client.post("/csp-report", json.dumps(report), content_type="application/csp-report")
    assert answer.status_code == 204
    assert csp_reports[-1]["blocked-uri"] == "inline"
    assert "script-src" in caplog.text


@pytest.mark.parametrize("body", ["", "{", "[]", '{"csp-report": 3}', "\x00"])
def test_a_report_that_is_none_is_refused(client: Client, body: str) -> None:
    assert client.post("/csp-report", body, content_type="application/csp-report").status_code == 400


def test_nobody_fills_the_log_with_reports_and_others_still_report(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    report = json.dumps({"csp-report": {"violated-directive": "script-src"}})

    def send(address: str) -> int:
        answer = client.post("/csp-report", report, content_type="application/csp-report", REMOTE_ADDR=address)
        return int(answer.status_code)

    assert {send("192.0.2.1") for _ in range(REPORTS_A_MINUTE)} == {204}
    caplog.clear()
    assert send("192.0.2.1") == 429
    assert "script-src" not in caplog.text
    assert send("192.0.2.2") == 204


def test_a_report_cannot_fill_the_memory_or_the_log(client: Client) -> None:
    report = {"csp-report": {f"field-{number}": "x" * 200 + "\n" for number in range(60)}}
    client.post("/csp-report", json.dumps(report), content_type="application/csp-report")
    assert len(csp_reports[-1]) == 20
    assert csp_reports.maxlen == 100
