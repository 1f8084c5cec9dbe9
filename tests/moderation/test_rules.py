"""The operator's rules: what they find, what follows for whose plan, and that none can stop the studio."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from limner.accounts.models import Account, Plan
from limner.errors import Blocked, InvalidRequest, Unavailable
from limner.jobs.models import Job
from limner.moderation.expressions import checked, found_in
from limner.moderation.flags import holds_back
from limner.moderation.models import Action, Flag, PlanAction, Rule, Target
from limner.moderation.rules import check, checked_pattern
from tests.jobs.house import ask

pytestmark = pytest.mark.django_db
WORDS, REGEX, ENDPOINT = Rule.Kind.WORDS, Rule.Kind.REGEX, Rule.Kind.ENDPOINT


def a_rule(pattern: str, kind: str = WORDS, action: str = Action.BLOCK, **more: Any) -> Rule:
    return Rule.objects.create(
        name=more.pop("name", f"no {pattern}"[:80]), kind=kind, pattern=pattern, action=action, **more
    )


class Server:
    """Answers as OpenAI's moderation does, with the categories that the test gives."""

    def __init__(self) -> None:
        self.categories: list[str] = []
        self.status = 200
        self.seen: list[tuple[str, str, dict[str, Any]]] = []


@pytest.fixture
def moderation(settings: Settings) -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.seen.append((self.path, self.headers["Authorization"], body))
            found = {name: name in state.categories for name in ("violence", "sexual", "hate")}
            results = [{"flagged": bool(state.categories), "categories": found} for _ in body["input"]]
            said = json.dumps({"results": results}).encode()
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    settings.LIMNER_MODERATION_URL = f"http://127.0.0.1:{server.server_port}/v1/"
    settings.LIMNER_MODERATION_KEY = "sk-moderation"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_rules_everything_is_drawn(alice: Account) -> None:
    assert check(alice, ["a basilisk"]) == check(alice, [""])
    assert not holds_back(Target.JOB, ask(alice).public_id)


def test_what_a_rule_blocks_is_refused_and_nothing_is_stored(alice: Account) -> None:
    a_rule("café noir, basilisk")
    with pytest.raises(Blocked, match="basilisk"):
        ask(alice, prompt="A BASILISK at noon")
    with pytest.raises(Blocked, match="café noir"):
        ask(alice, prompt="cafe\u0301-NOIR")
    assert not Job.objects.exists()
    assert not Flag.objects.exists()


def test_what_a_rule_flags_is_drawn_and_looked_at(alice: Account) -> None:
    a_rule("robot", action=Action.FLAG)
    a_rule("red", action=Action.FLAG)
    job = ask(alice, idempotency_key="once")
    assert ask(alice, idempotency_key="once").pk == job.pk
    flags = Flag.objects.order_by("id")
    assert {(flag.kind, flag.target_kind, flag.target, flag.account) for flag in flags} == {
        (Flag.Kind.RULE, Target.JOB, str(job.public_id), alice)
    }
    assert [(flag.rule, flag.words) for flag in flags] == [("no robot", "robot"), ("no red", "red")]


def test_a_plan_may_be_allowed_what_others_are_not(alice: Account, bob: Account) -> None:
    studio = Plan.objects.create(name="life drawing")
    bob.plan = studio
    bob.save()
    rule = a_rule("robot")
    PlanAction.objects.create(rule=rule, plan=studio, action=Action.ALLOW)
    with pytest.raises(Blocked):
        ask(alice)
    assert not holds_back(Target.JOB, ask(bob).public_id)
    assert [found.words for found in check(bob, ["a robot"]).findings] == ["robot"]


def test_a_rule_that_is_off_finds_nothing_and_what_is_left_out_counts_only_where_it_is_drawn(alice: Account) -> None:
    rule = a_rule("basilisk", active=False)
    ask(alice, prompt="a basilisk")
    Rule.objects.filter(pk=rule.pk).update(active=True)
    ask(alice, negative_prompt="basilisk")
    with pytest.raises(Blocked):
        ask(alice, negative_prompt="basilisk", guidance=0.5)


def test_an_expression_reads_the_words_as_written_and_folded(alice: Account) -> None:
    a_rule(r"\bgun\w{0,3}\b", REGEX)
    for prompt in ("two Guns", "a ｇｕｎ", "a g\u00adun"):
        with pytest.raises(Blocked):
            ask(alice, prompt=prompt)
    ask(alice, prompt="a begun day")
    assert found_in("x" * 3000 + " an Öl lamp", "öl") == "Öl"


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "x*",
        "(a|aa)*b",
        "(a*)*",
        ".*a.*b",
        "(?:a?){40}a{40}",
        r"(\w+)\1",
        "((a{0,9}){0,9}){0,9}",
        "(",
        "",
        "a" * 1001,
    ],
)
def test_an_expression_that_could_take_forever_is_not_kept(pattern: str) -> None:
    with pytest.raises(InvalidRequest):
        checked(pattern)


@pytest.mark.parametrize(
    "pattern", [r"\bcat\b", "(cat|dog)s?", "gun.{0,40}child", "a+b", "(?:ab){1,3}", "(?i:x)[^y]*z"]
)
def test_an_expression_that_is_kept_is_quick_on_the_worst_of_prompts(pattern: str) -> None:
    began = time.monotonic()
    for worst in ("a" * 32_000, "gun" * 10_000, "x" * 32_000, "ab" * 16_000):
        found_in(worst, checked(pattern))
    assert time.monotonic() - began < 5


def test_a_server_is_asked_as_openai_is(alice: Account, moderation: Server) -> None:
    a_rule("", ENDPOINT, Action.FLAG, name="any")
    a_rule("sexual, hate", ENDPOINT, name="never")
    assert not holds_back(Target.JOB, ask(alice).public_id)
    path, key, body = moderation.seen[0]
    assert (path, key) == ("/v1/moderations", "Bearer sk-moderation")
    assert body == {"model": "omni-moderation-latest", "input": ["a red robot"]}
    moderation.categories = ["violence"]
    assert holds_back(Target.JOB, ask(alice).public_id)
    assert Flag.objects.get().words == "violence"
    moderation.categories = ["violence", "hate"]
    with pytest.raises(Blocked, match="hate"):
        ask(alice)


def test_a_server_that_does_not_answer_blocks_or_flags_as_its_rule_would(alice: Account, moderation: Server) -> None:
    moderation.status = 500
    rule = a_rule("", ENDPOINT, Action.FLAG)
    assert holds_back(Target.JOB, ask(alice).public_id)
    Rule.objects.filter(pk=rule.pk).update(action=Action.BLOCK)
    with pytest.raises(Unavailable, match="does not answer"):
        ask(alice)
    assert Job.objects.count() == 1


def test_what_words_block_is_told_to_no_server(alice: Account, moderation: Server) -> None:
    a_rule("robot")
    a_rule("", ENDPOINT)
    with pytest.raises(Blocked, match="robot"):
        ask(alice)
    assert not moderation.seen


def test_a_pattern_is_checked_before_it_is_kept(settings: Settings) -> None:
    settings.LIMNER_MODERATION_URL = ""
    for kind, pattern in ((WORDS, " , "), (WORDS, "a\0b"), (REGEX, "(a+)+"), (ENDPOINT, "")):
        with pytest.raises(InvalidRequest):
            checked_pattern(kind, pattern)
    assert checked_pattern(WORDS, " a, b ") == "a, b"
