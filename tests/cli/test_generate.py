"""`limner generate`: from words to a file, with no server, beside a server, and with bad input."""

from __future__ import annotations

import io
import signal
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.process import LIMNER, Process, environment, limner

UNWRITABLE = Path("/proc" if Path("/proc/self").exists() else "/dev/fd")
"""A folder where even the superuser makes no file."""
FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all that may share it: a start costs a second."""
    return tmp_path_factory.mktemp("generate") / "home"


def test_it_draws_on_an_empty_home_without_a_server(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    done = limner(tmp_path / "home", "generate", "a red robot", "-o", str(out))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{out}\n", "")
    with Image.open(out) as picture:
        assert (picture.format, picture.size) == ("PNG", (1024, 1024))
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


@pytest.mark.extra
def test_several_pictures_are_numbered(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.webp"
    done = limner(home, "generate", "a red robot", "-o", str(out), "--n", "2", "--size", "256x256")
    assert done.stdout.split() == [str(tmp_path / "out-1.webp"), str(tmp_path / "out-2.webp")]
    for name in ("out-1.webp", "out-2.webp"):
        with Image.open(tmp_path / name) as picture:
            assert (picture.format, picture.size) == ("WEBP", (256, 256))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out-1.webp", "out-2.webp"]


@pytest.mark.extra
def test_the_same_seed_gives_the_same_picture(home: Path, tmp_path: Path) -> None:
    pixels = []
    for name in ("one.png", "two.png"):
        words = ("a red robot", "-o", str(tmp_path / name), "--size", "256x256", "--seed", "7", "--steps", "4")
        assert limner(home, "generate", *words).returncode == 0
        with Image.open(tmp_path / name) as picture:
            pixels.append(picture.tobytes())
    assert pixels[0] == pixels[1]


def test_standard_output_carries_the_picture_and_nothing_else(home: Path) -> None:
    done = subprocess.run(
        [*LIMNER, "generate", "a red robot", "-o", "-", "--size", "256x256"],
        env=environment(home),
        capture_output=True,
        timeout=90,
        check=True,
    )
    with Image.open(io.BytesIO(done.stdout)) as picture:
        assert picture.size == (256, 256)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([""], "prompt"),
        (["x" * 100_000], "prompt"),
        (["a robot", "--size", "255x255"], "'255x255'. Supported values are:"),
        (["a robot", "--scheduler", "best"], "'best'. Supported values are: 'euler', 'euler_a'"),
        (["a robot", "--n", "0"], "'n'"),
        (["a robot", "--n", "11"], "'n'"),
        (["a robot", "--n", "many"], "'many' is not a valid integer"),
        (["a robot", "--steps", "0"], "'steps'"),
        (["a robot", "--model", "nobody"], "The model 'nobody' does not exist."),
        (["a robot", "-o", "out.gif"], "out.gif does not end in .png"),
        (["a robot", "-o", "/no/such/folder/out.png"], "There is no folder /no/such/folder."),
        (["a robot", "-o", f"{UNWRITABLE}/out.png"], f"{UNWRITABLE}/out.png cannot be written: "),
        (["a robot", "-o", f"{'x' * 300}.png"], ".png cannot be written: File name too long."),
        (["a robot", "-o", f"{'x' * 300}/out.png"], "/out.png cannot be written: File name too long."),
        (["a robot", "-o", "-", "--n", "2"], "Standard output takes one picture"),
        ([], "Missing argument 'PROMPT'"),
    ],
)
def test_bad_input_is_said_before_anything_is_made(tmp_path: Path, words: list[str], said: str) -> None:
    done = limner(tmp_path / "home", "generate", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.extra
def test_a_name_as_long_as_the_file_system_takes_is_a_name(home: Path, tmp_path: Path) -> None:
    out = tmp_path / f"{'x' * 251}.png"
    done = limner(home, "generate", "a red robot", "-o", str(out), "--size", "256x256", "--steps", "4")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.extra
@pytest.mark.skipif(not FULL.exists(), reason="this system has no file that is always full")
def test_a_picture_that_cannot_be_written_at_the_end_is_kept_and_said(home: Path) -> None:
    with FULL.open("wb") as full:
        done = subprocess.run(
            [*LIMNER, "generate", "a red robot", "-o", "-", "--size", "256x256", "--steps", "4"],
            env=environment(home),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=90,
            check=False,
        )
    sentences = (
        "Standard output cannot be written: No space left on device. "
        "The picture is kept: `limner serve` shows it in the studio.\n"
    )
    assert (done.returncode, done.stderr) == (1, sentences)


def test_a_strangers_words_cannot_command_the_terminal(tmp_path: Path) -> None:
    done = limner(tmp_path / "home", "generate", "a robot", "--model", "\x1b]0;owned\x07\x1b[2J")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr
    assert "\\x1b" in done.stderr


def test_a_server_of_the_same_home_draws_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Process(home, "serve") as served:
        served.wait_for("/healthz")
        out = tmp_path / "out.png"
        done = limner(home, "generate", "a red robot", "-o", str(out), "--size", "256x256")
        assert (done.returncode, done.stdout) == (0, f"{out}\n")
        job = served.ask("GET", "/api/v1/jobs").json["jobs"][0]
        assert job["state"] == "done"
        assert served.stop() == 0


@pytest.mark.extra
def test_an_interrupt_cancels_the_job(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    process = subprocess.Popen(
        [*LIMNER, "generate", "a red robot", "-o", str(out), "--n", "10", "--steps", "60"],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with Process(home, "web") as web, process:
        web.wait_for("/livez")
        web.wait_until(lambda: [job["state"] for job in web.jobs()][:1] == ["running"])
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
        assert process.returncode == 128 + signal.SIGINT
        assert "Cancelled." in stderr
        assert web.jobs()[0]["state"] == "cancelled"
        assert web.stop() == 0
