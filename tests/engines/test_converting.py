"""Models in diffusers' form become OpenVINO's: the networks say the same, and the engine draws with them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from limner.engines.catalog import Model
from limner.engines.contract import Drawn, DrawOrder, DrawRequest, ImageRef, Preview, Size, Task
from limner.engines.weights import look, store, verify
from limner.errors import InvalidRequest, ModelBroken, NotConfigured
from tests.engines.conformance import never
from tests.engines.test_conformance import loaded
from tests.engines.test_diffusers import file, pixels

pytestmark = [
    pytest.mark.extra,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

KINDS = (
    "stable_diffusion",
    "stable_diffusion_2",
    "stable_diffusion_xl",
    "latent_consistency",
    "stable_diffusion_3_with_t5",
    "flux",
)
SIZE = Size(64, 64)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.engines import checkpoints

    home = tmp_path_factory.mktemp("home")
    for kind in KINDS:
        getattr(checkpoints, kind)(home / "models" / "somebody" / kind)
    return home


def model(home: Path, kind: str) -> Model:
    """The model of a kind in OpenVINO's form, converted once."""
    place = home / "models" / "somebody" / f"{kind}-ov"
    if not place.exists():
        assert store.convert(home, look(home / "models" / "somebody" / kind, kind), said=lambda _: None) == place
    return look(place, place.name)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_draws_varies_and_edits_with_openvino(home: Path, kind: str) -> None:
    made = model(home, kind)
    assert made.engine == "openvino"
    assert made.path is not None
    verify(made.path)
    engine = loaded(made)
    usual = DrawRequest("a red robot", made.name, SIZE, SIZE, 7, 4, made.capabilities.default_guidance)
    events = list(engine.draw(DrawOrder("job", 1, usual, (0,)), never))
    assert isinstance(events[-1], Drawn)
    assert any(isinstance(event, Preview) for event in events)
    mask = io.BytesIO()
    Image.new("L", (64, 64), "white").save(mask, "PNG")
    whole, where = ImageRef("whole", 64, 64), ImageRef("where", 64, 64)
    given = {"whole": file("red"), "where": mask.getvalue()}
    for task, masked in ((Task.VARY, None), (Task.EDIT, where)):
        request = DrawRequest(
            "a blue moon", made.name, SIZE, SIZE, 7, 4, usual.guidance, task=task, images=(whole,), mask=masked
        )
        events = list(engine.draw(DrawOrder("job", 1, request, (0,), given), never))
        assert isinstance(events[-1], Drawn)


