"""Asks for pictures through the front doors, as a process of its own whose database is away or takes no write.

`python -m tests.faults.asker [--full]`. It prints one line of JSON for each answer: status, headers, text. `--full`:
it submits a job, then may write no more files, then asks, and then cancels that job.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    import django

    django.setup()
    from django.test import Client

    from limner.accounts.sign_in import owner
    from limner.errors import Unavailable
    from limner.jobs.services import cancel
    from tests.jobs.house import ask

    client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    client.get("/")  # a server has its static files before it answers
    if options.full:
        job = ask(owner())
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    words = {"prompt": "a friendly robot", "size": "512x512"}
    for answer in (
        client.post("/v1/images/generations", words, content_type="application/json"),
        client.post("/make", words, headers={"HX-Request": "true"}),
        client.post("/make", words),
    ):
        headers = {name.lower(): value for name, value in answer.headers.items()}
        print(json.dumps({"status": answer.status_code, "headers": headers, "text": answer.text}), flush=True)
    if options.full:
        try:
            cancel(owner(), job.public_id)
        except Unavailable as error:
            print(json.dumps({"status": error.status, "headers": {}, "text": error.message}), flush=True)


if __name__ == "__main__":
    main()
