"""The ledger's rows: jobs, calls of upstreams, the events people watch, and how fast each model has been."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from limner.jobs.states import State


class Job(models.Model):
    """One durable request by one account for n pictures."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 (NULLs are distinct)
    state = models.CharField(max_length=9, choices=[(s, s) for s in State], default=State.QUEUED)
    request = models.JSONField(help_text="The DrawRequest as it was validated and fitted.")
    request_version = models.PositiveSmallIntegerField(default=1)
    lane = models.CharField(max_length=80, help_text="The model that draws, or its upstream: one placement a lane.")
    compat = models.CharField(max_length=64, help_text="Jobs with the same key may share a batch.")
    n = models.PositiveSmallIntegerField()
    priority = models.SmallIntegerField(default=0)
    tag = models.FloatField(help_text="Virtual finish time: the order in which accounts take turns.")
    predicted_seconds = models.FloatField()
    price = models.BigIntegerField(help_text="Millicredits, fixed at submit.")
    captured = models.BigIntegerField(default=0, help_text="Millicredits of it that were taken when it ended.")
    kept = models.PositiveSmallIntegerField(default=0, help_text="Pictures that were kept when it ended.")
    model = models.CharField(max_length=120, blank=True, default="", help_text="Name of the model that was asked.")
    api_key = models.ForeignKey(
        "accounts.ApiKey", on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    attempt = models.PositiveIntegerField(default=0, help_text="Fencing token: only the newest attempt may write.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Attempts that its engine failed: bounded.")
    lost = models.PositiveSmallIntegerField(default=0, help_text="Attempts that died with their dispatcher: bounded.")
    busy = models.PositiveIntegerField(default=0, help_text="Attempts that its upstream had no time for.")
    busy_since = models.DateTimeField(null=True, blank=True, help_text="The first of them: bounded by time.")
    holder = models.CharField(max_length=64, blank=True, help_text="Which installation's dispatcher draws it.")
    boot = models.CharField(max_length=64, blank=True, help_text="Which start of that dispatcher.")
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "idempotency_key"], name="job_once_per_idempotency_key")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["lane", "-priority", "tag", "id"],
                name="job_ready",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["compat", "-priority", "tag", "id"],
                name="job_batch",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["account", "lane", "priority", "-tag"],
                name="job_last_turn",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["account", "lane", "priority", "-tag"],
                name="job_last_drawn",
                condition=models.Q(started_at__isnull=False),
            ),
            models.Index(
                fields=["lane", "priority", "-tag"],
                name="job_virtual_now",
                condition=models.Q(started_at__isnull=False),
            ),
            models.Index(fields=["lease_until"], name="job_leased", condition=models.Q(state="running")),
            models.Index(fields=["account", "-id"], name="job_newest_first"),
            models.Index(fields=["account", "-id"], name="job_failed", condition=models.Q(state="failed")),
            models.Index(fields=["account", "created_at"], name="job_by_day"),
            models.Index(
                fields=["account"], name="job_under_way", condition=models.Q(state__in=["queued", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.state})"


class UpstreamCall(models.Model):
    """One call of an upstream, on record before it is sent: what may have cost money is never forgotten."""

    job = models.UUIDField(help_text="The job's public id: the row outlives the job.")
    attempt = models.PositiveIntegerField()
    call = models.PositiveIntegerField(help_text="Tells the calls of one attempt apart.")
    indices = models.JSONField(help_text="The pictures it asked for.")
    upstream = models.CharField(max_length=80)
    model = models.CharField(max_length=80)
    estimate = models.BigIntegerField(help_text="Millicredits: what the account pays for these pictures.")
    sent_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=60,
        blank=True,
        help_text='"" while unanswered; ok, uncertain, cancelled, or the code of the error that came.',
    )
    message = models.TextField(blank=True, help_text="The error's sentence.")
    cost = models.BigIntegerField(null=True, blank=True, help_text="Millicredits, where the upstream says.")
    usage = models.JSONField(default=dict, blank=True, help_text="The upstream's own account of it.")
    resent = models.BooleanField(default=False, help_text="Uncertain, and its pictures were asked for again.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "attempt", "call"], name="upstream_call_once_per_attempt")
        ]
        indexes: ClassVar = [
            models.Index(fields=["upstream", "sent_at"], name="upstream_call_sent"),
            models.Index(fields=["sent_at"], name="upstream_call_open", condition=models.Q(outcome="")),
            models.Index(
                fields=["-sent_at"], name="upstream_call_uncertain", condition=models.Q(outcome="uncertain")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upstream}, {self.job} ({self.outcome or 'under way'})"


class Event(models.Model):
    """Something durable that a watcher must not miss. `number` counts per account, without gaps that fill later."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="events")
    number = models.BigIntegerField()
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, help_text="state or picture; progress and previews are never stored.")
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "number"], name="event_number_once_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Pace(models.Model):
    """A moving average of measured seconds a picture, per model, size bucket and steps."""

    model = models.CharField(max_length=80)
    bucket = models.CharField(max_length=20)
    steps = models.PositiveIntegerField()
    seconds = models.FloatField()
    error = models.FloatField(default=0.0, help_text="Moving average of |predicted − measured| ÷ predicted.")
    measured = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model", "bucket", "steps"], name="pace_once_per_kind_of_picture")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.bucket} × {self.steps}: {self.seconds:.2f} s"
