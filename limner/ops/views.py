"""Paths for whoever watches over Limner: a process supervisor, a load balancer, a browser that reports a breach."""

from __future__ import annotations

import json
import logging
import math
from collections import deque
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from limner.accounts.limits import check_report
from limner.errors import RateLimited
from limner.jobs.health import SCOPE_KEY, space_problem
from limner.jobs.threads import in_thread

log = logging.getLogger(__name__)
csp_reports: deque[dict[str, Any]] = deque(maxlen=100)
"""The newest breaches of the content security policy that browsers reported to this process."""


@require_safe
async def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
async def healthz(request: HttpRequest) -> HttpResponse:
    """200 when pictures can be drawn, else 503 and why not. `limner web` alone answers for its database and disk."""
    reasons = []
    try:
        await in_thread(_ask_database)
    except DatabaseError as error:
        log.warning("healthz: the database does not answer: %s", error)
        reasons.append("The database does not answer.")
    if (full := await in_thread(space_problem, settings.LIMNER_HOME)) is not None:
        reasons.append(full)
    ask = getattr(request, "scope", {}).get(SCOPE_KEY)
    health = ask() if ask else None
    if health is not None and not health.ready:
        reasons.extend(health.reasons)
    body: dict[str, Any] = {"status": "unavailable" if reasons else "ok", "reasons": reasons}
    body["models"] = health.models if health is not None else None
    response = JsonResponse(body, status=503 if reasons else 200)
    response["Cache-Control"] = "no-store"
    if reasons:
        response["Retry-After"] = "1"
    return response


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


@csrf_exempt
@require_POST
async def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser met something that the content security policy forbids: keep it, and say it in the log."""
    try:
        await in_thread(check_report, request.META.get("REMOTE_ADDR", ""))
    except RateLimited as error:
        return HttpResponse(status=429, headers={"Retry-After": str(math.ceil(error.retry_after or 1))})
    try:
        said = json.loads(request.body[:20_000])
    except ValueError:
        return HttpResponse(status=400)
    report = said.get("csp-report") if isinstance(said, dict) else None
    if not isinstance(report, dict):
        return HttpResponse(status=400)
    kept = {str(name)[:60]: str(value)[:300] for name, value in list(report.items())[:20]}
    csp_reports.append(kept)
    log.warning("content security policy: %s", json.dumps(kept))
    return HttpResponse(status=204)
