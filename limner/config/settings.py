"""Django's settings, from the environment and `.env` (being widened by the config room's owner)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

HOME = Path(os.environ.get("LIMNER_HOME") or user_data_path("limner"))
SECRET_KEY = "replaced-on-first-start"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "limner.config.urls"
ASGI_APPLICATION = "limner.config.asgi.application"
AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "limner.accounts",
    "limner.gallery",
    "limner.jobs",
]
if os.environ.get("LIMNER_DATABASE_URL"):
    raise SystemExit("the config room's owner parses LIMNER_DATABASE_URL")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(HOME / "limner.sqlite3"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
    }
}
