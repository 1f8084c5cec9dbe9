"""Files of styles from other programs: what is taken, what is said of the rest, and what no file can do."""

from __future__ import annotations

import json

import pytest

from limner.accounts.models import Account
from limner.errors import InvalidRequest, NotAllowed
from limner.prompts import style_files
from limner.prompts.models import KeptStyle
from limner.prompts.queries import styles_of
from limner.prompts.services import MOST_STYLES, Imported, StyleText, add_style, import_styles

A1111 = """name,prompt,negative_prompt
None,,
------- Cameras -------,,
Film still,"cinematic still {prompt} . emotional, vignette","anime, cartoon"
"Old, ""fine"" lens","soft focus,
film grain",
Fooocus Negative,,"deformed, blurry"
"""
STYLER = json.dumps(
    [
        {"name": "base", "prompt": "{prompt}", "negative_prompt": ""},
        {"name": "sai-anime", "prompt": "anime artwork {prompt} . vibrant", "negative_prompt": "photo, realism"},
        {"name": "without negative", "prompt": "isometric style {prompt}"},
        {"name": "nothing positive", "prompt": None, "negative_prompt": "blurry"},
    ]
)


def taken(account: Account, data: bytes | str, *, replace: bool = True) -> Imported:
    raw = data.encode() if isinstance(data, str) else data
    return import_styles(account, style_files.read(raw), replace=replace)


def kept(account: Account) -> dict[str, tuple[str, str]]:
    return {row.name: (row.words, row.negative) for row in styles_of(account)}


def refusal(data: bytes | str) -> str:
    with pytest.raises(InvalidRequest) as refused:
        style_files.read(data.encode() if isinstance(data, str) else data)
    assert refused.value.param == "file"
    return refused.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_automatic1111s_file_is_taken_without_its_dividers(alice: Account, encoding: str, line_end: str) -> None:
    file = (A1111 + "Café,crème brûlée,\n").replace("\n", line_end).encode(encoding)
    assert taken(alice, file) == Imported(added=4)
    assert kept(alice) == {
        "Café": ("crème brûlée", ""),
        "Film still": ("cinematic still {prompt} . emotional, vignette", "anime, cartoon"),
        'Old, "fine" lens': ("soft focus,\nfilm grain", ""),
        "Fooocus Negative": ("", "deformed, blurry"),
    }


def test_columns_may_come_in_any_order_with_others_and_be_older(alice: Account) -> None:
    taken(alice, 'category,Text , Name\nx,"warm, soft",Kitchen,too,many\ny\n')
    assert kept(alice) == {"Kitchen": ("warm, soft", "")}


@pytest.mark.parametrize("data", [STYLER, "\ufeff\n  " + STYLER])
def test_the_json_of_fooocus_and_sdxl_prompt_styler_is_taken(alice: Account, data: str) -> None:
    assert taken(alice, data) == Imported(added=4)
    assert kept(alice)["sai-anime"] == ("anime artwork {prompt} . vibrant", "photo, realism")
    assert kept(alice)["nothing positive"] == ("", "blurry")


def test_a_name_that_is_there_is_replaced_or_stays(alice: Account, bob: Account) -> None:
    for account in (alice, bob):
        add_style(account, StyleText("base", "my own words"))
    assert taken(alice, STYLER, replace=False) == Imported(added=3, left=1)
    assert kept(alice)["base"] == ("my own words", "")
    before = styles_of(alice).get(name="base").public_id
    assert taken(alice, STYLER) == Imported(replaced=4)
    assert kept(alice)["base"] == ("{prompt}", "")
    assert styles_of(alice).get(name="base").public_id == before
    assert kept(bob) == {"base": ("my own words", "")}


def test_of_a_name_that_stands_twice_the_last_one_counts(alice: Account) -> None:
    assert taken(alice, "name,prompt\na,one\nb,two\n a ,three\n") == Imported(added=2, repeated=1)
    assert kept(alice)["a"] == ("three", "")
    assert taken(alice, "name,prompt\na,one\na,two\na,three\n") == Imported(replaced=1, repeated=1)


