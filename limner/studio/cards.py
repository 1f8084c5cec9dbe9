"""What the page shows of a job: one card, with a tile for each of its pictures from the start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext

from limner.accounts.models import Account
from limner.engines.catalog import Model, catalog
from limner.engines.contract import DrawRequest, Size, Task
from limner.engines.prices import asked_price
from limner.gallery.models import Picture
from limner.gallery.queries import pictures_visible_to
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.queries import Outlook, outlook
from limner.jobs.states import ENDED, State
from limner.jobs.telling import told_to
from limner.prompts.styles import unknown_words
from limner.studio import wording


@dataclass(frozen=True)
class Tile:
    """A place on the wall: it has the picture's shape before there is a picture."""

    index: int
    picture: Picture | None

    @property
    def number(self) -> int:
        return self.index + 1


@dataclass(frozen=True)
class Card:
    """One job as its viewer sees it."""

    job: Job
    tiles: tuple[Tile, ...]
    viewer: Account

    @cached_property
    def request(self) -> DrawRequest | None:
        """None for a job that another version of Limner made: it keeps its pictures and cannot be asked for again."""
        return request_of(self.job)

    @property
    def prompt(self) -> str:
        """The words to go on from: none of a variation or an enlarged picture that was asked for without."""
        return self.request.prompt.strip() if self.request else ""

    @property
    def title(self) -> str:
        """What it is called: its words, or a sentence where it has none."""
        if self.request is None:
            return gettext("Made by another version of Limner")
        return self.prompt or gettext("A picture without words")

    @property
    def shape(self) -> Size:
        """Width and height of its places."""
        if self.request:
            return self.request.size
        drawn = next((tile.picture for tile in self.tiles if tile.picture), None)
        return Size(drawn.width, drawn.height) if drawn else Size(1, 1)

    @cached_property
    def model(self) -> Model | None:
        """None for a job whose model has been taken away since."""
        return catalog().get(self._model_name)

    @property
    def model_title(self) -> str:
        return self.model.title if self.model else self._model_name

    @property
    def price_again(self) -> str:
        """What drawing it again costs, in words; nothing is said where it costs no money."""
        if self.model is None or self.request is None:
            return ""
        price = asked_price(self.request, self.model)
        return wording.price(price) if price else ""

    @property
    def _model_name(self) -> str:
        return self.request.drawn_by if self.request else self.job.lane

    @property
    def url(self) -> str:
        return reverse("studio:card", args=[self.job.public_id])

    @property
    def live(self) -> bool:
        return self.job.state not in ENDED

    @property
    def hung(self) -> int:
        """How many pictures there are."""
        return sum(tile.picture is not None for tile in self.tiles)

    @property
    def columns(self) -> int:
        """How many tiles stand side by side, so that the works of one job fill about a square."""
        return next(columns for columns, most in ((1, 1), (2, 4), (3, 9), (4, 16)) if len(self.tiles) <= most)

    @property
    def thumb(self) -> int:
        """How wide a thumbnail a tile needs."""
        return 640 if self.columns < 3 else 256

    @property
    def enlarged(self) -> bool:
        """Whether it only made a picture larger: once that is done, there is nothing to draw again."""
        return self.request is not None and self.request.task == Task.UPSCALE

    @property
    def queued(self) -> bool:
        return self.job.state == State.QUEUED

    @property
    def running(self) -> bool:
        return self.job.state == State.RUNNING

    @property
    def stopping(self) -> bool:
        return self.live and self.job.cancel_requested

    @property
    def failed(self) -> bool:
        return self.job.state == State.FAILED

    @property
    def cancelled(self) -> bool:
        return self.job.state == State.CANCELLED

    @cached_property
    def unread(self) -> str:
        """The sentences that name the words the model passed over and those it did not get to, or nothing."""
        return unread(self.model, self.prompt) if self.model and self.request else ""

    @cached_property
    def status(self) -> str:
        """Where the job stands, before the first step is heard of."""
        if self.stopping:
            return gettext("Stopping…")
        view = self._outlook
        return (
            wording.waiting(view.ahead, view.low, view.high) if self.queued else wording.drawing(view.low, view.high)
        )

    @cached_property
    def _outlook(self) -> Outlook:
        return outlook(self.job)

    @property
    def ahead(self) -> int:
        """How many jobs are drawn before this one."""
        return self._outlook.ahead

    @property
    def seconds_left(self) -> int:
        """About how long it takes until the job is done, with what is drawn before it."""
        return round((self._outlook.low + self._outlook.high) / 2)

    @property
    def share(self) -> str:
        """About how much of it is drawn, from 0 to 1, by what was predicted: for a tab that hears of no steps."""
        if not self.running or not self.job.predicted_seconds:
            return "0"
        left = (self._outlook.low + self._outlook.high) / 2 / self.job.predicted_seconds
        return f"{min(max(1 - left, 0), 1):.2f}"

    @property
    def problem(self) -> str:
        code = self.job.error_code
        return wording.problem(code, told_to(self.viewer, code, self.job.error_message))

    @property
    def note(self) -> str:
        """What stands in the empty frame of a job that ended without a picture."""
        if self.live or self.hung:
            return ""
        return gettext("Not drawn") if self.failed else gettext("Cancelled") if self.cancelled else ""

    @property
    def short(self) -> str:
        """What is said of a job that ended early and keeps some of its pictures."""
        if self.note or not (self.failed or self.cancelled):
            return ""
        count = {"hung": self.hung, "n": self.job.n}
        if self.failed:
            stopped = gettext("Stopped after {hung} of {n}.").format(**count)
            return f"{stopped} {self.problem}"
        return gettext("Cancelled after {hung} of {n}.").format(**count)

    @property
    def announcement(self) -> str:
        """What a screen reader hears when the card has changed into this."""
        return wording.announcement(State(self.job.state), self.title, self.hung, self.job.n)


def unread(model: Model, prompt: str) -> str:
    """What a model makes nothing of in a prompt, in sentences."""
    able = model.capabilities
    passed_over = wording.passes_over(model.title, unknown_words(prompt, able))
    return " ".join(filter(None, [passed_over, wording.does_not_get_to(model.title, able.lost_end(prompt))]))


def card_of(account: Account, job: Job) -> Card:
    """The card of one job that may be on the page already: it keeps all its places, so that nothing jumps."""
    return cards_of(account, [job], every_place=True)[0]


def cards_of(account: Account, jobs: Iterable[Job], *, every_place: bool = False) -> list[Card]:
    """Cards for these jobs, their pictures read at once. A cancelled job's empty places are left out."""
    jobs = list(jobs)
    found = pictures_visible_to(account).filter(job__in=[job.public_id for job in jobs])
    pictures = {(picture.job, picture.index): picture for picture in found}
    cards = []
    for job in jobs:
        tiles = tuple(Tile(i, pictures.get((job.public_id, i))) for i in range(job.n))
        if job.state == State.CANCELLED and not every_place:
            tiles = tuple(tile for tile in tiles if tile.picture) or tiles[:1]
        cards.append(Card(job, tiles, account))
    return cards
