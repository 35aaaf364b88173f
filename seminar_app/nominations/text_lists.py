"""Read the bytes of a list in text: encoding first, then delimiter, then records within the limits."""

from __future__ import annotations

import csv
import re

from msgspec import Struct

from seminar_app.nominations.delimited import split
from seminar_app.nominations.encodings import accented_words, decode
from seminar_app.nominations.limits import CELL_LETTERS, COLUMNS, LAST_ROW, ROWS, ROWS_WITH_CONTENT, Refused, cell_name

_CONTROLS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_MARKUP = re.compile(r"\s*(?:<!doctype html|<html|<head|<body|<table|<meta|<style|<script|<!--|<\?xml|mime-version:)", re.IGNORECASE)


class TextList(Struct, frozen=True):
    """As `shapes.Tables` has it of a text file."""

    rows: list[list[str]]
    encoding: str | None
    delimiter: str | None
    accented: tuple[str, ...]
    encodings: tuple[str, ...]


def read_text_list(content: bytes, encoding: str | None = None) -> TextList:
    """Return the records of a text file.

    Raises:
        Refused: it is a web page or no text, or holds more than a list does.
    """
    try:
        decoded = decode(content, encoding)
    except ValueError as error:
        raise Refused("NoSuchEncoding") from error
    if _MARKUP.match(decoded.text):
        raise Refused("WebPage")
    begin = decoded.text[:4096]
    if len(_CONTROLS.findall(begin)) * 10 > len(begin):
        raise Refused("UnreadableList")
    rows, delimiter = read_records(decoded.text)
    return TextList(rows, decoded.encoding, delimiter, accented_words(decoded.text), decoded.encodings)


def read_records(text: str, delimiter: str | None = None) -> tuple[list[list[str]], str | None]:
    """Return the records and their delimiter. Empty cells at the end of a record and blank records at the end are cut.

    Raises:
        Refused: more than a list holds.
    """
    rows: list[list[str]] = []
    filled = last = 0
    try:
        records, delimiter = split(text, delimiter)
        for number, record in enumerate(records, 1):
            while record and not record[-1].strip():
                record.pop()
            if number > LAST_ROW + 1 and not record:
                continue  # blank lines without end
            if record:
                last, filled = number, filled + 1
                _check(record, number, filled)
            rows.append(record)
    except csv.Error as error:
        raise Refused("LongCell", row=len(rows) + 1, limit=f"{CELL_LETTERS:,}") from error
    return rows[:last], delimiter


def _check(record: list[str], number: int, filled: int) -> None:
    if filled > ROWS_WITH_CONTENT:
        raise Refused("TooManyRows", limit=f"{ROWS:,}")
    if number > LAST_ROW:
        raise Refused("FarCell", cell=cell_name(number, 1), sheet="")
    if len(record) > COLUMNS:
        raise Refused("TooManyColumns", cell=cell_name(number, len(record)), sheet="", limit=COLUMNS)
    if any(len(cell) > CELL_LETTERS for cell in record):
        raise Refused("LongCell", row=number, limit=f"{CELL_LETTERS:,}")
