"""Pictures by their words, newest first: the one place that knows how each database keeps an index of words.

SQLite has FTS5, PostgreSQL a tsvector with GIN. Owner and visibility are words of the index too, so that a search
reads only what its viewer may see; nothing is ever ranked over the whole match.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from limner.accounts.models import Account
from limner.gallery import words
from limner.gallery.models import Like, Picture

WALK, LONGEST_WALK, COMMON = 500, 8000, 10
"""PostgreSQL: how many of a scope's newest pictures are read, one by one, before the index of words is asked; and how
many of the first of them say what is so common that it is worth while to walk on."""
MOST_COUNTED = 1000
"""Nobody counts further: "1,000+"."""

_LIKED_AT_ONCE = 500
_NO_END = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Scope:
    """Among which pictures: the word that all of them have, and the index that has them newest first."""

    token: str
    where: str
    parameters: tuple[int, ...] = ()

    @property
    def rows(self) -> str:
        return f"SELECT id FROM gallery_picture WHERE {self.where}"


def own(account: Account) -> Scope:
    """One's own, without the trash."""
    return Scope(words.owned(account.pk), "account_id = %s AND trashed_at IS NULL", (account.pk,))


def in_trash(account: Account) -> Scope:
    return Scope(words.trashed(account.pk), "account_id = %s AND trashed_at IS NOT NULL", (account.pk,))


def everybodys() -> Scope:
    """What is public. By its words only what others read is found: the words of the rest are their owner's."""
    return Scope(words.READABLE, "public AND trashed_at IS NULL")


def index(pictures: Iterable[Picture]) -> None:
    """Write these pictures' words, in the transaction of whoever changed them."""
    rows = [(picture.pk, words.of_picture(picture)) for picture in pictures]
    if not rows:
        return
    with connection.cursor() as cursor:
        write(cursor, connection.vendor, rows)


def write(cursor: Any, vendor: str, rows: Sequence[tuple[int, Collection[str]]]) -> None:
    """The rows of the index, instead of those that were there. The migration calls it as well."""
    if vendor == "sqlite":
        cursor.executemany(
            "INSERT OR REPLACE INTO gallery_words(rowid, words) VALUES (%s, %s)",
            [(pk, words.line(said)) for pk, said in rows],
        )
        return
    cursor.executemany(
        "INSERT INTO gallery_words(picture_id, words) VALUES (%s, array_to_tsvector(%s::text[]))"
        " ON CONFLICT (picture_id) DO UPDATE SET words = excluded.words",
        [(pk, list(said)) for pk, said in rows],
    )


def find(
    scope: Scope,
    said: Sequence[str] = (),
    *,
    before: int | None = None,
    since: int | None = None,
    limit: int,
) -> list[int]:
    """Ids of the scope's pictures that have all these words, newest first; below `before`, from `since` on."""
    if not said:
        # SQLite is sure to take the index that holds the order only where an id bounds it.
        bounds, numbers = _bounds("id", _NO_END if before is None else before, since)
        return _ids(f"{scope.rows}{bounds} ORDER BY id DESC LIMIT %s", [*scope.parameters, *numbers, limit])
    if connection.vendor == "sqlite":
        bounds, numbers = _bounds("rowid", before, since)
        match = " AND ".join(f'"{word}"' for word in (scope.token, *said))
        return _ids(
            f"SELECT rowid FROM gallery_words WHERE gallery_words MATCH %s{bounds} ORDER BY rowid DESC LIMIT %s",
            [match, *numbers, limit],
        )
    return _find_in_postgres(scope, said, before, since, limit)


