"""Styles as AUTOMATIC1111's programs name them: by what they are called."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.sdapi.options import model_of
from limner.api.sdapi.shapes import Drawing
from limner.engines.catalog import Model
from limner.jobs.threads import in_thread
from limner.prompts.presets import Style
from limner.prompts.queries import styles_visible_to
from limner.prompts.styles import avoiding, compose, styles_for

Asked = TypeVar("Asked", bound=Drawing)

FAR_TOO_LONG = 40_000
"""No model takes so many characters: a style that says {prompt} twice, named often, would fill the memory."""


async def prompt_styles(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What the caller can name."""
    return JsonResponse(await in_thread(_listed, caller.account), safe=False)


def _listed(account: Account) -> list[dict[str, str]]:
    offered = _by_title(account, model_of(account)).values()
    return [{"name": style.title, "prompt": style.words, "negative_prompt": style.negative} for style in offered]


def with_styles(asked: Asked, account: Account, model: Model) -> Asked:
    """The same with the words of its styles said, one after the other; what is left of `styles` is not there."""
    names = [name for name in asked.styles if name != "None"]
    if not names:
        return asked
    offered = _by_title(account, model)
    prompt, negative, strange = asked.prompt[:FAR_TOO_LONG], asked.negative_prompt[:FAR_TOO_LONG], []
    for name in names:
        style = offered.get(name.casefold())
        if style is None:
            strange.append(name)
        else:
            prompt, negative = compose(prompt, style=style), avoiding(negative, style)
            if max(len(prompt), len(negative)) > FAR_TOO_LONG:
                break
    return asked.model_copy(update={"prompt": prompt, "negative_prompt": negative, "styles": strange})


def _by_title(account: Account, model: Model) -> dict[str, Style]:
    """Of several of a name, one's own counts, then the studio's."""
    offered = styles_for(model.capabilities, styles_visible_to(account))
    return {style.title.casefold(): style for style in offered}
