"""Everything about me: taken along as one file, or deleted, from the disk and from the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from limner.accounts.limits import check_sign_in, count_failed_sign_in
from limner.accounts.models import Account, ApiKey, CreditEntry
from limner.errors import InvalidRequest, LimnerError, NotAllowed, say
from limner.gallery.models import Album, AlbumPicture, Like, Picture, Upload
from limner.gallery.zipping import Document, as_list, give_back_connections, zipped
from limner.jobs.leaving import delete_everything
from limner.jobs.models import Job
from limner.jobs.telling import told_to
from limner.moderation.models import Flag
from limner.prompts.models import KeptStyle, Written
from limner.studio.page import for_viewer
from limner.studio.sending import ZipResponse

AT_ONCE = 500


@require_safe
@for_viewer
def my_data(request: HttpRequest, viewer: Account) -> HttpResponse:
    """What there is, a button that takes it along, and a form that deletes it."""
    return _page(request, viewer)


def _page(request: HttpRequest, viewer: Account, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "problem": problem,
        "personal": not settings.LIMNER_ACCOUNTS,
        "has_password": viewer.has_usable_password(),
    }
    return render(request, "studio/library/my_data.html", context | {"name": viewer.username}, status=status)


@require_safe
@for_viewer
def take_along(request: HttpRequest, viewer: Account) -> HttpResponse:
    """One ZIP: pictures (those in the trash too), uploads, and all rows of this account as JSON."""
    pictures = Picture.objects.filter(account=viewer).order_by("pk").values_list("pk", flat=True)
    uploads = Upload.objects.filter(account=viewer).order_by("pk")
    files = [(f"uploads/{one.public_id}.png", one.blob) for one in uploads.iterator()]
    name = f"limner-{viewer.username}-{timezone.localdate():%Y-%m-%d}.zip"
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in ".-_") else "_" for letter in name)
    return ZipResponse(zipped(pictures, documents_of(viewer), files), safe)  # type: ignore[return-value]  # it streams


def documents_of(account: Account) -> list[Document]:
    """The rows of an account as lists in JSON, read when their turn comes. No secret is in them."""
    mine = {"account": account}
    rows: dict[str, tuple[QuerySet[Any], str]] = {
        "account": (
            Account.objects.filter(pk=account.pk),
            "public_id username email date_joined last_login plan__name studio_model bytes_kept",
        ),
        "addresses": (EmailAddress.objects.filter(user=account), "email verified primary"),
        "elsewhere": (SocialAccount.objects.filter(user=account), "provider uid date_joined last_login"),
        "sessions": (UserSession.objects.filter(user=account), "ip user_agent created_at last_seen_at"),
        "uploads": (Upload.objects.filter(**mine), "public_id width height bytes sha256 created_at"),
        "jobs": (
            Job.objects.filter(**mine),
            "public_id state request n price error_code error_message created_at started_at ended_at",
        ),
        "keys": (
            ApiKey.objects.filter(**mine),
            "name prefix scopes created_at last_used_at expires_at revoked_at",
        ),
        "credit_entries": (CreditEntry.objects.filter(**mine), "job kind amount created_at"),
        "albums": (Album.objects.filter(**mine), "public_id name created_at"),
        "album_pictures": (
            AlbumPicture.objects.filter(album__account=account),
            "album__public_id picture__public_id added_at",
        ),
        "likes": (Like.objects.filter(**mine), "picture__public_id created_at"),
        "reports": (Flag.objects.filter(by=account), "kind target_kind target reason words created_at"),
        "styles": (KeptStyle.objects.filter(**mine), "public_id name words negative"),
        "written": (Written.objects.filter(**mine), "text"),
        "taken_down": (
            Picture.objects.filter(**mine, taken_down_at__isnull=False),
            "public_id taken_down_at taken_down_reason",
        ),
    }
    return [(f"{name}.json", _listed(account, found, columns.split())) for name, (found, columns) in rows.items()]


def _listed(account: Account, rows: QuerySet[Any], columns: list[str]) -> Iterator[str]:
    def some() -> Iterator[dict[str, Any]]:
        last = 0
        while batch := list(rows.values("pk", *columns).filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
            last = batch[-1]["pk"]
            give_back_connections()
            for row in batch:
                if row.get("error_message"):  # of an upstream, only what history says too
                    row["error_message"] = told_to(account, row["error_code"], row["error_message"])
                yield {name: row[name] for name in columns}

    return as_list(some())


@require_http_methods(["POST"])
@for_viewer
def delete(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Delete everything, once the password (or, without one, the name) was given again."""
    try:
        if viewer.is_guest:  # their book of credits is their address's
            raise NotAllowed(
                say(
                    "Guests and their pictures are deleted by themselves, after {days} days. What should go now, put"
                    " into the trash, and empty it.",
                    days=settings.LIMNER_KEEP_GUESTS,
                )
            )
        _is_meant(request, viewer)
        delete_everything(viewer, keep_account=not settings.LIMNER_ACCOUNTS)
    except LimnerError as error:
        return _page(request, viewer, error.message, error.status)
    if not settings.LIMNER_ACCOUNTS:
        return redirect("studio:my_data")
    logout(request)
    return redirect(f"{reverse('accounts:sign_in')}?gone=1")


def _is_meant(request: HttpRequest, viewer: Account) -> None:
    given = request.POST.get("again", "")
    if settings.LIMNER_ACCOUNTS and viewer.has_usable_password():
        address = request.META.get("REMOTE_ADDR", "")
        check_sign_in(address, viewer.username)
        if not viewer.check_password(given):
            count_failed_sign_in(address, viewer.username)
            raise InvalidRequest(say("That is not your password. Nothing was deleted."), param="again")
    elif given.strip() != viewer.username:
        raise InvalidRequest(
            say("Type “{name}” to delete everything. Nothing was deleted.", name=viewer.username), param="again"
        )
