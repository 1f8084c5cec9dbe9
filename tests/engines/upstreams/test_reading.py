"""upstreams.toml and the environment: what they say, and what is told to whoever wrote it wrongly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from limner.engines.contract import Size
from limner.engines.upstreams import BadUpstream, Secret, configure, read, upstream, upstreams
from limner.engines.upstreams.addresses import checked_url, is_own
from limner.engines.upstreams.kinds import KINDS
from limner.engines.upstreams.remembering import FILE_NAME, remember
from limner.errors import NotConfigured
from tests.engines.upstreams.conftest import KEY, Read

DOCUMENT = Path(__file__).parents[3] / "docs" / "engines.md"


def test_nothing_configured_is_no_upstream(toml: Read) -> None:
    assert toml() == {}
    assert toml("# nothing yet\n") == {}


def test_a_key_in_the_environment_makes_openai(toml: Read) -> None:
    openai = toml(OPENAI_API_KEY=KEY, OPENAI_ORG_ID="org-1", OPENAI_PROJECT_ID="proj-1")["openai"]
    assert (openai.kind, openai.url, openai.key) == ("openai", "https://api.openai.com/v1", Secret(KEY))
    assert openai.headers == {"OpenAI-Organization": "org-1", "OpenAI-Project": "proj-1"}
    assert openai.models[0].name == "gpt-image-2"
    assert not openai.resend
    assert openai.extra == {}
    assert not openai.listed


def test_the_key_may_be_kept_in_a_file(toml: Read, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert toml(OPENAI_API_KEY_FILE=str(tmp_path / "key"))["openai"].key.reveal() == KEY
    (tmp_path / "empty").write_text("\n")
    for file, said in (("empty", "is empty"), ("gone", "cannot be read")):
        with pytest.raises(BadUpstream, match=f"OPENAI_API_KEY_FILE: .*{file} {said}"):
            toml(OPENAI_API_KEY_FILE=str(tmp_path / file))


def test_files_that_windows_editors_wrote_are_read(toml: Read, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\r\n", encoding="utf-8-sig")
    lines = '\ufeff[far]\r\nkind = "other"\r\nurl = "https://far.example/v1"\r\nkey_file = "key"\r\n'
    assert toml(lines)["far"].key.reveal() == KEY


def test_a_base_url_takes_the_key_elsewhere(toml: Read) -> None:
    assert toml(OPENAI_API_KEY=KEY, OPENAI_BASE_URL="http://localhost:4000/")["openai"].url == (
        "http://localhost:4000/v1"
    )
    with pytest.raises(BadUpstream, match=r"OPENAI_BASE_URL: .* https://"):
        toml(OPENAI_API_KEY=KEY, OPENAI_BASE_URL="http://example.com/v1")


def test_a_table_called_openai_takes_the_environments_key_only_to_the_same_place(toml: Read) -> None:
    openai = toml("[openai]\nconcurrency = 2\n", OPENAI_API_KEY=KEY)["openai"]
    assert (openai.concurrency, openai.key.reveal()) == (2, KEY)
    proxied = toml("[openai]\nconcurrency = 2\n", OPENAI_API_KEY=KEY, OPENAI_BASE_URL="https://proxy.example.com/v1")
    assert proxied["openai"].url == "https://proxy.example.com/v1"
    with pytest.raises(BadUpstream, match=r"\[openai\], key: OpenAI needs one"):
        toml('[openai]\nurl = "https://elsewhere.example.com/v1"\n', OPENAI_API_KEY=KEY)
    other = toml('[openai]\nkind = "other"\nurl = "https://elsewhere.example.com/v1"\n', OPENAI_API_KEY=KEY)["openai"]
    assert not other.key


def test_the_file_lies_at_home_or_where_the_setting_says(toml: Read, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text('[localai]\nurl = "http://localhost:8081"\n')
    assert list(toml(LIMNER_UPSTREAMS="elsewhere.toml")) == ["localai"]
    assert list(toml(LIMNER_UPSTREAMS=str(tmp_path / "elsewhere.toml"))) == ["localai"]
    with pytest.raises(BadUpstream, match=r"LIMNER_UPSTREAMS names .*gone\.toml, and there is no such file"):
        toml(LIMNER_UPSTREAMS="gone.toml")


def test_openai_comes_first_and_then_the_tables_in_their_order(toml: Read) -> None:
    text = '[localai]\nurl = "http://localhost:1"\n[house]\nkind = "limner"\nurl = "https://limner.example.com"\n'
    assert list(toml(text, OPENAI_API_KEY=KEY)) == ["openai", "localai", "house"]


def test_a_table_says_everything_about_a_server(toml: Read) -> None:
    house = toml(
        """
        [gpu]
        kind = "vllm-omni"
        url = "http://gpu.lan:8000"
        key_env = "GPU_KEY"
        concurrency = 3
        per_minute = 60
        resend = false
        timeout = 900
        supports = ["generations"]
        extra = { guidance = "true_cfg_scale", negative_prompt = false }

        [gpu.models."Qwen/Qwen-Image"]
        sizes = ["1328x1328", "1664x928"]
        prices = { "1328x1328" = 0.01 }
        """,
        GPU_KEY=KEY,
    )["gpu"]
    assert house.url == "http://gpu.lan:8000/v1"
    assert (house.concurrency, house.per_minute, house.resend, house.timeout) == (3, 60, False, 900.0)
    assert house.supports == {"generations"}
    assert house.extra == {"seed": "seed", "steps": "num_inference_steps", "guidance": "true_cfg_scale"}
    (model,) = house.models
    assert (model.name, model.sizes) == ("Qwen/Qwen-Image", (Size(1328, 1328), Size(1664, 928)))
    assert model.prices == {"1328x1328": 1000}
    assert house.key.reveal() == KEY
    assert house.listed


def test_what_a_model_does_not_say_its_upstream_says_for_all(toml: Read) -> None:
    text = '[localai]\nurl="http://localhost"\nprices=0.5\nsizes=["512x512"]\n'
    one, two = toml(text + "[localai.models]\na = {}\nb = { prices = 0 }\n")["localai"].models
    assert (one.prices, two.prices) == ({"": 50_000}, {"": 0})
    assert one.sizes == two.sizes == (Size(512, 512),)


@pytest.mark.parametrize(
    ("rows", "resend"),
    [
        ('kind = "localai"', True),
        ('kind = "localai"\nprices = 0.01', False),
        ('kind = "localai"\nmodels = ["a"]', True),
        ('kind = "other"', False),
        ('kind = "other"\nprices = 0', True),
        ('kind = "limner"\nmodels = ["storybook"]', False),
        ('kind = "limner"\nmodels = ["storybook"]\nprices = 0', True),
        ('kind = "localai"\nmodels = { a = {}, b = { prices = { high = 0.1 } } }', False),
        ('kind = "other"\nresend = true', True),
    ],
)
def test_what_was_not_answered_is_sent_again_only_where_it_costs_nothing(toml: Read, rows: str, resend: bool) -> None:
    assert toml(f'[x]\nurl = "http://localhost"\n{rows}\n')["x"].resend is resend


def test_a_table_names_a_chat_model_beside_its_image_models_or_alone(toml: Read, tmp_path: Path) -> None:
    text = '[ollama]\nkind = "other"\nurl = "http://localhost:11434"\nwrites = "llama3.2"\n'
    assert (toml(text)["ollama"].writes, toml(text)["ollama"].models) == ("llama3.2", ())
    remember(toml(text)["ollama"], ["llama3.2"], tmp_path)
    assert toml(text + "models = []\n")["ollama"].models == (), "it draws nothing, whatever it named"
    assert toml(text + 'models = ["flux"]\n')["ollama"].writes == "llama3.2"
    azure = toml(AZURE + 'url = "https://me.openai.azure.com"\nwrites = "words"\napi_version = "1"')["azure"]
    assert azure.base(azure.writes) == "https://me.openai.azure.com/openai/deployments/words"
    assert toml('[openai]\nwrites = "gpt-5-mini"\n', OPENAI_API_KEY=KEY)["openai"].models, "it draws as before"


def test_a_key_alone_never_writes(toml: Read) -> None:
    assert toml(OPENAI_API_KEY=KEY)["openai"].writes == ""
    assert toml(OPENAI_API_KEY=KEY, LIMNER_CHAT_MODEL="gpt-5-mini")["openai"].writes == "gpt-5-mini"
    assert toml(LIMNER_CHAT_MODEL="gpt-5-mini") == {}
    table = "[openai]\nconcurrency = 2\n"
    assert toml(table, OPENAI_API_KEY=KEY, LIMNER_CHAT_MODEL="gpt-5-mini")["openai"].writes == "gpt-5-mini"
    own = toml(table + 'writes = "other"\n', OPENAI_API_KEY=KEY, LIMNER_CHAT_MODEL="gpt-5-mini")["openai"]
    assert own.writes == "other"
    elsewhere = f'[openai]\nurl = "https://far.example/v1"\nkey = "{KEY}"\n'
    assert toml(elsewhere, OPENAI_API_KEY=KEY, LIMNER_CHAT_MODEL="gpt-5-mini")["openai"].writes == ""
    with pytest.raises(BadUpstream, match="LIMNER_CHAT_MODEL: it takes the name of a chat model"):
        toml(OPENAI_API_KEY=KEY, LIMNER_CHAT_MODEL="x" * 201)


AZURE = '[azure]\nkey = "0123456789abcdef"\n'


@pytest.mark.parametrize(
    ("rows", "base"),
    [
        (
            'url = "https://me.openai.azure.com"\nmodels = ["pictures"]\napi_version = "2025-04-01-preview"',
            "https://me.openai.azure.com/openai/deployments/pictures",
        ),
        (
            'url = "https://me.openai.azure.com/openai/deployments/pictures"\napi_version = "2025-04-01-preview"',
            "https://me.openai.azure.com/openai/deployments/pictures",
        ),
        (
            'url = "https://me.openai.azure.com/openai/v1"\nmodels = ["pictures"]',
            "https://me.openai.azure.com/openai/v1",
        ),
    ],
)
def test_azure_has_a_url_for_each_deployment_and_a_header_of_its_own(toml: Read, rows: str, base: str) -> None:
    azure = toml(AZURE + rows)["azure"]
    assert azure.base("pictures") == base
    assert [model.name for model in azure.models] == ["pictures"]
    assert azure.auth() == {"api-key": "0123456789abcdef"}
    assert azure.query == ({} if base.endswith("/v1") else {"api-version": "2025-04-01-preview"})


def test_a_key_file_lies_beside_the_toml(toml: Read, tmp_path: Path) -> None:
    (tmp_path / "house.key").write_text(KEY)
    text = '[house]\nkind = "limner"\nurl = "https://limner.example.com"\nkey_file = "house.key"\n'
    assert toml(text)["house"].key.reveal() == KEY


GOOD = 'url = "http://localhost:8081"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[localai", "is not TOML"),
        ('url = "http://localhost"', "'url' stands outside of a table"),
        ("[localai]", r"\[localai\], url: it is missing"),
        ("[mine]\n" + GOOD, r"\[mine\], kind: it takes one of openai, azure, vllm-omni"),
        ('[mine]\nkind = "comfy"\n' + GOOD, r"\[mine\], kind: it takes one of openai"),
        (f"[Mine]\n{GOOD}", "a name has small letters"),
        (f"[localai]\n{GOOD}\nurls = 1", r"\[localai\], urls: Limner does not know it. Did you mean url\?"),
        (f"[localai]\n{GOOD}\nzzz = 1", "Known: kind, url, key"),
        ("[localai]\nurl = 3", "url: it takes a text between quotes"),
        ('[localai]\nurl = "ftp://localhost"', "url: it takes an http:// or https:// URL"),
        ('[localai]\nurl = "http://example.com:99999"', "url: it is not a URL"),
        ('[localai]\nurl = "https://example.com/v1?a=1"', "url: it takes no \\?"),
        ('[localai]\nurl = "http://example.com"', "example.com is not on this machine or network"),
        (f'[localai]\n{GOOD}\nkey = "a"\nkey_file = "b"', "key_file: key is set as well: keep one"),
        (f'[localai]\n{GOOD}\nkey_env = "NOT_SET"', "key_env: NOT_SET is not set"),
        (f'[localai]\n{GOOD}\nkey_file = "gone"', "key_file: .*gone cannot be read"),
        ("[openai]", r"\[openai\], key: OpenAI needs one: key_env, key_file or key"),
        (f"[localai]\n{GOOD}\nconcurrency = 0", "concurrency: it takes a whole number from 1 to 1000"),
        (f"[localai]\n{GOOD}\nconcurrency = true", "concurrency: it takes a whole number"),
        (f"[localai]\n{GOOD}\nper_minute = 1.5", "per_minute: it takes a whole number from 0"),
        (f"[localai]\n{GOOD}\ntimeout = nan", "timeout: it takes a number from 1 to 86400"),
        (f'[localai]\n{GOOD}\nresend = "yes"', "resend: it takes true or false"),
        (f'[localai]\n{GOOD}\nsupports = ["edit"]', "supports: it takes a list of generations, edits, variations"),
        (f"[localai]\n{GOOD}\nextra = 3", "extra: it takes a table with seed, steps, negative_prompt, guidance"),
        (f'[localai]\n{GOOD}\nextra = {{ sed = "x" }}', r"\[localai.extra\], sed: .*Did you mean seed\?"),
        (
            f"[localai]\n{GOOD}\nextra = {{ seed = true }}",
            "extra.seed: it takes the name of the field there, or false",
        ),
        (f"[localai]\n{GOOD}\nmodels = 3", "models: it takes a list of names"),
        (f'[localai]\n{GOOD}\nmodels = [""]', "models: a model's name has 1 to 200"),
        (f"[localai]\n{GOOD}\nmodels = {{ a = 3 }}", "models.a: it takes a table"),
        (
            f"[localai]\n{GOOD}\nmodels = {{ a = {{ size = 3 }} }}",
            r"\[localai.models.a\], size: .*Did you mean sizes\?",
        ),
        (f'[localai]\n{GOOD}\nmodels = {{ a = {{ family = "x" }} }}', "family: it takes one of dall-e-2"),
        (f'[localai]\n{GOOD}\nwrites = ""', "writes: it takes the name of a chat model"),
        (f"[localai]\n{GOOD}\nwrites = 3", "writes: it takes a text between quotes"),
        (f'[localai]\n{GOOD}\nsizes = ["big"]', "sizes: it takes a list such as"),
        (f'[localai]\n{GOOD}\nsizes = "512x512"', "sizes: it takes a list such as"),
        (f'[localai]\n{GOOD}\nprices = "free"', "prices: it takes US dollars"),
        (f"[localai]\n{GOOD}\nprices = {{ low = -1 }}", "prices: it takes US dollars"),
        (AZURE + 'url = "https://me.openai.azure.com"', "models: name your deployments"),
        (AZURE + 'url = "https://me.openai.azure.com"\nmodels = ["a"]', "api_version: Azure wants one"),
        (f'[localai]\n{GOOD}\norganization = "a\\nb"', "organization: it has characters"),
    ],
)
def test_what_is_written_wrongly_is_named_with_what_is_allowed(toml: Read, text: str, said: str) -> None:
    with pytest.raises(BadUpstream, match=said) as caught:
        toml(text)
    assert "upstreams.toml" in caught.value.message
    assert caught.value.code == "bad_setting"


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "upstreams.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadUpstream, match="cannot be read"):
        read({}, tmp_path)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("192.168.0.9", True),
        ("fd00::1", True),
        ("gpu", True),
        ("gpu.local", True),
        ("gpu.lan.", True),
        ("vllm.default.svc", True),
        ("8.8.8.8", False),
        ("example.com", False),
        ("localhost.example.com", False),
        ("2606:4700::1111", False),
    ],
)
def test_http_is_for_our_own_machines(host: str, own: bool) -> None:
    assert is_own(host) is own
    url = f"http://[{host}]:8000" if ":" in host else f"http://{host}:8000"
    if own:
        assert checked_url(url) == f"{url}/v1"
    else:
        with pytest.raises(ValueError, match="insecure = true"):
            checked_url(url)
    assert checked_url(url, insecure=True) == f"{url}/v1"
    assert checked_url(url.replace("http:", "https:") + "/api/") == url.replace("http:", "https:") + "/api"


def test_upstreams_that_were_not_written_down_model_by_model_remember_what_they_said(
    toml: Read, tmp_path: Path
) -> None:
    text = '[localai]\nurl = "http://localhost:8081"\nsizes = ["512x512"]\n'
    assert toml(text)["localai"].models == ()
    remember(toml(text)["localai"], ["sd-1.5", "flux"], tmp_path)
    models = toml(text)["localai"].models
    assert [(model.name, model.sizes) for model in models] == [
        ("sd-1.5", (Size(512, 512),)),
        ("flux", (Size(512, 512),)),
    ]
    assert toml(text.replace("8081", "8082"))["localai"].models == (), "another address, another server"
    assert toml(text + 'models = ["one"]')["localai"].models[0].name == "one"


@pytest.mark.parametrize("damaged", ["", "[]", '{"localai": 3}', '{"localai": {"url": "http://localhost:8081/v1"}}'])
def test_a_damaged_memory_is_no_memory(toml: Read, tmp_path: Path, damaged: str) -> None:
    (tmp_path / FILE_NAME).write_text(damaged)
    assert toml('[localai]\nurl = "http://localhost:8081"\n')["localai"].models == ()


def test_the_process_knows_its_upstreams_by_name(toml: Read, nobody: None) -> None:
    found = toml('[localai]\nurl = "http://localhost"\n', OPENAI_API_KEY=KEY)
    configure(found.values())
    assert upstream("localai") is found["localai"]
    assert [one.name for one in upstreams()] == ["openai", "localai"]
    with pytest.raises(NotConfigured, match=r"no upstream called .gone. here\. Configured: openai, localai"):
        upstream("gone")
    configure(())
    with pytest.raises(NotConfigured, match="Configured: none"):
        upstream("openai")


def test_every_example_in_the_document_can_be_read(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.S)
    assert len(examples) >= len(KINDS) - 1
    environment = {name: "a-key" for name in re.findall(r'key_env = "(\w+)"', "".join(examples))}
    (tmp_path / "house.key").write_text("a-key")
    kinds = set()
    for example in examples:
        (tmp_path / "upstreams.toml").write_text(example)
        found = read({**environment, "OPENAI_API_KEY": "a-key"}, tmp_path)
        kinds |= {one.kind for one in found}
    assert kinds == set(KINDS)
