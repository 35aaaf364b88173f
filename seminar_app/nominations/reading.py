"""A simple reader for agencies' lists of nominees: find the header, and report accepted rows, duplicates and errors.

It handles what the demonstration's four lists need: a header below a letterhead, a list on the second sheet, dates of
several kinds, both surnames in one cell, and sexes in two languages. It keeps only what a registration stores; identity
data are sealed if the seminar asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from seminar_app.core.addresses import normal_address, search_form
from seminar_app.core.folding import fold
from seminar_app.nominations.names import normal_case, split_surnames
from seminar_app.nominations.tables import Cell, tables
from seminar_app.people.identity_rules import doubt_about_curp

HEADINGS = {
    "given_names": ("nombre s", "nombre", "nombres", "first name", "given names"),
    "surname1": ("apellido paterno", "primer apellido", "last name 1"),
    "surname2": ("apellido materno", "segundo apellido", "last name 2"),
    "full_name": ("nombre completo",),
    "position": ("cargo", "puesto", "rank"),
    "email": ("correo electronico", "correo", "e mail", "email", "email institucional"),
    "sex": ("sexo", "sexo h m", "genero", "gender"),
    "birth_date": ("fecha de nacimiento", "nacimiento", "fecha nac", "dob"),
    "curp": ("curp", "national id curp"),
    "state": ("entidad", "estado", "oficina de representacion"),
    "phone": ("telefono", "phone"),
}
FIELD_OF = {heading: name for name, headings in HEADINGS.items() for heading in headings}
NEEDED_COLUMNS = 4

FEMALE = frozenset({"f", "femenino", "mujer", "female"})
MALE = frozenset({"h", "masculino", "hombre", "male"})
ENGLISH_SEX_HEADINGS = frozenset({"gender"})
"""Under these headings «M» is male; in a Spanish list it is «mujer»."""

TEXT_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
SPREADSHEET_DAY_0 = date(1899, 12, 30)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominee:
    """One accepted row. Names as written; None where the file has no such column."""

    row: int
    given_names: str
    surname1: str
    surname2: str | None
    email: str
    sex: str | None
    birth_date: date | None
    curp: str | None
    position: str | None
    state: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row about a person already read. `of` is a row number of the same file, or the name of an earlier file."""

    row: int
    of: int | str
    email: str
    why: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A fault in a field: as an error, the row is left out; as a warning, the row is accepted."""

    row: int
    field: str
    message: str


@dataclass(slots=True)
class Reading:
    """Result of reading one file."""

    accepted: list[Nominee] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    """People of the files read so far: (file, nominee) by address and by CURP."""

    by_email: dict[str, tuple[str, Nominee]] = field(default_factory=dict)
    by_curp: dict[str, tuple[str, Nominee]] = field(default_factory=dict)

    def find(self, nominee: Nominee) -> tuple[str, Nominee, str] | None:
        """Return the same person with the reason for the match, or None."""
        if nominee.curp and (by_curp := self.by_curp.get(nominee.curp)):
            return *by_curp, "same CURP"
        if by_email := self.by_email.get(nominee.email):
            return *by_email, "same address"
        return None

    def add(self, file: str, nominee: Nominee) -> None:
        """Add a person."""
        self.by_email[nominee.email] = (file, nominee)
        if nominee.curp:
            self.by_curp[nominee.curp] = (file, nominee)


class Unreadable(ValueError):
    """A cell does not hold what its column is for; the message goes into the report."""


def read_lists(paths: Sequence[Path]) -> dict[str, Reading]:
    """Read the files in this order, and return results by file name. A person of an earlier file is a duplicate in a later one."""
    known = Known()
    return {path.name: read_list(path, known) for path in paths}


def read_list(path: Path, known: Known) -> Reading:
    """Read one file.

    Raises:
        ValueError: no sheet has a recognizable header.
    """
    for rows in tables(path):
        header = find_header(rows)
        if header is not None:
            return _read_rows(path.name, rows, header, known)
    raise ValueError(f"{path.name}: no row looks like a header")


def find_header(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Return the index of the first row with an address column and enough other known columns."""
    for index, row in enumerate(rows):
        found = {FIELD_OF.get(fold(str(cell))) for cell in row} - {None}
        if "email" in found and len(found) >= NEEDED_COLUMNS:
            return index
    return None


