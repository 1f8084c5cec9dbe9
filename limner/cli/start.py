"""The first start and every later one: the home, its keys, the database's tables. Safe to run twice at once."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from limner.cli.locks import one_start
from limner.cli.speak import warn
from limner.errors import NotConfigured

if TYPE_CHECKING:
    from django.db.models import Model

INSTALLATION = "installation"


def prepare() -> None:
    """Make LIMNER_HOME ready and set Django up. Nothing here needs to have been done before."""
    import django

    prepare_home()
    django.setup()
    with one_start(settings.LIMNER_HOME):
        migrate()


def prepare_home() -> None:
    """LIMNER_HOME for its owner only, with the key that signs and the name of this installation in it."""
    home: Path = settings.LIMNER_HOME
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(home, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "no permission to write there")
        close_to_others(home)
        with one_start(home):
            if not settings.LIMNER_SECRET_KEY_IS_SET:
                settings.SECRET_KEY = kept(settings.LIMNER_SECRET_KEY_FILE, settings.SECRET_KEY)
            kept(home / INSTALLATION, secrets.token_hex(8))
    except OSError as error:
        raise NotConfigured(
            f"LIMNER_HOME is {home}, and it cannot be used: {error.strerror or error}. "
            f"Make it writable, or set LIMNER_HOME to a folder that is."
        ) from None


def close_to_others(home: Path) -> None:
    """0700 for a folder that was made for us and is still empty; any other is left as it is, with a word.

    A later start changes nothing: by then an open home either holds other people's things or was opened on purpose.
    """
    if stat.S_IMODE(home.stat().st_mode) & 0o077 == 0:
        return
    fresh = {path.name for path in home.iterdir()} <= {".env"}
    if fresh and home.stat().st_uid == os.getuid():
        home.chmod(0o700)
    else:
        warn(f"Note: others on this machine can look into LIMNER_HOME. To close it: chmod 700 {home}")


def holder() -> str:
    """The name of this installation: what its dispatcher leaves in the ledger, and takes back after a crash."""
    return (settings.LIMNER_HOME / INSTALLATION).read_text(encoding="ascii").strip()


def kept(file: Path, fresh: str) -> str:
    """What `file` holds; `fresh` when it was not there, which is then kept, whole or not at all."""
    if not file.exists():
        handle, made = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mkstemp: readable by us alone
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(fresh)
            out.flush()
            os.fsync(out.fileno())
        os.replace(made, file)
    return file.read_text(encoding="ascii").strip()


def check_targets() -> None:
    """Raise NotConfigured when LIMNER_TARGETS names a model that nobody has: better now than at each request."""
    from limner.engines.catalog import catalog

    for name, target in settings.LIMNER_TARGETS.items():
        if target not in catalog():
            raise NotConfigured(
                f"LIMNER_TARGETS sends {name} to {target}, and there is no such model. Known: {', '.join(catalog())}."
            )


def migrate() -> None:
    """Bring the database's tables up to date; nothing is asked of it when they are."""
    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        with one_at_a_time():
            if not connection.introspection.table_names():
                create_tables()
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise NotConfigured(f"The database cannot be used: {said}. LIMNER_DATABASE_URL says where it is.") from error
    finally:
        connection.close()


def create_tables() -> None:
    """All tables of an empty database in one transaction, as they are after every migration: playing those through
    one by one takes longer than everything else that a first start does.
    """
    from django.apps import apps
    from django.core.management.sql import emit_post_migrate_signal
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    from limner.gallery.search import make_table

    recorder = MigrationRecorder(connection)
    with connection.schema_editor() as editor:
        models: list[type[Model]] = [*apps.get_models(), recorder.Migration]
        for model in models:
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        with connection.cursor() as cursor:
            make_table(cursor, connection.vendor)
        for app, name in MigrationLoader(None).graph.nodes:
            recorder.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """On PostgreSQL, where other machines may start too, a lock that the database keeps."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('limner: migrate'))")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('limner: migrate'))")
