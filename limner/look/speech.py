"""What rooms without Django say, in the language of the page that shows it."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

from limner.errors import Sentence


def spoken(words: str) -> str:
    """A sentence of ours in the language that is spoken just now; any other text as it is."""
    if not isinstance(words, Sentence):
        return words
    values = {name: spoken(value) if isinstance(value, str) else value for name, value in words.values.items()}
    return gettext(words.template).format(**values)


def pgettext_noop(context: str, words: str) -> str:
    """Words for `pgettext`, or for `translate … context`, to say later. `make messages` finds them."""
    return words


def script_words() -> dict[str, str]:
    """What the pages' scripts say in the language that is spoken just now; nothing in English."""
    language = get_language() or settings.LANGUAGE_CODE
    return _script_words(language) if language != settings.LANGUAGE_CODE else {}


@cache
def _script_words(language: str) -> dict[str, str]:
    view = JavaScriptCatalog()
    view.translation = DjangoTranslation(language, domain="djangojs", localedirs=[*map(str, settings.LOCALE_PATHS)])
    return {text: said for text, said in view.get_catalog().items() if isinstance(said, str)}
