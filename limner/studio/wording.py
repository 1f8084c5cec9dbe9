"""Every sentence about a job that depends on its numbers."""

from __future__ import annotations

from math import ceil

from django.utils.translation import gettext, gettext_lazy, ngettext

from limner.engines.catalog import Model
from limner.engines.contract import Size
from limner.engines.prices import money
from limner.jobs.states import State
from limner.look.speech import spoken

_PLAIN = {
    "engine_crashed": gettext_lazy(
        "The model stopped while it was drawing, more than once. Try again; if it keeps happening, run limner doctor."
    ),
    "model_broken": gettext_lazy(
        "The model's files are missing or damaged. Run limner doctor to see how to mend them."
    ),
    "no_room": gettext_lazy(
        "The model does not fit into this machine's memory. Choose a smaller model or a smaller size."
    ),
    "internal_error": gettext_lazy(
        "Something went wrong inside Limner. The log has the details; trying again may help."
    ),
}


_LONGEST_WORD = 24


def seconds(low: float, high: float) -> str:
    """`3–5 s`, `about 4 s`, `1–2 min`: a range that does not pretend to know better."""
    if high >= 90:
        first, last = max(1, round(low / 60)), ceil(high / 60)
        said = gettext("about {last} min") if first >= last else gettext("{first}–{last} min")
    else:
        first, last = max(1, round(low)), max(1, ceil(high))
        said = gettext("about {last} s") if first >= last else gettext("{first}–{last} s")
    return said.format(first=first, last=last)


def waiting(ahead: int, low: float, high: float) -> str:
    left = seconds(low, high)
    if ahead == 0:
        return gettext("Next in line · {time} left").format(time=left)
    said = ngettext("{ahead} ahead in line · {time} left", "{ahead} ahead in line · {time} left", ahead)
    return said.format(ahead=ahead, time=left)


def drawing(low: float, high: float) -> str:
    return gettext("Drawing · {time} left").format(time=seconds(low, high))


def passes_over(title: str, words: list[str]) -> str:
    """`Storybook does not know “zeppelin” yet and passes over it.` Nothing where every word is known."""
    if not words:
        return ""
    named = [f"“{shorten(word, _LONGEST_WORD)}”" for word in words[:4]]
    if (more := len(words) - len(named)) > 0:
        named.append(ngettext("{n} more", "{n} more", more).format(n=more))
    listed = named[0]
    if len(named) > 1:
        listed = gettext("{several} and {last}").format(several=", ".join(named[:-1]), last=named[-1])
    said = ngettext(
        "{model} does not know {words} yet and passes over it.",
        "{model} does not know {words} yet and passes over them.",
        len(words),
    )
    return said.format(model=title, words=listed)


def does_not_get_to(title: str, lost: str) -> str:
    """`Storybook stops reading before “in the rain”: make the prompt shorter.` Nothing where it reads to the end."""
    if not lost:
        return ""
    said = gettext("{model} stops reading before “{words}”: make the prompt shorter.")
    return said.format(model=title, words=shorten(lost, 60))


def problem(code: str, message: str) -> str:
    """Why a job failed, in plain words."""
    plain = _PLAIN.get(code)
    return str(plain) if plain else spoken(message) or gettext("It could not be drawn. Trying again may help.")


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def announcement(state: State, prompt: str, hung: int, n: int) -> str:
    """What a screen reader hears."""
    short = shorten(prompt, 60)
    match state:
        case State.QUEUED:
            said = gettext("Waiting its turn: {prompt}")
        case State.RUNNING:
            many = ngettext("{hung} of {n} pictures done: {prompt}", "{hung} of {n} pictures done: {prompt}", n)
            said = many if hung else gettext("Drawing: {prompt}")
        case State.DONE:
            said = ngettext("The picture is done: {prompt}", "All {n} pictures are done: {prompt}", n)
        case State.FAILED:
            said = gettext("Not drawn: {prompt}")
        case State.CANCELLED:
            said = gettext("Cancelled: {prompt}")
    return said.format(prompt=short, hung=hung, n=n)


def size_title(size: Size) -> str:
    """`Square 1024`, `Landscape 1536 × 1024`, `Portrait 1024 × 1536`, `Wide 1792 × 1024`, `Tall 1024 × 1792`."""
    if size.width == size.height:
        said = gettext("Square {width}")
    elif max(size.width, size.height) > 1.6 * min(size.width, size.height):
        lying = size.width > size.height
        said = gettext("Wide {width} × {height}") if lying else gettext("Tall {width} × {height}")
    else:
        lying = size.width > size.height
        said = gettext("Landscape {width} × {height}") if lying else gettext("Portrait {width} × {height}")
    return said.format(width=size.width, height=size.height)


def quality_title(name: str) -> str:
    """`Low`, `Medium`, `Extra high`; any other as it is called, beginning with a capital."""
    known = {
        "low": gettext("Low"),
        "medium": gettext("Medium"),
        "high": gettext("High"),
        "xhigh": gettext("Extra high"),
        "max": gettext("Max"),
        "auto": gettext("Auto"),
        "standard": gettext("Standard"),
        "hd": "HD",
    }
    return known.get(name, name[:1].upper() + name[1:])


def price(millicredits: int) -> str:
    """Beside the button, of the whole job. The page's script says the same of what is chosen then."""
    return gettext("about {money}").format(money=spoken(money(millicredits)))


def no_price(model: Model) -> str:
    """The same of a model that costs no money, as far as Limner knows."""
    return gettext("no price set") if model.upstream else gettext("costs nothing")


def credits(millicredits: int, left: int | None) -> str:
    """`1 credit`, `2.5 credits`, `2 of your 40 credits`: what a job takes, and what is left."""
    amount = f"{millicredits / 1000:g}"
    if left is not None:
        said = gettext("{amount} of your {left} credits")
        return said.format(amount=amount, left=f"{max(left, 0) / 1000:g}")
    return ngettext("{amount} credit", "{amount} credits", 1 if amount == "1" else 2).format(amount=amount)


def key_found(upstream: str, title: str, each: int, keep: str) -> str:
    """The question of the first page."""
    if upstream == "openai":
        said = gettext(
            "An OpenAI key was found. Use {model} at {price} a picture, or keep drawing with {keep} for nothing?"
        )
    else:
        said = gettext(
            "A key for {upstream} was found. Use {model} at {price} a picture, or keep drawing with {keep} for "
            "nothing?"
        )
    return said.format(upstream=upstream, model=title, price=price(each), keep=keep)


def look_at_the_price(title: str, each: int) -> str:
    said = gettext("{model} costs {price} a picture. The price of the whole job is beside Draw: press it again.")
    return said.format(model=title, price=price(each))
