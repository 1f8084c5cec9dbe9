"""Every URL of `/sdapi/v1`. It stands at the server's root: programs throw the path of a base URL away."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from limner.api.sdapi.drawing import img2img, txt2img
from limner.api.sdapi.lists import NO_OPS, NOTHING, SCHEDULERS, always, samplers, sd_models, upscalers
from limner.api.sdapi.options import read_options, set_options
from limner.api.sdapi.progress import interrupt, progress
from limner.api.sdapi.reading import extra_batch_images, extra_single_image, png_info
from limner.api.sdapi.routes import not_found, route
from limner.api.sdapi.styles import prompt_styles

urlpatterns: list[URLPattern | URLResolver] = [
    path("txt2img", route(POST=txt2img)),
    path("img2img", route(POST=img2img)),
    path("progress", route(GET=progress)),
    path("interrupt", route(POST=interrupt)),
    path("options", route(GET=read_options, POST=set_options)),
    path("sd-models", route(GET=sd_models)),
    path("samplers", route(GET=samplers)),
    path("schedulers", route(GET=always(SCHEDULERS))),
    path("upscalers", route(GET=upscalers)),
    path("prompt-styles", route(GET=prompt_styles)),
    path("png-info", route(POST=png_info)),
    path("extra-single-image", route(POST=extra_single_image)),
    path("extra-batch-images", route(POST=extra_batch_images)),
    *(path(name, route(GET=always(answer))) for name, answer in NOTHING.items()),
    *(path(name, route(POST=always({}))) for name in NO_OPS),
    re_path(r"^[\s\S]*$", not_found),
]
