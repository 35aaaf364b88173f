"""How much one list may hold, and how the child process that reads it says no. Standard library only: the child imports it.

Source: DESIGN.md, nominations: 5,000 rows and 100 columns, and no more than 150 MB of memory.
"""

from __future__ import annotations

import sys

from msgspec import Struct, field

FILE_MB = 6
ROWS = 5_000
ROWS_WITH_CONTENT = ROWS + 200
"""Of all visible sheets: letterheads, headings and notes are rows too."""
COLUMNS = 100
LAST_ROW = 20_000
"""Content below this row is a stray cell; calamine needs memory for all rows above it."""
CELL_LETTERS = 32_767
"""Excel's own limit."""
LETTERS = 20_000_000
"""Of all cells together. A workbook may have the same long text in each cell and store it once."""
MERGED_RANGES = 10_000
UNCALCULATED = "#FORMULA"
"""What stands for a formula whose value the file does not keep."""

ZIP_MEMBERS = 2_000
UNPACKED_MB = 100
SUSPICIOUS_MB, SUSPICIOUS_RATIO = 20, 250
"""Formatted empty rows pack well, but not as well as this."""

CHILD_MEMORY_MB = 300
CHILD_CPU_SECONDS = 20


class Refused(Exception):
    """The file is not read. `code` is the name of a class in `nominations.errors`, and `values` fill its sentence."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Extent(Struct):
    """What the visible sheets of a workbook hold, counted before any memory is taken for their cells.

    Attributes:
        rows: with content, of the sheets so far.
        hidden: numbers of the hidden rows, of the sheet at hand.
    """

    rows: int = 0
    sheet: str = ""
    hidden: set[int] = field(default_factory=set)
    _counted: int = 0

    def begin(self, sheet: str) -> None:
        """Begin the next sheet."""
        self.sheet, self.hidden, self._counted = sheet, set(), 0

    def add(self, row: int, column: int) -> None:
        """Count a cell with content, rows in their order; row and column from 1.

        Raises:
            Refused: the cell is beyond the limits.
        """
        if column > COLUMNS:
            raise Refused("TooManyColumns", cell=cell_name(row, column), sheet=self.sheet, limit=COLUMNS)
        if row > LAST_ROW:
            raise Refused("FarCell", cell=cell_name(row, column), sheet=self.sheet)
        if row != self._counted:
            self._counted = row
            self.rows += 1
            if self.rows > ROWS_WITH_CONTENT:
                raise Refused("TooManyRows", limit=f"{ROWS:,}")


def cell_name(row: int, column: int) -> str:
    """Return «XFD1» for row 1 and column 16384."""
    letters = ""
    while column > 0:
        column, place = divmod(column - 1, 26)
        letters = chr(65 + place) + letters
    return f"{letters}{row}"


def limit_this_process() -> None:
    """Bound the memory and processor time of the process at hand, and let it leave no core file.

    Nothing happens where the system has no such limits.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  not everywhere

    memory = CHILD_MEMORY_MB << 20
    for kind, amount in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, CHILD_CPU_SECONDS),
    ):
        try:
            resource.setrlimit(kind, (amount, amount))
        except (ValueError, OSError):
            continue  # a stricter limit is set already, or macOS does not keep this one
