"""What may not be drawn or shown, what somebody should look at, and who did what about it.

Targets are a kind and a public id: what is looked at lives above this room.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from limner.accounts.models import Plan


class Action(models.TextChoices):
    """What happens to a prompt that a rule finds something in."""

    BLOCK = "block", _("Block: it is not drawn")
    FLAG = "flag", _("Flag: it is drawn, and looked at before it is public")
    ALLOW = "allow", _("Allow")


class Rule(models.Model):
    """What a prompt is looked through for."""

    class Kind(models.TextChoices):
        WORDS = "words", _("Words and phrases")
        REGEX = "regex", _("Regular expression")
        ENDPOINT = "endpoint", _("Moderation server")

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    pattern = models.TextField(
        blank=True, help_text="Words between commas; an expression; of a server, the categories that count."
    )
    action = models.CharField(max_length=5, choices=Action, default=Action.BLOCK)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class PlanAction(models.Model):
    """What a rule does for one plan, where that is not what it does for everybody."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="for_plans")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=5, choices=Action)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "plan"], name="plan_action_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} for {self.plan_id}: {self.action}"


class Target(models.TextChoices):
    """What can be looked at, or have something done to it."""

    PICTURE = "picture", _("Picture")
    JOB = "job", _("Job")
    ACCOUNT = "account", _("Account")
    RULE = "rule", _("Rule")
    PLAN = "plan", _("Plan")
    INVITATION = "invitation", _("Invitation")
    MODEL = "model", _("Model")


class Flag(models.Model):
    """Somebody should look: a rule found something, a person reported it, or its owner asks to show it."""

    class Kind(models.TextChoices):
        RULE = "rule", _("A rule")
        REPORT = "report", _("A report")
        WAITING = "waiting", _("Waits to be public")

    class Reason(models.TextChoices):
        SEXUAL = "sexual", _("Sexual content")
        VIOLENCE = "violence", _("Violence")
        HATE = "hate", _("Hatred or harassment")
        CHILD = "child", _("A child in danger")
        RIGHTS = "rights", _("My rights, or somebody else's")
        SPAM = "spam", _("Spam")
        OTHER = "other", _("Something else")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    target_kind = models.CharField(max_length=10, choices=Target)
    target = models.CharField(max_length=36, help_text="Its public id.")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", help_text="Whose it is."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="Who reported it; empty: a rule, or a visitor.",
    )  # fmt: skip
    rule = models.CharField(max_length=80, blank=True, default="", help_text="The name of the rule, as it was.")
    reason = models.CharField(max_length=10, choices=Reason, blank=True, default="")
    words = models.TextField(blank=True, default="", help_text="What was found, or what the reporter says.")
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=20, blank=True, default="", help_text="What was done, in a word.")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], name="flag_open", condition=Q(settled_at__isnull=True)),
            models.Index(fields=["target_kind", "target"], name="flag_of_target"),
        ]
        constraints: ClassVar = [
            # Pressing twice, or a second rule that finds the same, is no second reason to look.
            models.UniqueConstraint(
                fields=["target_kind", "target", "kind", "by"],
                name="flag_open_once",
                condition=Q(settled_at__isnull=True),
                nulls_distinct=True,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} about {self.target_kind} {self.target}"


class AuditEntry(models.Model):
    """Something that was done to somebody else's things, or to what they may do. Never changed."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=150, help_text="As it was then.")
    verb = models.CharField(max_length=40, help_text="take_down, restore, approve, dismiss, ban, unban, …")
    target_kind = models.CharField(max_length=10, choices=Target)
    target = models.CharField(max_length=80, help_text="Its public id; the name of a rule or a plan.")
    reason = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes: ClassVar = [
            models.Index(fields=["target_kind", "target", "-id"], name="audit_of_target"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.verb} {self.target_kind} {self.target}"
