"""What can be done to styles, one function per verb: permission and write in one place."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction

from limner.accounts.models import Account
from limner.errors import InvalidRequest, NotAllowed, NotFound, Sentence, say
from limner.prompts.models import HiddenStyle, KeptStyle
from limner.prompts.presets import STYLES
from limner.prompts.queries import style_of, styles_of
from limner.prompts.style_files import StyleFile

LONGEST = {"name": 80, "words": 2000, "negative": 2000}
MOST_STYLES = 500
"""How many one account keeps, and how many the operator keeps for everybody."""


@dataclass(frozen=True, slots=True)
class StyleText:
    """A style as somebody writes it."""

    name: str
    words: str
    negative: str = ""


@dataclass
class Imported:
    """What became of a file: how many styles were added, replaced and left as they were, how many names the file has
    more than once (the last one counts), and a sentence for each row that was refused."""

    added: int = 0
    replaced: int = 0
    left: int = 0
    repeated: int = 0
    refused: list[Sentence] = field(default_factory=list)


def add_style(viewer: Account, wish: StyleText, *, everybody: bool = False) -> KeptStyle:
    """Keep a style: one's own or, as the operator, everybody's. Raises InvalidRequest with the field, NotAllowed."""
    keeper, wish = _keeper(viewer, everybody), checked(wish)
    with transaction.atomic():
        _one_at_a_time(viewer)
        if styles_of(keeper).count() >= MOST_STYLES:
            raise InvalidRequest(_FULL, param="name")
        return _saved(KeptStyle(account=keeper), wish)


def change_style(viewer: Account, public_id: UUID, wish: StyleText, *, everybody: bool = False) -> KeptStyle:
    """Give a style another name or other words. Raises NotFound, InvalidRequest naming the field, NotAllowed."""
    row = style_of(_keeper(viewer, everybody), public_id)
    return _saved(row, checked(wish))


def delete_style(viewer: Account, public_id: UUID, *, everybody: bool = False) -> None:
    """Throw a style away. Raises NotFound, NotAllowed."""
    style_of(_keeper(viewer, everybody), public_id).delete()


def import_styles(viewer: Account, file: StyleFile, *, replace: bool, everybody: bool = False) -> Imported:
    """Keep what a file holds. A style whose name is taken is replaced, or left as it is. Raises NotAllowed."""
    keeper, result = _keeper(viewer, everybody), Imported(refused=list(file.refused))
    wishes: dict[str, tuple[int, StyleText]] = {}
    repeated: set[str] = set()
    for found in file.found:
        try:
            wish = checked(StyleText(found.name, found.words, found.negative))
        except InvalidRequest as error:
            result.refused.append(say("Row {row}: {why}", row=found.row, why=error.message))
            continue
        if wish.name in wishes:
            repeated.add(wish.name)
        wishes[wish.name] = (found.row, wish)
    result.repeated = len(repeated)
    with transaction.atomic():
        _one_at_a_time(viewer)
        _write(keeper, wishes, replace, result)
    return result


def hide_style(viewer: Account, name: str) -> None:
    """Take a style that comes with Limner away from everybody. Raises NotFound, NotAllowed."""
    _keeper(viewer, everybody=True)
    HiddenStyle.objects.get_or_create(name=_built_in(name))


def show_style(viewer: Account, name: str) -> None:
    """Give it back. Raises NotFound, NotAllowed."""
    _keeper(viewer, everybody=True)
    HiddenStyle.objects.filter(name=_built_in(name)).delete()


_FULL = say("There are {most} styles already, and no room for more. Delete some first.", most=MOST_STYLES)
_TITLES = {"name": say("the name"), "words": say("the style's words"), "negative": say("the words to leave out")}


def checked(wish: StyleText) -> StyleText:
    """The same without what is not seen: spaces around it, line ends of Windows. Raises InvalidRequest."""
    name = " ".join(wish.name.split())
    words, negative = (text.replace("\r\n", "\n").strip() for text in (wish.words, wish.negative))
    if not name:
        raise InvalidRequest(say("A style needs a name."), param="name")
    if not words and not negative:
        raise InvalidRequest(say("A style needs words, or words to leave out."), param="words")
    for param, text in (("name", name), ("words", words), ("negative", negative)):
        if len(text) > LONGEST[param]:
            said = say(
                "Too long for {what}: these are {count} characters, and {most} fit.",
                what=_TITLES[param],
                count=len(text),
                most=LONGEST[param],
            )
            raise InvalidRequest(said, param=param)
        # Control characters, and halves of a character that JSON can say and no database keeps.
        if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in text):
            said = say("There are invisible characters in {what}: type it again.", what=_TITLES[param])
            raise InvalidRequest(said, param=param)
    return StyleText(name, words, negative)


def _write(keeper: Account | None, wishes: dict[str, tuple[int, StyleText]], replace: bool, result: Imported) -> None:
    before = {row.name: row for row in styles_of(keeper)}
    new: list[KeptStyle] = []
    changed: list[KeptStyle] = []
    for name, (number, wish) in wishes.items():
        row = before.get(name)
        if row is not None and not replace:
            result.left += 1
        elif row is not None:
            row.words, row.negative = wish.words, wish.negative
            changed.append(row)
        elif len(before) + len(new) >= MOST_STYLES:
            result.refused.append(say("Row {row}: {why}", row=number, why=_FULL))
        else:
            new.append(KeptStyle(account=keeper, name=name, words=wish.words, negative=wish.negative))
    KeptStyle.objects.bulk_create(new)
    KeptStyle.objects.bulk_update(changed, ["words", "negative"], batch_size=100)
    result.added, result.replaced = len(new), len(changed)


def _keeper(viewer: Account, everybody: bool) -> Account | None:
    if not everybody:
        return viewer
    if not viewer.is_superuser:
        raise NotAllowed(say("Only the operator can change them."))
    return None


def _one_at_a_time(viewer: Account) -> None:
    """Two pages at once may not fill the last place twice."""
    Account.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=viewer.pk)


def _saved(row: KeptStyle, wish: StyleText) -> KeptStyle:
    row.name, row.words, row.negative = wish.name, wish.words, wish.negative
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise InvalidRequest(say("There is a style called “{name}” already.", name=wish.name), param="name") from None
    return row


def _built_in(name: str) -> str:
    if not any(style.name == name for style in STYLES):
        raise NotFound(say("There is no such style."))
    return name