def _read_rows(file: str, rows: Sequence[Sequence[Cell]], header: int, known: Known) -> Reading:
    headings = [fold(str(cell)) for cell in rows[header]]
    columns = {FIELD_OF[heading]: index for index, heading in enumerate(headings) if heading in FIELD_OF}
    m_is_male = bool(ENGLISH_SEX_HEADINGS & set(headings))
    reading = Reading()
    for index, row in enumerate(rows[header + 1 :], header + 2):
        cells = {name: row[column] if column < len(row) else "" for name, column in columns.items()}
        if _is_person(cells):
            _take(reading, file, index, cells, known, m_is_male=m_is_male)
    return reading


def _is_person(cells: dict[str, Cell]) -> bool:
    """Whether the row is neither blank nor the totals below the list."""
    texts = [text for cell in cells.values() if (text := _text(cell))]
    return bool(texts) and not (len(texts) == 1 and fold(texts[0]).startswith("total"))


def _take(reading: Reading, file: str, row: int, cells: dict[str, Cell], known: Known, *, m_is_male: bool) -> None:
    """Add one row to the accepted people, the duplicates or the errors."""
    nominee, errors = _nominee(row, cells, m_is_male=m_is_male)
    if nominee is None:
        reading.errors.extend(errors)
        return
    if (twin := known.find(nominee)) is not None:
        twin_file, twin_nominee, why = twin
        reading.duplicates.append(Duplicate(row, twin_nominee.row if twin_file == file else twin_file, twin_nominee.email, why))
        return
    if nominee.curp and (doubt := doubt_about_curp(nominee.curp)):
        reading.warnings.append(Remark(row, "curp", doubt))
    known.add(file, nominee)
    reading.accepted.append(nominee)


def _nominee(row: int, cells: dict[str, Cell], *, m_is_male: bool) -> tuple[Nominee | None, list[Remark]]:
    """Return the row's person, or None and its errors."""
    errors = []
    given_names, surname1, surname2 = _names(cells)
    typed = search_form("".join(_text(cells.get("email", "")).split()))
    email = (normal_address(typed) or typed) if EMAIL.fullmatch(typed) else typed
    if not EMAIL.fullmatch(email):
        errors.append(Remark(row, "email", "not an address" if email else "missing"))
    birth_date: date | None = None
    try:
        birth_date = as_date(cells.get("birth_date", ""))
    except Unreadable as fault:
        errors.append(Remark(row, "birth_date", str(fault)))
    if errors:
        return None, errors
    state = _text(cells["state"]) if "state" in cells else None
    return Nominee(
        row=row,
        given_names=given_names,
        surname1=surname1,
        surname2=surname2,
        email=email,
        sex=as_sex(_text(cells.get("sex", "")), m_is_male=m_is_male),
        birth_date=birth_date,
        curp=_text(cells.get("curp", "")).upper() or None,
        position=_text(cells["position"]) if "position" in cells else None,
        state=normal_case(state, {}) if state else state,
        phone=_text(cells["phone"]) if "phone" in cells else None,
    ), []


def _names(cells: dict[str, Cell]) -> tuple[str, str, str | None]:
    """Return given names and both surnames, from three columns or from one «surnames, given names»."""
    if "full_name" in cells:
        surnames, _comma, given = _text(cells["full_name"]).rpartition(",")
        return given.strip(), *split_surnames(surnames)
    surname2 = _text(cells["surname2"]) if "surname2" in cells else None
    return _text(cells.get("given_names", "")), _text(cells.get("surname1", "")), surname2


def _text(cell: Cell) -> str:
    return " ".join(str(cell).split())


def as_sex(text: str, *, m_is_male: bool) -> str | None:
    """Return F, M or X; None where the cell is empty or has another word."""
    word = fold(text)
    if word == "m":
        return "M" if m_is_male else "F"
    if word in FEMALE:
        return "F"
    return "M" if word in MALE else "X" if word == "x" else None


def as_date(cell: Cell) -> date | None:
    """Convert a date cell, a spreadsheet's day number, or a date in text (day before month); None for an empty cell.

    Raises:
        Unreadable: it is no date, or a day that no month has.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)):
        try:
            return SPREADSHEET_DAY_0 + timedelta(days=int(cell))
        except (OverflowError, ValueError) as error:  # a day beyond the calendar, an infinity, or not a number
            raise Unreadable("no such date") from error
    text = _text(cell)
    if not text:
        return None
    for pattern in TEXT_DATES:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007  a birthday has no time zone
        except ValueError:
            continue
    raise Unreadable("no such date")
