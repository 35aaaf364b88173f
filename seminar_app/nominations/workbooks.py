"""Read a workbook: XLSX and XLS by calamine, ODS here, after their size was counted. Only the child process imports this."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from seminar_app.nominations import ods, xls, xlsx
from seminar_app.nominations.limits import (
    CELL_LETTERS,
    LETTERS,
    MERGED_RANGES,
    SUSPICIOUS_MB,
    SUSPICIOUS_RATIO,
    UNPACKED_MB,
    ZIP_MEMBERS,
    Extent,
    Refused,
)

Tagged: TypeAlias = str | int | float | bool | dict[str, str]
"""A cell for JSON: a date is `{"date": …}`, an instant `{"instant": …}`."""

_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_BY_MEMBER = {
    "xl/workbook.bin": "BinaryWorkbook",
    "word/document.xml": "TextDocument",
    "ppt/presentation.xml": "TextDocument",
    "index/document.iwa": "UnreadableList",
}
_WHOLE = float(1 << 53)
"""Above this, a floating point number is no longer exact."""


def read_zipped(content: bytes) -> tuple[str, list[dict[str, Any]]]:
    """Return the format and the sheets of an XLSX, XLSM or ODS workbook.

    Raises:
        Refused: it is something else, has a password, is damaged, or larger than a list.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return _read_zipped(content, book)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, OSError, ValueError) as error:
        # So many kinds on purpose: zipfile raises all of them on damaged content, and each becomes the refusal "Damaged".
        raise Refused("Damaged") from error
    except RuntimeError as error:  # how `zipfile` says that a member has a password
        raise Refused("HasPassword") from error


def _read_zipped(content: bytes, book: zipfile.ZipFile) -> tuple[str, list[dict[str, Any]]]:
    members = book.infolist()
    unpacked = sum(member.file_size for member in members)
    if (
        len(members) > ZIP_MEMBERS
        or unpacked > UNPACKED_MB << 20
        or (unpacked > SUSPICIOUS_MB << 20 and unpacked > len(content) * SUSPICIOUS_RATIO)
    ):
        raise Refused("TooMuchInside")
    names = {member.filename.lower() for member in members}
    if "xl/workbook.xml" in names:
        return "xlsx", _read_xlsx(content, book)
    if "mimetype" in names and "content.xml" in names:
        return "ods", _read_ods(book)
    if "mimetype" in names and "encrypted-package" in names:
        raise Refused("HasPassword")
    if code := next((code for name, code in _BY_MEMBER.items() if name in names), None):
        raise Refused(code)
    raise Refused("UnreadableList" if any(name.startswith("xl/") for name in names) else "Archive")  # calamine wants its usual names


def _read_ods(book: zipfile.ZipFile) -> list[dict[str, Any]]:
    if not book.read("mimetype").startswith(_ODS_TYPE):
        raise Refused("TextDocument")
    if "META-INF/manifest.xml" in book.namelist() and b"encryption-data" in book.read("META-INF/manifest.xml"):
        raise Refused("HasPassword")
    return [
        _sheet(sheet.name, sheet.rows, sheet.hidden, [(first, left, last, right) for first, left, last, right in sheet.merged])
        for sheet in ods.read_ods(book.read("content.xml"))
    ]


def _read_xlsx(content: bytes, book: zipfile.ZipFile) -> list[dict[str, Any]]:
    found = xlsx.sheet_members(book)
    extent = Extent()

    def look_over(name: str) -> xlsx.SheetNotes:
        if not (member := members.get(name)):
            raise Refused("Damaged")
        extent.begin(name)
        return xlsx.look_over(book.read(member), extent)

    with _opened(content) as workbook:
        named = len(found) == len(workbook.sheet_names)  # calamine's spelling of a name counts, where both know the same sheets
        members = {theirs if named else ours: member for theirs, (ours, member) in zip(workbook.sheet_names, found, strict=False)}
        return [_by_calamine(workbook, name, look_over(name)) for name in _visible(workbook)]


def read_ole(content: bytes) -> tuple[str, list[dict[str, Any]]]:
    """Return the format and the sheets of an XLS workbook.

    Raises:
        Refused: it is something else, has a password, is damaged, or larger than a list.
    """
    streams = xls.streams(content)
    if "encryptedpackage" in streams or "encryptioninfo" in streams:
        raise Refused("HasPassword")
    stream = streams.get("workbook") or streams.get("book")
    if not stream:
        raise Refused("TextDocument" if "worddocument" in streams else "UnreadableList")
    notes = xls.look_over(stream)
    with _opened(content) as workbook:
        return "xls", [_by_calamine(workbook, name, notes.get(name, xlsx.SheetNotes())) for name in _visible(workbook)]


def _opened(content: bytes) -> Any:
    """Open a workbook by calamine, which is loaded only now."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415  a list in text does without it

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as error:
        raise Refused("HasPassword") from error
    except CalamineError as error:
        raise Refused("Damaged") from error


def _visible(workbook: Any) -> list[str]:
    """Return the names of the visible sheets that hold cells."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415  it is loaded by now

    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _by_calamine(workbook: Any, name: str, notes: xlsx.SheetNotes) -> dict[str, Any]:
    from python_calamine import CalamineError  # noqa: PLC0415  it is loaded by now

    try:
        sheet = workbook.get_sheet_by_name(name)
    except CalamineError as error:
        raise Refused("Damaged") from error
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    for (row, column), text in notes.errors.items():
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = text
        else:
            rows.extend([] for _blank in range(len(rows), row))
            rows[row - 1].extend([""] * (column - len(rows[row - 1])))
            rows[row - 1][column - 1] = text
    merged = [(first + 1, left + 1, last + 1, right + 1) for (first, left), (last, right) in sheet.merged_cell_ranges or ()]
    return _sheet(name, rows, notes.hidden, merged)


def _sheet(name: str, rows: Iterable[Sequence[Any]], hidden: set[int], merged: list[tuple[int, int, int, int]]) -> dict[str, Any]:
    """Return a sheet for JSON. Empty cells at the end of a row and blank rows at the end are cut."""
    table = [_row(row, number) for number, row in enumerate(rows, 1)]
    while table and not table[-1]:
        table.pop()
    if sum(len(cell) for row in table for cell in row if isinstance(cell, str)) > LETTERS:
        raise Refused("TooMuchInside")
    height = len(table)
    return {
        "name": name,
        "rows": table,
        "hidden": sorted(number for number in hidden if number <= height),
        "merged": sorted(area for area in merged if area[0] <= height)[:MERGED_RANGES],
    }


def _row(row: Sequence[Any], number: int) -> list[Tagged]:
    cells = [cell if type(cell) is str else _tagged(cell) for cell in row]
    while cells and isinstance(cells[-1], str) and not cells[-1].strip():
        cells.pop()
    if any(isinstance(cell, str) and len(cell) > CELL_LETTERS for cell in cells):
        raise Refused("LongCell", row=number, limit=f"{CELL_LETTERS:,}")
    return cells


def _tagged(cell: object) -> Tagged:
    """Return a cell that is no text, for JSON. A whole number is an integer; a time of day or a duration is text."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, (int, float)):
        return int(cell) if -_WHOLE < cell < _WHOLE and cell == int(cell) else cell if cell - cell == 0 else str(cell)
    if isinstance(cell, datetime):
        return {"instant": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time):
        return cell.isoformat("minutes" if not cell.second else "seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return str(cell)
