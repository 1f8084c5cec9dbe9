"""A library of a million pictures: pages at any depth, searches, likes and publications, on SQLite and PostgreSQL.

python -m benchmarks.library [--pictures 1000000] [--accounts 10000] [--database sqlite|postgres] [--keep FOLDER]

One account has a tenth of the pictures, the others share the rest unevenly; a fifth is public. Pages are asked for
through Django, with their templates; every query is asked for its plan, and none may walk a whole table. `--keep`
seeds into a folder that stays, or measures again what is in it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure.pictures import COMMON, COMMONER, MIDDLING, RARE, seed
from benchmarks.measure.table import Row, show

DATABASES = ("sqlite", "postgres")
PAGE_BAR, SEARCH_BAR, WRITE_BAR = 50.0, 100.0, 20.0
ROUNDS = 100


@dataclass(frozen=True)
class Claim:
    """Something that is done again and again, and how long it may take in milliseconds, p95."""

    name: str
    bar: float
    ask: Callable[[int], object]
    undo: Callable[[int], object] | None = None
    """Takes it back, so that a kept library stays as it was seeded."""


@dataclass(frozen=True)
class Measured:
    """What one claim took: milliseconds by the clock and of this process's own, queries, and walks in their plans."""

    name: str
    bar: float
    took: list[float]
    processor: list[float]
    queries: list[int]
    walks: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--database", choices=DATABASES)
    parser.add_argument("--keep", type=Path, help="A folder for what is seeded: it stays, and is measured again.")
    parser.add_argument("--here", action="store_true", help="Measure in this process, with the settings it has.")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.pictures, options.accounts)))
        return
    failed = False
    for database in [options.database] if options.database else DATABASES:
        with _home(options.keep, database) as home:
            answered = in_a_home_of_its_own(home, database, options.pictures, options.accounts)
        claims = [Measured(**claim) for claim in answered["claims"]]
        rows = []
        for claim in claims:
            rows += [
                Row(f"{claim.name}, p95", [_at(claim.took, 0.95)], "ms", claim.bar),
                Row("the same, p50", [_at(claim.took, 0.5)], "ms"),
            ]
        rows.append(Row("seeding", [answered["seeding"]], "s"))
        show(f"{options.pictures:,} pictures of {options.accounts:,} accounts on {database}", rows)
        for claim in claims:
            fewest, most = min(claim.queries), max(claim.queries)
            queries = str(most) if fewest == most else f"{fewest} to {most}"
            print(f"{claim.name}: {queries} queries, {_at(claim.processor, 0.5):.1f} ms of this process, p50")
            for walk in claim.walks:
                print(f"WALKS A WHOLE TABLE: {walk}")
                failed = True
    if failed:
        sys.exit(1)


@contextmanager
def _home(keep: Path | None, database: str) -> Iterator[Path]:
    """A folder for Limner's and the database's files."""
    if keep is not None:
        (keep / database).mkdir(parents=True, exist_ok=True)
        yield keep / database
        return
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)  # PostgreSQL is another user where this one is root
        yield Path(home)


