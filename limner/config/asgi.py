"""The whole of Limner as one ASGI application: the gate, static files, then Django."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limner.config.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application

from limner.config.gate import Door, Gate
from limner.config.static import StaticFiles

door = Door(
    accounts=settings.LIMNER_ACCOUNTS,
    hosts=settings.LIMNER_HOSTS,
    origins=settings.LIMNER_ORIGINS,
    max_body=settings.LIMNER_MAX_BODY_MB * 1_000_000,
)
application = Gate(StaticFiles(get_asgi_application()), door)
