"""The whole of Limner as one ASGI application: the gate, static files, then Django."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limner.config.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections, reset_queries

from limner.config.door import Door
from limner.config.gate import Gate, nobody
from limner.config.pace import key_refused
from limner.config.proxies import Proxies
from limner.config.static import StaticFiles

# Django begins every request in a thread of the request's own, only to tidy up connections that a new thread does not
# have; the thread then idles as long as the answer lasts, which for a page's stream is hours.
request_started.disconnect(close_old_connections)
request_started.disconnect(reset_queries)


def close_the_requests_connections(**_: object) -> None:
    """A synchronous view's thread ends with its request; a connection left in it stays open until it is collected.

    Connected here and not in an app, so that it belongs to the server alone: a test's client shares its connection.
    """
    connections.close_all()


request_finished.connect(close_the_requests_connections, dispatch_uid="limner: the request's connections")

door = Door(
    accounts=settings.LIMNER_ACCOUNTS,
    hosts=settings.LIMNER_HOSTS,
    origins=settings.LIMNER_ORIGINS,
    max_body=settings.LIMNER_MAX_BODY_MB * 1_000_000,
)
django = get_asgi_application()
django.chunk_size = 256 * 1024  # a picture in JSON is megabytes, and each piece goes through every layer
application = Gate(
    StaticFiles(django),
    door,
    Proxies(settings.LIMNER_TRUSTED_PROXIES),
    key_refused if settings.LIMNER_ACCOUNTS else nobody,
)
