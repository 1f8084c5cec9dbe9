"""The public wall, and what people do to pictures of others: like and report. The owner's way onto it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import conditional_page, require_POST, require_safe

from limner.accounts.limits import check_picture_report, household
from limner.accounts.sign_in import account_of
from limner.errors import NotFound, say
from limner.gallery import publishing, words
from limner.gallery.models import Picture
from limner.gallery.public import Order, check_open, found, liked_by, ordered, wall
from limner.gallery.queries import seen_by
from limner.gallery.views import plainly

NEWEST = 50
LONGEST = 2000
"""Letters that are read of what somebody looks for."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@require_safe
@plainly
def gallery(request: HttpRequest) -> HttpResponseBase:
    """A page of the wall, or of what is found on it; for htmx only its tiles. Strangers may look."""
    sort, named = request.GET.get("sort", ""), request.GET.get("after", "")
    order = Order(sort) if sort in set(Order) else Order.NEWEST
    try:
        after = UUID(named) if named else None
    except ValueError:
        raise NotFound(say("There is no such picture.")) from None
    q = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    if q:
        said = words.tokens(q, asked=True)
        page, query = found(said[: words.MOST_ASKED], after), urlencode({"q": q})
        context = {"page": page, "query": query, "q": q, "notice": words.left_out(said)}
    else:
        page, query = wall(account_of(request), order, after), urlencode({"sort": order.value})
        context = {"page": page, "query": query, "order": order.value}
    part = request.headers.get("HX-Request") == "true"
    response = render(request, "gallery/_tiles.html" if part else "gallery/gallery.html", context)
    patch_vary_headers(response, ["Cookie", "HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_POST
@plainly
def publish(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The owner's panel: show it, change how, or take it back."""
    account = account_of(request)
    if account is None:
        raise NotFound(say("There is no such picture."))
    if request.POST.get("public"):
        publishing.publish(
            account,
            public_id,
            shows_prompt="shows_prompt" in request.POST,
            licence=request.POST.get("licence", ""),
            indexed="indexed" in request.POST,
        )
    else:
        publishing.unpublish(account, public_id)
    return HttpResponseRedirect(_page(public_id))


@require_POST
@plainly
def like(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Like it, or no longer. Whoever has not signed in does that first."""
    account = account_of(request)
    htmx = request.headers.get("HX-Request") == "true"
    if account is None or account.is_guest:
        there = f"{reverse('accounts:sign_in')}?{urlencode({'next': _page(public_id)})}"
        return HttpResponse(headers={"HX-Redirect": there}) if htmx else HttpResponseRedirect(there)
    verb = publishing.unlike if request.POST.get("away") else publishing.like
    picture = verb(account, public_id)
    if htmx:
        context = {"picture": picture, "liked": liked_by(account, picture)}
        return render(request, "gallery/_like.html", context)
    return HttpResponseRedirect(_page(public_id))


@require_POST
@plainly
def report(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Tell the moderators. Visitors may too, so many an hour."""
    account = account_of(request)
    check_picture_report(f"account {account.pk}" if account else household(request.META.get("REMOTE_ADDR", "")))
    publishing.report(
        account,
        public_id,
        reason=request.POST.get("reason", ""),
        words=request.POST.get("words", "").replace("\0", ""),
    )
    return HttpResponseRedirect(f"{_page(public_id)}?reported=1")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines are for the gallery only."""
    lines = ["User-agent: *"]
    if settings.LIMNER_GALLERY != "off":
        lines += ["Allow: /gallery", "Allow: /pictures/", "Allow: /static/"]
    return HttpResponse("\n".join([*lines, "Disallow: /", ""]), content_type="text/plain; charset=utf-8")


class _Newest(Feed):  # type: ignore[type-arg]  # it takes none while it runs
    feed_type = Atom1Feed

    def title(self) -> str:
        return f"{gettext('Gallery')} · Limner"

    def link(self) -> str:
        return reverse("gallery:gallery")

    def items(self) -> list[Picture]:
        rows = ordered(Order.NEWEST, None).filter(indexed=True).select_related("account")[:NEWEST]
        return [seen_by(None, row) for row in rows]

    def item_title(self, item: Picture) -> str:
        return _NOT_XML.sub("", item.prompt).strip()[:120] or gettext("A picture")

    def item_description(self, item: Picture) -> str:
        return escape(_NOT_XML.sub("", item.prompt))  # readers of feeds take it for HTML

    def item_link(self, item: Picture) -> str:
        return _page(item.public_id)

    def item_author_name(self, item: Picture) -> str:
        return _NOT_XML.sub("", item.account.username)

    def item_pubdate(self, item: Picture) -> Any:
        return item.published_at

    item_updateddate = item_pubdate

    def item_copyright(self, item: Picture) -> str:
        return str(item.get_licence_display())


_newest = _Newest()


@require_safe
@conditional_page
@plainly
def feed(request: HttpRequest) -> HttpResponseBase:
    """The newest of the wall, for readers of feeds."""
    check_open()
    return _newest(request)


def _page(public_id: UUID) -> str:
    return reverse("gallery:picture", kwargs={"public_id": public_id})
