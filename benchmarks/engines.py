"""A real model on this machine: SD-Turbo's shape (865 million weights, untrained), 512×512, one step.

    .venv-extra/bin/python -m benchmarks.engines [--runs 5] [--keep FOLDER] [--eight-bits]

They take turns in one run, in three processes: diffusers as it comes (32 bits) with the model's own autoencoder
and with a tiny one, OpenVINO GenAI as it comes, and Limner's engine on the same files. The model is made here, in
five minutes and three gigabytes of disk; --keep keeps it in FOLDER for the next run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, cast

from benchmarks.measure.table import Row, show

PROMPT = "a red lighthouse beside the sea at sunset"
EDGE = 512
Draw = Callable[[int], object]
THEIRS, CONVERTED, TINY = "turbo", "turbo-ov", "tiny"


def make(folder: Path, in_eight_bits: bool) -> None:
    """The model in diffusers' form, a tiny autoencoder, and the model in OpenVINO's form."""
    from limner.engines.adapters.openvino.converting import convert
    from limner.engines.weights.placing import settle

    if not (folder / THEIRS / "model_index.json").exists():
        print("Making the model …", flush=True)
        _theirs(folder)
    place = folder / _converted(in_eight_bits)
    if not place.exists():
        stage = folder / f"{place.name}.stage"
        stage.mkdir(exist_ok=True)
        convert(
            folder / THEIRS,
            stage,
            "Turbo",
            in_eight_bits=in_eight_bits,
            tiny=folder / TINY,
            said=lambda part: print(f"Converting {part} …", flush=True),
        )
        settle(stage, place, {"converted": THEIRS})


def _theirs(folder: Path) -> None:
    import diffusers
    import torch
    import transformers
    from tokenizers.pre_tokenizers import ByteLevel

    letters = sorted(ByteLevel.alphabet())
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    ends = {"bos_token_id": len(words) - 2, "eos_token_id": len(words) - 1, "pad_token_id": len(words) - 1}
    torch.set_default_dtype(torch.float16)
    try:
        text_encoder = transformers.CLIPTextModel(
            transformers.CLIPTextConfig(
                hidden_size=1024,
                intermediate_size=4096,
                num_hidden_layers=23,
                num_attention_heads=16,
                hidden_act="gelu",
                projection_dim=512,
                **ends,
            )
        )
        unet = diffusers.UNet2DConditionModel(
            sample_size=64,
            block_out_channels=(320, 640, 1280, 1280),
            attention_head_dim=(5, 10, 20, 20),
            cross_attention_dim=1024,
            use_linear_projection=True,
        )
        own = diffusers.AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
            sample_size=512,
        )
        diffusers.AutoencoderTiny().save_pretrained(folder / TINY)
    finally:
        torch.set_default_dtype(torch.float32)
    diffusers.StableDiffusionPipeline(
        vae=own,
        text_encoder=text_encoder,
        tokenizer=transformers.CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77),
        unet=unet,
        scheduler=diffusers.EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="trailing"
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder / THEIRS)
    print(f"{sum(weight.numel() for weight in unet.parameters()) / 1e6:.0f} million weights", flush=True)


def _converted(in_eight_bits: bool) -> str:
    return f"{CONVERTED}-int8" if in_eight_bits else CONVERTED


# What draws: each answers with a function that draws the picture of a seed. -----------------------------------


def theirs(folder: Path) -> dict[str, Draw]:
    """diffusers as its documentation shows it, with each autoencoder in turn."""
    import diffusers
    import torch

    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(
        folder / THEIRS, dtype=torch.float32, local_files_only=True
    )
    pipeline.set_progress_bar_config(disable=True)
    own, tiny = pipeline.vae, diffusers.AutoencoderTiny.from_pretrained(folder / TINY, dtype=torch.float32)

    def draw(seed: int, autoencoder: Any) -> object:
        pipeline.vae = autoencoder
        chance = torch.Generator().manual_seed(seed)
        return pipeline(
            PROMPT, width=EDGE, height=EDGE, num_inference_steps=1, guidance_scale=0.0, generator=chance
        ).images[0]

    return {"theirs": lambda seed: draw(seed, own), "theirs, tiny": lambda seed: draw(seed, tiny)}


def bare(folder: Path) -> dict[str, Draw]:
    """OpenVINO GenAI as its documentation shows it, told of the machine as Limner tells it."""
    from limner.engines.adapters.openvino.library import load_library, properties

    openvino, genai = load_library()
    pipeline = genai.Text2ImagePipeline(folder, "CPU", **properties(openvino))

    def draw(seed: int) -> object:
        return pipeline.generate(
            PROMPT,
            width=EDGE,
            height=EDGE,
            num_inference_steps=1,
            guidance_scale=0.0,
            generator=genai.CppStdGenerator(seed),
        ).data

    return {"bare": draw}


def ours(folder: Path) -> dict[str, Draw]:
    """Limner's engine, as the process that holds a model has it."""
    from limner.engines.contract import Drawn, DrawOrder, DrawRequest, Engine, Size
    from limner.engines.registry import build_engine
    from limner.engines.weights import look

    model = look(folder, folder.name)
    engine = cast("Engine", build_engine(model))
    size = Size(EDGE, EDGE)

    def draw(seed: int) -> object:
        request = DrawRequest(PROMPT, model.name, size, size, seed, 1, 0.0)
        events = list(engine.draw(DrawOrder(f"job {seed}", 1, request, (0,)), lambda: False))
        assert isinstance(events[-1], Drawn)
        return events[-1]

    return {"ours": draw}


