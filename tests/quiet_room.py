"""A day in the life of a new Limner where nothing beyond this machine can be reached: serve, one drawing, doctor.

`python quiet_room.py LIMNER` prints one JSON object. It is a program, not a test: `test_nothing_calls_home` runs it
in a network namespace of its own, whose kernel counts what found no way out. That count also catches native code and
uvloop, of which Python's audit hooks hear nothing.
"""

from __future__ import annotations

import fcntl
import json
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

START_SECONDS = 90
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
DOCUMENTATION_ADDRESS = "192.0.2.1"
"""RFC 5737: belongs to nobody."""


def bring_up_loopback() -> None:
    """A new network namespace has a loopback interface that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        answer = fcntl.ioctl(handle, SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack("16sh14x", answer)[1]
        if not flags & IFF_UP:
            fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def no_way_out() -> int:
    """How many packets and connections of this namespace had nowhere to go, by the kernel's count."""
    names, values = (
        line.split()[1:] for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")
    )
    total = int(dict(zip(names, values, strict=True))["OutNoRoutes"])
    snmp6 = Path("/proc/net/snmp6")
    for line in snmp6.read_text().splitlines() if snmp6.exists() else ():
        if line.startswith("Ip6OutNoRoutes"):
            total += int(line.split()[1])
    return total


def try_to_leave() -> None:
    """What the counter must notice, or it is blind."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        try:
            handle.connect((DOCUMENTATION_ADDRESS, 9))
        except OSError:
            return
    raise SystemExit("there is a way out of this namespace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except OSError as error:  # not there yet, not healthy yet (503), or too busy to answer
            if server.poll() is not None:
                raise SystemExit(f"limner serve ended with {server.returncode}") from error
            if time.monotonic() > until:
                raise SystemExit(f"no picture can be drawn after {START_SECONDS} s: {error}") from error
            time.sleep(0.1)


def draw(url: str) -> int:
    """One picture through the API; the number of its characters in base64."""
    body = json.dumps({"prompt": "a red robot", "size": "256x256", "response_format": "b64_json"}).encode()
    request = urllib.request.Request(
        f"{url}/v1/images/generations", data=body, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=90) as answer:
        return len(json.load(answer)["data"][0]["b64_json"])


def main(limner: str) -> None:
    counted = "--count" in sys.argv
    before = 0
    if counted:
        bring_up_loopback()
        before = no_way_out()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([limner, "serve", "--port", str(port)], stdout=sys.stderr)
    try:
        wait_until_healthy(url, server)
        picture = draw(url)
        doctor = subprocess.run([limner, "doctor"], stdout=sys.stderr, check=False).returncode
    finally:
        server.send_signal(signal.SIGTERM)
        ended = server.wait(timeout=30)
    report = {"picture": picture, "doctor": doctor, "serve": ended}
    if counted:
        report["no_way_out"] = no_way_out() - before
        try_to_leave()
        report["counter_sees"] = no_way_out() - before - report["no_way_out"]
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])
