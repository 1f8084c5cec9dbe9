"""The catalogues of the pages' words: gathered from the sources, and compiled.

$ python -m tests.language.messages    # needs GNU gettext; `make messages` has it
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import makemessages

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "limner" / "look" / "locale"
DOMAINS = ("django", "djangojs")
_WHEN = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date): .*\n', re.MULTILINE)


class Command(makemessages.Command):
    """Django's own, which also finds the sentences of rooms without Django (`limner/errors.py`), and words with a
    context that are said later (`limner/look/speech.py`)."""

    def __init__(self, domain: str) -> None:
        super().__init__()
        if domain == "django":
            found = ("say", "pgettext_noop:1c,2")
            self.xgettext_options = [*self.xgettext_options, *(f"--keyword={name}" for name in found)]


def gather(language: str, into: Path = LOCALE) -> None:
    """Bring the `.po` files up to date with the sources. Neither lines nor dates are in them: what has not changed
    says the same."""
    options: dict[str, Any] = {"add_location": "file", "no_wrap": True, "no_obsolete": True, "verbosity": 0}
    before, places = Path.cwd(), settings.LOCALE_PATHS
    os.chdir(ROOT / "limner")
    settings.LOCALE_PATHS = [into]
    try:
        for domain in DOMAINS:
            ignored = ["vendor", "cli", "look/locale"]  # what the terminal says stays English
            call_command(Command(domain), locale=[language], domain=domain, ignore_patterns=ignored, **options)
    finally:
        os.chdir(before)
        settings.LOCALE_PATHS = places
    for file in (into / language / "LC_MESSAGES").glob("*.po"):
        file.write_text(_WHEN.sub("", file.read_text()))


def compiled(file: Path, to: Path) -> None:
    """The `.mo` of a `.po`. Raises CalledProcessError where a translation has other placeholders than its source."""
    subprocess.run(["msgfmt", "--check-format", "-o", to, file], check=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limner.config.settings")
    django.setup()
    for language, _ in settings.LANGUAGES:
        if language != settings.LANGUAGE_CODE:
            gather(language)
    for po in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        compiled(po, po.with_suffix(".mo"))
