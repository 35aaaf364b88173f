"""The people of an agency's list, with all that is wrong, under a layout and what a person has changed. No database.

Source: docs/decisions/0046-how-an-agencys-list-is-read.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from seminar_app.nominations.cells import LONGEST_TOLD, folded, is_nothing, text_of
from seminar_app.nominations.dates import EARLIEST_LIKELY, LATEST_LIKELY, NoSuchDate, read_date
from seminar_app.nominations.duplicates import alike, marked
from seminar_app.nominations.names import PARTICLES, normal_case, spellings
from seminar_app.nominations.people import named
from seminar_app.nominations.sections import SourceRow, all_rows
from seminar_app.nominations.shapes import (
    Cell,
    Edits,
    Field,
    Layout,
    ListRow,
    Nominee,
    Problem,
    ProblemCode,
    Reading,
    RowKey,
    Severity,
    SkippedRow,
    TableLayout,
    Tables,
)
from seminar_app.nominations.states import state_meant, state_named
from seminar_app.nominations.values import UNMARKED, Found, NoSuchSex, cut_address, read_address, read_curp, read_phone, sex_of

LONGEST = {Field.POSITION: 200, Field.RANK: 100, Field.UNIT: 200, Field.STATE: 60, Field.AGENCY: 200, Field.TITLE: 60}
"""Letters that a registration keeps. What is longer is cut at a word, with a warning; the file keeps the whole."""
NO_EDITS = Edits()
_ORDER = {field: place for place, field in enumerate(Field)}


def read(tables: Tables, layout: Layout, edits: Edits = NO_EDITS, *, today: date | None = None) -> Reading:
    """Return the rows about people. Nothing is raised for any table: what cannot be read is a problem of its row.

    Args:
        edits: applied before anything is read.
        today: a birth date after it is unlikely; without it, one after `dates.LATEST_LIKELY`.
    """
    known = given_names(tables, layout)
    rows: list[ListRow] = []
    skipped: list[SkippedRow] = []
    for each in layout.tables:
        if not each.taken or each.table >= len(tables.tables):
            continue
        reader = _RowReader(each, edits, known, today)
        people = {int(number) for table, _dot, number in (key.partition(".") for key in edits.people) if table == str(each.table)}
        for source in all_rows(tables.tables[each.table], each, people):
            key = f"{each.table}.{source.number}"
            if key in edits.left_out:
                continue
            if isinstance(source, SourceRow):
                rows.append(reader.row(key, source))
            else:
                skipped.append(SkippedRow(key, source.text))
    return Reading(alike(marked(rows)), tuple(skipped))


def given_names(tables: Tables, layout: Layout) -> frozenset[str]:
    """Return the folded words of given names that stand in columns of their own: they tell names apart in other columns."""
    found: set[str] = set()
    for each in layout.tables:
        places = [column.index for column in each.columns if column.field is Field.GIVEN_NAMES]
        if (
            not each.taken
            or not places
            or each.table >= len(tables.tables)
            or not any(column.field is Field.FULL_NAME for other in layout.tables for column in other.columns)
        ):
            continue
        for row in tables.tables[each.table].rows:
            if len(row) > places[0] and row[places[0]] != "":
                found.update(folded(text_of(row[places[0]])).split(" "))
    return frozenset(found - {""})


def _as_a_day(number: float) -> Cell:
    """Return a spreadsheet's day number as the day that the spreadsheet shows; any other number as it is."""
    try:
        return read_date(number, None) or number
    except NoSuchDate:
        return number


