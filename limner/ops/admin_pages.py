"""The three pages for whoever runs this studio: overview, people and plans, moderation.

To whoever may not see one it is not there. Every button is a form of its own; all of it works without scripts.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limner.accounts.models import Account, Plan
from limner.moderation import audit
from limner.moderation.models import Rule, Target
from limner.moderation.rules import check
from limner.ops import moderating, overview, people
from limner.ops.answering import only_for, page
from limner.ops.forms import InviteForm, PlanForm, RuleForm

LOG_PAGE = 50
MADE = "limner_made"
"""Where a session keeps a link until it is shown, once."""


def _before(request: HttpRequest) -> int | None:
    """Where a page begins. What is no number begins at the newest."""
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


@require_safe
@only_for()
def overview_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """What waits, what draws, what there is room for, what failed."""
    lanes = overview.lanes()
    context = {
        "lanes": lanes,
        "engines": overview.engines(lanes),
        "disk": overview.disk(),
        "totals": overview.totals(),
        "failures": overview.failures(),
        "paces": overview.paces(),
    }
    return page(request, viewer, "overview", context)


# People and plans ---------------------------------------------------------------------------------------------


@require_safe
@only_for()
def people_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Everybody, the newest first."""
    looked_for, kind = request.GET.get("q", "")[:150], request.GET.get("kind", "")
    rows = list(people.people(looked_for, kind, _before(request))[: people.PAGE + 1])
    shown = rows[: people.PAGE]
    further = urlencode({"before": str(shown[-1].pk), "q": looked_for, "kind": kind}) if rows[people.PAGE :] else ""
    context = {"people": shown, "q": looked_for, "kind": kind, "more": further}
    return page(request, viewer, "people", context)


@require_safe
@only_for()
def person_page(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """One of them: what they may, and what was done about them."""
    shown = people.person(public_id)
    plans = Plan.objects.order_by("name") if viewer.is_superuser else ()
    made = request.session.pop(MADE, "") if settings.LIMNER_ACCOUNTS else ""
    context = {"person": shown, "plans": plans, "history": people.history_of(shown), "made": made}
    return page(request, viewer, "person", context)


@require_POST
@only_for()
def change_person(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """What the pressed button says: nothing else that is sent is read."""
    verb, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    if verb == "ban":
        people.ban(viewer, public_id, reason)
    elif verb == "unban":
        people.unban(viewer, public_id, reason)
    elif verb == "let-in":
        people.let_in(viewer, public_id)
    elif verb == "turn-away":
        people.turn_away(viewer, public_id)
        return redirect(f"{reverse('ops:people')}?done=turned-away")
    elif verb == "reset":
        request.session[MADE] = request.build_absolute_uri(people.reset_link(viewer, public_id))
    elif verb == "delete":
        people.delete(viewer, public_id, reason, name=request.POST.get("name", ""))
        return redirect(f"{reverse('ops:people')}?done=deleted")
    elif verb == "plan":
        people.set_plan(viewer, public_id, request.POST.get("plan", ""))
    elif verb in ("moderator", "no-moderator"):
        people.set_moderator(viewer, public_id, verb == "moderator")
    elif verb in ("owner", "no-owner"):
        people.set_owner(viewer, public_id, verb == "owner")
    else:
        raise Http404
    return redirect(f"{reverse('ops:person', kwargs={'public_id': public_id})}?done=saved")


@require_http_methods(["GET", "HEAD", "POST"])
@only_for()
def invitations_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Those that let somebody in yet, and a form for one more, whose link is shown this once."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        secret = people.invite(viewer, **form.cleaned_data)
        there = f"{reverse('account_signup')}?{urlencode({'invitation': secret})}"
        request.session[MADE] = request.build_absolute_uri(there)
        return redirect("ops:invitations")  # a page that is loaded again makes no second one
    made = request.session.pop(MADE, "") if request.method == "GET" else ""
    context = {"form": form, "made": made, "invitations": people.invitations(), "mode": settings.LIMNER_SIGN_UP}
    return page(request, viewer, "invitations", context, status=400 if form.errors else 200)


@require_POST
@only_for()
def revoke(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """An invitation lets nobody in any more."""
    people.revoke_invitation(viewer, public_id)
    return redirect(f"{reverse('ops:invitations')}?done=saved")


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(owner=True)
def plans_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Every plan, and a form for the one that `?plan=` names, or a new one."""
    named = request.GET.get("plan", "")
    plan = _named(Plan, named)
    form = PlanForm(request.POST if request.method == "POST" else None, instance=plan)
    if request.method == "POST" and form.is_valid():
        saved = people.save_plan(viewer, form.save, new=plan is None)
        return redirect(f"{reverse('ops:plans')}?{urlencode({'plan': saved.name, 'done': 'saved'})}")
    context = {"form": form, "plan": plan, "named": named, "plans": Plan.objects.order_by("name")}
    return page(request, viewer, "plans", context, status=400 if form.errors else 200)


# Moderation ---------------------------------------------------------------------------------------------------


@require_safe
@only_for()
def moderation_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """What somebody should look at, newest first."""
    cases, before = moderating.queue(_before(request))
    return page(request, viewer, "moderation", {"cases": cases, "before": before})


@require_POST
@only_for()
def decide(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """One of them is settled."""
    moderating.decide(viewer, public_id, request.POST.get("do", ""), request.POST.get("reason", ""))
    return redirect(f"{reverse('ops:moderation')}?done=settled")


@require_POST
@only_for()
def put_back(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """A picture was taken down by mistake."""
    moderating.put_back(viewer, public_id, request.POST.get("reason", ""))
    return redirect(f"{reverse('ops:log')}?done=saved")


@require_safe
@only_for()
def log_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Who did what, and why."""
    before, found = _before(request), audit.entries()
    rows = list((found if before is None else found.filter(pk__lt=before))[: LOG_PAGE + 1])
    shown = rows[:LOG_PAGE]
    more = shown[-1].pk if len(rows) > LOG_PAGE else None
    down = moderating.taken_down([row.target for row in shown if row.target_kind == Target.PICTURE])
    return page(request, viewer, "log", {"entries": shown, "before": more, "down": down})


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(owner=True)
def rules_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Every rule, a form for the one that `?rule=` names or a new one, and a prompt to try them with."""
    named = request.GET.get("rule", "")
    rule = _named(Rule, named)
    sent = request.POST if request.method == "POST" else None
    tried = sent is not None and sent.get("do") == "try"
    if sent is not None and sent.get("do") == "delete" and rule is not None:
        moderating.delete_rule(viewer, rule)
        return redirect(f"{reverse('ops:rules')}?done=deleted")
    form = RuleForm(None if tried else sent, instance=rule)
    if sent is not None and not tried and form.is_valid():
        saved = moderating.save_rule(viewer, form.save, new=rule is None)
        return redirect(f"{reverse('ops:rules')}?{urlencode({'rule': saved.name, 'done': 'saved'})}")
    prompt = request.POST.get("prompt", "")[:4000]
    context = {
        "form": form,
        "rule": rule,
        "rules": Rule.objects.order_by("name"),
        "prompt": prompt,
        "verdict": check(viewer, [prompt]) if tried else None,
        "server": settings.LIMNER_MODERATION_URL,
    }
    return page(request, viewer, "rules", context, status=400 if form.errors else 200)


def _named(kind: Any, name: str) -> Any:
    """The row of that name, None where none is named. Raises Http404."""
    if not name:
        return None
    found = kind.objects.filter(name=name).first() if "\0" not in name else None
    if found is None:
        raise Http404
    return found
