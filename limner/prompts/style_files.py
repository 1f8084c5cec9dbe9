"""The files of styles that people have: AUTOMATIC1111's `styles.csv`, and the JSON of Fooocus and SDXL Prompt Styler.

Whoever wrote such a file is a stranger: everything in it is text, and what is not is said with its row.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from limner.errors import InvalidRequest, Sentence, say

MOST_BYTES = 1_000_000
MOST_ROWS = 2000
COLUMNS = ("name", "prompt", "negative_prompt")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of something to be worked out."""


@dataclass(frozen=True, slots=True)
class Found:
    """One style of a file, as it stands there."""

    row: int
    name: str
    words: str
    negative: str


@dataclass
class StyleFile:
    """What a file holds, and a sentence for each row that is no style. Dividers between styles are passed over."""

    found: list[Found] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)


def read(data: bytes) -> StyleFile:
    """The styles of a file, whichever of the two kinds it is. Raises InvalidRequest where it is neither."""
    if len(data) > MOST_BYTES:
        raise _refusal(
            say("The file is larger than {most} KB: split it into smaller files.", most=MOST_BYTES // 1000)
        )
    text = _text(data)
    rows = _json_rows(text) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text)
    file = StyleFile()
    for count, (row, cells) in enumerate(rows):
        if count == MOST_ROWS:
            raise _refusal(say("The file has more than {most} rows: split it into smaller files.", most=MOST_ROWS))
        _take(file, row, cells)
    if not file.found and not file.refused:
        raise _refusal(say("There are no styles in this file."))
    return file


def _take(file: StyleFile, row: int, cells: object) -> None:
    said = [cells.get(column) for column in COLUMNS] if isinstance(cells, dict) else [0]
    texts = ["" if cell is None else cell for cell in said]
    if not all(isinstance(text, str) for text in texts):
        file.refused.append(
            say("Row {row} is no style: it takes a name, a prompt and a negative prompt, each of them text.", row=row)
        )
        return
    name, words, negative = (str(text).strip() for text in texts)
    if words or negative:
        file.found.append(Found(row, name, words, negative))


def _text(data: bytes) -> str:
    if b"\0" in data:
        raise _refusal(say("This is not a text file. Choose a CSV or JSON file."))
    for encoding in ("utf-8-sig", "cp1252"):  # the second is what Excel writes in the West
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refusal(say("This is not a text file. Choose a CSV or JSON file."))


def _json_rows(text: str) -> Iterator[tuple[int, object]]:
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise _refusal(
            say(
                "The file has a mistake at line {line}, column {column}, or its end is missing.",
                line=error.lineno,
                column=error.colno,
            )
        ) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets in brackets without end
        raise _refusal(say("There is something other than styles in this file.")) from None
    if not isinstance(rows, list):
        raise _refusal(
            say("This file is no list of styles: such a list begins with [, then has one style after another.")
        )
    yield from enumerate(rows, 1)


def _csv_rows(text: str) -> Iterator[tuple[int, object]]:
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    header = [cell.strip().casefold() for cell in _next(reader, 1) or []]
    # Before 2022 AUTOMATIC1111 called the prompt "text".
    header = ["prompt" if name == "text" and "prompt" not in header else name for name in header]
    if "name" not in header or "prompt" not in header:
        raise _refusal(say("The first row has to name the columns: name, prompt, negative_prompt."))
    row = 1
    while (cells := _next(reader, row := row + 1)) is not None:
        if cells:
            yield row, {name: _without_guard(cell) for name, cell in zip(header, cells, strict=False)}


def _next(reader: Iterator[list[str]], row: int) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error:
        raise _refusal(say("Row {row} cannot be read as CSV: is a quotation mark missing?", row=row)) from None


def write(styles: Iterable[tuple[str, str, str]]) -> str:
    """Names, words and negative words as AUTOMATIC1111 keeps them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_guarded(cell) for cell in style] for style in styles)
    return out.getvalue()


def _guarded(cell: str) -> str:
    """With an apostrophe in front where a spreadsheet would work it out; `read` takes that off again."""
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _without_guard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _refusal(sentence: Sentence) -> InvalidRequest:
    return InvalidRequest(sentence, param="file")
