"""Limner's settings with the pseudo-language among its languages; its catalogues lie where PSEUDO_LOCALE says."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import global_settings

from limner.config import settings
from limner.config.settings import *  # noqa: F403
from tests.language.pseudo import CODE

LANGUAGES = [*settings.LANGUAGES, (CODE, "Pseudo")]
LANGUAGES_BIDI = [*global_settings.LANGUAGES_BIDI, CODE]
LOCALE_PATHS = [Path(os.environ["PSEUDO_LOCALE"]), *settings.LOCALE_PATHS]
