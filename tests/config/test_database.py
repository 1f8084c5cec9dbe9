"""One URL says which database."""

from __future__ import annotations

from pathlib import Path

import pytest

from limner.config.database import database
from limner.config.env import BadSetting

HOME = Path("/srv/limner")


def test_without_a_url_it_is_a_sqlite_file_in_the_home() -> None:
    found = database("", home=HOME, pool=4)
    assert found["ENGINE"] == "limner.config.sqlite"
    assert found["NAME"] == "/srv/limner/limner.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_sqlite_url_names_a_file() -> None:
    assert database("sqlite:////var/db/a%20b.sqlite3", home=HOME, pool=4)["NAME"] == "/var/db/a b.sqlite3"
    assert database("sqlite:///other.sqlite3", home=HOME, pool=4)["NAME"] == "/srv/limner/other.sqlite3"


def test_a_postgres_url_names_everything() -> None:
    found = database("postgres://al:p%40ss@db.example:5433/pics?sslmode=require", home=HOME, pool=7)
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "al",
        "p@ss",
        "db.example",
        "5433",
        "pics",
    )
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["pool"]["max_size"] == 7


def test_a_postgres_socket_folder_may_stand_in_the_query() -> None:
    found = database("postgresql://al@/pics?host=/var/run/postgresql", home=HOME, pool=0)
    assert found["HOST"] == "/var/run/postgresql"
    assert "pool" not in found["OPTIONS"]


@pytest.mark.parametrize(
    "url",
    ["mysql://a/b", "limner.sqlite3", "sqlite://", "sqlite:///:memory:", "postgres://host", "postgres://h:port/x"],
)
def test_anything_else_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BadSetting, match="LIMNER_DATABASE_URL"):
        database(url, home=HOME, pool=4)


def test_a_password_is_never_part_of_the_refusal() -> None:
    with pytest.raises(BadSetting) as caught:
        database("mysql://al:hunter2@host/x", home=HOME, pool=4)
    assert "hunter2" not in str(caught.value)