@pytest.mark.parametrize("kind", KINDS)
def test_the_networks_say_what_they_said(home: Path, kind: str) -> None:
    import diffusers
    import numpy as np
    import openvino
    import torch

    folder = model(home, kind).path
    assert folder is not None
    theirs = diffusers.AutoPipelineForText2Image.from_pretrained(
        home / "models" / "somebody" / kind, dtype=torch.float32, **_without(home, kind)
    )

    def ours(part: str, **given: Any) -> Any:
        network = openvino.compile_model(
            folder / part / "openvino_model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
        )
        return network({name: value.numpy() for name, value in given.items()})

    torch.manual_seed(0)
    with torch.inference_mode():
        latent = torch.randn(1, theirs.vae.config.latent_channels, 8, 8)
        picture = theirs.vae.decode(latent, return_dict=False)[0].numpy()
        assert np.abs(ours("vae_decoder", latent_sample=latent)["sample"] - picture).max() < 0.01
        ids = torch.tensor([[0, 5, 9, 1]])
        read = theirs.text_encoder(ids).last_hidden_state.numpy()
        assert np.abs(ours("text_encoder", input_ids=ids)["last_hidden_state"] - read).max() < 0.01


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "latent_consistency"])
def test_the_picture_is_the_one_that_diffusers_draws_of_the_same_noise(
    home: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokenizers, text encoders, guidance, steps and decoder together. (Latent consistency adds noise as it goes.)"""
    import diffusers
    import numpy as np
    import torch

    made = model(home, kind)
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    monkeypatch.setattr("limner.engines.adapters.openvino.engine.properties", lambda *_: exact)
    asked = DrawRequest("a red robot with a flower", made.name, SIZE, SIZE, 7, 4, made.capabilities.default_guidance)
    *_, ours = loaded(made).draw(DrawOrder("job", 1, asked, (0,)), never)
    assert isinstance(ours, Drawn)

    theirs = diffusers.AutoPipelineForText2Image.from_pretrained(
        home / "models" / "somebody" / kind, dtype=torch.float32, **_without(home, kind)
    )
    channels = theirs.vae.config.latent_channels
    noise = torch.from_numpy(np.random.RandomState(7).standard_normal([1, channels, 32, 32]).astype(np.float32))
    if kind == "flux":
        noise = theirs._pack_latents(noise, 1, channels, 32, 32)
    theirs.set_progress_bar_config(disable=True)
    [picture] = theirs(
        asked.prompt, width=64, height=64, num_inference_steps=4, guidance_scale=asked.guidance, latents=noise
    ).images
    assert np.abs(np.asarray(picture).astype(int) - pixels(ours)).max() <= 4


@pytest.mark.parametrize("kind", ["stable_diffusion", "flux"])
def test_in_eight_bits_it_is_smaller_and_draws(home: Path, kind: str) -> None:
    before = model(home, kind)
    kept = look(home / "models" / "somebody" / kind, kind)
    place = store.convert(home, kept, in_eight_bits=True, said=lambda _: None)
    made = look(place, place.name)
    assert made.bytes < before.bytes
    request = DrawRequest("a red robot", made.name, SIZE, SIZE, 7, 4, made.capabilities.default_guidance)
    assert isinstance(list(loaded(made).draw(DrawOrder("job", 1, request, (0,)), never))[-1], Drawn)


def test_a_tiny_autoencoder_takes_the_place_of_the_models_own(home: Path, tmp_path: Path) -> None:
    import diffusers
    import numpy as np
    import openvino
    import torch

    theirs = diffusers.AutoencoderTiny(
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        num_encoder_blocks=(1, 1),
        num_decoder_blocks=(1, 1),
    ).eval()
    theirs.save_pretrained(home / "models" / "somebody" / "smallest")
    kept = look(home / "models" / "somebody" / "stable_diffusion", "stable_diffusion")
    place = store.convert(home, kept, tiny="somebody/smallest", said=lambda _: None)
    made = look(place, place.name)
    assert made.name == "stable_diffusion-tiny-ov"
    assert made.capabilities.sizes[0] == kept.capabilities.sizes[0]
    with torch.inference_mode():
        latent, seen = torch.randn(1, 4, 8, 8), torch.rand(1, 3, 16, 16)
        for part, name, given, said in (
            ("vae_decoder", "latent_sample", latent, theirs.decode(latent).sample),
            ("vae_encoder", "sample", seen, theirs.encode(seen).latents),
        ):
            hint = {"INFERENCE_PRECISION_HINT": "f32"}
            network = openvino.compile_model(place / part / "openvino_model.xml", "CPU", hint)
            ours = network({name: given.numpy()})[0][:, : said.shape[1]]
            assert np.abs(ours - said.numpy()).max() < 0.01
    engine = loaded(made)
    for task, images in ((Task.CREATE, ()), (Task.VARY, (ImageRef("whole", 64, 64),))):
        request = DrawRequest("a red robot", made.name, SIZE, SIZE, 7, 4, 7.5, task=task, images=images)
        events = list(engine.draw(DrawOrder("job", 1, request, (0,), {"whole": file("red")}), never))
        assert isinstance(events[-1], Drawn)

    other = diffusers.AutoencoderTiny(latent_channels=16)
    other.save_pretrained(tmp_path / "other")
    with pytest.raises(NotConfigured, match="for models of another kind"):
        store.convert(home, kept, tiny=str(tmp_path / "other"), said=lambda _: None)
    with pytest.raises(NotConfigured, match="limner models pull somebody/away"):
        store.convert(home, kept, tiny="somebody/away", said=lambda _: None)
    (tmp_path / "other" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(ModelBroken, match="no tiny autoencoder"):
        store.convert(home, kept, tiny=str(tmp_path / "other"), said=lambda _: None)


def test_what_cannot_be_converted_is_said(home: Path) -> None:
    with pytest.raises(InvalidRequest, match="not in diffusers' form"):
        store.convert(home, model(home, "stable_diffusion"))
    folder = home / "models" / "somebody" / "stable_diffusion"
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps({**index, "_class_name": "ZImagePipeline"}))
    try:
        with pytest.raises(NotConfigured, match="Those can"):
            store.convert(home, look(folder, "other"), said=lambda _: None)
    finally:
        (folder / "model_index.json").write_text(json.dumps(index))
    assert not list((home / "models").glob("*/*other*"))


def _without(home: Path, kind: str) -> dict[str, None]:
    from limner.engines.weights import left_out

    return dict.fromkeys(left_out(home / "models" / "somebody" / kind))
