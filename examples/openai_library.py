"""Draw with OpenAI's own library: only `base_url` is different.

    pip install openai
    python openai_library.py "a friendly robot holding a flower"

With accounts on, put a key of `limner key add` into OPENAI_API_KEY.
"""

import base64
import os
import sys
from pathlib import Path

from openai import OpenAI

prompt = sys.argv[1] if len(sys.argv) > 1 else "a friendly robot holding a flower"

client = OpenAI(
    base_url=os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1"),
    api_key=os.environ.get("OPENAI_API_KEY", "none is needed in personal mode"),
)

# A program that was written for DALL·E: it gets links, good for an hour and more.
answer = client.images.generate(model="dall-e-2", prompt=prompt, n=2, size="512x512")
for picture in answer.data or []:
    print(picture.url)

# One that was written for gpt-image: it always gets the bytes. What only Limner knows goes into extra_body.
answer = client.images.generate(model="gpt-image-1", prompt=prompt, extra_body={"seed": 7, "steps": 20})
for picture in answer.data or []:
    Path("picture.png").write_bytes(base64.b64decode(picture.b64_json or ""))
    print("picture.png")
