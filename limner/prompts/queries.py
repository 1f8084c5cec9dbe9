"""Reading styles. Every read begins with the account; None is everybody, for whom the operator keeps some."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import translation

from limner.accounts.models import Account
from limner.errors import NotFound, say
from limner.look.speech import pgettext_noop
from limner.prompts.models import HiddenStyle, KeptStyle
from limner.prompts.presets import STYLES, Style

EVERYBODYS = pgettext_noop("style group", "This studio's")
OWN = pgettext_noop("style group", "Your own")
ADDED = (EVERYBODYS, OWN)
"""The groups that do not come with Limner."""


def styles_of(account: Account | None) -> QuerySet[KeptStyle]:
    """What the account keeps, by name; of None, what the operator keeps for everybody."""
    return KeptStyle.objects.filter(account=account).order_by(Lower("name"), "pk")


def style_of(account: Account | None, public_id: UUID) -> KeptStyle:
    """One of them. Raises NotFound: somebody else's does not exist."""
    found = styles_of(account).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(say("There is no such style."))
    return found


def hidden_styles() -> frozenset[str]:
    """The names of the styles that come with Limner and that the operator has hidden."""
    return frozenset(HiddenStyle.objects.values_list("name", flat=True))


def styles_visible_to(account: Account | None) -> tuple[Style, ...]:
    """What comes with Limner as the operator left it, then what the operator added, then the account's own."""
    whose = Q(account=None) if account is None else Q(account=None) | Q(account=account)
    kept = list(KeptStyle.objects.filter(whose).order_by(Lower("name"), "pk"))
    everybodys = [row for row in kept if row.account_id is None]
    replacing = {name: row for row in everybodys if (name := replaced_by(row.name))}
    hidden = hidden_styles()
    return (
        *(
            _offered(replacing[style.name], style.group, name=style.name) if style.name in replacing else style
            for style in STYLES
            if style.name in replacing or style.name not in hidden
        ),
        *(_offered(row, EVERYBODYS) for row in everybodys if row not in replacing.values()),
        *(_offered(row, OWN) for row in kept if row.account_id is not None),
    )


def replaced_by(name: str) -> str | None:
    """The name of the style that one of the operator's, called `name` in whatever language of the pages, stands for:
    of several, the last one does."""
    return _names().get(name.casefold())


@cache
def _names() -> dict[str, str]:
    """What the styles that come with Limner are called. Where two languages call two of them the same, the first
    language has its way, and before all of them what a form sends."""
    found = {style.name: style.name for style in STYLES}
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            for style in STYLES:
                found.setdefault(translation.gettext(style.title).casefold(), style.name)
    return found


def _offered(row: KeptStyle, group: str, *, name: str = "") -> Style:
    return Style(name or str(row.public_id), row.name, row.words, row.negative, group, kept=True)
