"""The networks and the loop that trains them, at toy size."""

from dataclasses import replace
from pathlib import Path
from typing import Any

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


def tiny() -> Any:
    """A recipe whose every part trains in seconds."""
    from training.recipe import Recipe
    from training.scenes import World

    recipe = Recipe(frames=("512x512", "896x512"), world=World.of({"subjects": ["cat", "car"], "places": ["meadow"]}))
    parts: dict[str, dict[str, Any]] = {
        "autoencoder": {"batch": 1, "widths": (16, 16, 16), "latent": 4, "pictures": 4, "minutes": 0.02},
        "denoiser": {"batch": 4, "width": 64, "blocks": 1, "heads": 1, "text_width": 64, "text_layers": 1},
        "polish": {"batch": 2, "pictures": 4, "minutes": 0.01},
        "probe": {"batch": 4, "pictures": 40, "minutes": 0.01},
    }
    parts["denoiser"] |= {"compiled": False, "scenes": 600, "minutes": 0.04}
    return replace(recipe, **{name: replace(getattr(recipe, name), **plan) for name, plan in parts.items()})


def test_every_part_of_a_run_is_trained_in_slices_that_go_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training.train import train

    recipe = tiny()
    for part in ("autoencoder", "denoiser", "polish", "probe"):
        slice = getattr(recipe, part).minutes / 2
        # A slice ends after the step in which its time is up, which on a busy machine can be its first.
        long = replace(recipe, **{part: replace(getattr(recipe, part), minutes=60)})
        train(part, long, tmp_path, slice)
        first = torch.load(tmp_path / f"{part}.pt", weights_only=True)
        train(part, long, tmp_path, slice)
        second = torch.load(tmp_path / f"{part}.pt", weights_only=True)
        assert second["step"] > first["step"] > 0, part
        assert second["minutes"] > first["minutes"], part
        moved = [not torch.equal(second["model"][name], value) for name, value in first["model"].items()]
        assert sum(moved) > (0.4 if part == "polish" else 0.8) * len(moved), part
    before = torch.load(tmp_path / "autoencoder.pt", weights_only=True)["average"]
    after = torch.load(tmp_path / "polish.pt", weights_only=True)["average"]
    assert torch.equal(before["encoder.1.weight"], after["encoder.1.weight"]), "polishing moves no latent"
    assert not torch.equal(before["decoder.0.weight"], after["decoder.0.weight"])


def test_a_run_is_carried_to_another_machine_in_small_parts(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training import carry

    run, out, there = tmp_path / "run", tmp_path / "out", tmp_path / "there"
    run.mkdir()
    weights = {"a": torch.randn(3000, 3000), "count": torch.tensor(7)}
    torch.save({"average": weights, "model": {}, "step": 5, "minutes": 1.5}, run / "denoiser.pt")
    parts = carry.pack(run, out)
    assert len(parts) == 2
    assert all(part.stat().st_size <= 15 * 1024 * 1024 for part in parts)
    carry.unpack(out, there)
    saved = torch.load(there / "denoiser.pt", weights_only=True)
    assert torch.allclose(saved["average"]["a"], weights["a"], atol=5e-3)
    assert (saved["step"], saved["minutes"], saved["average"]["count"].item()) == (5, 1.5, 7)


def test_the_probe_is_asked_only_what_a_scene_can_answer() -> None:
    pytest.importorskip("torch")
    from training.probing import ABSENT, truth
    from training.scenes import WHOLE, Figure, Scene

    single = truth(Scene(Figure("cat", "red"), "meadow", "night", position="left"), WHOLE)
    assert all(value != ABSENT for value in single.values())
    assert truth(Scene(None, "meadow", "night"), WHOLE)["subject"] == ABSENT
    assert truth(Scene(Figure("cat", "red"), "space", "night"), WHOLE)["time"] == ABSENT
    assert truth(Scene(Figure("cat", "red"), "meadow", "day", count=2), WHOLE)["position"] == ABSENT


def test_the_distance_between_two_halves_of_one_crowd_is_none_and_grows_when_one_moves() -> None:
    np = pytest.importorskip("numpy")
    pytest.importorskip("torch")
    from training.evaluate import distance

    crowd = np.random.default_rng(1).standard_normal((400, 16))
    near, far = distance(crowd[:200], crowd[200:]), distance(crowd[:200], crowd[200:] + 0.5)
    assert abs(near) < 0.1 < far


@pytest.mark.parametrize("name", ["small", "whole"])
def test_both_recipes_can_be_read(name: str) -> None:
    from training.recipe import Recipe
    from training.scenes import WHOLE

    recipe = Recipe.load(Path("training/recipes") / f"{name}.toml")
    assert recipe.name == name
    assert (recipe.world == WHOLE) is (name == "whole")


def test_a_recipe_with_a_word_too_many_is_refused(tmp_path: Path) -> None:
    from training.recipe import Recipe

    for text in ("nonsense = 1", "[denoiser]\nnonsense = 1", '[world]\nsubjects = ["unicorn"]', 'frames = ["9x9"]'):
        path = tmp_path / "recipe.toml"
        path.write_text(text)
        with pytest.raises(ValueError, match="no such"):
            Recipe.load(path)
