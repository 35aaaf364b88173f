"""Write a list again as the agency sent it, with one more column that says what is wrong in each row.

The liaison repairs it in Excel and sends it again, so each cell stays where it was, and no text becomes a formula
(docs/decisions/0008-safe-cells.md).
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import xlsxwriter
from msgspec import Struct
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from seminar_app.core.table_writer import MARKED
from seminar_app.core.workbook_texts import free_sheet_name, xml_text
from seminar_app.nominations.shapes import Cell, RowKey, Table, Tables

HEADINGS = {"es": "Qué está mal", "en": "What is wrong"}
SHEET_NAMES = {"es": "Lista", "en": "List"}
"""Of a text file, which has no sheets."""
DAY_FORMATS = {"es": "dd/mm/yyyy", "en": "yyyy-mm-dd"}
_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets count a day too many before it; earlier days are written as text."""
_DAY_0 = date(1899, 12, 30)
_WIDEST, _REMARK_WIDTH = 42, 60
_FAULTY, _CHANGED = "#F8D7DA", "#DDEFD9"


def annotated(
    tables: Tables,
    *,
    remarks: Mapping[RowKey, str],
    faulty: Mapping[RowKey, Collection[int]],
    changed: Mapping[RowKey, Mapping[int, str]],
    headers: Mapping[int, int],
    language: str,
) -> bytes:
    """Return an XLSX workbook with the same cells in the same places.

    Args:
        tables: as read.
        remarks: what is wrong with a row, in words; an empty text where nothing is.
        faulty: indexes of the columns (from 0) whose cells are marked.
        changed: what was put instead of a cell, by the index of its column.
        headers: by table, the number of the row below which its people stand. It gets the new heading.
        language: es or en, of the new heading.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        styles, names = _Styles.of(book, DAY_FORMATS[language]), set[str]()
        for index, table in enumerate(tables.tables):
            name = free_sheet_name(table.name or SHEET_NAMES[language], names)
            sheet: _Sheet = book.add_worksheet(name, worksheet_class=_Sheet)
            header = headers.get(index)
            told = header is not None or any(remark and key.startswith(f"{index}.") for key, remark in remarks.items())
            column = table_width(table) if told else None
            for number, row in enumerate(table.rows, 1):
                key = f"{index}.{number}"
                cells: dict[int, Cell] = {**dict(enumerate(row)), **changed.get(key, {})}
                marks = dict.fromkeys(changed.get(key, {}), "changed") | dict.fromkeys(faulty.get(key, ()), "faulty")
                if column is not None and number == header:
                    cells[column] = HEADINGS[language]
                    marks |= dict.fromkeys([*range(len(row)), column], "heading")
                elif column is not None and (remark := remarks.get(key)):
                    cells[column], marks[column] = remark, "remark"
                sheet.add_row(number, cells, marks, styles, hidden=number in table.hidden and not remarks.get(key))
            sheet.lay_out(table, header, column)
    return target.getvalue()


def table_width(table: Table) -> int:
    """Return the number of columns that hold something or belong to a merged cell; the new column comes next."""
    return max([*map(len, table.rows), *(area[3] for area in table.merged if area[3] <= _LAST_MERGED)], default=0)


_LAST_MERGED = 200
"""Merged cells that reach further, as a title over whole rows, are not merged in the copy."""


class _Styles(Struct, frozen=True):
    """Indexes of the formats, by (kind of value, mark)."""

    of_cell: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, book: Any, day_format: str) -> _Styles:
        kinds: dict[str, dict[str, Any]] = {
            "plain": {},
            "quoted": {"quote_prefix": True},
            "day": {"num_format": day_format},
            "instant": {"num_format": f"{day_format} hh:mm:ss"},
        }
        marks: dict[str, dict[str, Any]] = {
            "": {},
            "faulty": {"bg_color": _FAULTY},
            "changed": {"bg_color": _CHANGED},
            "remark": {"text_wrap": True},
            "heading": {"bold": True, "text_wrap": True},
        }
        return cls(
            {
                (kind, mark): book.add_format({"valign": "top", **properties, **more})._get_xf_index()
                for kind, properties in kinds.items()
                for mark, more in marks.items()
            }
        )


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose rows are written as XML, because XlsxWriter would write a text `<r>…</r>` as markup."""

    def add_row(self, number: int, cells: Mapping[int, Cell], marks: Mapping[int, str], styles: _Styles, *, hidden: bool) -> None:
        """Add a row; columns from 0."""
        self._written: list[str] = getattr(self, "_written", [])
        columns = sorted(cells.keys() | marks.keys())
        written = "".join(
            _cell_xml(f"{xl_col_to_name(column)}{number}", cells.get(column, ""), marks.get(column, ""), styles) for column in columns
        )
        if written or hidden:
            self._check_dimensions(number - 1, columns[-1] if columns else 0)
            attribute = ' hidden="1"' if hidden else ""
            self._written.append(f'<row r="{number}"{attribute}>{written}</row>')

    def lay_out(self, table: Table, header: int | None, column: int | None) -> None:
        """Set the columns' widths, keep the merged cells, and let a person filter below the header."""
        width = table_width(table)
        for place in range(width):
            longest = max((len(str(row[place])) for row in table.rows[(header or 1) - 1 :] if place < len(row)), default=0)
            self.set_column(place, place, min(max(longest + 2, 8), _WIDEST))
        if column is not None:
            self.set_column(column, column, _REMARK_WIDTH)
        if column is not None and header is not None:
            self.freeze_panes(header, 0)
            if len(table.rows) > header:
                self.autofilter(header - 1, 0, len(table.rows) - 1, column)
        taken: set[tuple[int, int]] = set()
        for first, left, last, right in table.merged:
            if right > width or last - first > 1000:
                continue
            area = {(row, place) for row in range(first, last + 1) for place in range(left, right + 1)}
            if len(area) > 1 and taken.isdisjoint(area):
                taken |= area
                self.merge.append([first - 1, left - 1, last - 1, right - 1])

    def _write_rows(self) -> None:
        """Write what was added; called by XlsxWriter."""
        for row in getattr(self, "_written", []):
            self.fh.write(row)


def _cell_xml(place: str, value: Cell, mark: str, styles: _Styles) -> str:
    """Return a cell as XML; an empty one only where it is marked."""
    if isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) < _FIRST_DAY:
        value = value.isoformat(*((" ",) if isinstance(value, datetime) else ()))
    if isinstance(value, str):
        if not value:
            return f'<c r="{place}" s="{styles.of_cell["plain", mark]}"/>' if mark else ""
        style = styles.of_cell["quoted" if MARKED.match(value) else "plain", mark]
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{xml_text(value)}</t></is></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" s="{styles.of_cell["plain", mark]}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f'<c r="{place}" s="{styles.of_cell["instant", mark]}"><v>{(value.date() - _DAY_0).days + seconds / 86400!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{styles.of_cell["day", mark]}"><v>{(value - _DAY_0).days}</v></c>'
    return f'<c r="{place}" s="{styles.of_cell["plain", mark]}"><v>{value!r}</v></c>'
