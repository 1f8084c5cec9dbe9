"""Pictures made larger by a network, piece by piece: nothing shows where the pieces meet."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.engines.adapters.openvino import enlarging
from limner.engines.adapters.openvino.enlarging import OpenVinoEnlarger
from limner.engines.catalog import Model
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, DrawRequest, ImageRef, Progress, Size, Task
from limner.engines.weights import look
from limner.errors import EngineError, ModelBroken, NotConfigured
from tests.engines.conformance import never
from tests.engines.larger import larger, larger_onnx


def model(folder: Path) -> Model:
    return look(folder, "sharp")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> OpenVinoEnlarger:
    """It makes pictures twice as large."""
    return OpenVinoEnlarger(model(larger(tmp_path_factory.mktemp("models") / "sharp-x2")))


def scene(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Soft colours and hard edges, no two places alike."""
    down, right = np.mgrid[0:height, 0:width]
    red = 128 + 100 * np.sin(right / 7 + down / 11)
    pixels = np.stack([red, (down * 5 + right * 3) % 256, np.where((right // 9 + down // 5) % 2, 200, 60)], axis=-1)
    return Image.fromarray(pixels.astype(np.uint8)).convert(mode)


def order(image: Image.Image, factor: int, *indices: int) -> DrawOrder:
    file = io.BytesIO()
    image.save(file, "PNG")
    size = Size(image.width * factor, image.height * factor)
    request = DrawRequest(
        "a robot", "storybook", size, Size(*image.size), 5, 20, 3.5,
        task=Task.UPSCALE, images=(ImageRef("before", *image.size),),
    )  # fmt: skip
    return DrawOrder("job", 1, request, indices or (0,), {"before": file.getvalue()})


def made(engine: OpenVinoEnlarger, image: Image.Image, factor: int) -> Image.Image:
    [drawn] = [event for event in engine.draw(order(image, factor), never) if isinstance(event, Drawn)]
    assert drawn.size == Size(image.width * factor, image.height * factor)
    return Image.frombytes(drawn.mode, (drawn.size.width, drawn.size.height), drawn.data)


def apart(one: Image.Image, other: Image.Image, rim: int = 0) -> int:
    """How far two pictures differ at most, without a rim of so many pixels."""
    pixels = [np.asarray(picture).astype(int) for picture in (one, other)]
    inside = slice(rim, -rim or None)
    return int(np.abs(pixels[0] - pixels[1])[inside, inside].max())


@pytest.mark.parametrize("factor", [2, 4])
def test_many_pieces_make_the_same_picture_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: int
) -> None:
    """Sixteen pieces of a picture of odd edges, and one that holds all of it. Four times as large is twice, twice."""
    image = scene(133, 151)
    monkeypatch.setattr(enlarging, "EDGE", 72)
    pieces = OpenVinoEnlarger(model(larger(tmp_path / "sharp")))
    monkeypatch.setattr(enlarging, "EDGE", 384)
    whole = OpenVinoEnlarger(model(tmp_path / "sharp"))
    for engine, count in ((pieces, 16), (whole, 1)):
        steps = {event.steps for event in engine.draw(order(image, 2), never) if isinstance(event, Progress)}
        assert steps == {count}
    assert apart(made(pieces, image, factor), made(whole, image, factor)) <= 1


def test_a_network_that_takes_one_size_only_is_given_that(engine: OpenVinoEnlarger, tmp_path: Path) -> None:
    small = OpenVinoEnlarger(model(larger(tmp_path / "small", edge=40)))
    image = scene(101, 67)
    assert apart(made(small, image, 2), made(engine, image, 2)) <= 1


def test_a_network_that_makes_them_too_large_is_made_smaller_again(engine: OpenVinoEnlarger, tmp_path: Path) -> None:
    """Twice by one that makes them four times as large: the pieces are made smaller one by one, and still meet."""
    four = OpenVinoEnlarger(model(larger(tmp_path / "sharp-x4", 4)))
    image = scene(230, 90)
    expected = made(four, image, 4).resize((460, 180), Image.Resampling.LANCZOS)
    assert apart(made(four, image, 2), expected, rim=8) <= 1
    assert apart(made(engine, image, 2), image.resize((460, 180), Image.Resampling.NEAREST)) > 1  # it does something


def test_a_network_that_makes_them_three_times_as_large_is_used_too(tmp_path: Path) -> None:
    three = OpenVinoEnlarger(model(larger_onnx(tmp_path / "x3", 3)))
    plain = Image.new("RGB", (50, 30), (10, 200, 99))
    for factor in (2, 4):
        assert apart(made(three, plain, factor), plain.resize((50 * factor, 30 * factor))) == 0


def test_a_network_as_hubs_have_it_repeats_each_pixel(tmp_path: Path) -> None:
    twice = OpenVinoEnlarger(model(larger_onnx(tmp_path / "hub")))
    image = scene(64, 48)
    assert apart(made(twice, image, 2), image.resize((128, 96), Image.Resampling.NEAREST)) == 0
    assert made(twice, Image.new("RGB", (1, 3), "red"), 4).getcolors() == [(48, (255, 0, 0))]


def test_what_is_clear_stays_clear(engine: OpenVinoEnlarger) -> None:
    image = scene(80, 60, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    after = made(engine, image, 2)
    assert after.mode == "RGBA"
    expected = image.getchannel("A").resize((160, 120), Image.Resampling.LANCZOS)
    assert after.getchannel("A").tobytes() == expected.tobytes()
    assert apart(after.convert("RGB"), made(engine, image.convert("RGB"), 2)) == 0


def test_every_piece_is_told_and_a_cancelled_one_is_the_last(engine: OpenVinoEnlarger) -> None:
    wide = scene(500, 170)
    events = list(engine.draw(order(wide, 2), never))
    assert events[:-1] == [Progress("job", 0, step, 8) for step in range(1, 9)]
    seen: list[DrawEvent] = []
    for event in engine.draw(order(wide, 4), lambda: len(seen) == 3):
        seen.append(event)
    assert [type(event) for event in seen] == [Progress] * 3


def test_what_it_cannot_do_is_an_error_in_words(engine: OpenVinoEnlarger) -> None:
    asked = order(scene(20, 20), 2)
    create = replace(asked, request=replace(asked.request, task=Task.CREATE))
    with pytest.raises(EngineError, match="only makes pictures larger; it cannot create"):
        list(engine.draw(create, never))
    for size in (Size(60, 60), Size(40, 41), Size(20, 20)):
        with pytest.raises(EngineError, match=f"2 or 4 times as large; 20x20 cannot become {size}"):
            list(engine.draw(replace(asked, request=replace(asked.request, size=size)), never))
    with pytest.raises(EngineError, match="file is damaged"):
        list(engine.draw(replace(asked, images={"before": b"\x89PNG"}), never))


def test_what_is_no_such_network_says_so_when_it_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match=r"Same makes no pictures larger: of 192x192 .* 1x3x192x192"):
        OpenVinoEnlarger(look(larger(tmp_path / "same", 1), "same"))
    with pytest.raises(ModelBroken, match=r"cannot be loaded by OpenVINO: .*com\.example\.Sharpen"):
        OpenVinoEnlarger(model(larger_onnx(tmp_path / "own", operation="Sharpen", domain="com.example")))
    with pytest.raises(ModelBroken, match="cannot be loaded by OpenVINO"):
        OpenVinoEnlarger(model(larger(tmp_path / "grey", channels=1)))
    cut = larger(tmp_path / "cut") / "openvino_model.xml"
    cut.write_bytes(cut.read_bytes()[:300])
    with pytest.raises(ModelBroken, match="cannot be loaded by OpenVINO"):
        OpenVinoEnlarger(model(cut.parent))


def test_files_that_changed_since_they_were_pulled_are_not_loaded(tmp_path: Path) -> None:
    folder = larger_onnx(tmp_path / "pulled")
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  onnx/model.onnx\n")
    with pytest.raises(ModelBroken, match=r"its file onnx/model.onnx .* is not the one it was made with"):
        OpenVinoEnlarger(model(folder))


def test_a_folder_whose_network_was_taken_out_is_told_of(tmp_path: Path) -> None:
    gone = model(larger(tmp_path / "gone"))
    (tmp_path / "gone" / "openvino_model.xml").unlink()
    with pytest.raises(NotConfigured, match=r"gone is neither .*model\.onnx"):
        OpenVinoEnlarger(gone)
