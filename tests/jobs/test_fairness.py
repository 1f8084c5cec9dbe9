"""Whose turn it is: by predicted seconds, not by count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.accounts.models import Account, Plan
from limner.engines.contract import Task
from limner.errors import EngineCrashed
from limner.jobs import ledger
from limner.jobs.fairness import tag
from limner.jobs.ledger import Claim
from limner.jobs.models import Job
from limner.jobs.services import cancel
from tests.cast import make_account
from tests.jobs.house import LANE, ask


def test_a_job_starts_where_the_machine_is_or_where_its_accounts_waiting_jobs_end() -> None:
    assert tag(virtual_now=10, own_last=None, seconds=4, weight=1) == 14
    assert tag(virtual_now=10, own_last=30, seconds=4, weight=1) == 34
    assert tag(virtual_now=10, own_last=3, seconds=4, weight=1) == 14


def test_twice_the_weight_is_half_the_wait() -> None:
    assert tag(virtual_now=0, own_last=None, seconds=4, weight=2) == 2


@pytest.mark.parametrize(("seconds", "weight"), [(-1.0, 1.0), (1.0, 0.0), (1.0, -2.0)])
def test_nonsense_has_no_turn(seconds: float, weight: float) -> None:
    with pytest.raises(ValueError, match="weight is above zero"):
        tag(virtual_now=0, own_last=None, seconds=seconds, weight=weight)


class Machine:
    """One slot, on paper: accounts submit, it draws by tag, and counts what each got."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, str, float]] = []
        self.virtual_now = 0.0
        self.served: list[tuple[str, float]] = []
        self.number = 0

    def submit(self, who: str, seconds: float = 1.0, weight: float = 1.0) -> None:
        last = max((job[0] for job in self.waiting if job[2] == who), default=None)
        self.number += 1
        its = tag(virtual_now=self.virtual_now, own_last=last, seconds=seconds, weight=weight)
        self.waiting.append((its, self.number, who, seconds))

    def draw(self) -> str:
        self.waiting.sort()
        its, _, who, seconds = self.waiting.pop(0)
        self.virtual_now = max(self.virtual_now, its)
        self.served.append((who, seconds))
        return who


def test_one_who_asks_again_and_again_does_not_keep_a_long_job_waiting_for_ever() -> None:
    machine = Machine()
    machine.submit("patient", seconds=100)
    for turn in range(200):
        machine.submit("hasty")
        if machine.draw() == "patient":
            assert turn <= 101
            return
    raise AssertionError("the long job starved")


def test_a_stream_of_newcomers_does_not_keep_a_long_job_waiting_for_ever() -> None:
    machine = Machine()
    machine.submit("patient", seconds=100)
    for turn in range(200):
        machine.submit(f"newcomer {turn}")
        if machine.draw() == "patient":
            assert turn <= 101
            return
    raise AssertionError("the long job starved")


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0.1, 20)), min_size=30, max_size=120))
def test_while_all_have_work_their_seconds_differ_by_two_jobs_at_most(jobs: list[tuple[str, float]]) -> None:
    machine = Machine()
    left = {who: sum(seconds for name, seconds in jobs if name == who) for who in "ABC"}
    for who, seconds in jobs:
        machine.submit(who, seconds)
    longest = max(seconds for _, seconds in jobs)
    got = dict.fromkeys("ABC", 0.0)
    while all(left[who] - got[who] > 1e-6 for who in "ABC"):
        who = machine.draw()
        got[who] += machine.served[-1][1]
        assert max(got.values()) - min(got.values()) <= 2 * longest + 1e-6


# The same through the ledger ----------------------------------------------------------------------------------


def turns(count: int) -> str:
    """The first letters of the accounts whose jobs are claimed next; ! marks an urgent one."""
    order = ""
    for _ in range(count):
        for claimed in take(1):
            job = Job.objects.select_related("account").get(pk=claimed.pk)
            order += job.account.username[0].upper() + ("!" if job.priority else "")
    return order


def take(limit: int, **options: bool) -> list[Claim]:
    return ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30, limit=limit, **options)


@pytest.mark.django_db(transaction=True)
def test_accounts_take_turns_whoever_asked_for_more(alice: Account, bob: Account, charlie: Account) -> None:
    dora, emil = make_account("dora"), make_account("emil")
    for _ in range(100):
        ask(alice)
    for account in (bob, charlie, dora):
        for _ in range(3):
            ask(account)
    assert turns(16) == "ABCDABCDABCDAAAA"
    for _ in range(2):
        ask(emil)
    ask(alice, priority=5)
    assert turns(6) == "A!AEAEA"


@pytest.mark.django_db(transaction=True)
def test_a_short_job_does_not_wait_for_a_long_one_that_came_with_it(alice: Account, bob: Account) -> None:
    for _ in range(4):
        ask(alice, seconds=10)
    for _ in range(4):
        ask(bob, seconds=5)
    assert turns(8) == "BABBABAA"


@pytest.mark.django_db(transaction=True)
def test_a_plan_of_twice_the_weight_has_twice_the_turns(alice: Account, bob: Account) -> None:
    bob.plan = Plan.objects.create(name="double", weight=2)
    bob.save()
    for _ in range(6):
        ask(alice)
        ask(bob)
    assert turns(9).count("B") == 6


