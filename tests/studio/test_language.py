"""Pages speak the browser's language; programs are answered in English, whatever they say they speak."""

from __future__ import annotations

import json
import re

import pytest
from django.test import AsyncClient, Client
from django.utils import translation

from limner.errors import say
from limner.look.speech import spoken
from limner.studio import wording
from tests.studio.conftest import HTMX

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_a_page_speaks_spanish_to_whoever_asks_for_it(db: None, client: Client) -> None:
    page = client.get("/", headers=SPANISH)
    assert '<html lang="es" dir="ltr">' in text(page)
    assert "¿Qué debe mostrar la imagen?" in text(page)
    assert page.headers["Content-Language"] == "es"
    assert "Accept-Language" in page.headers["Vary"]


@pytest.mark.parametrize("languages", ["", "de,fr;q=0.5", "*", "nonsense;;"])
def test_everybody_else_is_spoken_to_in_english(db: None, client: Client, languages: str) -> None:
    page = text(client.get("/", headers={"Accept-Language": languages}))
    assert '<html lang="en" dir="ltr">' in page
    assert "What should the picture show?" in page


def test_what_a_page_refuses_is_said_in_its_language(db: None, client: Client) -> None:
    answer = client.post("/make", {"prompt": "a red robot", "n": "99"}, headers={**HTMX, **SPANISH})
    assert answer.status_code == 400
    assert "por encima del máximo" in text(answer)


@pytest.mark.django_db(transaction=True)
def test_programs_are_answered_in_english(client: Client) -> None:
    answer = client.get("/v1/models/nobody", headers=SPANISH)
    assert answer.status_code == 404
    assert "The model 'nobody' does not exist" in text(answer)
    assert "Content-Language" not in answer.headers


@pytest.mark.django_db(transaction=True)
async def test_a_page_that_waits_speaks_the_same_language_in_its_threads(async_client: AsyncClient) -> None:
    page = text(await async_client.get("/admin/upstreams", headers=SPANISH))
    assert '<html lang="es" dir="ltr">' in page
    assert "Servidores externos" in page


def test_a_page_brings_along_what_its_scripts_say(db: None, client: Client) -> None:
    brought = re.search(
        '<script id="script-words" type="application/json">(.*)</script>', text(client.get("/", headers=SPANISH))
    )
    assert brought is not None
    assert json.loads(brought.group(1))["Step {step} of {steps}"] == "Paso {step} de {steps}"
    assert 'id="script-words"' not in text(client.get("/"))


def test_somebody_may_choose_another_language_than_their_browser_says(db: None, client: Client) -> None:
    assert '<button class="button button-quiet" name="language" value="es" lang="es">Español</button>' in text(
        client.get("/")
    )
    answer = client.post("/language", {"language": "es", "next": "/upload"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/upload")
    assert '<html lang="es" dir="ltr">' in text(client.get("/"))
    client.post("/language", {"language": "en"})
    assert '<html lang="en" dir="ltr">' in text(client.get("/", headers=SPANISH))


def test_english_prompts_on_a_spanish_page_say_that_they_are_english(db: None, client: Client) -> None:
    page = text(client.get("/", headers=SPANISH))
    examples = re.findall(r'<button [^>]*data-example="([^"]*)">(.*?)</button>', page)
    assert len(examples) > 1
    assert f'</span> <span lang="en">{examples[0][0]}</span>' in examples[0][1]
    for words, said in examples[1:]:
        assert f'<button type="button" class="chip-button" lang="en" data-example="{words}">{said}</button>' in page


def test_a_prompts_length_and_theme_are_named_in_the_language_of_the_page(db: None, client: Client) -> None:
    page = text(client.get("/", headers=SPANISH))
    assert '<label for="theme">Tema</label>' in page
    for value, title in (("short", "Corta"), ("medium", "Media"), ("long", "Larga")):
        assert re.search(f'<option value="{value}"(?: selected)?>{title}</option>', page)


def test_a_page_leaves_the_language_as_it_was(db: None, client: Client) -> None:
    client.get("/", headers=SPANISH)
    assert translation.get_language() == "en"


def test_a_sentence_is_english_until_a_page_speaks_it() -> None:
    sentence = say("Drawn by {upstream} ({kind}).", upstream="north", kind=say("a number"))
    assert sentence == "Drawn by north (a number)."
    assert spoken(sentence) == "Drawn by north (a number)."
    with translation.override("es"):
        assert sentence == "Drawn by north (a number)."
        assert spoken(sentence) == "Dibuja north (un número)."
        assert spoken("Drawn by hand.") == "Drawn by hand."


def test_numbers_choose_their_words() -> None:
    with translation.override("es"):
        assert wording.credits(1000, None) == "1 crédito"
        assert wording.credits(2500, None) == "2.5 créditos"
        assert wording.price(5300) == "unos 5,3 centavos"