class _RowReader:
    """Reads the rows of one list."""

    def __init__(self, layout: TableLayout, edits: Edits, known: Collection[str], today: date | None) -> None:
        self.layout = layout
        self.edits = edits
        self.known = known
        self.today = today
        self.fields = [column.field for column in layout.columns if column.field not in (None, Field.LEFT_OUT)]

    def cells(self, key: RowKey, source: SourceRow) -> dict[Field, Cell]:
        """Return the cells as they are after the edits."""
        cells: dict[Field, Cell] = {field: source.cells.get(field, "") for field in self.fields if field is not None}
        if isinstance(number := cells.get(Field.BIRTH_DATE), (int, float)):
            cells[Field.BIRTH_DATE] = _as_a_day(number)
        if source.agency and not text_of(cells.get(Field.AGENCY, "")):
            cells[Field.AGENCY] = source.agency
        if "@" in (whole := text_of(cells.get(Field.FULL_NAME, ""))):
            name, address = cut_address(whole)
            if address:
                cells[Field.FULL_NAME] = name
                if not text_of(cells.get(Field.EMAIL, "")):
                    cells[Field.EMAIL] = address
        for field, changes in self.edits.values.items():
            if field in cells and (text := text_of(cells[field])) in changes:
                cells[field] = changes[text]
        return cells | dict(self.edits.cells.get(key, {}))

    def row(self, key: RowKey, source: SourceRow) -> ListRow:
        """Return a row with its person and problems."""
        cells = self.cells(key, source)
        texts = {field: text_of(cell) for field, cell in cells.items()}
        name = named(texts, self.layout.name_order, self.known)
        problems = list(name.problems)
        vacant = any(problem.code is ProblemCode.VACANT for problem in problems)

        def kept(field: Field) -> str | None:
            text = texts.get(field, "")
            if is_nothing(text):
                return None
            most = LONGEST[field]
            if len(text) <= most:
                return text
            problems.append(Problem(field, ProblemCode.TOO_LONG, Severity.WARNING, text))
            return text[: most + 1].rpartition(" ")[0] or text[:most]

        def found(field: Field, what: Found) -> str | None:
            if what.code is not None:
                severity = Severity.WARNING if what.accepted else Severity.ERROR
                problems.append(Problem(field, what.code, severity, texts[field], what.proposal))
            return what.value

        state = kept(Field.STATE)
        nominee = Nominee(
            given_names=name.given_names,
            surname1=name.surname1,
            surname2=name.surname2 or None,
            title=kept(Field.TITLE) or name.title or None,
            email=self._email(texts, problems, found, vacant=vacant),
            sex=self._sex(texts, problems),
            birth_date=self._birth_date(cells, texts, problems),
            curp=found(Field.CURP, read_curp(texts[Field.CURP])) if not is_nothing(texts.get(Field.CURP, "")) else None,
            position=kept(Field.POSITION),
            rank=kept(Field.RANK),
            unit=kept(Field.UNIT),
            state=state and (state_named(state) or state),
            phone=found(Field.PHONE, read_phone(texts[Field.PHONE])) if not is_nothing(texts.get(Field.PHONE, "")) else None,
            agency=kept(Field.AGENCY) or name.agency or None,
        )
        problems.sort(key=lambda problem: _ORDER[problem.field])
        return ListRow(key=key, cells=texts, nominee=nominee, problems=tuple(problems))

    def _email(
        self, texts: Mapping[Field, str], problems: list[Problem], found: Callable[[Field, Found], str | None], *, vacant: bool
    ) -> str | None:
        """Return the address. It is missing only where the list has a column for addresses."""
        text = texts.get(Field.EMAIL)
        if text is None:
            return None
        if is_nothing(text):
            if not vacant:
                problems.append(Problem(Field.EMAIL, ProblemCode.MISSING, Severity.ERROR, text))
            return None
        return found(Field.EMAIL, read_address(text))

    def _sex(self, texts: Mapping[Field, str], problems: list[Problem]) -> str | None:
        text = texts.get(Field.SEX, "")
        if text or (Field.SEX_FEMALE not in texts and Field.SEX_MALE not in texts):
            if is_nothing(text):
                return None
            try:
                return sex_of(text, self.layout.m_means or "F")
            except NoSuchSex:
                problems.append(Problem(Field.SEX, ProblemCode.NO_SUCH_SEX, Severity.WARNING, text))
                return None
        female, male = (
            folded(texts.get(field, "")) not in UNMARKED or texts.get(field, "") in _MARKS for field in (Field.SEX_FEMALE, Field.SEX_MALE)
        )
        if female and male:
            problems.append(Problem(Field.SEX_FEMALE, ProblemCode.BOTH_SEXES, Severity.WARNING, texts[Field.SEX_FEMALE]))
            return None
        return "F" if female else "M" if male else None

    def _birth_date(self, cells: Mapping[Field, Cell], texts: Mapping[Field, str], problems: list[Problem]) -> date | None:
        text = texts.get(Field.BIRTH_DATE, "")
        if is_nothing(text):
            return None
        cell = cells[Field.BIRTH_DATE]
        try:
            day = read_date(text if isinstance(cell, str) else cell, self.layout.date_order)
        except NoSuchDate as fault:
            meant = fault.meant.isoformat() if fault.meant else None
            problems.append(Problem(Field.BIRTH_DATE, ProblemCode.NO_SUCH_DATE, Severity.ERROR, text, meant))
            return None
        if day is not None and (not EARLIEST_LIKELY <= day <= (self.today or LATEST_LIKELY)):
            problems.append(Problem(Field.BIRTH_DATE, ProblemCode.UNLIKELY_DATE, Severity.WARNING, text))
        return day


_MARKS = frozenset("✓✔☑●•■*")
"""Marks that folding takes away."""


def proposed_case(reading: Reading) -> Mapping[RowKey, Mapping[Field, str]]:
    """Return names in capitals, or in small letters only, in normal case, by row and field: offered, never written.

    Names of the list that are written otherwise tell McGregor from Mcgregor.
    """
    names = [name for row in reading.rows for name in (row.nominee.given_names, row.nominee.surname1, row.nominee.surname2 or "")]
    known = spellings(name for name in names if not name.islower())
    return _where(reading, _NAME_FIELDS, lambda text: ", ".join(_in_case(part, known) for part in text.split(", ")))


def _in_case(name: str, known: Mapping[str, str]) -> str:
    """Return a name, or what stands on one side of its comma, in normal case if it has only capitals or only small letters."""
    return normal_case(name.upper(), known) if name.isupper() or (name.islower() and folded(name) not in PARTICLES) else name


def proposed_states(reading: Reading) -> Mapping[RowKey, Mapping[Field, str]]:
    """Return whole names of shortened states, by row and field: «Oax.» is Oaxaca. Offered, never written."""
    return _where(reading, (Field.STATE,), state_meant)


def _where(reading: Reading, fields: Collection[Field], proposal: Callable[[str], str | None]) -> Mapping[RowKey, Mapping[Field, str]]:
    found: dict[RowKey, dict[Field, str]] = {}
    for row in reading.rows:
        for field in fields:
            text = row.cells.get(field, "")
            proposed = proposal(text) if 0 < len(text) <= LONGEST_TOLD else None
            if proposed and proposed != text:
                found.setdefault(row.key, {})[field] = proposed
    return found


_NAME_FIELDS = (Field.GIVEN_NAMES, Field.SURNAME1, Field.SURNAME2, Field.SURNAMES, Field.FULL_NAME)
