"""The networks and the loop that trains them, at toy size."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.extra


def test_what_follows_the_end_of_a_text_changes_nothing() -> None:
    torch = pytest.importorskip("torch")
    from training.models.text import TextEncoder

    text = TextEncoder(vocabulary=20, end=19, width=64, layers=2, length=8).eval()
    filled = torch.tensor([[18, 4, 5, 19, 19, 19, 19, 19]])
    other = torch.tensor([[18, 4, 5, 19, 0, 7, 7, 7]])
    assert torch.allclose(text(filled)[0], text(other)[0])


def test_a_denoiser_takes_latents_of_any_even_size() -> None:
    torch = pytest.importorskip("torch")
    from training.models.denoiser import Denoiser, DenoiserShape

    denoiser = Denoiser(DenoiserShape(channels=4, width=64, blocks=1, heads=2, text=64)).eval()
    for height, width in ((16, 16), (32, 24)):
        sample = torch.randn(2, 4, height, width)
        assert denoiser(sample, torch.tensor([5]), torch.randn(2, 8, 64)).shape == sample.shape


def test_an_autoencoder_gives_a_picture_its_size_back() -> None:
    torch = pytest.importorskip("torch")
    from training.models.autoencoder import Autoencoder, AutoencoderShape

    autoencoder = Autoencoder(AutoencoderShape((16, 16, 16), 4)).eval()
    picture = torch.rand(1, 3, 128, 64) * 2 - 1
    mean, log_variance = autoencoder.moments(autoencoder.halve(picture))
    assert mean.shape == log_variance.shape == (1, 4, 4, 2)
    assert autoencoder.decode(mean).shape == picture.shape


def test_the_last_timestep_shows_noise_alone() -> None:
    torch = pytest.importorskip("torch")
    from training import diffusion

    clean, noise = torch.ones(2, 4, 2, 2), torch.randn(2, 4, 2, 2)
    seen, _ = diffusion.noised(clean, noise, torch.tensor([999, 500]), diffusion.signal())
    assert torch.equal(seen[0], noise[0])
    assert not torch.equal(seen[1], noise[1])


def test_a_stopped_run_goes_on_from_the_file_it_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch = pytest.importorskip("torch")
    from dataclasses import replace

    from training import autoencoding
    from training.recipe import Recipe

    small = replace(Recipe().autoencoder, batch=1, widths=(16, 16, 16), latent=4, pictures=4, minutes=1.0)
    recipe, path = replace(Recipe(), autoencoder=small), tmp_path / "autoencoder.pt"
    autoencoding.train(recipe, path, minutes=0.01)
    first = torch.load(path, weights_only=True)
    autoencoding.train(recipe, path, minutes=0.01)
    second = torch.load(path, weights_only=True)
    assert second["step"] > first["step"]
    assert second["minutes"] > first["minutes"]


def test_two_workers_train_one_denoiser_and_a_later_call_goes_on(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from dataclasses import replace

    from training import autoencoding, denoising, polishing
    from training.recipe import Recipe

    recipe = Recipe()
    recipe = replace(
        recipe,
        autoencoder=replace(recipe.autoencoder, batch=1, widths=(16, 16, 16), latent=4, pictures=4, minutes=0.01),
        denoiser=replace(
            recipe.denoiser,
            batch=4,
            width=64,
            blocks=1,
            heads=1,
            text_width=64,
            text_layers=1,
            compiled=False,
            scenes=600,
        ),
        polish=replace(recipe.polish, batch=2, pictures=4, minutes=0.01),
    )
    autoencoder, path = tmp_path / "autoencoder.pt", tmp_path / "denoiser.pt"
    autoencoding.train(recipe, autoencoder, None)
    denoising.train(recipe, path, autoencoder, minutes=0.02)
    first = torch.load(path, weights_only=True)
    denoising.train(recipe, path, autoencoder, minutes=0.02)
    second = torch.load(path, weights_only=True)
    assert second["step"] > first["step"] > 0
    moved = [not torch.equal(second["model"][name], value) for name, value in first["model"].items()]
    assert sum(moved) > len(moved) * 0.8
    polishing.train(recipe, tmp_path / "polished.pt", autoencoder, None)
    before = torch.load(autoencoder, weights_only=True)["average"]
    after = torch.load(tmp_path / "polished.pt", weights_only=True)["average"]
    assert torch.equal(before["encoder.1.weight"], after["encoder.1.weight"])
    assert not torch.equal(before["decoder.0.weight"], after["decoder.0.weight"])
