"""Every sentence about a job that depends on its numbers."""

from __future__ import annotations

from math import ceil

from limner.engines.catalog import Model
from limner.engines.contract import Size
from limner.engines.prices import money
from limner.jobs.states import State

_PLAIN = {
    "engine_crashed": "The model stopped while it was drawing, more than once. Try again; if it keeps happening, "
    "run limner doctor.",
    "model_broken": "The model's files are missing or damaged. Run limner doctor to see how to mend them.",
    "internal_error": "Something went wrong inside Limner. The log has the details; trying again may help.",
}


_LONGEST_WORD = 24


def seconds(low: float, high: float) -> str:
    """`3–5 s`, `about 4 s`, `1–2 min`: a range that does not pretend to know better."""
    if high >= 90:
        first, last, unit = max(1, round(low / 60)), ceil(high / 60), "min"
    else:
        first, last, unit = max(1, round(low)), max(1, ceil(high)), "s"
    return f"about {last} {unit}" if first >= last else f"{first}–{last} {unit}"


def waiting(ahead: int, low: float, high: float) -> str:
    place = "Next in line" if ahead == 0 else f"{ahead} ahead in line"
    return f"{place} · {seconds(low, high)} left"


def drawing(low: float, high: float) -> str:
    return f"Drawing · {seconds(low, high)} left"


def passes_over(title: str, words: list[str]) -> str:
    """`Storybook does not know “zeppelin” yet and passes over it.` Nothing where every word is known."""
    if not words:
        return ""
    named = [f"“{shorten(word, _LONGEST_WORD)}”" for word in words[:4]]
    if len(words) > len(named):
        named.append(f"{len(words) - len(named)} more")
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"{title} does not know {listed} yet and passes over {'it' if len(words) == 1 else 'them'}."


def does_not_get_to(title: str, lost: str) -> str:
    """`Storybook stops reading before “in the rain”: make the prompt shorter.` Nothing where it reads to the end."""
    return f"{title} stops reading before “{shorten(lost, 60)}”: make the prompt shorter." if lost else ""


def problem(code: str, message: str) -> str:
    """Why a job failed, in plain words."""
    return _PLAIN.get(code) or message or "It could not be drawn. Trying again may help."


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def announcement(state: State, prompt: str, hung: int, n: int) -> str:
    """What a screen reader hears."""
    short = shorten(prompt, 60)
    match state:
        case State.QUEUED:
            return f"Waiting its turn: {short}"
        case State.RUNNING:
            return f"{hung} of {n} pictures done: {short}" if hung else f"Drawing: {short}"
        case State.DONE:
            return f"{'The picture is' if n == 1 else f'All {n} pictures are'} done: {short}"
        case State.FAILED:
            return f"Not drawn: {short}"
        case State.CANCELLED:
            return f"Cancelled: {short}"


def size_title(size: Size) -> str:
    """`Square 1024`, `Landscape 1536 × 1024`, `Portrait 1024 × 1536`, `Wide 1792 × 1024`, `Tall 1024 × 1792`."""
    if size.width == size.height:
        return f"Square {size.width}"
    far = max(size.width, size.height) > 1.6 * min(size.width, size.height)
    lying, standing = ("Wide", "Tall") if far else ("Landscape", "Portrait")
    return f"{lying if size.width > size.height else standing} {size.width} × {size.height}"


def quality_title(name: str) -> str:
    """`Low`, `Medium`, `Extra high`; any other as it is called, beginning with a capital."""
    return {"xhigh": "Extra high", "hd": "HD"}.get(name, name[:1].upper() + name[1:])


def price(millicredits: int) -> str:
    """Beside the button, of the whole job. The page's script says the same of what is chosen then."""
    return f"about {money(millicredits)}"


def no_price(model: Model) -> str:
    """The same of a model that costs no money, as far as Limner knows."""
    return "no price set" if model.upstream else "costs nothing"


def credits(millicredits: int, left: int | None) -> str:
    """`1 credit`, `2.5 credits`, `2 of your 40 credits`: what a job takes, and what is left."""
    amount = f"{millicredits / 1000:g}"
    if left is not None:
        return f"{amount} of your {max(left, 0) / 1000:g} credits"
    return "1 credit" if amount == "1" else f"{amount} credits"


def key_found(upstream: str, title: str, each: int, keep: str) -> str:
    """The question of the first page."""
    whose = "An OpenAI key" if upstream == "openai" else f"A key for {upstream}"
    return f"{whose} was found. Use {title} at {price(each)} a picture, or keep drawing with {keep} for nothing?"


def look_at_the_price(title: str, each: int) -> str:
    return f"{title} costs {price(each)} a picture. The price of the whole job is beside Draw: press it again."