def _find_in_postgres(
    scope: Scope, said: Sequence[str], before: int | None, since: int | None, limit: int
) -> list[int]:
    """First the newest of the scope, one by one: what is common is among them. They tell how common it is, and so how
    far one would have to walk. What is rarer asks the index, where it is rare: there the whole match is small, and in
    the other case it would be sorted whole."""
    walked, before, found = _walk(scope, said, before, since, WALK, limit)
    if len(found) >= limit or walked < WALK:
        return found
    # A quarter further than they say, for what is spread unevenly.
    further = max(WALK, WALK * (limit - len(found)) // max(1, len(found)) * 5 // 4)
    if len(found) >= COMMON and further <= LONGEST_WALK:
        walked, before, more = _walk(scope, said, before, since, further, limit - len(found))
        found += more
        if len(found) >= limit or walked < further:
            return found
    bounds, numbers = _bounds("picture_id", before, since)
    rarer = _ids(
        "WITH found AS MATERIALIZED ("
        f" SELECT picture_id FROM gallery_words WHERE words @@ %s::tsquery{bounds})"
        " SELECT picture_id FROM found ORDER BY picture_id DESC LIMIT %s",
        [_query([scope.token, *said]), *numbers, limit - len(found)],
    )
    return found + rarer


def _walk(
    scope: Scope, said: Sequence[str], before: int | None, since: int | None, walk: int, limit: int
) -> tuple[int, int | None, list[int]]:
    """So many of the scope's newest: how many there were, the last of them, and those that say it."""
    bounds, numbers = _bounds("id", before, since)
    rows = _rows(
        # Written out where it is used, it keeps its order, and the walk ends with the last that is asked for.
        f"WITH newest AS NOT MATERIALIZED ({scope.rows}{bounds} ORDER BY id DESC LIMIT %s)"
        " SELECT (SELECT count(*) FROM newest), (SELECT min(id) FROM newest), ARRAY("
        # One look a picture: as a join it may be planned from the word's whole match.
        "  SELECT newest.id FROM newest"
        "  WHERE (SELECT words FROM gallery_words WHERE picture_id = newest.id) @@ %s::tsquery"
        "  ORDER BY newest.id DESC LIMIT %s)",
        [*scope.parameters, *numbers, walk, _query([scope.token, *said]), limit],
    )
    walked, last, found = rows[0]
    return walked, last, found


def in_order(ids: Sequence[int], among: QuerySet[Picture] | None = None) -> list[Picture]:
    """These pictures, in this order; where `among` is given, those of them that it has."""
    found = (Picture.objects.all() if among is None else among).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def find_liked(
    scope: Scope,
    account: Account,
    said: Sequence[str] = (),
    *,
    before: int | None = None,
    since: int | None = None,
    limit: int,
) -> list[int]:
    """The same among what this account likes: along its likes, which have an index of their own."""
    found: list[int] = []
    while len(found) < limit:
        likes = Like.objects.filter(account=account).order_by("-picture")
        if before is not None:
            likes = likes.filter(picture__lt=before)
        if since is not None:
            likes = likes.filter(picture__gte=since)
        liked = list(likes.values_list("picture_id", flat=True)[:_LIKED_AT_ONCE])
        if not liked:
            break
        found += _those_that_say(liked, (scope.token, *said))
        before = liked[-1]
    return found[:limit]


def _those_that_say(ids: list[int], said: Sequence[str]) -> list[int]:
    places = ", ".join(["%s"] * len(ids))
    if connection.vendor == "sqlite":
        rows = _rows(f"SELECT rowid, words FROM gallery_words WHERE rowid IN ({places})", ids)
        kept = {pk for pk, line in rows if set(said) <= set(line.split())}
    else:
        kept = set(
            _ids(
                f"SELECT picture_id FROM gallery_words WHERE picture_id IN ({places}) AND words @@ %s::tsquery",
                [*ids, _query(said)],
            )
        )
    return [pk for pk in ids if pk in kept]


def first_since(moment: datetime) -> int:
    """The id from which on pictures were made at this moment or later."""
    earlier = Picture.objects.filter(created_at__lt=moment).order_by("-created_at").values_list("id", flat=True)[:1]
    return (earlier.first() or 0) + 1


def make_table(cursor: Any, vendor: str) -> None:
    """The table of the index, beside that of pictures. What is there stays."""
    if vendor == "sqlite":
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS gallery_words"
            " USING fts5(words, detail=none, tokenize=\"ascii tokenchars '_'\")"
        )
        keep_in_step(cursor, vendor)
        return
    cursor.execute(
        "CREATE TABLE IF NOT EXISTS gallery_words ("
        " picture_id bigint PRIMARY KEY REFERENCES gallery_picture(id) ON DELETE CASCADE, words tsvector NOT NULL)"
    )
    cursor.execute("CREATE INDEX IF NOT EXISTS gallery_words_gin ON gallery_words USING gin (words)")


def keep_in_step(cursor: Any, vendor: str) -> None:
    """SQLite: words go with their picture. A later migration that makes the table of pictures anew loses this."""
    if vendor == "sqlite":
        cursor.execute(
            "CREATE TRIGGER IF NOT EXISTS gallery_words_go AFTER DELETE ON gallery_picture"
            " BEGIN DELETE FROM gallery_words WHERE rowid = old.id; END"
        )


def _query(said: Sequence[str]) -> str:
    """Words hold letters, figures and `_` alone, so that quoted they are words and never syntax."""
    return " & ".join(f"'{word}'" for word in said)


def _bounds(column: str, before: int | None, since: int | None) -> tuple[str, list[int]]:
    clause, numbers = "", []
    if before is not None:
        clause, numbers = f" AND {column} < %s", [before]
    if since is not None:
        clause, numbers = f"{clause} AND {column} >= %s", [*numbers, since]
    return clause, numbers


def _ids(sql: str, parameters: Sequence[int | str]) -> list[int]:
    return [row[0] for row in _rows(sql, parameters)]


def _rows(sql: str, parameters: Sequence[int | str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
