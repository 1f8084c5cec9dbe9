"""The pages on which somebody keeps styles: their own, and as the operator those of everybody."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limner.accounts.models import Account
from limner.accounts.sign_in import account_of
from limner.errors import InvalidRequest, NotFound, say
from limner.prompts import services, style_files
from limner.prompts.models import KeptStyle
from limner.prompts.presets import STYLES
from limner.prompts.queries import hidden_styles, replaced_by, style_of, styles_of

SHOWN_REFUSALS = 20
"""How many rows of a file the page names one by one."""
DONE = {
    "added": gettext_noop("The style was added."),
    "changed": gettext_noop("The style was changed."),
    "deleted": gettext_noop("The style was deleted."),
}

_View = Callable[..., HttpResponse]


def _for_keeper(view: _View) -> _View:
    """Give the view who keeps the styles, and send strangers to sign in. Everybody's are not there but for the
    operator; a bad wish is answered with the page, its sentence and what was typed."""

    @wraps(view)
    def answering(request: HttpRequest, *, everybody: bool = False, **kwargs: Any) -> HttpResponse:
        viewer = account_of(request)
        if viewer is None:
            here = request.path if request.method == "GET" else _home(everybody)
            return redirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': here})}")
        if everybody and not viewer.is_superuser:
            raise Http404
        try:
            return view(request, viewer, everybody, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error
        except InvalidRequest as error:
            at = kwargs.get("public_id")
            return _page(request, viewer, everybody, problem=error, status=error.status, public_id=at)

    return answering


@require_safe
@_for_keeper
def page(request: HttpRequest, viewer: Account, everybody: bool) -> HttpResponse:
    """All that is kept, a form for one more, and one for a file. `?from=` begins with one that comes with Limner."""
    return _page(request, viewer, everybody, said=DONE.get(request.GET.get("done", ""), ""))


@require_POST
@_for_keeper
def add(request: HttpRequest, viewer: Account, everybody: bool) -> HttpResponse:
    """One style more."""
    services.add_style(viewer, _wish(request), everybody=everybody)
    return redirect(f"{_home(everybody)}?done=added")


@require_http_methods(["GET", "HEAD", "POST"])
@_for_keeper
def change(request: HttpRequest, viewer: Account, everybody: bool, public_id: UUID) -> HttpResponse:
    """One of them, to be changed or deleted."""
    if request.method != "POST":
        return _page(request, viewer, everybody, public_id=public_id)
    services.change_style(viewer, public_id, _wish(request), everybody=everybody)
    return redirect(f"{_home(everybody)}?done=changed")


@require_POST
@_for_keeper
def delete(request: HttpRequest, viewer: Account, everybody: bool, public_id: UUID) -> HttpResponse:
    """Throw one away."""
    services.delete_style(viewer, public_id, everybody=everybody)
    return redirect(f"{_home(everybody)}?done=deleted")


@require_POST
@_for_keeper
def bring(request: HttpRequest, viewer: Account, everybody: bool) -> HttpResponse:
    """The styles of a file, and the page with what became of them."""
    file = request.FILES.get("file")
    if file is None:
        raise InvalidRequest(say("Choose a file first."), param="file")
    data = file.read(style_files.MOST_BYTES + 1)
    replace = request.POST.get("same_name") != "keep"
    result = services.import_styles(viewer, style_files.read(data), replace=replace, everybody=everybody)
    return _page(request, viewer, everybody, result=result)


@require_safe
@_for_keeper
def export(request: HttpRequest, viewer: Account, everybody: bool) -> HttpResponse:
    """All that is kept, as a file that AUTOMATIC1111 reads, and Limner."""
    rows = _rows(viewer, everybody).values_list("name", "words", "negative")
    # Excel takes UTF-8 for what it is by the mark at its beginning; AUTOMATIC1111 passes over it.
    answer = HttpResponse("\ufeff" + style_files.write(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="limner-styles.csv"'
    return answer


@require_POST
@_for_keeper
def hide(request: HttpRequest, viewer: Account, everybody: bool, name: str) -> HttpResponse:
    """Take a style that comes with Limner away from everybody, or give it back."""
    verb = services.show_style if request.POST.get("show") else services.hide_style
    verb(viewer, name)
    return redirect(f"{_home(everybody)}#with-limner")


def _home(everybody: bool) -> str:
    return reverse("prompts:everybodys_styles" if everybody else "prompts:styles")


def _rows(viewer: Account, everybody: bool) -> Any:
    return styles_of(None if everybody else viewer)


def _wish(request: HttpRequest) -> services.StyleText:
    return services.StyleText(*(request.POST.get(name, "") for name in ("name", "words", "negative")))


def _page(
    request: HttpRequest,
    viewer: Account,
    everybody: bool,
    *,
    problem: InvalidRequest | None = None,
    public_id: UUID | None = None,
    result: services.Imported | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    changed = style_of(None if everybody else viewer, public_id) if public_id else None
    context = {
        "everybody": everybody,
        "here": _home(everybody),
        "operator": viewer.is_superuser,
        "changed": changed,
        "typed": _typed(request, changed),
        "problem": problem,
        "wrong": problem.param if problem else "",
        "said": said,
        "result": result,
        "more_refused": max(0, len(result.refused) - SHOWN_REFUSALS) if result else 0,
        "shown_refusals": result.refused[:SHOWN_REFUSALS] if result else [],
        "longest": services.LONGEST,
        "most": services.MOST_STYLES,
        "most_kilobytes": style_files.MOST_BYTES // 1000,
        "styles": None if changed else list(_rows(viewer, everybody)),
        "groups": _with_limner() if everybody and not changed else (),
    }
    return render(request, "prompts/styles.html", context, status=status)


def _typed(request: HttpRequest, changed: KeptStyle | None) -> dict[str, str]:
    """What the form begins with: what was typed, the style that is changed, or one that comes with Limner."""
    if "words" in request.POST:
        return {name: request.POST.get(name, "") for name in services.LONGEST}
    if changed is not None:
        return {"name": changed.name, "words": changed.words, "negative": changed.negative}
    begun = next((style for style in STYLES if style.name == request.GET.get("from")), None)
    return {"name": gettext(begun.title), "words": begun.words, "negative": begun.negative} if begun else {}


def _with_limner() -> list[tuple[str, list[dict[str, object]]]]:
    """Each group of what comes with Limner, and what the operator did to it."""
    hidden = hidden_styles()
    replaced = {replaced_by(name) for name in styles_of(None).values_list("name", flat=True)}
    return [
        (
            group,
            [
                {"style": style, "hidden": style.name in hidden, "replaced": style.name in replaced}
                for style in styles
            ],
        )
        for group, styles in groupby(STYLES, key=lambda style: style.group)
    ]
