"""The owner's page of the models on this machine: what is here, what to begin with, what a hub has. The hub is asked
when somebody presses a button for it, and at no other time."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limner.accounts.models import Account
from limner.engines.catalog import catalog
from limner.engines.registry import install_command
from limner.engines.weights import hub, pulling, store
from limner.engines.weights.hub import Match, Repository
from limner.engines.weights.placing import not_written
from limner.engines.weights.pulled import PULLED
from limner.errors import InvalidRequest, LimnerError, NotFound, say
from limner.jobs.threads import give_back_connections
from limner.moderation import audit
from limner.moderation.models import Target
from limner.ops import on_machine, pulls
from limner.ops.answering import only_for, page

LONGEST_NAME = 200
LONGEST_TARGET = 80
"""What the audit log has room for."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


@require_safe
@only_for(owner=True)
def models_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """What is here; what is on its way, which htmx asks for alone; what to begin with; what `?q=` finds on a hub."""
    home, part = settings.LIMNER_HOME, request.headers.get("HX-Request") == "true"
    coming, arrived = on_machine.on_their_way(home), pulls.arrived(forget=not part)
    context: dict[str, object] = {"pulls": coming, "going": any(one.going for one in coming)}
    if part:
        response = render(request, "ops/_pulls.html", context)
        if arrived:
            response["HX-Refresh"] = "true"  # there is a model more on the page
    else:
        words, found, problem, status = _words(request.GET.get("q", "")), None, "", 200
        if words:
            try:
                found = _searched(words)
            except LimnerError as error:
                problem, status = error.message, error.status
        here = on_machine.models(home)
        context |= {"arrived": arrived, "models": here}
        context |= {"q": words, "found": found, "problem": problem, "starters": on_machine.to_begin_with(here)}
        context |= {
            "install": install_command("diffusers"),
            "exact": words if hub.is_name(words) else "",
            "free": on_machine.free(home),
        }
        response = page(request, viewer, "models", context, status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(owner=True)
def pull_page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """What a pull would bring, and under which licence; with that accepted, it begins."""
    home, sent = settings.LIMNER_HOME, request.POST if request.method == "POST" else request.GET
    name, revision = _words(sent.get("name", "")), sent.get("revision", "")
    if request.method == "POST" and pulls.going(name):
        return redirect("ops:models")  # pressed twice
    repository, size, problem, status = None, 0, "", 200
    try:
        repository = _asked(name, revision)
        size = on_machine.size_of(repository)
        if request.method == "POST":
            if sent.get("accepted") != "on":
                raise InvalidRequest(say("Read its licence, and say that you accept it."), param="accepted")
            if pulls.begin(home, repository, size):
                audit.record(viewer, "model_pulled", Target.MODEL, name[:LONGEST_TARGET], data=_told(repository))
            return redirect("ops:models")
    except LimnerError as error:
        problem, status = error.message, error.status
    context = {
        "here": "models",
        "name": name,
        "repository": repository if size else None,
        "size": size,
        "free": on_machine.free(home),
        "their_page": hub.page_of(name) if hub.is_name(name) else "",
        "problem": problem,
    }
    return page(request, viewer, "model_pull", context, status)


@require_POST
@only_for(owner=True)
def stop(request: HttpRequest, viewer: Account) -> HttpResponse:
    """A pull ends; what came of it stays, to be gone on with or thrown away."""
    pulls.stop(_words(request.POST.get("name", "")))
    return redirect("ops:models")


@require_POST
@only_for(owner=True)
def throw_away(request: HttpRequest, viewer: Account) -> HttpResponse:
    """What came of a pull that broke off goes."""
    if hub.is_name(name := _words(request.POST.get("name", ""))):
        pulling.give_up(settings.LIMNER_HOME, name)
        pulls.forget(name)
    return redirect("ops:models")


@require_POST
@only_for(owner=True)
def remove(request: HttpRequest, viewer: Account) -> HttpResponse:
    """A model's files go. Pictures that it drew stay."""
    home, wanted = settings.LIMNER_HOME, request.POST.get("folder", "")
    here = {folder.relative_to(home / PULLED).as_posix(): folder for folder in on_machine.folders(home)}
    if wanted not in here:
        return redirect("ops:models")  # pressed twice
    try:
        freed = store.remove(home, here[wanted])
    except NotFound:  # at the same time by somebody else
        return redirect("ops:models")
    catalog(at_once=True)
    audit.record(viewer, "model_removed", Target.MODEL, wanted[:LONGEST_TARGET], data={"bytes": freed})
    return redirect(f"{reverse('ops:models')}?done=removed")


def _searched(words: str) -> list[Match]:
    give_back_connections()  # the hub may take a while
    return hub.search(words)


def _asked(name: str, revision: str) -> Repository:
    if hub.is_name(name):
        give_back_connections()
    try:
        return hub.ask(name, revision if _COMMIT.fullmatch(revision) else None)
    except OSError as error:  # its index is read from a file
        raise not_written(error, name, settings.LIMNER_HOME) from error


def _told(repository: Repository) -> dict[str, str]:
    licence = {"licence": repository.licence[:80]} if repository.licence else {}
    return {"revision": repository.revision[:12], **licence}


def _words(given: str) -> str:
    return given.replace("\0", "").strip()[:LONGEST_NAME]
