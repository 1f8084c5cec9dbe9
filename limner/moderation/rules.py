"""The operator's rules: what a prompt is looked through for before it is drawn, and what follows for whose plan.

Read anew for each prompt: one small query, and no rule that somebody switched off lives on in another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch

from limner.accounts.models import Account
from limner.errors import Blocked, InvalidRequest, Unavailable, say
from limner.moderation import expressions
from limner.moderation.endpoint import NoAnswer, flagged_categories
from limner.moderation.models import Action, PlanAction, Rule
from limner.moderation.words import blocked_in

_WEIGHT = {Action.ALLOW: 0, Action.FLAG: 1, Action.BLOCK: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule found something."""

    rule: str
    action: Action
    words: str
    """What it found; of a server, the categories."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from all that was found: the strictest of it."""

    action: Action
    findings: tuple[Finding, ...] = ()

    @property
    def flagged(self) -> bool:
        return self.action == Action.FLAG


def check(account: Account, texts: Sequence[str]) -> Verdict:
    """What the active rules say of these texts for this account's plan. What a rule allows is found all the same.

    Raises Unavailable where a server that may block does not answer.
    """
    told = [text for text in texts if text.strip()]
    mine = PlanAction.objects.filter(plan_id=account.plan_id or 0)
    rules = Rule.objects.filter(active=True).order_by("id").prefetch_related(Prefetch("for_plans", mine, "mine"))
    findings: list[Finding] = []
    asked: list[tuple[Rule, Action]] = []
    for rule in rules if told else ():
        action = _action(rule)
        if rule.kind == Rule.Kind.ENDPOINT:
            if action != Action.ALLOW:
                asked.append((rule, action))
        elif (words := _found(rule, told)) is not None:
            findings.append(Finding(rule.name, action, words))
    strictest = _strictest(findings)
    if asked and strictest != Action.BLOCK:  # what is blocked anyway is not told to anybody else
        findings += _asked(asked, told)
        strictest = _strictest(findings)
    return Verdict(strictest, tuple(findings))


def refuse_or_flag(account: Account, texts: Sequence[str]) -> Verdict:
    """The verdict, where it lets the texts be drawn. Raises Blocked, naming what was found, and Unavailable."""
    verdict = check(account, texts)
    if verdict.action == Action.BLOCK:
        found = next(one for one in verdict.findings if one.action == Action.BLOCK)
        raise Blocked(
            say("A rule of this studio does not let this be drawn ({words}). Change the prompt.", words=found.words)
        )
    return verdict


def checked_pattern(kind: str, pattern: str) -> str:
    """What a rule of this kind may look for. Raises InvalidRequest, with what to change."""
    pattern = pattern.strip()
    if "\0" in pattern:
        raise InvalidRequest(say("There is a sign in it that cannot be kept."), param="pattern")
    if kind == Rule.Kind.REGEX:
        return expressions.checked(pattern)
    if kind == Rule.Kind.WORDS and not any(word.strip() for word in pattern.split(",")):
        raise InvalidRequest(say("Name the words, with commas between them."), param="pattern")
    if kind == Rule.Kind.ENDPOINT and not settings.LIMNER_MODERATION_URL:
        raise InvalidRequest(
            say("Name the server first: set LIMNER_MODERATION_URL, and start Limner again."), param="kind"
        )
    return pattern


def _action(rule: Rule) -> Action:
    mine: list[PlanAction] = rule.mine  # type: ignore[attr-defined]
    return Action(mine[0].action if mine else rule.action)


def _strictest(findings: Sequence[Finding]) -> Action:
    return max((finding.action for finding in findings), key=_WEIGHT.__getitem__, default=Action.ALLOW)


def _found(rule: Rule, texts: Sequence[str]) -> str | None:
    look = expressions.found_in if rule.kind == Rule.Kind.REGEX else blocked_in
    return next((found[:200] for text in texts if (found := look(text, rule.pattern)) is not None), None)


def _asked(rules: Sequence[tuple[Rule, Action]], texts: Sequence[str]) -> list[Finding]:
    """One question for all the rules that a server answers."""
    try:
        categories = flagged_categories(texts)
    except NoAnswer:
        if any(action == Action.BLOCK for _, action in rules):
            raise Unavailable(
                say("Prompts cannot be checked just now: the moderation server does not answer. Try again soon."),
                retry_after=10.0,
            ) from None
        return [Finding(rule.name, action, "the moderation server did not answer") for rule, action in rules]
    findings = []
    for rule, action in rules:
        counted = {name.strip() for name in rule.pattern.split(",") if name.strip()}
        if found := [name for name in categories if not counted or name in counted]:
            findings.append(Finding(rule.name, action, ", ".join(found)))
    return findings
