"""A private PostgreSQL cluster for one run: made in a temporary folder, on loopback, gone afterwards.

It keeps `fsync` on and its defaults otherwise, so that the tests meet the durability that people meet.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.parts import postgres_programs

START_SECONDS = 30


class NoPostgres(Exception):
    """PostgreSQL is not installed, or would not start; the sentence says what to do."""


@dataclass(frozen=True)
class Cluster:
    """A running server. `url` names its one database; `stop` ends it and removes its folder, if it is not kept."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    kept: bool = False

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)


def start_cluster(kept: Path | None = None) -> Cluster:
    """Make and start a cluster; raises NoPostgres. As root it runs as `postgres` or `nobody`: it refuses root.

    `kept` is a folder that stays: the cluster that is in it already, or a new one.
    """
    programs = postgres_programs()
    if programs is None:
        raise NoPostgres("PostgreSQL is not here. To get it: apt-get install postgresql")
    folder = kept or Path(tempfile.mkdtemp(prefix="limner-pg-"))
    user = _unprivileged_user()
    password_file, data = folder / "password", folder / "data"
    if not data.exists():
        _make_cluster(programs, folder, data, password_file, user)
    password = password_file.read_text()
    port = _free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                programs / "postgres",
                *("-D", data, "-p", str(port)),
                *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"),
            ],
            user=user,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    url = f"postgres://limner:{password}@127.0.0.1:{port}/postgres"
    cluster = Cluster(url, folder, process, kept=kept is not None)
    _wait_until_ready(cluster, port, password)
    return cluster


def _make_cluster(programs: Path, folder: Path, data: Path, password_file: Path, user: str | None) -> None:
    folder.mkdir(exist_ok=True)
    password_file.write_text(secrets.token_hex(16))
    if user is not None:
        shutil.chown(folder, user)
        shutil.chown(password_file, user)
    made = subprocess.run(
        [
            programs / "initdb",
            *("--pgdata", data, "--username", "limner", "--pwfile", password_file),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        ],
        user=user,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NoPostgres(f"initdb failed:\n{made.stderr}")


def fresh_database(url: str) -> str:
    """The URL of a new, empty database in the cluster of `url`: for processes that a test starts."""
    import psycopg
    from psycopg import sql

    name = f"limner_{secrets.token_hex(8)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{url.rpartition('/')[0]}/{name}"


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(cluster: Cluster, port: int, password: str) -> None:
    import psycopg

    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(
                host="127.0.0.1", port=port, user="limner", password=password, dbname="postgres", connect_timeout=5
            ).close()
            return
        except psycopg.OperationalError as error:
            if cluster.process.poll() is not None or time.monotonic() > until:
                log = (cluster.folder / "log").read_text(errors="replace")
                cluster.stop()
                raise NoPostgres(f"PostgreSQL did not start: {error}\n{log}") from error
            time.sleep(0.05)
