"""The bodies that these programs send, as far as Limner reads them: pydantic takes what AUTOMATIC1111's server takes.

`null` is the same as leaving a key out. Keys that are not named here are kept beside (`model_extra`), for `notices`.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from limner.api.sdapi.routes import Unprocessable
from limner.engines.free import LONGEST_EDGE, SHORTEST_EDGE

MOST_FAULTS = 20
MAX_NAME = 300
MOST_ENLARGED = 16
"""Pictures that one call may have enlarged."""

Edge = Annotated[int, Field(ge=SHORTEST_EDGE, le=LONGEST_EDGE)]
Count = Annotated[int, Field(ge=1, le=1000)]
Name = Annotated[str, Field(max_length=MAX_NAME)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Body(BaseModel):
    """Any of them."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value is not None}

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """The body in a document. Raises Unprocessable with what is wrong, as FastAPI lists it."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            # What was given is not told back: it may be a picture of megabytes.
            found = error.errors(include_url=False, include_input=False, include_context=False)
            raise Unprocessable(
                [{**fault, "loc": ["body", *fault["loc"]]} for fault in found[:MOST_FAULTS]]
            ) from None


class Drawing(Body):
    """What txt2img and img2img have in common."""

    prompt: str = ""
    negative_prompt: str = ""
    styles: list[Name] = []
    seed: int = -1
    steps: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    cfg_scale: Annotated[float, Field(allow_inf_nan=False)] | None = None
    width: Edge = 512
    height: Edge = 512
    batch_size: Count = 1
    n_iter: Count = 1
    sampler_name: Name | None = None
    sampler_index: Name | None = None
    scheduler: Name | None = None
    denoising_strength: Share | None = None
    restore_faces: bool = False
    tiling: bool = False
    override_settings: dict[str, JsonValue] = {}
    override_settings_restore_afterwards: bool = True
    script_name: Name | None = None
    alwayson_scripts: dict[str, JsonValue] = {}
    send_images: bool = True


class Txt2Img(Drawing):
    enable_hr: bool = False
    hr_scale: Annotated[float, Field(gt=0, le=64, allow_inf_nan=False)] = 2.0
    hr_resize_x: Annotated[int, Field(ge=0, le=LONGEST_EDGE)] = 0
    hr_resize_y: Annotated[int, Field(ge=0, le=LONGEST_EDGE)] = 0


class Img2Img(Drawing):
    init_images: list[str] = []
    mask: str | None = None
    inpainting_mask_invert: bool = False
    inpaint_full_res: bool = False
    resize_mode: Annotated[int, Field(ge=0, le=3)] = 0
    include_init_images: bool = False


class PngInfo(Body):
    image: str


class Extras(Body):
    """How a picture, or several, shall be enlarged."""

    resize_mode: Annotated[int, Field(ge=0, le=1)] = 0
    upscaling_resize: Annotated[float, Field(gt=0, le=64, allow_inf_nan=False)] = 2.0
    upscaling_resize_w: Annotated[int, Field(ge=1, le=100_000)] = 512
    upscaling_resize_h: Annotated[int, Field(ge=1, le=100_000)] = 512
    upscaling_crop: bool = True
    upscaler_1: Name = "None"


class ExtraSingleImage(Extras):
    image: str


class NamedImage(Body):
    data: str


class ExtraBatchImages(Extras):
    imageList: Annotated[list[NamedImage], Field(max_length=MOST_ENLARGED)]
