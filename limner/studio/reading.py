"""A picture brings its settings: they are read from its file into the form, and the file is forgotten."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from limner.accounts.models import Account
from limner.errors import InvalidRequest, Sentence, say
from limner.gallery.uploads import MAX_BYTES
from limner.look.speech import spoken
from limner.provenance.containers import kind
from limner.provenance.reading import LIMNER, Reading, settings_in
from limner.studio import refining
from limner.studio.page import for_visitors, make_page

FIELD = "image"


@require_http_methods(["GET", "POST"])
@for_visitors
def read(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The make page with the settings that the file says. Asked for without a file, by a reload: the page."""
    if request.method == "GET":
        return redirect("studio:page")
    found = _reading(request)
    start = refining.start_with(viewer, found.made)
    return make_page(request, viewer, start=replace(start, notes=(_from(found), *start.notes, *_left_out(found))))


def _reading(request: HttpRequest) -> Reading:
    """What the file says. Raises InvalidRequest with the way on."""
    file = request.FILES.get(FIELD)
    if file is None or not file.size:
        raise InvalidRequest(
            say("Choose a picture first: a PNG, JPEG or WebP file with something in it."), param=FIELD
        )
    if file.size > MAX_BYTES:
        raise InvalidRequest(say("That file is larger than 50 MB. Choose it as its program saved it."), param=FIELD)
    data = file.read()
    if kind(data) is None:
        raise InvalidRequest(say("That is not a PNG, JPEG or WebP picture. Choose another file."), param=FIELD)
    found = settings_in(data)
    if found is None:
        raise InvalidRequest(
            say(
                "That picture does not say how it was made: messengers and many sites take it out. "
                "Try the file as its program saved it."
            ),
            param=FIELD,
        )
    return found


def _from(found: Reading) -> Sentence:
    return say("These settings come from a picture made with {program}.", program=found.program[:60])


def _left_out(found: Reading) -> list[Sentence]:
    """A sentence for each thing that no model here takes."""
    said = []
    if found.made.sampler and found.program != LIMNER:
        said.append(say("Models here sample in their own way: “{sampler}” was left out.", sampler=found.made.sampler))
    if found.made.strength is not None:
        said.append(
            say("The picture that it was drawn from is not in the file: a new one will be drawn from the words.")
        )
    if found.beyond:
        said.append(
            say(
                "Limner has nothing like these, and they were left out: {things}.",
                things=", ".join(map(spoken, found.beyond)),
            )
        )
    return said
