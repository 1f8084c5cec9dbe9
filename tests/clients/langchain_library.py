"""A program that draws through LangChain's wrapper: one call a line from standard input, one line of what came of it.

`{"verb": "run", "query": "…", "fields": {…}}`; the wrapper finds Limner by OPENAI_API_BASE, as its users do.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from importlib.metadata import version

with warnings.catch_warnings():  # it says that it is looked after no more
    warnings.simplefilter("ignore")
    from langchain_community.utilities.dalle_image_generator import DallEAPIWrapper

if __name__ == "__main__":
    os.environ["OPENAI_API_BASE"], os.environ["OPENAI_API_KEY"] = sys.argv[1:]
    print(json.dumps({"langchain-community": version("langchain-community")}), flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        print(json.dumps({"said": DallEAPIWrapper(**told["fields"]).run(told["query"])}), flush=True)
