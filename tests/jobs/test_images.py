"""Jobs that change pictures: what they name is brought to the engine, where their account may see it."""

from __future__ import annotations

import io
from dataclasses import replace
from uuid import uuid4

import pytest
from PIL import Image

from limner.accounts.models import Account
from limner.engines.catalog import model
from limner.engines.contract import ImageRef, Size, Task
from limner.engines.placement import open_placement
from limner.gallery import services as gallery
from limner.gallery.models import Lineage, Picture, Upload
from limner.jobs.models import Job
from limner.jobs.services import submit
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.storage import blobs
from tests.jobs.house import LANE, REQUEST, asking, dispatching, ended
from tests.jobs.placements import Painter

pytestmark = pytest.mark.django_db(transaction=True)


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def upload(account: Account, image: Image.Image | None = None) -> ImageRef:
    kept = gallery.store_upload(account, png(image or Image.new("RGB", (8, 8), "red")))
    return ImageRef(str(kept.public_id), kept.width, kept.height, kept.has_alpha)


async def test_the_engine_gets_the_bytes_of_every_image_and_of_the_mask(alice: Account) -> None:
    painter = Painter()
    image = await in_thread(upload, alice)
    mask = await in_thread(upload, alice, Image.new("RGBA", (8, 8)))
    async with dispatching(painter):
        job = await ended(await asking(alice, task=Task.EDIT, images=(image,), mask=mask))
    assert job.state == State.DONE
    [order] = painter.orders
    assert set(order.images) == {image.public_id, mask.public_id}
    with Image.open(io.BytesIO(order.images[mask.public_id])) as opened:
        assert opened.mode == "RGBA"


async def test_a_picture_that_was_drawn_here_can_be_changed_and_is_the_parent(alice: Account) -> None:
    painter = Painter()
    async with dispatching(painter):
        first = await ended(await asking(alice))
        parent = await in_thread(Picture.objects.get, job=first.public_id)
        second = await ended(await asking(alice, task=Task.VARY, images=(ImageRef(str(parent.public_id), 8, 8),)))
    assert painter.orders[1].images == {str(parent.public_id): await in_thread(blobs.get, parent.blob)}
    line = await in_thread(Lineage.objects.get, child__job=second.public_id)
    assert (line.parent_picture_id, line.kind) == (parent.pk, Lineage.Kind.VARY)


async def test_a_mask_that_is_gone_is_not_called_a_picture(alice: Account) -> None:
    image, gone = await in_thread(upload, alice), ImageRef(str(uuid4()), 8, 8)
    async with dispatching(Painter()):
        job = await ended(await asking(alice, task=Task.EDIT, images=(image,), mask=gone))
    assert job.state == State.FAILED
    assert job.error_message.startswith("The mask of this edit is no longer there.")


@pytest.mark.parametrize("whose", ["bobs", "nobodys", "gone"])
async def test_an_image_that_is_not_there_for_the_account_fails_the_job_in_words(
    alice: Account, bob: Account, whose: str
) -> None:
    painter = Painter()
    match whose:
        case "bobs":
            image = await in_thread(upload, bob)
        case "nobodys":
            image = ImageRef(str(uuid4()), 8, 8)
        case _:
            image = await in_thread(upload, alice)
            kept = await in_thread(Upload.objects.get, public_id=image.public_id)
            await in_thread(blobs.delete, kept.blob)
    async with dispatching(painter):
        job = await ended(await asking(alice, task=Task.EDIT, images=(image,)))
    assert (job.state, job.error_code) == (State.FAILED, "not_found")
    assert "no longer" in job.error_message
    assert painter.orders == []


async def test_storybook_changes_the_masked_part_of_an_upload(alice: Account) -> None:
    house = Image.new("RGB", (512, 512), (120, 180, 240))
    mask = Image.new("RGBA", house.size, "black")
    mask.paste((0, 0, 0, 0), (128, 96, 416, 448))
    image, where = [await in_thread(upload, alice, picture) for picture in (house, mask)]

    def asked() -> Job:
        size = Size(512, 512)
        request = replace(REQUEST, prompt="a tree", task=Task.EDIT, images=(image,), mask=where)
        return submit(alice, replace(request, size=size, draw_size=size))

    placement = open_placement(model(LANE))
    try:
        async with dispatching(placement):
            job = await ended(await in_thread(asked), seconds=60)
    finally:
        await placement.close()
    assert job.state == State.DONE, job.error_message
    kept = await in_thread(Picture.objects.get, job=job.public_id)
    with Image.open(io.BytesIO(await in_thread(blobs.get, kept.blob))) as drawn:
        assert drawn.getpixel((20, 20)) == (120, 180, 240)
        assert len(drawn.convert("RGB").crop((128, 96, 416, 448)).getcolors(200_000) or []) > 1000
