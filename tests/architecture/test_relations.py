"""No model relation points up: a room can be read, tested and emptied without the rooms above it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.models import Model

from tests.architecture.source import rooms

FEWEST_RELATIONS = 8


def room_of(model: type[Model]) -> str | None:
    """The room that holds a model; None for a library's."""
    first, *rest = model.__module__.split(".")
    return rest[0] if first == "limner" else None


def climbs(child: str, parent: str) -> bool:
    """True unless `parent` is the same room or stands on a lower line: neighbours on a line do not relate either."""
    return child != parent and rooms()[parent] >= rooms()[child]


def relations() -> Iterator[tuple[type[Model], str, type[Model]]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields(include_hidden=True):
            if field.is_relation and not field.auto_created and isinstance(field.related_model, type):
                yield model, field.name, field.related_model


def test_every_relation_points_down_or_stays_in_its_room() -> None:
    ours = [(child, name, parent) for child, name, parent in relations() if room_of(child) is not None]
    assert len(ours) >= FEWEST_RELATIONS, "the reader of relations has gone blind"
    wrong = [
        f"{child.__module__}.{child.__name__}.{name} → {parent.__module__}.{parent.__name__}"
        for child, name, parent in ours
        if (to := room_of(parent)) is not None and climbs(room_of(child) or "", to)
    ]
    assert not wrong, "these relations climb (hold a public id instead):\n" + "\n".join(wrong)


def test_no_relation_leaves_its_target_open() -> None:
    """A generic foreign key may point anywhere, so up too: name a kind and a public id instead."""
    wrong = [
        f"{model.__module__}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if room_of(model) is not None
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("child", "parent", "expected"),
    [
        ("jobs", "accounts", False),
        ("jobs", "jobs", False),
        ("gallery", "jobs", True),
        ("accounts", "gallery", True),
        ("gallery", "prompts", True),
        ("storage", "accounts", True),
    ],
)
def test_the_reader_knows_up_from_down(child: str, parent: str, expected: bool) -> None:
    assert climbs(child, parent) is expected
