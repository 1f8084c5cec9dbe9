"""A letterbox on this machine: a mail server that keeps what it is sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass
class Letterbox:
    url: str = ""
    letters: list[EmailMessage] = field(default_factory=list)


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    here = Letterbox()

    class Postman(StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 letterbox")
            for line in self.rfile:
                if line.upper().startswith(b"DATA"):
                    self.say("354 go on")
                    letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                    here.letters.append(message_from_bytes(letter, policy=policy.default))
                self.say("250 yes")
                if line.upper().startswith(b"QUIT"):
                    return

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    server = ThreadingTCPServer(("127.0.0.1", 0), Postman)
    here.url = f"smtp://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