def serve(folder: Path, who: str, in_eight_bits: bool) -> None:
    """In a process of its own: for each name and seed on standard input, draw, and say the seconds."""
    converted = folder / _converted(in_eight_bits)
    draws = theirs(folder) if who == "theirs" else bare(converted) if who == "bare" else ours(converted)
    print("ready", flush=True)
    for line in sys.stdin:
        name, _, seed = line.rpartition(" ")
        begun = time.perf_counter()
        draws[name](int(seed))
        print(json.dumps(time.perf_counter() - begun), flush=True)


class Drawer:
    """The process of one of them."""

    def __init__(self, arguments: list[str], who: str) -> None:
        command = [sys.executable, "-m", "benchmarks.engines", *arguments, "--who", who]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._said()

    def draw(self, name: str, seed: int) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name} {seed}\n")
        self._process.stdin.flush()
        return float(json.loads(self._said()))

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def _said(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("One of those who draw has ended.")
        return line


def measure(folder: Path, runs: int, in_eight_bits: bool) -> dict[str, list[float]]:
    arguments = ["--keep", str(folder), *(["--eight-bits"] if in_eight_bits else [])]
    drawers: dict[str, Drawer] = {}
    seconds: dict[str, list[float]] = {"theirs": [], "theirs, tiny": [], "bare": [], "ours": []}
    try:
        for name in seconds:
            who = name.partition(",")[0]
            if who not in drawers:
                drawers[who] = Drawer(arguments, who)
            drawers[who].draw(name, 0)
        for seed in range(1, runs + 1):
            for name, found in seconds.items():
                found.append(drawers[name.partition(",")[0]].draw(name, seed))
    finally:
        for drawer in drawers.values():
            drawer.end()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="where the model is, or shall be kept")
    parser.add_argument("--eight-bits", action="store_true", help="OpenVINO's weights in eight bits")
    parser.add_argument("--who", help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.who:
        serve(said.keep, said.who, said.eight_bits)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = said.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, said.eight_bits)
        seconds = measure(folder, said.runs, said.eight_bits)
    mine = seconds["ours"]
    against = {who: [one / own for one, own in zip(seconds[who], mine, strict=True)] for who in seconds}
    overhead = [own / one for one, own in zip(seconds["bare"], mine, strict=True)]
    show(
        "SD-Turbo's shape, 865 M weights, 512×512, one step",
        [
            Row("Limner's engine, tiny autoencoder", mine, "s", 2.5),
            Row("OpenVINO GenAI alone", seconds["bare"], "s"),
            Row("diffusers, 32 bits, tiny autoencoder", seconds["theirs, tiny"], "s"),
            Row("diffusers, 32 bits, its own autoencoder", seconds["theirs"], "s"),
            Row("engine ÷ bare pipeline", overhead, "×", 1.05),
            Row("diffusers with the tiny one ÷ engine", against["theirs, tiny"], "×", least=4),
            Row("diffusers as it comes ÷ engine", against["theirs"], "×"),
        ],
    )
    print(f"median, engine: {median(mine):.2f} s. The bars are for 2 cores with AMX; this machine: {_capabilities()}")


def _capabilities() -> str:
    import openvino

    return ", ".join(openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


if __name__ == "__main__":
    main()
