"""Shapes of an agency's list on its way: tables as read, the layout that a person confirms, and the people that follow from both.

All of it is plain data that can be kept as JSON. No database, no Flask.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct, field

Cell: TypeAlias = str | int | float | bool | date | datetime
"""A cell as the file has it; the empty text for an empty cell."""


class Table(Struct, frozen=True):
    """A visible sheet, or the one table of a text file. Row 1 is at index 0, and blank rows keep their place.

    Attributes:
        name: of the sheet; empty for a text file.
        rows: of different lengths: trailing empty cells are cut.
        hidden: numbers of rows that the spreadsheet hides.
        merged: (first row, first column, last row, last column), rows and columns counted from 1.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()


class FileFormat(StrEnum):
    """What a file was read as, whatever its name says."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "csv"
    """Text with delimiters, or pasted cells."""


class Tables(Struct, frozen=True):
    """What was read of one file. Hidden sheets are left out.

    Attributes:
        encoding, delimiter: of text; None for a workbook.
        accented: up to five words with accents, by which a person confirms the encoding.
        encodings: what a person may choose among, likeliest first, with `encoding`; see `encodings.Encoding`.
    """

    format: FileFormat
    tables: tuple[Table, ...]
    encoding: str | None = None
    delimiter: str | None = None
    accented: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ()


class Field(StrEnum):
    """What a column of a list is for."""

    GIVEN_NAMES = "given_names"
    SURNAME1 = "surname1"
    SURNAME2 = "surname2"
    SURNAMES = "surnames"
    """Both surnames in one cell."""
    FULL_NAME = "full_name"
    """The whole name in one cell: «surnames, given names», or in the order that the column shows."""
    TITLE = "title"
    EMAIL = "email"
    PHONE = "phone"
    SEX = "sex"
    SEX_FEMALE = "sex_female"
    """A column that is marked where the person is a woman; `SEX_MALE` where a man."""
    SEX_MALE = "sex_male"
    BIRTH_DATE = "birth_date"
    CURP = "curp"
    POSITION = "position"
    RANK = "rank"
    UNIT = "unit"
    STATE = "state"
    AGENCY = "agency"
    LEFT_OUT = "left_out"
    """Not taken, on purpose or because it is no datum of a person: a number, a signature, a timestamp."""


class NameOrder(StrEnum):
    """The order of a whole name in one cell without a comma."""

    GIVEN_FIRST = "given_first"
    SURNAMES_FIRST = "surnames_first"


class DateOrder(StrEnum):
    """The order of day and month in text dates of a column, decided by the whole column."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class Column(Struct, frozen=True):
    """A column of a table.

    Attributes:
        index: from 0.
        heading: as written, of all header rows joined; «Column C» has an empty one.
        field: what it is for; None if nobody has placed it yet. Several columns may have one field only where that is `LEFT_OUT`.
        samples: up to three different values.
    """

    index: int
    heading: str
    field: Field | None
    samples: tuple[str, ...] = ()


class TableLayout(Struct, frozen=True, kw_only=True):
    """How one table is read.

    Attributes:
        table: index in `Tables.tables`.
        taken: whether its rows are people; a summary, or a sheet that is no list, is not taken.
        header: numbers of the rows that hold the headings; empty if there is none.
        columns: those with a heading or a value below the header.
        fingerprint: of the headings, the same for every list with the same headings in any order.
        name_order: of a column `FULL_NAME`; None without one.
        date_order: of the text dates in `BIRTH_DATE`; None if there are none.
        m_means: what «M» means in `SEX`: F (mujer) or M; None if no cell has it.
        rows: numbers of the first and last row, where a table has several lists below each other; None for the whole table.
    """

    table: int
    taken: bool
    header: tuple[int, ...]
    columns: tuple[Column, ...]
    fingerprint: str
    name_order: NameOrder | None = None
    date_order: DateOrder | None = None
    m_means: str | None = None
    rows: tuple[int, int] | None = None

    @property
    def key(self) -> str:
        """What names it among the layouts of a file: «0», or «0.36» for a list that begins in row 36 of a table."""
        return str(self.table) if self.rows is None or self.rows[0] == 1 else f"{self.table}.{self.rows[0]}"

    def span(self, rows: int) -> tuple[int, int]:
        """Return the numbers of the first and last row, in a table of so many rows. Above the header is nobody."""
        first, last = self.rows or (1, rows)
        return max((first, *(number + 1 for number in self.header))), min(last, rows)


class Layout(Struct, frozen=True):
    """How a file is read: proposed by `layout.propose`, changed and confirmed by a person."""

    tables: tuple[TableLayout, ...]

    @property
    def unplaced(self) -> list[tuple[TableLayout, Column]]:
        """The columns of taken tables, and of the only one, that nobody has placed."""
        return [
            (table, column)
            for table in self.tables
            if table.taken or len(self.tables) == 1
            for column in table.columns
            if column.field is None
        ]


