"""What a body asks for and Limner cannot do: accepted, and named in `limner.warnings`, never silently wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from limner.api.sdapi.sampling import scheduler_for
from limner.api.sdapi.shapes import Drawing, Img2Img, Txt2Img
from limner.engines.catalog import Model
from limner.engines.validation import Notice

MOST = 20

QUIET = frozenset(
    {
        # knobs of a sampler: that there is one way of sampling is told once
        "eta", "s_churn", "s_tmin", "s_tmax", "s_noise", "s_min_uncond",
        # about files and windows that Limner has not got
        "save_images", "do_not_save_samples", "do_not_save_grid", "script_args", "force_task_id", "infotext",
        "comments", "disable_extra_networks", "url", "auth",
        # about what is only done where another key asks for it
        "hr_upscaler", "hr_second_pass_steps", "hr_checkpoint_name", "hr_sampler_name", "hr_scheduler", "hr_prompt",
        "hr_negative_prompt", "firstphase_width", "firstphase_height", "subseed", "seed_resize_from_w",
        "seed_resize_from_h", "refiner_switch_at", "image_cfg_scale", "initial_noise_multiplier", "mask_blur",
        "mask_blur_x", "mask_blur_y", "mask_round", "inpainting_fill", "inpaint_full_res_padding", "latent_mask",
    }
)  # fmt: skip
"""Keys that these programs send whether or not somebody asked for something."""

USUAL_OF_MASKS = {"mask_blur": (0, 4), "inpainting_fill": (0, 1)}
"""What programs send with every mask: their own programs' defaults."""
USUAL = {"clip_skip": 1, "CLIP_stop_at_last_layers": 1}
"""Values that ask for what is done anyway."""


def notices_for(asked: Drawing, model: Model) -> list[Notice]:
    """One for each thing that was asked for and is not done."""
    return list(_found(asked, model))[:MOST]


def _found(asked: Drawing, model: Model) -> Iterator[Notice]:
    yield from scheduler_for(asked, model)[1]
    for param, on in (("restore_faces", asked.restore_faces), ("tiling", asked.tiling)):
        if on:
            yield Notice(param, f"Limner does not do this; '{param}' was passed over.")
    if asked.styles:
        yield Notice("styles", f"There are no styles of these names here: {', '.join(asked.styles[:10])}.")
    scripts = [name for name, told in asked.alwayson_scripts.items() if not _is_off(told)]
    if scripts:
        yield Notice("alwayson_scripts", f"Limner runs no scripts; passed over: {', '.join(scripts)[:300]}.")
    for param, value in asked.override_settings.items():
        if param != "sd_model_checkpoint" and value != USUAL.get(param) and not _is_nothing(value):
            yield Notice("override_settings", f"'{param[:100]}' was passed over: only sd_model_checkpoint is read.")
    if not asked.override_settings_restore_afterwards and "sd_model_checkpoint" in asked.override_settings:
        yield Notice("override_settings_restore_afterwards", "The model was taken for this call only.")
    if isinstance(asked, Txt2Img) and asked.enable_hr:
        yield Notice("enable_hr", "The picture is drawn once and enlarged; there is no second pass.")
    if isinstance(asked, Img2Img):
        yield from _of_images(asked)
    for param, value in (asked.model_extra or {}).items():
        if param not in QUIET and value != USUAL.get(param) and not _is_nothing(value):
            yield Notice(param[:100], "Limner does not know this parameter and passed it over.")


def _of_images(asked: Img2Img) -> Iterator[Notice]:
    if len(asked.init_images) > 1:
        yield Notice("init_images", "The first image was changed; the others were left out.")
    if asked.mask and asked.inpaint_full_res:
        yield Notice("inpaint_full_res", "The whole picture was drawn, not the masked part at its full size.")
    for param, usual in USUAL_OF_MASKS.items():
        value = (asked.model_extra or {}).get(param)
        if asked.mask and value is not None and value not in usual:
            yield Notice(param, f"What the mask covers was drawn anew, as it is; '{param}' was passed over.")
    if asked.inpainting_mask_invert and not asked.mask:
        yield Notice("inpainting_mask_invert", "There is no mask to turn round.")


def _is_nothing(value: object) -> bool:
    """What a program sends for a thing that nobody asked for."""
    return value in (None, "", 0, -1, "None", "Automatic", [], {})


def _is_off(script: object) -> bool:
    """An extension's arguments begin with whether it shall do something."""
    args = script.get("args") if isinstance(script, Mapping) else script
    return not args or (isinstance(args, list) and args[0] is False)
