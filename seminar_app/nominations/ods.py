"""Read an OpenDocument spreadsheet: cells, hidden rows and sheets, merged cells.

calamine loses line breaks within a paragraph, errors and merged cells of this format, so it is read here, in one pass and
within the limits.
"""

from __future__ import annotations

from datetime import date, datetime
from xml.parsers import expat

from msgspec import Struct, field

from seminar_app.nominations.limits import CELL_LETTERS, MERGED_RANGES, Extent, Refused

Cell = str | int | float | bool | date | datetime
_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_HIDING = frozenset({"collapse", "filter"})
_NO_CONTENT = frozenset({"office:annotation", "table:shapes", "draw:frame", "table:tracked-changes", "table:table"})
"""What stands within a cell, or before the sheets, and is none of its text; a table in a cell too."""


class Sheet(Struct):
    """A visible sheet, as `shapes.Table` has it."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


class _Reader:
    """Takes the events of the XML parser. Rows and columns count from 1."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._extent = Extent()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._sheet: Sheet | None = None
        self._skipped = 0
        self._row: dict[str, str] = {}
        self._next_row, self._next_column = 1, 1
        self._cells: dict[int, Cell] = {}
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._paragraphs = 0
        self._in_paragraph = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped or (name in _NO_CONTENT and (self._cell is not None or name != "table:table")):
            self._skipped += 1
        elif name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties":
            if attributes.get("table:display") == "false":
                self._hidden_styles.add(self._style)
        elif name == "table:table":
            self._begin_sheet(attributes)
        elif name == "table:table-row":
            self._row, self._cells, self._next_column = attributes, {}, 1
        elif name in _CELLS:
            self._cell, self._text, self._paragraphs = attributes, [], 0
        elif self._cell is not None:
            self._start_text(name, attributes)

    def _begin_sheet(self, attributes: dict[str, str]) -> None:
        self._sheet = Sheet(attributes.get("table:name", ""))
        if attributes.get("table:style-name") not in self._hidden_styles:
            self.sheets.append(self._sheet)
            self._extent.begin(self._sheet.name)
        self._next_row = 1

    def _start_text(self, name: str, attributes: dict[str, str]) -> None:
        if name in {"text:p", "text:h"}:
            if self._paragraphs:
                self._text.append("\n")
            self._paragraphs += 1
            self._in_paragraph += 1
        elif name == "text:s":
            self._text.append(" " * min(_number(attributes.get("text:c")), 100))
        elif name == "text:tab":
            self._text.append("\t")
        elif name == "text:line-break":
            self._text.append("\n")

    def text(self, text: str) -> None:
        if self._in_paragraph and not self._skipped:
            self._text.append(text)

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif name in {"text:p", "text:h"}:
            self._in_paragraph = max(self._in_paragraph - 1, 0)
        elif name in _CELLS:
            self._end_cell()
        elif name == "table:table-row":
            self._end_row()
        elif name == "table:table":
            self._sheet = None

    def _end_cell(self) -> None:
        attributes, self._cell = self._cell or {}, None
        repeated = _number(attributes.get("table:number-columns-repeated"))
        first, self._next_column = self._next_column, self._next_column + repeated
        if not self._is_visible:
            return
        sheet, rows, columns = self.sheets[-1], *(_number(attributes.get(f"table:number-{side}-spanned")) for side in ("rows", "columns"))
        if (rows > 1 or columns > 1) and len(sheet.merged) < MERGED_RANGES:
            sheet.merged.append((self._next_row, first, self._next_row + rows - 1, first + columns - 1))
        if (value := self._value(attributes)) == "":
            return
        if isinstance(value, str) and len(value) > CELL_LETTERS:
            raise Refused("LongCell", row=self._next_row, limit=f"{CELL_LETTERS:,}")
        for column in range(first, first + repeated):
            self._extent.add(self._next_row, column)
            self._cells[column] = value

    @property
    def _is_visible(self) -> bool:
        return self._sheet is not None and bool(self.sheets) and self.sheets[-1] is self._sheet

    def _value(self, attributes: dict[str, str]) -> Cell:
        text = "".join(self._text)
        kind = attributes.get("office:value-type", "")
        try:
            if kind in {"float", "percentage", "currency"}:
                return float(attributes["office:value"])
            if kind == "boolean":
                return attributes["office:boolean-value"] == "true"
            if kind == "date":
                return _day(attributes["office:date-value"])
        except (KeyError, ValueError):
            return text
        return text or attributes.get("office:string-value", "")

    def _end_row(self) -> None:
        repeated = _number(self._row.get("table:number-rows-repeated"))
        first, self._next_row = self._next_row, self._next_row + repeated
        if not self._is_visible:
            return
        sheet = self.sheets[-1]
        if self._row.get("table:visibility") in _HIDING:
            sheet.hidden.update(range(first, min(first + repeated, first + 100_000)))
        if not self._cells:
            return
        last = max(self._cells)
        cells = [self._cells.get(column, "") for column in range(1, last + 1)]
        sheet.rows.extend([] for _blank in range(len(sheet.rows) + 1, first))
        for row in range(first, first + repeated):
            self._extent.add(row, last)
            sheet.rows.append(cells)


def read_ods(content: bytes) -> list[Sheet]:
    """Return the visible sheets of a `content.xml`.

    Raises:
        Refused: more than a list holds, or no XML.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Refused("Damaged") from error
    return reader.sheets


def _number(text: str | None) -> int:
    """Return a repetition or span; 1 where there is none."""
    return max(int(text), 1) if text and text.isdecimal() and len(text) < 10 else 1


def _day(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
