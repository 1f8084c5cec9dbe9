"""Nothing calls home: real processes, an empty home, one drawing, and no address but this machine's own."""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.quiet_room import DOCUMENTATION_ADDRESS

HERE = Path(__file__).parent
NAMESPACES = (["unshare", "--net"], ["unshare", "--net", "--map-root-user"])


def namespace() -> list[str]:
    """The command that gives a process a network of its own; empty where this machine does not allow it."""
    for command in NAMESPACES:
        try:
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
                return command
        except FileNotFoundError:
            break
    return []


def stays_here(address: Any) -> bool:
    """True for a loopback address or name, a path (unix socket), and nothing."""
    if isinstance(address, list):
        address = address[0] if address else None
    if address is None or address in ("", "localhost"):
        return True
    if not isinstance(address, str):
        return False
    if address.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@pytest.mark.timeout(240)
@pytest.mark.extra
def test_serving_drawing_and_the_doctor_turn_to_no_other_machine(tmp_path: Path) -> None:
    heard_file = tmp_path / "heard"
    apart = namespace()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LIMNER_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(HERE / "ear"),
        "EAR_FILE": str(heard_file),
    }
    day = subprocess.run(
        [
            *apart,
            *(sys.executable, str(HERE / "quiet_room.py"), str(Path(sys.executable).parent / "limner")),
            *(["--count"] if apart else []),
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert day.returncode == 0, day.stderr
    report = json.loads(day.stdout)
    assert report["picture"] > 1000
    assert report["doctor"] == 0, day.stderr
    heard = [json.loads(line) for line in heard_file.read_text().splitlines()]
    started = {" ".join(entry["process"]) for entry in heard if entry["event"] == "start"}
    for what in ("limner serve", "limner doctor", "limner.engines.placement.host"):
        assert any(what in process for process in started), f"nobody listened in {what}: {started}"
    turned_to = [entry for entry in heard if entry["event"] != "start"]
    assert any(entry["event"] == "socket.connect" for entry in turned_to), "the ear is deaf"
    elsewhere = [entry for entry in turned_to if not stays_here(entry["address"])]
    if apart:
        on_purpose = elsewhere.pop()  # the last word is the day's own: it shows that ear and counter are awake
        assert on_purpose["address"] == [DOCUMENTATION_ADDRESS, 9]
        assert report["counter_sees"] > 0, "the kernel's count is blind"
        assert report["no_way_out"] == 0, f"something tried to leave this machine; Python heard {elsewhere}"
    assert elsewhere == []


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        (["127.0.0.1", 80], True),
        (["::1", 80, 0, 0], True),
        ("localhost", True),
        ("/run/socket", True),
        (["192.0.2.1", 443], False),
        ("example.com", False),
        (["10.0.0.1", 53], False),
    ],
)
def test_the_ear_tells_here_from_elsewhere(address: Any, stays: bool) -> None:
    assert stays_here(address) is stays
