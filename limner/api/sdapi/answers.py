"""What txt2img and img2img answer: pictures in base64, the body told back, and `info`, which is JSON in a string."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pybase64

from limner.api.free import Ended
from limner.api.sdapi.asking import Wish
from limner.api.sdapi.shapes import Img2Img
from limner.engines.validation import Notice
from limner.gallery.models import Picture
from limner.gallery.services import provenance_of
from limner.provenance.infotext import SHORT_HASH, infotext
from limner.provenance.record import SOFTWARE
from limner.storage import blobs

INTERRUPTED = Notice("interrupt", "The job was interrupted: only the pictures that were done are here.")


def content(wish: Wish, ended: Ended) -> bytes:
    """The answer's body. Reads the pictures: slow, so not for the event loop."""
    warnings = [*wish.warnings, *([INTERRUPTED] if ended.cancelled else [])]
    return json.dumps(
        {
            "images": [_encoded(picture) for picture in ended.pictures] if wish.asked.send_images else [],
            "parameters": _told_back(wish),
            "info": json.dumps(info(wish, ended)),
            "limner": {
                "model": wish.model.name,
                "job": str(ended.job.public_id),
                "warnings": [asdict(notice) for notice in warnings],
            },
        }
    ).encode()


def _encoded(picture: Picture) -> str:
    return pybase64.b64encode(blobs.get(picture.blob)).decode()


def _told_back(wish: Wish) -> dict[str, Any]:
    """What was asked for, without the pictures that came with it, unless they are asked for."""
    # By pydantic's own JSON: it knows infinity and depths that would break ours.
    told: dict[str, Any] = json.loads(wish.asked.model_dump_json(exclude=set(wish.asked.model_extra or {})))
    if isinstance(wish.asked, Img2Img) and not wish.asked.include_init_images:
        told |= {"init_images": None, "mask": None}
    return told


def info(wish: Wish, ended: Ended) -> dict[str, Any]:
    """How each picture was made. Lists are as long as there are pictures."""
    request, asked = wish.request, wish.asked
    made = [provenance_of(request, picture.index) for picture in ended.pictures]
    first = provenance_of(request, 0)
    seeds = [request.seed + picture.index for picture in ended.pictures]
    return {
        "prompt": request.prompt,
        "all_prompts": [request.prompt] * len(made),
        "negative_prompt": request.negative_prompt,
        "all_negative_prompts": [request.negative_prompt] * len(made),
        "seed": request.seed,
        "all_seeds": seeds,
        "subseed": request.seed,
        "all_subseeds": seeds,
        "subseed_strength": 0,
        "width": request.size.width,
        "height": request.size.height,
        "sampler_name": first.sampler,
        "cfg_scale": request.guidance,
        "steps": request.steps,
        "batch_size": asked.batch_size,
        "restore_faces": False,
        "face_restoration_model": None,
        "sd_model_name": wish.model.name,
        "sd_model_hash": first.model_hash[:SHORT_HASH],
        "sd_vae_name": None,
        "sd_vae_hash": None,
        "seed_resize_from_w": -1,
        "seed_resize_from_h": -1,
        "denoising_strength": request.strength,
        "extra_generation_params": {},
        "index_of_first_image": 0,
        "infotexts": [infotext(each) for each in made],
        "styles": [],
        "job_timestamp": f"{ended.job.created_at:%Y%m%d%H%M%S}",
        "clip_skip": 1,
        "is_using_inpainting_conditioning": False,
        "version": SOFTWARE,
    }
