"""What a picture comes from and what came of it, as a tree that a page can show from top to bottom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from limner.accounts.models import Account
from limner.gallery.models import Lineage, Picture
from limner.gallery.queries import relatives_visible_to

DEEPEST = 6
"""Branches further in are not moved further in: on a phone there is no room."""


@dataclass(slots=True, eq=False)
class Kin:
    """One place in the tree: a picture, an upload, or a tombstone, which has neither words nor pixels."""

    key: Hashable
    picture: Picture | None = None
    """None for a tombstone and for an upload."""
    number: int = 0
    """Its place among the family's pictures, the oldest first, from 1; 0 where there is no picture."""
    upload: bool = False
    kind: str = ""
    """How it came from `parent`; "" for the first."""
    parent: Kin | None = None
    references: list[int] = field(default_factory=list)
    """The numbers of other pictures that were looked at."""
    children: list[Kin] = field(default_factory=list)
    current: bool = False
    depth: int = 0
    goes_on: bool = False
    """The next place came of this one: a thread leads down to it."""
    branches: bool = False
    """It stands further in than the one that it came from: a thread leads in from beside."""
    passed: bool = False
    """That thread goes on past it, to a later place."""


@dataclass(frozen=True, slots=True)
class Family:
    """The tree around one picture: each place below the one that it came from."""

    current: Kin
    kin: list[Kin]
    more: bool = False
    """There are more pictures than are shown."""

    @property
    def others(self) -> list[Kin]:
        """The pictures that the current one can be compared with."""
        return [one for one in self.kin if one.picture and not one.current]

    def compared_with(self, named: str) -> Kin | None:
        """The picture that is named, where it is one of the others; else what the current one came from."""
        parent = self.current.parent if self.current.parent in self.others else None
        return next((one for one in self.others if one.picture and str(one.picture.public_id) == named), parent)


def family_of(account: Account | None, picture: Picture) -> Family:
    """The picture's family, as far as this viewer may see it."""
    pictures, lines, more = relatives_visible_to(account, picture)
    found: dict[Hashable, Kin] = {}
    for row in pictures:
        found[row.pk] = Kin(row.pk, None if row.trashed_at else row, current=row.pk == picture.pk)
    jobs = {row.pk: row.job for row in pictures}
    parents: dict[int, list[Lineage]] = defaultdict(list)
    for line in lines:
        parents[line.child_id].append(line)
    for number, one in enumerate((one for one in found.values() if one.picture), start=1):
        one.number = number
    for child, theirs in parents.items():
        # What was changed comes before what was only looked at.
        first, *others = sorted(theirs, key=lambda line: line.kind == Lineage.Kind.REFERENCE)
        parent = _parent(first, found, jobs[child], more)
        if parent is not None:
            one = found[child]
            one.parent, one.kind = parent, first.kind
            parent.children.append(one)
        looked_at = (found.get(line.parent_picture_id) for line in others)
        found[child].references = [one.number for one in looked_at if one and one.number]
    current = found[picture.pk]
    kin = list(_from_top_to_bottom(found, current))
    _thread(kin)
    return Family(current, kin, more)


def _parent(line: Lineage, found: dict[Hashable, Kin], job: Hashable, more: bool) -> Kin | None:
    """Where a picture hangs. A parent that is not to be seen is a tombstone, one for all pictures of a job."""
    child = line.child_id
    if line.parent_picture_id in found:
        return found[line.parent_picture_id] if line.parent_picture_id != child else None
    if line.parent_picture_id is not None and more:
        return None  # it may only be beyond what is read
    key = ("upload", line.parent_upload_id) if line.parent_upload_id else ("gone", line.parent_picture_id or job)
    return found.setdefault(key, Kin(key, upload=line.parent_upload_id is not None))


def _from_top_to_bottom(found: dict[Hashable, Kin], current: Kin) -> Iterator[Kin]:
    """Each place before those that came of it. The way to the current picture goes straight down, and so does
    whatever has no branches; side branches stand further in."""
    path = {current.key}
    above = current.parent
    while above is not None and above.key not in path:
        path.add(above.key)
        above = above.parent
    waiting = [one for one in found.values() if one.parent is None]
    waiting.reverse()
    seen = set()
    while waiting:
        one = waiting.pop()
        if one.key in seen:
            continue
        seen.add(one.key)
        yield one
        children = sorted(one.children, key=lambda child: (child.key in path, child.number))
        for child in children:
            straight = child.key in path or len(children) == 1
            child.depth = one.depth if straight else min(one.depth + 1, DEEPEST)
        waiting += reversed(children)


def _thread(kin: list[Kin]) -> None:
    """Where the threads run that a page draws from each place to those that came of it."""
    for one, below in pairwise(kin):
        one.goes_on = below.parent is one
        below.branches = below.parent is not None and below.depth > below.parent.depth
    open_at: set[int] = set()
    """How far in threads are that come from below, as the places are gone through from the last to the first."""
    for one in reversed(kin):
        one.passed = one.depth - 1 in open_at
        open_at = {depth for depth in open_at if depth < one.depth}
        if one.branches:
            open_at.add(one.depth - 1)
        elif one.parent is not None:
            open_at.add(one.depth)
