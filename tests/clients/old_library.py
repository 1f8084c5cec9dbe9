"""A program of the DALL·E years: OpenAI's library 0.27.8, run by the Python of its own environment.

Reads one call a line from standard input, `{"verb": "create_edit", "fields": {…}, "files": {"image": PATH}}`, and
writes what came of it as one line: the answer, or the error by the library's class for it.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from typing import Any

import openai


def called(told: dict[str, Any]) -> dict[str, Any]:
    """One call, as such programs make it."""
    kind = openai.Model if told["verb"] == "retrieve" else openai.Image
    with ExitStack() as opened:
        files = {name: opened.enter_context(open(path, "rb")) for name, path in told["files"].items()}
        try:
            answer = getattr(kind, told["verb"])(**told["fields"], **files)
        except openai.error.OpenAIError as error:
            return {
                "error": type(error).__name__,
                "param": getattr(error, "param", None),
                "code": error.code,
                "message": str(error),
            }
    found: dict[str, Any] = answer.to_dict_recursive()
    return found


if __name__ == "__main__":
    openai.api_base, openai.api_key = sys.argv[1:]
    print(json.dumps({"openai": openai.version.VERSION}), flush=True)
    for line in sys.stdin:
        print(json.dumps(called(json.loads(line))), flush=True)
