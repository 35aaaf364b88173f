"""Make small files as agencies send them, and as nobody should: every kind in memory, byte by byte where a library would refuse."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

import xlsxwriter

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def zip_of(members: Mapping[str, str | bytes]) -> bytes:
    """Return an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in members.items():
            book.writestr(name, content)
    return target.getvalue()


def raw_xlsx(rows: str | bytes, *, state: str = "visible", name: str = "Hoja1", more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a workbook of one sheet with this XML between `<sheetData>` tags."""
    sheet = rows.encode() if isinstance(rows, str) else rows
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" '
        f'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
        f'<sheet name="{name}" sheetId="1" state="{state}" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode() + sheet + b"</sheetData></worksheet>",
    }
    return zip_of(members | dict(more or {}))


def cell(reference: str, value: object = 1, kind: str = "n") -> str:
    """Return the XML of a cell; without a reference it stands at the right of the one before."""
    place = f' r="{reference}"' if reference else ""
    return f'<c{place} t="{kind}"><v>{value}</v></c>'


def xlsx_of(rows: Sequence[Sequence[object]]) -> bytes:
    """Return an ordinary workbook with these cells."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Hoja1")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def ods_of(tables: str, *, styles: str = "", manifest: str = "") -> bytes:
    """Return an OpenDocument spreadsheet with this XML of tables."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style", "calcext")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return zip_of({"mimetype": _ODS_TYPE, "content.xml": content, "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>"})


def ods_cell(text: object, attributes: str = "") -> str:
    """Return the XML of a cell with a text."""
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def ole_of(streams: Mapping[str, bytes]) -> bytes:
    """Return an OLE container, as XLS files and encrypted XLSX files are; each stream filled with zeros to whole sectors."""
    size, end, table = 512, 0xFFFFFFFE, [0xFFFFFFFD, 0xFFFFFFFE]  # the table itself, then the directory
    sectors, entries = b"", [_entry("Root Entry", 5, end, 0)]
    for name, content in streams.items():
        filled = content.ljust(4096, b"\0")
        filled += bytes(-len(filled) % size)
        first, count = len(table), len(filled) // size
        table += [*range(first + 1, first + count), end]
        sectors += filled
        entries.append(_entry(name, 2, first, len(filled)))
    assert len(table) <= 128
    assert len(entries) <= 4
    table += [0xFFFFFFFF] * (128 - len(table))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + struct.pack("<128I", *table) + b"".join(entries).ljust(size, b"\0") + sectors


def _entry(name: str, kind: int, first: int, size: int) -> bytes:
    wide = (name + "\0").encode("utf-16-le")
    return wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide), kind, 1) + b"\xff" * 12 + bytes(36) + struct.pack("<IQ", first, size)


def xls_of(cells: Mapping[tuple[int, int], float], *, password: bool = False) -> bytes:
    """Return an XLS workbook of one sheet «Hoja1» with numbers by (row, column) from 0."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    before = begin + (record(0x002F, bytes(6)) if password else b"")
    name = b"Hoja1"
    end = record(0x000A, b"")
    place = len(before) + 4 + 8 + len(name) + len(end)
    sheet = record(0x0085, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name)
    numbers = b"".join(record(0x0203, struct.pack("<HHHd", row, column, 0, value)) for (row, column), value in cells.items())
    kind = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    return ole_of({"Workbook": before + sheet + end + kind + numbers + end})
