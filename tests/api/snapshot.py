"""Write the contract of the native API down again, after a change that is meant."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import django

SNAPSHOT = Path(__file__).parent / "openapi.json"


def contract() -> dict[str, Any]:
    """What `/api/openapi.json` answers."""
    from limner.api.native.api import api

    schema: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
    return schema


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limner.config.settings")
    django.setup()
    SNAPSHOT.write_text(json.dumps(contract(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
