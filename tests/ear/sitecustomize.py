"""Put on PYTHONPATH by test_nothing_calls_home: writes down every address that a Python process turns to.

Python runs this file by itself at its start, in the server, in the model child, and in whatever they start.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

FILE = os.environ.get("EAR_FILE")
ADDRESS_AT = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.bind": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}


def write(event: str, address: Any) -> None:
    line = json.dumps({"process": sys.orig_argv, "event": event, "address": address}, default=repr) + "\n"
    file = os.open(str(FILE), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ADDRESS_AT:
        write(event, arguments[ADDRESS_AT[event]])


if FILE:
    write("start", None)
    sys.addaudithook(hear)
