"""Django's admin, for the owner: every table, without its secrets, and the books only to be read."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite, ModelAdmin, ShowFacets
from django.contrib.auth.models import AnonymousUser
from django.db.models import ForeignKey
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from limner.accounts.models import Account, ApiKey, CreditEntry, Invitation, Plan
from limner.accounts.sign_in import account_of
from limner.gallery.models import Album, AlbumPicture, Like, Lineage, Picture, Upload
from limner.jobs.models import Event, Job, Pace, UpstreamCall
from limner.moderation import audit
from limner.moderation.models import AuditEntry, Flag, PlanAction, Rule, Target
from limner.prompts.models import HiddenStyle, KeptStyle
from limner.prompts.models import Written as WrittenPrompt

if TYPE_CHECKING:
    AnyAdmin = ModelAdmin[Any]
else:
    AnyAdmin = ModelAdmin


class OwnersSite(AdminSite):
    """Strangers sign in on our own page; to whoever is signed in and no owner, nothing is here."""

    site_header = site_title = "Limner"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_active", False) and getattr(request.user, "is_superuser", False))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            viewer = account_of(request)
            request.user = viewer or AnonymousUser()  # the owner of personal mode is in no session
            if viewer is not None and not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return answering

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        viewer = account_of(request)
        if viewer is not None and not viewer.is_superuser:
            raise Http404
        here = reverse("admin:index")
        if viewer is not None:
            return HttpResponseRedirect(here)
        return HttpResponseRedirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': here})}")


owners = OwnersSite(name="admin")


class Quick(AnyAdmin):
    """Pages that never count a million rows, nor put them into a menu."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 1
    list_select_related = True
    ordering = ("-pk",)

    def __init__(self, model: Any, site: AdminSite) -> None:
        self.raw_id_fields = tuple(  # type: ignore[misc]
            f.name for f in model._meta.fields if isinstance(f, ForeignKey)
        )
        super().__init__(model, site)


class ReadOnly(Quick):
    """Rows that Limner writes: to be read, never made, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Accounts(Quick):
    """Passwords are changed by whose they are, or by `limner user`; bans are made on the page about people."""

    exclude = ("password", "groups", "user_permissions", "webui_options", "last_event")
    readonly_fields = (
        "public_id",
        "last_login",
        "date_joined",
        "plan",
        "is_active",
        "is_staff",
        "bytes_kept",
        "is_guest",
        "waiting_since",
        "banned_at",
    )
    list_display = ("username", "email", "plan", "is_active", "is_staff", "is_superuser", "date_joined")
    search_fields = ("username", "email")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Who owns this studio, and names: no page has a verb for those, so the log is told here."""
        super().save_model(request, obj, form, change)
        actor = request.user if isinstance(request.user, Account) else None
        audit.record(actor, "account_changed", Target.ACCOUNT, obj.public_id, data={"fields": form.changed_data})


class Keys(ReadOnly):
    exclude = ("digest",)
    list_display = ("name", "prefix", "account", "last_used_at", "revoked_at")
    search_fields = ("=prefix",)


class Invitations(ReadOnly):
    exclude = ("digest",)
    list_display = ("__str__", "made_by", "uses_left", "expires_at", "revoked_at")


class Pictures(ReadOnly):
    exclude = ("blob",)
    list_display = ("public_id", "account", "model", "public", "trashed_at", "created_at")
    search_fields = ("=public_id",)


class Uploads(ReadOnly):
    exclude = ("blob",)
    list_display = ("public_id", "account", "bytes", "created_at")
    search_fields = ("=public_id",)


class Jobs(ReadOnly):
    list_display = ("public_id", "account", "state", "lane", "n", "created_at", "error_code")
    search_fields = ("=public_id",)


class Entries(ReadOnly):
    list_display = ("created_at", "actor_name", "verb", "target_kind", "target", "reason")


class Flags(ReadOnly):
    list_display = ("created_at", "kind", "target_kind", "account", "reason", "settled_at", "outcome")


class Credits(ReadOnly):
    list_display = ("created_at", "account", "kind", "amount", "job")
    search_fields = ("=job",)


class Calls(ReadOnly):
    list_display = ("sent_at", "upstream", "model", "outcome", "estimate", "cost")
    search_fields = ("=job",)


owners.register(Account, Accounts)
owners.register(ApiKey, Keys)
owners.register(Invitation, Invitations)
owners.register(CreditEntry, Credits)
owners.register(Picture, Pictures)
owners.register(Upload, Uploads)
owners.register(Job, Jobs)
owners.register(UpstreamCall, Calls)
owners.register(AuditEntry, Entries)
owners.register(Flag, Flags)
# What has verbs of its own is changed by them alone: they check, count, and tell the audit log.
owners.register([Event, Lineage, WrittenPrompt, Plan, Rule, PlanAction, Like, Album, AlbumPicture], ReadOnly)
owners.register([Pace, KeptStyle, HiddenStyle], Quick)