def in_a_home_of_its_own(home: Path, database: str, pictures: int, accounts: int) -> dict[str, Any]:
    """Measure in a fresh process, with the database in `home`."""
    from tests.postgres import start_cluster

    cluster = start_cluster(home.absolute() / "cluster") if database == "postgres" else None
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LIMNER_")}
    environment |= {"LIMNER_HOME": str(home), "LIMNER_ACCOUNTS": "on"}
    if cluster is not None:
        environment["LIMNER_DATABASE_URL"] = cluster.url
    try:
        command = [sys.executable, "-m", "benchmarks.library", "--here"]
        command += ["--pictures", str(pictures), "--accounts", str(accounts)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    finally:
        if cluster is not None:
            cluster.stop()
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def measure(pictures: int, accounts: int) -> dict[str, Any]:
    """Every number, on the database of this process's settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "limner.config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from limner.accounts.models import Account
    from limner.gallery.models import Picture
    from limner.jobs.models import Job

    Path(settings.LIMNER_HOME).mkdir(exist_ok=True)
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    first = Account.objects.filter(username="account-0").first()
    if first is None:
        first = Account.objects.get(pk=seed(pictures, accounts))
    seeding = time.perf_counter() - began
    # The failed jobs are seeded last.
    if (Picture.objects.count(), Job.objects.count()) != (pictures, pictures // 100):
        sys.exit(f"{settings.LIMNER_HOME} holds another library, or half of one: delete it, and it is seeded anew.")
    claims = [*_of_ones_own(first, pictures), *_of_everybody(first, pictures), *_writes(first, pictures)]
    return {"seeding": seeding, "claims": [asdict(_measured(claim)) for claim in claims]}


def _measured(claim: Claim) -> Measured:
    claim.ask(0)
    counts, walks = [], set()
    for i in (0, ROUNDS // 2, ROUNDS - 1):
        if claim.undo:
            claim.undo(i)
        count, found = _queries(claim, i)
        counts.append(count)
        walks |= found
        if claim.undo:
            claim.undo(i)
    took, processor = [], []
    for i in range(ROUNDS):
        began, worked = time.perf_counter(), time.process_time()
        claim.ask(i)
        took.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    for i in range(ROUNDS) if claim.undo else ():
        assert claim.undo is not None
        claim.undo(i)
    return Measured(claim.name, claim.bar, took, processor, counts, sorted(walks))


def _client(account: Any) -> Callable[[str], None]:
    """Asks for a page as this account."""
    from django.test import Client

    client = Client()
    client.force_login(account)

    def page(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    return page


def _of_ones_own(account: Any, pictures: int) -> list[Claim]:
    """Its history and searches in it."""
    from limner.gallery.models import Picture
    from limner.jobs.models import Job

    page = _client(account)
    own = Picture.objects.filter(account=account).order_by("-pk")
    failed = Job.objects.filter(account=account, state="failed").order_by("pk")

    def cursor(depth: int) -> str:
        """As the page before would have named it: its last picture, and the last failed job above that."""
        last = own.filter(pk__lte=depth)[0]
        job = failed.filter(created_at__gt=last.created_at).first()
        return f"{last.public_id}~{job.public_id if job else ''}"

    cursors = [cursor(depth) for depth in random.Random(3).sample(range(pictures // 100, pictures), ROUNDS)]
    return [
        Claim("history, newest", PAGE_BAR, lambda _: page("/history")),
        Claim("history, any depth", PAGE_BAR, lambda i: page(f"/history?before={cursors[i]}")),
        *_searches("history", lambda query: page(f"/history?{query}"), "before", cursors),
    ]


def _of_everybody(account: Any, pictures: int) -> list[Claim]:
    """The public wall in each order, searches in it, and the page of a picture in it."""
    from limner.gallery.models import Picture
    from limner.gallery.public import Order

    page = _client(account)
    shown = Picture.objects.filter(public=True).order_by("-pk").values_list("public_id", flat=True)
    depths = random.Random(4).sample(range(pictures // 100, pictures), ROUNDS)
    cursors = [str(shown.filter(pk__lte=depth)[0]) for depth in depths]

    def along(order: Order) -> list[Claim]:
        first = f"/gallery?sort={order}"
        return [
            Claim(f"gallery, {order}", PAGE_BAR, lambda _: page(first)),
            Claim(f"gallery, {order}, any depth", PAGE_BAR, lambda i: page(f"{first}&after={cursors[i]}")),
        ]

    claims = [claim for order in Order for claim in along(order)]
    claims += _searches("gallery", lambda query: page(f"/gallery?{query}"), "after", cursors)
    return [*claims, Claim("a public picture's page", PAGE_BAR, lambda i: page(f"/pictures/{cursors[i]}"))]


def _searches(where: str, page: Callable[[str], None], below: str, cursors: list[str]) -> list[Claim]:
    def search(what: str, query: str) -> Claim:
        return Claim(f"{where} search, {what}", SEARCH_BAR, lambda _: page(query))

    return [
        search("common word", f"q={COMMON}"),
        Claim(
            f"{where} search, common word, any depth",
            SEARCH_BAR,
            lambda i: page(f"q={COMMON}&{below}={cursors[i]}"),
        ),
        search("middling word", f"q={MIDDLING}"),
        Claim(
            f"{where} search, middling word, any depth",
            SEARCH_BAR,
            lambda i: page(f"q={MIDDLING}&{below}={cursors[i]}"),
        ),
        search("rare word", f"q={RARE}"),
        search("two common words", f"q={COMMON}+{COMMONER}"),
        search("common and rare", f"q={COMMON}+{RARE}"),
        search("a word that is nowhere", "q=nowhere"),
    ]


def _writes(account: Any, pictures: int) -> list[Claim]:
    """Likes of pictures of others all over the library, and publications of one's own."""
    from limner.gallery import publishing
    from limner.gallery.models import Picture

    ids = Picture.objects.values_list("public_id", flat=True)
    depths = random.Random(5).sample(range(pictures // 100, pictures), ROUNDS)
    liked = [ids.filter(public=True, pk__lte=depth).exclude(account=account).order_by("-pk")[0] for depth in depths]
    own = list(ids.filter(account=account, public=False).order_by("-pk")[:ROUNDS])
    return [
        Claim(
            "like",
            WRITE_BAR,
            lambda i: publishing.like(account, liked[i]),
            lambda i: publishing.unlike(account, liked[i]),
        ),
        Claim(
            "publish",
            WRITE_BAR,
            lambda i: publishing.publish(account, own[i], shows_prompt=True, licence="reserved", indexed=True),
            lambda i: publishing.unpublish(account, own[i]),
        ),
    ]


def _queries(claim: Claim, i: int) -> tuple[int, set[str]]:
    """How many queries it takes, and what of their plans reads a whole table."""
    from django.db import connection

    seen: list[tuple[str, Any]] = []
    count = 0

    def watch(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if sql.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")) and not many:
            seen.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(watch):
        claim.ask(i)
    return count, {walk for sql, parameters in seen for walk in _walks(connection, sql, parameters)}


_LARGE = ("gallery_picture", "gallery_lineage", "gallery_like", "jobs_job", "accounts_account", "moderation_flag")


def _walks(connection: Any, sql: str, parameters: Any) -> list[str]:
    """The steps of a query's plan that read a large table whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            steps = [row[3] for row in cursor.fetchall()]
            # An index of words is a "virtual table": it is scanned by its MATCH, never without one.
            return [
                step
                for step in steps
                if (step.startswith(tuple(f"SCAN {table}" for table in _LARGE)) and "USING" not in step)
                or (step.startswith("SCAN gallery_words") and step.endswith("INDEX 0:"))
            ]
        # A small table is read whole though it has an index: what is asked is whether there is one.
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        steps = [row[0].strip() for row in cursor.fetchall()]
        cursor.execute("SET enable_seqscan = on")
    return [step for step in steps if any(f"Seq Scan on {table}" in step for table in _LARGE)]


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


if __name__ == "__main__":
    main()