class ProblemCode(StrEnum):
    """What is wrong with a cell. The words for each are in `nominations.labels`."""

    MISSING = "missing"
    NO_SURNAME = "no_surname"
    """There is a given name only."""
    NO_ADDRESS = "no_address"
    MORE_THAN_ADDRESS = "more_than_address"
    """Words beside the address."""
    SEVERAL_ADDRESSES = "several_addresses"
    NO_SUCH_DATE = "no_such_date"
    UNLIKELY_DATE = "unlikely_date"
    CHECK_DIGIT = "check_digit"
    NO_CURP = "no_curp"
    NO_SUCH_SEX = "no_such_sex"
    BOTH_SEXES = "both_sexes"
    TOO_LONG = "too_long"
    VACANT = "vacant"
    """A vacant post, no person."""
    NO_LETTERS = "no_letters"
    """A name without a letter."""
    UNUSABLE = "unusable"
    """Characters that no name has: control characters, formulas' errors."""
    WHICH_IS_GIVEN = "which_is_given"
    """Nothing tells which word of a whole name is the given name; it may be missing."""
    SAME_ADDRESS = "same_address"
    """A row about somebody else has the same address: a column was moved, or an office shares its mailbox."""
    SAME_NAME = "same_name"
    """A row with another address has the same name."""
    NOT_CALCULATED = "not_calculated"
    """A formula whose value the file does not keep."""
    NO_AGENCY = "no_agency"
    """Nothing tells which agency; found later, by the import."""
    UNKNOWN_AGENCY = "unknown_agency"
    """Words for an agency that the directory does not know, in a list of one agency; found later."""
    OTHER_AGENCY = "other_agency"
    """An agency for which this account may not nominate; found later."""


class Severity(StrEnum):
    """An error keeps the row out; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Problem(Struct, frozen=True):
    """A fault in a cell.

    Attributes:
        value: the cell as text; empty also where other words could not mend all cells with the same text.
        proposal: what it probably should be, if that can be said.
        row: number of the other row of the same table that it is about, as the spreadsheet shows it.
    """

    field: Field
    code: ProblemCode
    severity: Severity
    value: str = ""
    proposal: str | None = None
    row: int | None = None


class Nominee(Struct, frozen=True, kw_only=True):
    """A person of a row. Names as written; None where the file has no such column or the cell is empty or wrong."""

    given_names: str
    surname1: str
    surname2: str | None = None
    title: str | None = None
    email: str | None = None
    sex: str | None = None
    """F, M or X."""
    birth_date: date | None = None
    curp: str | None = None
    position: str | None = None
    rank: str | None = None
    unit: str | None = None
    state: str | None = None
    phone: str | None = None
    agency: str | None = None
    """The agency in the list's own words: of a column, or of the heading of a section."""


RowKey: TypeAlias = str
"""«table.row», for example «0.5»: the index of the table, and the number of the row as the spreadsheet shows it."""


class ListRow(Struct, frozen=True, kw_only=True):
    """A row about a person.

    Attributes:
        cells: what an editor shows for each field that the layout has: the text of the file, or the edit.
        nominee: what could be read, also where the row has errors, so that everything else can be checked.
        same_as: the row of this list about the same person that came before; None if there is none.
    """

    key: RowKey
    cells: Mapping[Field, str]
    nominee: Nominee
    problems: tuple[Problem, ...] = ()
    same_as: RowKey | None = None

    @property
    def number(self) -> int:
        """The number of the row as the spreadsheet shows it."""
        return int(self.key.partition(".")[2])

    @property
    def table(self) -> int:
        """The index of the table."""
        return int(self.key.partition(".")[0])

    @property
    def faulty(self) -> bool:
        """Whether an error keeps the row out."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


class Edits(Struct, frozen=True):
    """What a person has changed: cells, equal values of a column, and rows that are left out. A cell's own edit counts before a value's."""

    cells: Mapping[RowKey, Mapping[Field, str]] = field(default_factory=dict)
    values: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)
    """By field: the value as written (blanks collapsed), and what stands instead."""
    left_out: frozenset[RowKey] = frozenset()
    people: frozenset[RowKey] = frozenset()
    """Rows that were skipped, and are people after all."""


class SkippedRow(Struct, frozen=True):
    """A row below the header that is about nobody: a total, a note, a signer, the heading of a section. `text` is what stands in it."""

    key: RowKey
    text: str


class Reading(Struct, frozen=True):
    """The rows about people, in the order of the file. Rows that were left out are not among them.

    Attributes:
        skipped: rows with something in them that were not taken for people, so that nothing is lost unseen. Repeated headers, and lines
            with a number only, are not among them.
    """

    rows: tuple[ListRow, ...]
    skipped: tuple[SkippedRow, ...] = ()
