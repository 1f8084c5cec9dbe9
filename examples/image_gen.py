"""The five steps of a beginner's course in drawing by program, as they were in 2023 and as they are today.

    python image_gen.py 1    create a picture
    python image_gen.py 2    print the response
    python image_gen.py 3    take the URL
    python image_gen.py 4    ask for 255x255, and read the error
    python image_gen.py 5    mend it

Start `limner serve` first. After `pip install openai==0.27.8` the steps of 2023 run, unchanged since;
after `pip install openai` those that stand beside them. With accounts on, put a key of `limner key add` into
OPENAI_API_KEY.
"""

import os
import sys

import openai

LIMNER = "http://127.0.0.1:8080/v1"
PROMPT = "a friendly robot holding a flower"


# 1: create a picture


def create_2023():
    openai.Image.create(prompt=PROMPT, n=1, size="256x256")
    print("The picture is drawn.")


def create_today(client):
    client.images.generate(prompt=PROMPT, n=1, size="256x256")
    print("The picture is drawn.")


# 2: print the response


def print_response_2023():
    response = openai.Image.create(prompt=PROMPT, n=1, size="256x256")
    print(response)


def print_response_today(client):
    response = client.images.generate(prompt=PROMPT, n=1, size="256x256")
    print(response.to_json())


# 3: take the URL


def take_url_2023():
    response = openai.Image.create(prompt=PROMPT, n=1, size="256x256")
    print(response["data"][0]["url"])


def take_url_today(client):
    response = client.images.generate(prompt=PROMPT, n=1, size="256x256")
    print(response.data[0].url)


# 4: ask for a size that there is not, and read the error


def read_error_2023():
    try:
        openai.Image.create(prompt=PROMPT, n=1, size="255x255")
    except openai.error.InvalidRequestError as error:
        print(error)


def read_error_today(client):
    try:
        client.images.generate(prompt=PROMPT, n=1, size="255x255")
    except openai.BadRequestError as error:
        print(error)


# 5: mend it: the error names the sizes that there are


def mend_2023():
    response = openai.Image.create(prompt=PROMPT, n=1, size="256x256")
    print(response["data"][0]["url"])


def mend_today(client):
    response = client.images.generate(prompt=PROMPT, n=1, size="256x256")
    print(response.data[0].url)


STEPS_2023 = [create_2023, print_response_2023, take_url_2023, read_error_2023, mend_2023]
STEPS_TODAY = [create_today, print_response_today, take_url_today, read_error_today, mend_today]


def main():
    if sys.argv[1:] not in (["1"], ["2"], ["3"], ["4"], ["5"]):
        sys.exit(__doc__)
    step = int(sys.argv[1]) - 1
    key = os.environ.get("OPENAI_API_KEY", "none is needed in personal mode")
    if openai.VERSION.startswith("0."):
        openai.api_base = os.environ.get("OPENAI_API_BASE", LIMNER)
        openai.api_key = key
        STEPS_2023[step]()
    else:
        client = openai.OpenAI(base_url=os.environ.get("OPENAI_BASE_URL", LIMNER), api_key=key)
        STEPS_TODAY[step](client)


if __name__ == "__main__":
    main()
