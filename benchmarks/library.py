"""A library of a million pictures: pages at any depth, and searches, on SQLite and PostgreSQL.

python -m benchmarks.library [--pictures 1000000] [--accounts 10000] [--database sqlite|postgres]

One account has a tenth of the pictures, the others share the rest unevenly; a fifth is public. Pages are asked for
through Django, with their templates; every query of a page is asked for its plan, and none may walk the whole table.
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
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measure.pictures import COMMON, RARE, seed
from benchmarks.measure.table import Row, show

DATABASES = ("sqlite", "postgres")
PAGE_BAR, SEARCH_BAR, WRITE_BAR = 50.0, 100.0, 20.0
ROUNDS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--database", choices=DATABASES)
    parser.add_argument("--here", action="store_true", help="Measure in this process, with the settings it has.")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.pictures, options.accounts)))
        return
    failed = False
    for database in [options.database] if options.database else DATABASES:
        measured = in_a_home_of_its_own(database, options.pictures, options.accounts)
        rows = []
        for name, (values, bar) in measured["times"].items():
            rows += [
                Row(f"{name}, p95", [_at(values, 0.95)], "ms", bar),
                Row("the same, p50", [_at(values, 0.5)], "ms"),
            ]
        rows.append(Row("seeding", [measured["seeding"]], "s"))
        show(f"{options.pictures:,} pictures of {options.accounts:,} accounts on {database}", rows)
        print(f"queries a page: {measured['queries']}")
        for plan in measured["scans"]:
            print(f"WALKS A WHOLE TABLE: {plan}")
            failed = True
    if failed:
        sys.exit(1)


def in_a_home_of_its_own(database: str, pictures: int, accounts: int) -> dict[str, Any]:
    """Measure in a fresh process on a fresh database."""
    from tests.postgres import start_cluster

    with tempfile.TemporaryDirectory() as home:
        cluster = start_cluster() if database == "postgres" else None
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIMNER_")}
        environment |= {"LIMNER_HOME": home, "LIMNER_ACCOUNTS": "on"}
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

    Path(settings.LIMNER_HOME).mkdir(exist_ok=True)
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    first = seed(pictures, accounts)
    seeding = time.perf_counter() - began
    return {"seeding": seeding, **_measured(first, pictures)}


def _measured(first: int, pictures: int) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client

    from limner.accounts.models import Account
    from limner.gallery.models import Picture

    account = Account.objects.get(pk=first)
    client = Client()
    client.force_login(account)
    chance = random.Random(3)
    depths = sorted(chance.sample(range(pictures // 100, pictures), ROUNDS))
    cursors = [
        str(
            Picture.objects.filter(account=account, pk__lte=depth)
            .order_by("-pk")
            .values_list("public_id", flat=True)[0]
        )
        for depth in depths
    ]

    def page(address: str) -> Callable[[int], None]:
        def asked(_: int) -> None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.status_code

        return asked

    def deep(query: str) -> Callable[[int], None]:
        return lambda i: page(f"/history?{query}before={cursors[i]}")(i)

    asked: dict[str, tuple[Callable[[int], None], float]] = {
        "history, newest": (page("/history"), PAGE_BAR),
        "history, any depth": (deep(""), PAGE_BAR),
        f"search, common word ({COMMON})": (page(f"/history?q={COMMON}"), SEARCH_BAR),
        "search, common word, any depth": (deep(f"q={COMMON}&"), SEARCH_BAR),
        f"search, rare word ({RARE})": (page(f"/history?q={RARE}"), SEARCH_BAR),
        "search, a word that is nowhere": (page("/history?q=nowhere"), SEARCH_BAR),
        "search, common and rare": (page(f"/history?q={COMMON}+{RARE}"), SEARCH_BAR),
        **_of_everybody(pictures),
        **_writes(account),
    }
    times, queries, scans = {}, {}, []
    for name, (ask, bar) in asked.items():
        ask(0)
        counts, seen = _queries(ask)
        queries[name] = counts
        scans += [f"{name}: {plan}" for sql, parameters in seen for plan in _walks(connection, sql, parameters)]
        values = []
        for i in range(ROUNDS):
            before = time.perf_counter()
            ask(i)
            values.append((time.perf_counter() - before) * 1000)
        times[name] = (values, bar)
    return {"times": times, "queries": queries, "scans": sorted(set(scans))}


def _of_everybody(pictures: int) -> dict[str, tuple[Callable[[int], None], float]]:
    """The public wall's query, at any depth and with words."""
    from limner.gallery import search
    from limner.studio.finding import in_order

    chance = random.Random(4)
    depths = [chance.randrange(pictures // 100, pictures) for _ in range(ROUNDS)]

    def found(*said: str, deep: bool = True) -> Callable[[int], None]:
        return lambda i: _used(
            in_order(search.find(search.everybodys(), said, before=depths[i] if deep else None, limit=49))
        )

    return {
        "gallery, any depth": (found(), PAGE_BAR),
        "gallery search, common word": (found(f"w{COMMON}", deep=False), SEARCH_BAR),
        "gallery search, common word, any depth": (found(f"w{COMMON}"), SEARCH_BAR),
        "gallery search, rare word": (found(f"w{RARE}", deep=False), SEARCH_BAR),
        "gallery search, a word that is nowhere": (found("wnowhere", deep=False), SEARCH_BAR),
    }


def _used(_: object) -> None: ...


def _writes(account: Any) -> dict[str, tuple[Callable[[int], None], float]]:
    """Like and publish, as far as their services are there; what is written is the same."""
    from django.db import transaction
    from django.db.models import F

    from limner.gallery import search
    from limner.gallery.models import Like, Picture

    ids = list(
        Picture.objects.filter(account=account, public=False).order_by("-pk").values_list("pk", flat=True)[:ROUNDS]
    )
    # Where everything of the account is public, its newest are published anew.
    ids = ids or list(Picture.objects.filter(account=account).order_by("-pk").values_list("pk", flat=True)[:ROUNDS])

    def like(i: int) -> None:
        with transaction.atomic():
            _, made = Like.objects.get_or_create(account=account, picture_id=ids[i])
            if made:
                Picture.objects.filter(pk=ids[i]).update(likes=F("likes") + 1)

    def publish(i: int) -> None:
        with transaction.atomic():
            picture = Picture.objects.select_for_update().get(pk=ids[i])
            picture.public, picture.published_at = True, datetime.now(UTC)
            picture.save(update_fields=["public", "published_at"])
            search.index([picture])

    return {"like": (like, WRITE_BAR), "publish": (publish, WRITE_BAR)}


def _queries(ask: Callable[[int], None]) -> tuple[int, list[tuple[str, Any]]]:
    """How many queries it takes, and the reads among them."""
    from django.db import connection

    seen: list[tuple[str, Any]] = []
    count = 0

    def watch(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if sql.lstrip().upper().startswith(("SELECT", "WITH")) and not many:
            seen.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(watch):
        ask(ROUNDS // 2)
    return count, seen


def _walks(connection: Any, sql: str, parameters: Any) -> list[str]:
    """The steps of a query's plan that read the whole table of pictures, words or jobs."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            steps = [row[3] for row in cursor.fetchall()]
            # An index of words is a "virtual table": it is scanned by its MATCH, never without one.
            return [
                step
                for step in steps
                if (step.startswith("SCAN gallery_picture") and "USING" not in step)
                or (step.startswith("SCAN jobs_job") and "USING" not in step)
                or (step.startswith("SCAN gallery_words") and step.endswith("INDEX 0:"))
            ]
        # A small table is read whole though it has an index: what is asked is whether there is one.
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        steps = [row[0].strip() for row in cursor.fetchall()]
        cursor.execute("SET enable_seqscan = on")
    return [step for step in steps if "Seq Scan on gallery_" in step or "Seq Scan on jobs_" in step]


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


if __name__ == "__main__":
    main()
