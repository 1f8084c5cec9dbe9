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


@pytest.mark.timeout(300)  # it draws hundreds of scenes: over a minute on two idle cores
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
    state = {"average": weights, "model": {}, "optimizer": {}, "pieces": (" cat", "!"), "step": 5, "minutes": 1.5}
    torch.save(state, run / "denoiser.pt")
    parts = carry.pack(run, out)
    assert len(parts) == 2
    assert all(part.stat().st_size <= 15 * 1024 * 1024 for part in parts)
    carry.unpack(out, there)
    saved = torch.load(there / "denoiser.pt", weights_only=True)
    assert torch.allclose(saved["average"]["a"], weights["a"], atol=5e-3)
    assert saved.keys() == {"average", "pieces", "step", "minutes"}
    assert saved["pieces"] == state["pieces"]
    assert (saved["step"], saved["minutes"], saved["average"]["count"].item()) == (5, 1.5, 7)


def test_named_parts_of_a_run_are_carried_alone(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training import carry

    run, out, there = tmp_path / "run", tmp_path / "out", tmp_path / "there"
    run.mkdir()
    for name in ("autoencoder", "denoiser", "polish"):
        torch.save({"average": {"a": torch.ones(2)}, "step": 5, "minutes": 1.5}, run / f"{name}.pt")
    carry.pack(run, out, ["autoencoder", "polish"])
    carry.unpack(out, there)
    assert {path.name for path in there.iterdir()} == {"autoencoder.pt", "polish.pt"}


def test_a_state_that_cannot_be_written_leaves_the_last_one_and_no_worker_writes_anothers(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training.machine import keep

    path, other = tmp_path / "denoiser.0of2", tmp_path / "denoiser.1of2"
    keep(path, [{"rate": 1.0}])
    keep(other, [{"rate": 2.0}])
    with pytest.raises(Exception, match=r"(?i)pickle"):
        keep(path, [lambda: 1])
    assert torch.load(path, weights_only=True) == [{"rate": 1.0}]
    assert torch.load(other, weights_only=True) == [{"rate": 2.0}]


def test_processes_that_draw_end_when_they_are_closed_and_a_dead_one_is_noticed_at_once() -> None:
    torch = pytest.importorskip("torch")
    from time import monotonic

    from training.examples import Draughtsmen, supply

    source = supply(tiny(), 1, 64, torch.device("cuda"))
    assert isinstance(source, Draughtsmen)
    assert next(source).picture.shape[0] == 64
    started = list(source._started)
    started[0].kill()
    started[0].join()
    begun = monotonic()
    with pytest.raises(RuntimeError, match="has died"):
        next(source)
    assert monotonic() - begun < 5
    assert not any(process.is_alive() for process in started)

    another = Draughtsmen(tiny(), 2, 64, 0.0)
    another.close()
    assert not any(process.is_alive() for process in another._started)


def test_a_word_mended_in_the_card_does_not_break_the_seal(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from limner.engines.weights import verify
    from training import card

    (tmp_path / "unet").mkdir()
    for name in ("unet/card.md", "model_index.json", "card.md"):
        (tmp_path / name).write_text("a typpo")
    card.seal(tmp_path)
    (tmp_path / "card.md").write_text("a typo")
    verify(tmp_path)
    sealed = [line.split("  ")[1] for line in (tmp_path / "SHA256SUMS").read_text().splitlines()]
    assert sealed == ["model_index.json", "unet/card.md"]


def test_a_card_says_everything_that_it_has_a_place_for(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from training import card

    text = card.text(tiny(), tmp_path, tmp_path)
    assert "{" not in text
    assert "latent_rgb.json" in text


def test_a_card_keeps_what_it_said_of_parts_that_a_run_has_not_trained(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training import card

    model, run = tmp_path / "model", tmp_path / "run"
    model.mkdir()
    run.mkdir()
    (model / "card.md").write_text("| autoencoder | 105 | 5,991 | 71,892 |\n| probe | 20 | 2,065 | 132,160 |\n")
    torch.save({"minutes": 31.2, "step": 3000}, run / "probe.pt")
    assert card.trained(model, "autoencoder") == (105, 5991)
    card.write(tiny(), run, model)
    assert card.trained(model, "autoencoder") == (105, 5991)
    assert card.trained(model, "probe") == (31, 3000)


@pytest.mark.filterwarnings("ignore")
def test_the_autoencoder_comes_back_out_of_a_model_as_it_was_exported(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training import autoencoding, export, restore
    from training.models.autoencoder import Autoencoder

    recipe, model, run = tiny(), tmp_path / "model", tmp_path / "run"
    torch.manual_seed(1)
    made = Autoencoder(autoencoding.shape_of(recipe)).eval()
    for weight in made.parameters():
        torch.nn.init.normal_(weight, std=0.05)
    made.shift.normal_()
    made.spread.uniform_(0.5, 2.0)
    picture = {"sample": [-1, 3, -1, -1]}
    example = torch.randn(1, 3, 64, 64)
    export.save(export.Encode(made), (example,), picture, ["latent_parameters"], model / "vae_encoder", small=True)
    export.export_decoder(recipe, made, model)
    title = "decoder again, latents fixed and made noisy"
    (model / "card.md").write_text(f"| {title} | 25 | 1,938 | 23,256 |\n")
    restore.restore(model, run, recipe)
    there = autoencoding.load(autoencoding.best(run), recipe, torch.device("cpu"))
    for name, value in made.state_dict().items():
        assert torch.allclose(there.state_dict()[name], value, atol=0.02 * float(value.abs().max()) + 1e-6), name
    saved = torch.load(run / "polish.pt", weights_only=True)
    assert (saved["minutes"], saved["step"]) == (25, 1938)


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


def test_the_whole_world_fits_a_gpu_that_is_lent_for_half_an_hour() -> None:
    from training.recipe import Recipe

    recipe = Recipe.load(Path("training/recipes/whole.toml"))
    assert recipe.autoencoder.minutes + recipe.polish.minutes <= 8.5, "one command of ten minutes, its start included"
    assert recipe.denoiser.minutes <= 2 * 6, "two commands"
    assert recipe.autoencoder.minutes + recipe.polish.minutes + recipe.denoiser.minutes <= 20


def test_parts_can_be_named_in_any_order_and_all_are_trained_where_none_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from training import sample, train

    trained: list[str] = []
    monkeypatch.setenv("MALLOC_TOP_PAD_", "1")
    monkeypatch.setattr(train, "train", lambda part, *_: trained.append(part))
    monkeypatch.setattr(sample, "after", lambda *_: None)
    for given, expected in ((["polish", "autoencoder"], ["polish", "autoencoder"]), ([], [*train.PARTS])):
        trained.clear()
        monkeypatch.setattr("sys.argv", ["training.train", *given, "--run", str(tmp_path)])
        train.main()
        assert trained == expected
    monkeypatch.setattr("sys.argv", ["training.train", "upscaler", "--run", str(tmp_path)])
    with pytest.raises(SystemExit):
        train.main()


def test_a_recipe_with_a_word_too_many_is_refused(tmp_path: Path) -> None:
    from training.recipe import Recipe

    for text in ("nonsense = 1", "[denoiser]\nnonsense = 1", '[world]\nsubjects = ["unicorn"]', 'frames = ["9x9"]'):
        path = tmp_path / "recipe.toml"
        path.write_text(text)
        with pytest.raises(ValueError, match="no such"):
            Recipe.load(path)
