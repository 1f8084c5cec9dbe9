"""Pictures of people, made through the same doors as the dispatcher's."""

from __future__ import annotations

import uuid

from limner.accounts.models import Account
from limner.engines.contract import DrawRequest, ImageRef, Size, Task
from limner.gallery import services
from limner.gallery.models import Picture
from limner.provenance.mark import encode
from limner.storage import blobs
from limner.storage.keys import picture_prefix

SIZE = Size(96, 64)


def wish(prompt: str = "a red boat", *, task: Task = Task.CREATE, images: tuple[ImageRef, ...] = ()) -> DrawRequest:
    return DrawRequest(
        prompt=prompt,
        model="storybook",
        size=SIZE,
        draw_size=SIZE,
        seed=40,
        steps=20,
        guidance=3.5,
        negative_prompt="rain",
        task=task,
        n=3,
        images=images,
    )


def keep(
    account: Account,
    request: DrawRequest | None = None,
    *,
    job: uuid.UUID | None = None,
    index: int = 2,
    format: str = "png",
    public: bool = False,
) -> Picture:
    """A picture of this account: encoded, marked, stored and recorded."""
    request = request or wish()
    job = job or uuid.uuid4()
    raw = bytes(range(256)) * (SIZE.pixels * 3 // 256)
    made = services.provenance_of(request, index)
    data = encode("RGB", (SIZE.width, SIZE.height), raw, format=format, metadata=made)
    picture = services.record(
        account_id=account.pk,
        job=job,
        index=index,
        attempt=1,
        stored=blobs.put(picture_prefix(job, 1, index), data, format),
        size=SIZE,
        format=format,
        request=request,
    )
    if public:
        picture.public = True
        picture.save(update_fields=["public"])
    return picture
