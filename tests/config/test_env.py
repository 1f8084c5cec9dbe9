"""The readers of settings fail loudly, by the variable's name and with what it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from limner.config.env import (
    BadSetting,
    Setting,
    Source,
    choice,
    dotenv,
    flag,
    hosts,
    names,
    origins,
    pairs,
    read_all,
    text,
    whole,
)

TABLE = (
    Setting("LIMNER_PORT", "1 to 65535", whole(1, 65535), "8080", ""),
    Setting("LIMNER_ACCOUNTS", "on or off", flag, "off", ""),
    Setting("LIMNER_HOSTS", "host names", hosts, "", ""),
    Setting("LIMNER_LEVEL", "word", choice("debug", "info"), "info", ""),
    Setting("LIMNER_SECRET_KEY", "text", text, "", "", secret=True),
)


def environment(**values: str) -> Source:
    return Source("the environment", values, strict=False)


def env_file(**values: str) -> Source:
    return Source("/srv/limner/.env", values, strict=True)


def test_a_setting_that_nobody_sets_has_its_default() -> None:
    values, notes = read_all(TABLE, (environment(),))
    assert values["LIMNER_PORT"] == 8080
    assert values["LIMNER_ACCOUNTS"] is False
    assert values["LIMNER_HOSTS"] == ()
    assert values["LIMNER_SECRET_KEY"] == ""
    assert notes == []


def test_the_first_source_that_has_a_setting_wins() -> None:
    values, _ = read_all(TABLE, (environment(LIMNER_PORT="81"), env_file(LIMNER_PORT="82", LIMNER_ACCOUNTS="on")))
    assert values["LIMNER_PORT"] == 81
    assert values["LIMNER_ACCOUNTS"] is True


def test_an_empty_variable_says_nothing() -> None:
    values, _ = read_all(TABLE, (environment(LIMNER_PORT=""), env_file(LIMNER_PORT="82")))
    assert values["LIMNER_PORT"] == 82


@pytest.mark.parametrize("value", ["0", "65536", "http", "8080 or so", "-1", "8e3", "9" * 30])
def test_a_port_that_is_none_is_refused_by_name(value: str) -> None:
    with pytest.raises(BadSetting, match=r"LIMNER_PORT in the environment.*a whole number from 1 to 65535"):
        read_all(TABLE, (environment(LIMNER_PORT=value),))


def test_a_word_that_is_not_on_the_list_is_refused_with_the_list() -> None:
    with pytest.raises(BadSetting, match=r"LIMNER_LEVEL in /srv/limner/.env: 'loud'.*one of debug, info"):
        read_all(TABLE, (env_file(LIMNER_LEVEL="loud"),))


def test_kubernetes_service_links_are_passed_over_with_a_note() -> None:
    values, notes = read_all(TABLE, (environment(LIMNER_PORT="tcp://10.0.0.1:80", LIMNER_SERVICE_HOST="10.0.0.1"),))
    assert values["LIMNER_PORT"] == 8080
    assert len(notes) == 2
    assert "Kubernetes" in " ".join(notes)


def test_a_service_link_in_a_dotenv_is_an_error_like_any_other() -> None:
    with pytest.raises(BadSetting, match="LIMNER_PORT"):
        read_all(TABLE, (env_file(LIMNER_PORT="tcp://10.0.0.1:80"),))


def test_an_unknown_setting_in_a_dotenv_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(BadSetting, match=r"/srv/limner/.env sets LIMNER_ACOUNTS.*Did you mean LIMNER_ACCOUNTS\?"):
        read_all(TABLE, (environment(), env_file(LIMNER_ACOUNTS="on")))


def test_an_unknown_setting_in_the_environment_is_only_noted() -> None:
    values, notes = read_all(TABLE, (environment(LIMNER_ACOUNTS="on"),))
    assert values["LIMNER_ACCOUNTS"] is False
    assert "Did you mean LIMNER_ACCOUNTS?" in notes[0]


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("very secret\n")
    values, notes = read_all(TABLE, (environment(LIMNER_SECRET_KEY_FILE=str(file)),))
    assert values["LIMNER_SECRET_KEY"] == "very secret"
    assert notes == []


def test_a_secret_file_that_is_not_there_or_empty_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"LIMNER_SECRET_KEY_FILE.*cannot be read"):
        read_all(TABLE, (environment(LIMNER_SECRET_KEY_FILE=str(tmp_path / "gone")),))
    (tmp_path / "empty").touch()
    with pytest.raises(BadSetting, match="is empty"):
        read_all(TABLE, (environment(LIMNER_SECRET_KEY_FILE=str(tmp_path / "empty")),))


def test_a_secret_and_its_file_in_one_place_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="both set"):
        read_all(TABLE, (environment(LIMNER_SECRET_KEY="a", LIMNER_SECRET_KEY_FILE="b"),))


def test_a_setting_that_is_no_secret_takes_no_file() -> None:
    with pytest.raises(BadSetting, match="LIMNER_PORT_FILE"):
        read_all(TABLE, (env_file(LIMNER_PORT_FILE="x"),))


def test_lists_and_pairs_are_read_as_people_write_them() -> None:
    assert names("a, b  c,") == ("a", "b", "c")
    assert hosts("Pics.Example.com, .school.org") == ("pics.example.com", ".school.org")
    assert origins("http://localhost:3000") == ("http://localhost:3000",)
    assert pairs("dall-e-3=storybook, dall-e-2=other") == {"dall-e-3": "storybook", "dall-e-2": "other"}


@pytest.mark.parametrize("value", ["http://pics.example.com", "pics.example.com:8080", "*", "a/b"])
def test_a_host_is_a_name_alone(value: str) -> None:
    with pytest.raises(ValueError, match="without http:// and without a port"):
        hosts(value)


@pytest.mark.parametrize("value", ["*", "localhost:3000", "http://*.example.com", "http://example.com/app", "null"])
def test_an_origin_is_exact_and_never_a_star(value: str) -> None:
    with pytest.raises(ValueError, match="never \\*"):
        origins(value)


def test_only_our_own_lines_of_a_dotenv_are_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTHER=1\nLIMNER_PORT='81'\nexport LIMNER_ACCOUNTS=on\nLIMNER_HOSTS\n")
    source = dotenv(tmp_path)
    assert source.values == {"LIMNER_PORT": "81", "LIMNER_ACCOUNTS": "on", "LIMNER_HOSTS": ""}
    assert source.strict
    assert dotenv(tmp_path / "nowhere").values == {}
