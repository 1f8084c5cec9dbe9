"""An empty database gets its tables at once, and they are those that the migrations make one by one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from limner.cli.start import create_tables
from tests.cli.process import limner

Ask = Callable[[str], list[Any]]

COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, character_maximum_length, is_identity
    FROM information_schema.columns WHERE table_schema = current_schema()
    AND (table_name, column_name) != ('auth_group_permissions', 'id') ORDER BY 1, 2"""
"""But for the key of a table that nothing here uses: Django's migrations forget how large it shall be."""


CHECKS = re.compile(r"CHECK \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")


def on_sqlite(ask: Ask) -> dict[str, Any]:
    tables = [name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {
        table: [
            sorted(
                (name, kind, required, key) for _, name, kind, required, _, key in ask(f"PRAGMA table_info({table})")
            ),
            sorted(row[2:7] for row in ask(f"PRAGMA foreign_key_list({table})")),
            sorted(indexes(ask, table)),
            sorted(CHECKS.findall(*ask(f"SELECT sql FROM sqlite_master WHERE name = '{table}'")[0])),
        ]
        for table in tables
        if not table.startswith("sqlite_")
    }


def indexes(ask: Ask, table: str) -> list[Any]:
    found = ask(f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}'")
    return [
        ([column for *_, column in ask(f"PRAGMA index_info({name})")], re.sub(r'INDEX "?\w+"?', "", sql or "unique"))
        for name, sql in found
    ]


def on_postgres(ask: Ask) -> dict[str, Any]:
    made = ask("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()")
    checks = ask(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = current_schema()::regnamespace"
    )
    bare = re.compile(r"INDEX \w+|\b(public|fresh)\.")
    return {
        "columns": ask(COLUMNS),
        "indexes": sorted((table, bare.sub("", sql)) for table, sql in made),
        "constraints": sorted((bare.sub("", table), bare.sub("", sql)) for table, sql in checks),
    }


def asked(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_tables_made_at_once_are_those_that_the_migrations_make(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        migrated = on_sqlite(asked)
        assert limner(tmp_path / "home", "user", "list").returncode == 0
        fresh = sqlite3.connect(tmp_path / "home" / "limner.sqlite3")
        at_once = on_sqlite(lambda sql: fresh.execute(sql).fetchall())
        fresh.close()
    else:
        migrated = on_postgres(asked)
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA fresh")
            cursor.execute("SET search_path TO fresh")
            try:
                create_tables()
                at_once = on_postgres(asked)
            finally:
                cursor.execute("SET search_path TO public")
                cursor.execute("DROP SCHEMA fresh CASCADE")
    assert at_once == migrated
