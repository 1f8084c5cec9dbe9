"""Processes that die: no accepted job is lost, none is charged twice (reference: fault tests 1, 3, 4, 11)."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from limner.accounts.models import Account, CreditEntry
from limner.gallery.models import Picture
from limner.jobs.models import Job
from limner.jobs.states import ENDED, State
from limner.jobs.tidying import tidy
from limner.storage import blobs
from tests.faults.processes import drawer, end, environment, kill, program
from tests.faults.waiting import wait_for
from tests.jobs.house import ask, assert_books_balance, entries, kept, now, story

pytestmark = pytest.mark.django_db(transaction=True)


def all_ended() -> bool:
    return not Job.objects.exclude(state__in=ENDED).exists()


def test_a_killed_server_finishes_everything_after_its_restart(alice: Account, bob: Account) -> None:
    """Its leases are long: only the boot that they name tells the restart that nobody holds them."""
    jobs = [ask(account) for _ in range(30) for account in (alice, bob)]
    with drawer(boot="1", slots=10, step=0.2, lease=600) as first:
        wait_for(lambda: Job.objects.filter(state=State.RUNNING).count() == 10)
        kill(first)
    assert Job.objects.filter(state=State.RUNNING).count() == 10
    with drawer(boot="2", slots=10, step=0, lease=600) as second:
        wait_for(all_ended)
        assert end(second) == 0
    assert {now(job).state for job in jobs} == {State.DONE}
    assert {now(job).attempt for job in jobs} == {1, 2}
    assert CreditEntry.objects.filter(kind="capture").count() == len(jobs)
    assert_books_balance()


def test_a_server_killed_between_the_blob_and_its_row_leaves_nothing_to_see(alice: Account, pictures: Path) -> None:
    job = ask(alice)
    with drawer(boot="1", die="before-keep") as first:
        assert first.wait(20) == -signal.SIGKILL
    files = {file.name for file in pictures.rglob("*.png")}
    assert len(files) == 1
    assert Picture.objects.count() == 0
    with drawer(boot="2"):
        wait_for(all_ended)
    assert kept(job) == [0]
    assert_books_balance()
    assert tidy(timedelta(0)) == 1
    assert not files & {file.name for file in pictures.rglob("*.png")}
    assert blobs.exists(Picture.objects.get().blob)


def test_a_server_killed_right_after_the_last_picture_was_kept_does_not_draw_it_again(alice: Account) -> None:
    job = ask(alice)
    with drawer(boot="1", die="after-keep") as first:
        assert first.wait(20) == -signal.SIGKILL
    assert now(job).state == State.DONE
    with drawer(boot="2") as second:
        end(second)
    assert now(job).attempt == 1
    assert_books_balance()


def test_a_server_killed_between_two_pictures_draws_the_second_one_only(alice: Account) -> None:
    job = ask(alice, n=3)
    with drawer(boot="1", step=0.3) as first:
        wait_for(lambda: len(kept(job)) == 1)
        kill(first)
    with drawer(boot="2"):
        wait_for(all_ended)
    assert story(job) == ["queued", "running", "picture", "queued", "running", "picture", "picture", "done"]
    assert {(row.index, row.attempt) for row in Picture.objects.all()} == {(0, 1), (1, 2), (2, 2)}
    assert_books_balance()


@pytest.mark.parametrize("moment", ["before-commit", "after-commit"])
def test_who_dies_while_submitting_and_asks_again_has_one_job_and_one_hold(alice: Account, moment: str) -> None:
    with program("submitter", "--account", alice.pk, "--key", "k", "--die", moment) as dying:
        assert dying.wait(20) == -signal.SIGKILL
    assert Job.objects.count() == (0 if moment == "before-commit" else 1)
    assert Job.objects.count() == CreditEntry.objects.count()
    with program("submitter", "--account", alice.pk, "--key", "k") as again:
        assert again.wait(20) == 0
    job = Job.objects.get()
    assert list(entries(job)) == ["hold"]
    assert story(job) == ["queued"]


def test_a_polite_stop_hands_running_jobs_back_uncounted(alice: Account) -> None:
    job = ask(alice)
    with drawer(step=30) as process:
        wait_for(lambda: now(job).state == State.RUNNING)
        assert end(process) == 0
    row = now(job)
    assert (row.state, row.lost, row.failures) == (State.QUEUED, 0, 0)


def test_a_power_cut_loses_no_job_that_sqlite_has_accepted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env = {key: value for key, value in environment().items() if key != "LIMNER_DATABASE_URL"}
    env["LIMNER_HOME"] = str(home)
    make = (
        "import django; django.setup()\n"
        "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
        "from limner.accounts.models import Account; print(Account.objects.create(username='alice').pk)"
    )
    account = subprocess.run([sys.executable, "-c", make], env=env, stdout=subprocess.PIPE, check=True).stdout
    with program("submitter", "--account", account.decode().strip(), "--endless", env=env) as writing:
        assert writing.stdout is not None
        accepted = [writing.stdout.readline().strip() for _ in range(100)]
        writing.send_signal(signal.SIGSTOP)
        copy = tmp_path / "after"
        shutil.copytree(home, copy)
    with sqlite3.connect(copy / "limner.sqlite3") as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = {row[0] for row in opened.execute("SELECT public_id FROM jobs_job")}
        holds = opened.execute("SELECT count(*) FROM accounts_creditentry").fetchone()[0]
        numbers = opened.execute("SELECT last_event FROM accounts_account").fetchone()[0]
    opened.close()
    assert {job.replace("-", "") for job in accepted} <= found
    assert len(found) == holds == numbers


def test_this_database_forgets_nothing_that_it_has_accepted() -> None:
    """The settings that a power cut puts to the test."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit")
        assert cursor.fetchone()[0] in (2, "on")
