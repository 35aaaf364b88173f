"""What calamine does not tell about an XLS workbook: whether it has a password, how far its cells reach, hidden rows, and errors.

Source: [MS-CFB] for the container, [MS-XLS] for the records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from seminar_app.nominations.limits import Extent, Refused
from seminar_app.nominations.xlsx import SheetNotes

OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_LAST_SECTOR = 0xFFFFFFFA
"""Larger numbers end a chain or mark a sector that holds no data."""
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _ROW = 0x0809, 0x000A, 0x002F, 0x0085, 0x0208
_NUMBER, _LABEL, _BOOLERR, _RK, _FORMULA, _RSTRING, _LABELSST, _MULRK = 0x0203, 0x0204, 0x0205, 0x027E, 0x0006, 0x00D6, 0x00FD, 0x00BD
_CELLS = frozenset({_NUMBER, _LABEL, _BOOLERR, _RK, _FORMULA, _RSTRING, _LABELSST})
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def streams(content: bytes) -> dict[str, bytes]:
    """Return the streams of an OLE container by name, in small letters; those in folders too.

    Raises:
        Refused: the container is damaged.
    """
    try:
        return dict(_streams(content))
    except (struct.error, IndexError, ValueError) as error:
        raise Refused("Damaged") from error


def _streams(content: bytes) -> Iterator[tuple[str, bytes]]:
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    if shift not in {9, 12} or small_shift != 6:
        raise ValueError("no such sectors")
    first_of_directory, _, cutoff, small_table, _, difat, _ = struct.unpack_from("<7I", content, 48)

    def sector(number: int) -> bytes:
        begin = (number + 1) << shift
        if begin >= len(content):
            raise ValueError("a sector beyond the end")
        return content[begin : begin + (1 << shift)]

    tables = [number for number in struct.unpack_from("<109I", content, 76) if number < _LAST_SECTOR]
    seen: set[int] = set()
    while difat < _LAST_SECTOR and difat not in seen:
        seen.add(difat)
        *more, difat = struct.unpack(f"<{1 << (shift - 2)}I", sector(difat))
        tables += [number for number in more if number < _LAST_SECTOR]
    following = [number for table in tables for number in struct.unpack(f"<{1 << (shift - 2)}I", sector(table))]

    def chain(first: int, table: list[int]) -> Iterator[int]:
        for _step in range(len(table) + 1):
            if first >= _LAST_SECTOR:
                return
            yield first
            first = table[first]
        raise ValueError("a chain without an end")

    directory = b"".join(map(sector, chain(first_of_directory, following)))
    small_following = [number for part in chain(small_table, following) for number in struct.unpack(f"<{1 << (shift - 2)}I", sector(part))]
    small = b""
    for begin in range(0, len(directory) - 127, 128):
        entry = directory[begin : begin + 128]
        length, kind = struct.unpack_from("<HB", entry, 64)
        first, size = struct.unpack_from("<II", entry, 116)
        name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace").lower()
        if kind == 5:
            small = b"".join(map(sector, chain(first, following)))
        elif kind == 2:
            if size >= cutoff:
                data = b"".join(map(sector, chain(first, following)))
            else:
                data = b"".join(small[number << 6 : (number + 1) << 6] for number in chain(first, small_following)) if size else b""
            if len(data) < size:
                raise ValueError("a stream that is cut off")
            yield name, data[:size]


def look_over(workbook: bytes, visible: frozenset[str] | None = None) -> dict[str, SheetNotes]:
    """Read the records of a workbook without building its cells; return notes by the sheets' names, in their order.

    Args:
        workbook: the stream «Workbook».
        visible: names of the sheets that count; None for those that the records call visible.

    Raises:
        Refused: it has a password, or is larger than a list may be.
    """
    starts: dict[int, tuple[str, bool]] = {}
    found: dict[str, SheetNotes] = {}
    extent, notes, depth = Extent(), None, 0
    for position, kind, body in _records(workbook):
        if kind == _BOF:
            depth += 1
            if depth == 1:
                name, is_visible = starts.get(position, ("", False))
                notes = found.setdefault(name, SheetNotes()) if (name in visible if visible is not None else is_visible) else None
                extent.begin(name)
        elif kind == _EOF:
            depth -= 1
        elif kind == _FILEPASS:
            raise Refused("HasPassword")
        elif kind == _BOUNDSHEET:
            place, state = struct.unpack_from("<IB", body)
            starts[place] = (_sheet_name(body), state & 3 == 0)
        elif notes is not None and depth == 1:
            _note(kind, body, notes, extent)
    return found


def _note(kind: int, body: bytes, notes: SheetNotes, extent: Extent) -> None:
    """Count a record of a cell, and keep the hidden rows and the errors."""
    if kind == _ROW:
        if len(body) >= 16 and struct.unpack_from("<H", body, 12)[0] & 0x20:
            notes.hidden.add(struct.unpack_from("<H", body)[0] + 1)
    elif kind == _MULRK:
        row, first = struct.unpack_from("<HH", body)
        (last,) = struct.unpack_from("<H", body, len(body) - 2)
        extent.add(row + 1, max(first, last) + 1)
    elif kind in _CELLS:
        row, column = struct.unpack_from("<HH", body)
        extent.add(row + 1, column + 1)
        if kind == _BOOLERR and body[7]:
            notes.errors[row + 1, column + 1] = _ERRORS.get(body[6], "#?")
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            notes.errors[row + 1, column + 1] = _ERRORS.get(body[8], "#?")


def _records(workbook: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (position, kind, body)."""
    position = 0
    while position + 4 <= len(workbook):
        kind, length = struct.unpack_from("<HH", workbook, position)
        body = workbook[position + 4 : position + 4 + length]
        if len(body) < length:
            raise Refused("Damaged")
        if kind or length:  # zeros fill the last sector
            yield position, kind, body
        position += 4 + length


def _sheet_name(body: bytes) -> str:
    """Return the name in a BOUNDSHEET record of BIFF8."""
    length, wide = body[6], body[7] & 1
    return body[8:].decode("utf-16-le", "replace")[:length] if wide else body[8 : 8 + length].decode("latin-1")