def test_only_the_operator_imports_for_everybody(alice: Account, bob: Account) -> None:
    alice.is_superuser = True
    file = style_files.read(STYLER.encode())
    import_styles(alice, file, replace=True, everybody=True)
    assert styles_of(None).count() == 4
    with pytest.raises(NotAllowed):
        import_styles(bob, file, replace=True, everybody=True)


def test_a_row_that_is_no_style_is_named_and_the_others_are_taken(alice: Account) -> None:
    rows = ["good,words", ",nameless", f"{'x' * 81},words", f"long,{'w' * 2001}", "bell,\a", "good too,words"]
    result = taken(alice, "name,prompt\n" + "\n".join(rows))
    assert result.added == 2
    assert result.refused == [
        "Row 3: A style needs a name.",
        "Row 4: Too long for the name: these are 81 characters, and 80 fit.",
        "Row 5: Too long for the style's words: these are 2001 characters, and 2000 fit.",
        "Row 6: There are invisible characters in the style's words: type it again.",
    ]


@pytest.mark.parametrize(
    "item", ["7", "null", '"words"', "[]", '{"name": 7, "prompt": "x"}', '{"name": "x", "prompt": {}}']
)
def test_something_else_in_a_list_of_styles_is_named(alice: Account, item: str) -> None:
    result = taken(alice, f'[{{"name": "good", "prompt": "words"}}, {item}]')
    assert (result.added, len(result.refused)) == (1, 1)
    assert result.refused[0].startswith("Row 2 is no style")


def test_half_a_character_is_refused_before_the_database_is(alice: Account) -> None:
    result = taken(alice, r'[{"name": "half", "prompt": "\ud83e"}, {"name": "whole", "prompt": "\ud83e\udd16"}]')
    assert (result.added, len(result.refused)) == (1, 1)
    assert kept(alice) == {"whole": ("🤖", "")}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "has to name the columns"),
        (b"name,prompt\n", "no styles"),
        (b"[]", "no styles"),
        (b"title,words\na,b\n", "has to name the columns"),
        (b"{}", "no list of styles"),
        (b'{"styles": []}', "no list of styles"),
        (b'[{"name": "x",\n', "line 2"),
        (b"[" * 100_000, "something other"),
        (b"[" + b"9" * 10_000 + b"]", "something other"),
        (b"name,prompt\na,b\0c\n", "not a text file"),
        ("name,prompt\na,b\n".encode("utf-16"), "not a text file"),
        (b"name,prompt\na,\x81\x8d\n", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a text file"),
        (b'name,prompt\na,b\nc,"' + b"d" * 200_000, "Row 3 cannot be read"),
        (b"name,prompt\n" + b"a,b\n" * 2001, "2000 rows"),
        (b"name,prompt\n" + b"a,b\n" * 300_000, "1000 KB"),
    ],
)
def test_what_no_program_wrote_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    assert sentence in refusal(data)


def test_what_does_not_fit_any_more_is_named(alice: Account) -> None:
    KeptStyle.objects.bulk_create(KeptStyle(account=alice, name=str(n), words="w") for n in range(MOST_STYLES - 1))
    result = taken(alice, "name,prompt\nnew,w\nnewer,w\n0,replaced\n")
    assert (result.added, result.replaced) == (1, 1)
    assert result.refused == [
        f"Row 3: There are {MOST_STYLES} styles already, and no room for more. Delete some first."
    ]
    assert styles_of(alice).count() == MOST_STYLES


@pytest.mark.parametrize(
    "words", ["=HYPERLINK(1)", "+1", "-none", "@sum", "'quoted'", "'=x", "''=x", 'a "b", c\nd', "{prompt}, x"]
)
def test_what_is_saved_reads_the_same_again_and_no_spreadsheet_works_it_out(alice: Account, words: str) -> None:
    text = style_files.write([(words, words, words)])
    [found] = style_files.read(text.encode()).found
    assert (found.name, found.words, found.negative) == (words, words, words)
    assert not text.splitlines()[1].startswith(("=", "+", "-", "@"))
