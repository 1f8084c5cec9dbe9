"""Views of other servers' APIs: what goes wrong is said in that server's own shape; every answer has a name."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from django.http import HttpRequest, HttpResponse

from limner.api.errors import SERVER_FAULT, ApiError
from limner.errors import LimnerError
from limner.jobs.trouble import said_plainly

logger = logging.getLogger(__name__)

View = Callable[..., Coroutine[Any, Any, HttpResponse]]
Said = Callable[[LimnerError], HttpResponse]
"""An error in the words and shape of one API."""


def answering(view: View, said: Said) -> View:
    """`view` as a Django view. No cookie is read on the way, so there is nothing for another site to forge."""

    async def answered(request: HttpRequest, **arguments: str) -> HttpResponse:
        request_id = f"req_{secrets.token_hex(16)}"
        try:
            with said_plainly():
                response = await view(request, **arguments)
        except LimnerError as error:
            if error.status >= 500:
                logger.error(
                    "%s %r: %s (%s)", request.method, request.path, error.message, request_id, exc_info=error
                )
            response = said(error)
        except Exception:  # the border of the API: the caller gets a sentence, the log the reason
            logger.exception("%s %r failed (%s)", request.method, request.path, request_id)
            response = said(ApiError(500, SERVER_FAULT))
        response["x-request-id"] = request_id
        response.setdefault("cache-control", "no-store")
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined]
    return answered
