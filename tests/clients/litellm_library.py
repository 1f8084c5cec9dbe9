"""A program that draws through LiteLLM's client: one call a line from standard input, one line of what came of it.

`{"verb": "image_edit", "files": [PATH, …], "fields": {…}}`: the answer is LiteLLM's own object for it, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from importlib.metadata import version
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it fetches its prices when it is imported

import litellm
import openai

litellm.suppress_debug_info = True
VERBS = {"image_generation": litellm.image_generation, "image_edit": litellm.image_edit}


def called(told: dict[str, Any], where: dict[str, str]) -> dict[str, Any]:
    """One call, as its users make it: `openai/` before the name, and an `api_base`."""
    with ExitStack() as opened:
        images = [opened.enter_context(open(path, "rb")) for path in told.get("files", [])]
        try:
            answer = VERBS[told["verb"]](**told["fields"], **({"image": images} if images else {}), **where)
        except openai.OpenAIError as error:
            return {"error": type(error).__name__, "message": str(error)}
    return {"class": type(answer).__name__, **json.loads(answer.model_dump_json())}


if __name__ == "__main__":
    base, key = sys.argv[1:]
    print(json.dumps({"litellm": version("litellm")}), flush=True)
    for line in sys.stdin:
        print(json.dumps(called(json.loads(line), {"api_base": base, "api_key": key})), flush=True)
