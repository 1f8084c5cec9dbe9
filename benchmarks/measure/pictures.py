"""A library full of pictures: one account has a tenth, the others share the rest unevenly; a fifth is public.

One public picture in twenty keeps its prompt from others. Families of up to ten and failed jobs are among them.
"""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

RARE = "zyzzyva"
"""Stands in one of ten thousand prompts."""
COMMON = "light"
"""Stands in every third."""
COMMONER = "word0"
"""Stands in nearly every second."""
MIDDLING = "word12c"
"""Stands in about one of two hundred."""
VOCABULARY = 5000
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def seed(pictures: int, accounts: int) -> int:
    """Rows as the pipeline writes them, in bulk; answers the id of the account with the most."""
    from django.db import connection

    from limner.accounts.models import Account
    from limner.accounts.plans import unlimited

    plan = unlimited()
    people = [Account(username=f"account-{i}", plan=plan, password="!") for i in range(accounts)]
    Account.objects.bulk_create(people, batch_size=500)
    first = Account.objects.order_by("pk").values_list("pk", flat=True).get(username="account-0")
    rows = _rows(pictures, accounts, first)
    write = _copy if connection.vendor == "postgresql" else _insert
    write(rows)
    _families(pictures)
    _failures(pictures, first, accounts)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('gallery_picture', 'id'), max(id)) FROM gallery_picture"
            )
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
    return first


def _families(pictures: int) -> None:
    """Of the account with the most: each picture came of the one before, nine times; then something new begins."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gallery_lineage (child_id, parent_picture_id, kind)"
            " SELECT id, id - 10, 'refine' FROM gallery_picture WHERE id % 10 = 0 AND id % 100 != 0 AND id > 10"
        )


def _failures(pictures: int, first: int, accounts: int) -> None:
    """A failed job for every hundred pictures; a tenth of them are of the account with the most."""
    from limner.engines.contract import DrawRequest, Size
    from limner.jobs.models import Job
    from limner.jobs.states import State

    size = Size(512, 512)
    request = DrawRequest("a red robot", "storybook", size, size, seed=1, steps=4, guidance=3.5).to_json()
    failed = [
        Job(
            account_id=first + (0 if i % 10 == 0 else i % accounts), state=State.FAILED, request=request,
            lane="storybook", compat="", n=1, tag=0.0, predicted_seconds=1.0, price=1000, model="storybook",
            error_code="engine_failed", error_message="The model stopped.",
        )
        for i in range(pictures // 100)
    ]  # fmt: skip
    Job.objects.bulk_create(failed, batch_size=500)
    # As old as the pictures between which they stand: `auto_now_add` made them all now.
    for i, job in enumerate(failed):
        job.created_at = BEGIN + timedelta(seconds=30 * 100 * i)
    Job.objects.bulk_update(failed, ["created_at"], batch_size=100)


COLUMNS = tuple(
    [
        "id",
        "public_id",
        "account_id",
        "job",
        "index",
        "attempt",
        "blob",
        "sha256",
        "bytes",
        "width",
        "height",
        "format",
        "prompt",
        "negative_prompt",
        "model",
        "seed",
        "parameters",
        "style",
        "public",
        "published_at",
        "taken_down_reason",
        "shows_prompt",
        "indexed",
        "licence",
        "likes",
        "shuffle",
        "created_at",
    ]
)


def _rows(pictures: int, accounts: int, first: int) -> Iterator[tuple[tuple[Any, ...], list[str]]]:
    """Each picture's columns, and the words it is found by."""
    from limner.gallery import words
    from limner.gallery.models import Picture

    chance = random.Random(8)
    vocabulary = [f"word{i:x}" for i in range(VOCABULARY)]
    # Each word is taken apart once, instead of each prompt: the same words in the index, in a fifth of the time.
    kept = {word: words.tokens(word)[0] for word in (*vocabulary, COMMON, RARE)}
    for pk in range(1, pictures + 1):
        owner = first if pk % 10 == 0 else first + int(accounts * chance.random() ** 2)
        said = [vocabulary[int(VOCABULARY * chance.random() ** 3)] for _ in range(10)]
        if pk % 3 == 0:
            said.append(COMMON)
        if pk % 10_000 == 0:
            said.append(RARE)
        public, made = pk % 50 < 10, BEGIN + timedelta(seconds=30 * pk)
        shows, likes = chance.random() > 0.05, int(200 * chance.random() ** 6) if public else 0
        shape = Picture(
            pk=pk, account_id=owner, public=public, model="storybook", width=512, height=512,
            parameters={"task": "create"}, shows_prompt=shows,
        )  # fmt: skip
        job = uuid.UUID(int=chance.getrandbits(128), version=4)
        yield (
            (
                pk, job, owner, job, 0, 1, f"pictures/{job.hex}", "0" * 64, 300_000, 512, 512, "png", " ".join(said),
                "", "storybook", 7, '{"task": "create"}', "", public, made if public else None, "", shows, True,
                "reserved", likes, chance.getrandbits(31), made,
            ),
            [*words.of_picture(shape), *dict.fromkeys(kept[word] for word in said)],
        )  # fmt: skip


def _insert(rows: Iterator[Any]) -> None:
    from itertools import islice

    from django.db import connection, transaction

    places = ", ".join(["?"] * len(COLUMNS))
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    connection.ensure_connection()
    raw = connection.connection
    while batch := list(islice(rows, 20_000)):
        with transaction.atomic(), connection.cursor():
            raw.executemany(
                f"INSERT INTO gallery_picture ({names}) VALUES ({places})",
                [[_plain(value) for value in row] for row, _ in batch],
            )
            raw.executemany(
                "INSERT INTO gallery_words(rowid, words) VALUES (?, ?)",
                [(row[0], " ".join(said)) for row, said in batch],
            )


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def _copy(rows: Iterator[Any]) -> None:
    from django.db import connection

    names = ", ".join(f'"{name}"' for name in COLUMNS)
    kept = io.StringIO()
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY gallery_picture ({names}) FROM STDIN") as copy:
            for row, said in rows:
                copy.write_row(row)
                kept.write(f"{row[0]}\t{' '.join(sorted(said))}\n")
        kept.seek(0)
        with cursor.copy("COPY gallery_words (picture_id, words) FROM STDIN") as copy:
            while piece := kept.read(1 << 20):
                copy.write(piece)
