"""Who may do what, and what it costs them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class Plan(models.Model):
    """What an account may use. Empty limits mean no limit; the first plan is unlimited."""

    name = models.CharField(max_length=40, unique=True)
    weight = models.FloatField(default=1.0, help_text="Share of the machine: twice the weight, twice the turns.")
    credits_per_month = models.BigIntegerField(null=True, blank=True, help_text="Millicredits; empty: no limit.")
    credits_per_day = models.BigIntegerField(null=True, blank=True, help_text="Millicredits; empty: no limit.")
    requests_per_minute = models.PositiveIntegerField(default=60)
    running_jobs = models.PositiveIntegerField(
        null=True, blank=True, help_text="Jobs that wait or are drawn at the same time; empty: no limit."
    )
    largest_pixels = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Pixels of the largest picture: 1048576 is 1024×1024. Empty: no limit."
    )
    allowed_models = models.JSONField(
        default=list, blank=True, help_text="Names of the models it may use; empty: every one."
    )
    storage_bytes = models.BigIntegerField(
        null=True, blank=True, help_text="Bytes of pictures and uploads kept; empty: no limit."
    )
    for_new_people = models.BooleanField(default=False, help_text="What whoever signs up begins with. One plan is.")
    for_guests = models.BooleanField(default=False, help_text="What visitors without an account have. One plan is.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["for_new_people"], name="plan_one_for_new_people", condition=models.Q(for_new_people=True)
            ),
            models.UniqueConstraint(
                fields=["for_guests"], name="plan_one_for_guests", condition=models.Q(for_guests=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Account(AbstractUser):
    """A person (or the one owner in personal mode)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts")
    last_event = models.BigIntegerField(default=0, editable=False)
    """Number of the newest durable event: taken inside the transaction that writes the event, so none is late."""
    studio_model = models.CharField(max_length=120, blank=True, default="")
    """The model that this account's studio begins with, once asked; empty: the bundled one, and not asked yet."""
    webui_options = models.JSONField(default=dict, blank=True)
    """What this account's programs have set by `/sdapi/v1/options`."""
    bytes_kept = models.BigIntegerField(default=0, editable=False)
    """Bytes of its pictures (in the trash too) and uploads, counted in the transaction that writes their rows."""
    is_guest = models.BooleanField(default=False, editable=False)
    """A visitor who never signed up: known by a cookie, without a name to sign in with."""
    came_from = models.CharField(max_length=64, blank=True, default="", editable=False)
    """Of a guest: the keyed hash of their address, whose allowance they share. Empty for everybody else."""
    waiting_since = models.DateTimeField(null=True, blank=True, editable=False)
    """Signed up, and nobody has let them in yet: not active until then."""
    banned_at = models.DateTimeField(null=True, blank=True, editable=False)
    ban_reason = models.TextField(blank=True, default="", editable=False)

    class Meta(AbstractUser.Meta):
        indexes: ClassVar = [
            models.Index(fields=["came_from"], name="account_came_from"),
            models.Index(
                fields=["waiting_since"], name="account_waiting", condition=models.Q(waiting_since__isnull=False)
            ),
        ]


class Scope(models.TextChoices):
    """What a key opens: drawing, looking at what is there, and what the owner alone may do."""

    DRAW = "draw"
    READ = "read"
    ADMIN = "admin"


def every_scope() -> list[str]:
    """A key that nobody narrowed may do whatever its account may."""
    return list(Scope.values)


class ApiKey(models.Model):
    """A bearer key. Only its hash is kept; `prefix` is what a person recognises it by."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=every_scope)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class CreditEntry(models.Model):
    """One line of an account's book, in millicredits. For each ended job: hold = capture + release."""

    class Kind(models.TextChoices):
        HOLD = "hold"
        CAPTURE = "capture"
        RELEASE = "release"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="credit_entries")
    job = models.UUIDField(db_index=True, help_text="The job's public id: plain, because jobs live above accounts.")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "credit entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "kind"], name="credit_entry_once_per_job_and_kind"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="credit_entry_amount_not_negative"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "created_at"], name="credit_entry_by_month")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Invitation(models.Model):
    """A link that lets people sign up. Only its hash is kept; it is shown once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    note = models.CharField(max_length=120, blank=True, default="", help_text="Whom it is for.")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    uses_left = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.note or str(self.public_id)