@pytest.mark.django_db(transaction=True)
def test_what_an_account_used_while_nobody_waited_is_not_held_against_it(alice: Account, bob: Account) -> None:
    for _ in range(50):
        ask(alice)
    take(50)
    for _ in range(3):
        ask(bob)
        ask(alice)
    assert turns(6) == "BABABA"


@pytest.mark.django_db(transaction=True)
def test_cancelling_waiting_jobs_gives_their_turns_back(alice: Account, bob: Account) -> None:
    for job in [ask(alice) for _ in range(50)]:
        cancel(alice, job.public_id)
    for _ in range(3):
        ask(bob)
    for _ in range(3):
        ask(alice)
    assert turns(6) == "BABABA"


@pytest.mark.django_db(transaction=True)
def test_jobs_of_other_lanes_are_left_alone(alice: Account) -> None:
    ask(alice, model="other")
    assert take(1) == []


@pytest.mark.django_db(transaction=True)
def test_a_batch_is_filled_with_what_one_run_could_draw(alice: Account, bob: Account) -> None:
    first = ask(alice)
    other_steps = ask(alice, steps=9)
    same = ask(bob, prompt="a blue boat", seed=99)
    batch = take(4, alike=True)
    assert [claimed.job for claimed in batch] == [first.public_id, same.public_id]
    assert [claimed.job for claimed in take(4, alike=True)] == [other_steps.public_id]


@pytest.mark.django_db(transaction=True)
def test_a_batch_has_its_limit(alice: Account) -> None:
    jobs = [ask(alice).public_id for _ in range(5)]
    assert [claimed.job for claimed in take(3, alike=True)] == jobs[:3]
    assert [claimed.job for claimed in take(3)] == jobs[3:]


@pytest.mark.django_db(transaction=True)
def test_a_batch_is_counted_in_pictures_and_whoever_is_next_has_all_of_theirs(alice: Account, bob: Account) -> None:
    many = ask(alice, n=6)
    two, three, one = ask(bob, n=2), ask(bob, n=3), ask(bob)
    assert [claimed.job for claimed in take(4, alike=True)] == [many.public_id]
    assert [claimed.job for claimed in take(4, alike=True)] == [two.public_id]
    assert [claimed.job for claimed in take(4, alike=True)] == [three.public_id, one.public_id]


@pytest.mark.django_db(transaction=True)
def test_accounts_share_a_batch_in_the_order_of_their_turns(alice: Account, bob: Account) -> None:
    for _ in range(10):
        ask(alice)
    for _ in range(2):
        ask(bob)
    claimed = take(4, alike=True)
    assert [one.account_id for one in claimed] == [alice.pk, bob.pk, alice.pk, bob.pk]


@pytest.mark.django_db(transaction=True)
def test_whoever_is_next_is_next_however_well_others_would_fill_a_batch(alice: Account, bob: Account) -> None:
    for _ in range(20):
        ask(alice)
    ask(bob, steps=9)
    assert {one.account_id for one in take(4, alike=True)} == {alice.pk}
    assert [one.account_id for one in take(4, alike=True)] == [bob.pk]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_rode_with_a_batch_before_its_turn_holds_nobody_up(
    alice: Account, bob: Account, charlie: Account
) -> None:
    for _ in range(20):
        ask(alice, steps=9)
    late = ask(alice)  # of the kind that Bob asks for, at the end of her jobs
    first = ask(bob, seconds=0.5)
    assert [one.job for one in take(4, alike=True)] == [first.public_id, late.public_id]
    ask(charlie)
    assert "C" in turns(3)


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_again_after_riding_along_gets_no_more_than_who_waits(alice: Account, charlie: Account) -> None:
    for number in range(8):
        ask(alice)
        ask(charlie, steps=10 + number)
    drawn = {alice.pk: 0, charlie.pk: 0}
    while sum(drawn.values()) < 120:
        for claimed in take(8, alike=True):
            drawn[claimed.account_id] += 1
            # Each always has as much waiting: hers fill a batch, no two of his can be drawn together.
            ask(alice) if claimed.account_id == alice.pk else ask(charlie, steps=claimed.request.steps)
    assert abs(drawn[alice.pk] - drawn[charlie.pk]) <= 16


@pytest.mark.django_db(transaction=True)
def test_riding_along_and_then_cancelling_what_waits_gives_only_those_turns_back(
    alice: Account, bob: Account
) -> None:
    for _ in range(4):
        ask(alice)
    ask(bob, steps=9)
    take(4, alike=True)  # Alice's; Bob's turn is next
    for job in [ask(alice) for _ in range(3)]:
        cancel(alice, job.public_id)
    assert ask(alice).tag == 5


@pytest.mark.django_db(transaction=True)
def test_what_failed_before_is_drawn_alone(alice: Account, bob: Account) -> None:
    bad = ask(alice)
    beside = [ask(bob).public_id for _ in range(2)]
    for claimed in take(4, alike=True):
        ledger.fail(claimed, EngineCrashed("It died.", retry_after=0))
    for job in (bad.public_id, *beside):
        assert [claimed.job for claimed in take(4, alike=True)] == [job]


@pytest.mark.django_db(transaction=True)
def test_changes_of_pictures_are_claimed_one_at_a_time(alice: Account) -> None:
    for _ in range(2):
        ask(alice, task=Task.VARY)
    assert len(take(4, alike=True)) == 1
