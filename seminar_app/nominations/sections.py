"""The rows of a table that are about people: without titles, repeated headings, totals, notes, signers and empty lines. No database."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from seminar_app.nominations.cells import folded, is_no_name, is_nothing, text_of, told
from seminar_app.nominations.headings import NAMES
from seminar_app.nominations.shapes import Cell, Field, Table, TableLayout
from seminar_app.nominations.values import looks_like_address, looks_like_curp
from seminar_app.nominations.whole_names import has_given_name
from seminar_app.people.rules import is_name as people_name

HEADINGS_AGAIN = 0.6
"""Share of a row's cells that are headings of the list, from which on the row repeats the header."""
LONGEST_AGENCY = 120
LONGEST_SKIPPED = 300
SHORTEST_SKIPPED = 8
"""Letters of what stands in the number's column from which on a row is no empty numbered line."""

_TOTAL = re.compile(r"(sub ?totale?s?|gran total|totale?s?|suma)\b(?! [a-z]+ [a-z]+ [a-z]+)")
_NOTE = re.compile(r"(notas?|observacion(es)?|importante|favor de|fuente|source|note|remarks?|pagina|page|hoja \d)\b")
_SIGNER = re.compile(
    r"(elaboro|autorizo|reviso|vo ?bo|v o b o|visto bueno|atentamente|a t e n t a m e n t e|nombre (cargo )?y firma|nombre y cargo|firma"
    r"|recibio|valido|aprobo|solicito|sello|prepared by|approved by|reviewed by|signature|sufragio efectivo)\b"
)
_AGENCY = re.compile(
    r"\b(procuraduria|fiscalia|instituto|secretaria|secretariado|policia|direccion|delegacion|subdelegacion|coordinacion|comision|guardia"
    r"|agencia|centro|consejo|comisaria|corporacion|gobierno|poder|tribunal|ministerio|unidad|organo|oficina|subsecretaria|sistema|servicio"
    r"|universidad|academia|ayuntamiento|municipio|marina|ejercito|embajada|department|office|attorney|police|institute|agency|division)\b"
)
_ACRONYM = re.compile(r"(?:[A-ZÑ]\.?){2,9}(?:[- ](?:[A-ZÑ]\.?){2,9})?")
_LINE = re.compile(r"[_\-=.]{5,}")


class SourceRow(Struct, frozen=True):
    """A row about a person: its number as the spreadsheet shows it, its cells by field, and the agency of its section."""

    number: int
    cells: Mapping[Field, Cell]
    agency: str | None


class Skipped(Struct, frozen=True):
    """A row that is about nobody, with what stands in it."""

    number: int
    text: str


def people_rows(table: Table, layout: TableLayout) -> Iterator[SourceRow]:
    """Yield the rows about people."""
    return (row for row in all_rows(table, layout) if isinstance(row, SourceRow))


def all_rows(table: Table, layout: TableLayout, people: Collection[int] = ()) -> Iterator[SourceRow | Skipped]:
    """Yield the rows about people, and those that are skipped. Rows that the spreadsheet hides are no part of the list.

    Args:
        people: numbers of rows that a person says are people, whatever they look like.
    """
    section = _Section(table, layout)
    first, last = layout.span(len(table.rows))
    for number in range(first, last + 1):
        if number in table.hidden:
            continue
        row = section.take(number, certain=number in people)
        if row is not None:
            yield row


class _Section:
    """What is known while the rows pass: which column holds what, whose section it is, and whether the list has ended."""

    def __init__(self, table: Table, layout: TableLayout) -> None:
        self.table = table
        self.widths = widths_of(table)
        self.place: dict[int, Field] = {c.index: c.field for c in layout.columns if c.field is not None and c.field is not Field.LEFT_OUT}
        self.by_heading: dict[str, Field] = {}
        self.headings = {folded(text_of(cell)) for number in layout.header for cell in table.rows[number - 1] if cell != ""} - {""}
        self.moves = len(layout.header) == 1
        for column in layout.columns:
            if column.field is not None and column.field is not Field.LEFT_OUT:
                self.by_heading.setdefault(folded(column.heading), column.field)
        self.lone_column = len(self.place) == 1
        self.ended = False
        self.agency = self._above(layout)

    def _above(self, layout: TableLayout) -> str | None:
        """Return the agency in a lone cell right above the first header, if the header comes again: else it is a letterhead."""
        number = min(layout.header, default=1) - 1
        if number < 1:
            return None
        filled = filled_of(self.table.rows[number - 1])
        if len(filled) != 1:
            return None
        header = set(self.table.rows[number])
        again = any(set(row) == header for row in self.table.rows[number + 1 : layout.span(len(self.table.rows))[1]])
        return agency_in(filled[0][1]) if again else None

    def take(self, number: int, *, certain: bool = False) -> SourceRow | Skipped | None:
        """Return the row as one about a person, or learn from it and return it as skipped; None where nothing is skipped.

        Args:
            certain: it is about a person, whatever it looks like.
        """
        row = self.table.rows[number - 1]
        cells = {field: row[index] for index, field in self.place.items() if index < len(row)}
        if certain or any(_is_certain(cell) for cell in map(cells.get, (Field.EMAIL, Field.CURP))):
            self.ended = False
            return SourceRow(number, cells, self.agency)
        filled = filled_of(row)
        if not filled:
            return None
        if self.repeats_header(filled):
            self.place_again(filled)
            return None
        if any(looks_like_address(text) or looks_like_curp(text) for _index, text in filled):
            self.ended = False
        elif self.is_none(number, filled, cells) or self.ended or not self.is_about_somebody(cells):
            is_empty_line = all(index not in self.place for index, _text in filled) and len(filled[0][1]) < SHORTEST_SKIPPED
            return None if is_empty_line else Skipped(number, " · ".join(text for _index, text in filled)[:LONGEST_SKIPPED])
        return SourceRow(number, cells, self.agency)

    def repeats_header(self, filled: Sequence[tuple[int, str]]) -> bool:
        """Whether most cells of the row are headings of the list."""
        if len(filled) < 2 or not self.headings:
            return False
        if folded(filled[0][1]) not in self.headings and folded(filled[-1][1]) not in self.headings:
            return False
        return sum(folded(text) in self.headings for _index, text in filled) >= HEADINGS_AGAIN * len(filled)

    def place_again(self, filled: Sequence[tuple[int, str]]) -> None:
        """Take the columns in the order of a repeated header."""
        self.ended = False
        found = {index: self.by_heading[folded(text)] for index, text in filled if folded(text) in self.by_heading}
        if self.moves and len(set(found.values())) == len(found) and set(found.values()) >= set(self.place.values()) & NAMES:
            self.place = found

    def is_none(self, number: int, filled: Sequence[tuple[int, str]], cells: Mapping[Field, Cell]) -> bool:
        """Whether a row without address and CURP is a total, a note, a signer's line or the heading of a section."""
        index, text = filled[0]
        word = folded(text)
        if _TOTAL.match(word) or any(_TOTAL.match(folded(told(cells.get(field, "")))) for field in NAMES):
            return True
        if text.startswith(("*", "†")) or (_NOTE.match(word) and len(filled) < 3):
            return True
        if len(filled) < 5 and any(_SIGNER.match(folded(each)) or _LINE.fullmatch(each.replace(" ", "")) for _index, each in filled):
            self.ended = True
            return True
        if len(filled) > 1 or self.lone_column:
            return False
        agency = agency_in(text)
        if agency is not None and (self.place.get(index) not in NAMES or self.widths.get(number, 1) > 1 or not has_given_name(text)):
            self.agency = agency
            self.ended = False
            return True
        is_name = self.place.get(index) in NAMES and self.widths.get(number, 1) == 1
        return not (is_name and len(text) < LONGEST_AGENCY and (has_given_name(text) or (len(text.split()) < 5 and people_name(text))))

    def is_about_somebody(self, cells: Mapping[Field, Cell]) -> bool:
        """Whether there is a name, an address or a CURP, or else a birth date or a phone of somebody whose name is missing."""
        for field, cell in cells.items():
            if cell == "":
                continue
            if field in NAMES:
                if not is_no_name(told(cell)):
                    return True
            elif field in _OWN and not is_nothing(told(cell)):
                return True
        return False


_OWN = frozenset({Field.EMAIL, Field.CURP, Field.BIRTH_DATE, Field.PHONE})


def _is_certain(cell: Cell | None) -> bool:
    """Whether a cell is an address or a CURP, which nobody's row has but a person's."""
    return isinstance(cell, str) and cell != "" and (looks_like_address(cell[:LONGEST_SKIPPED]) or looks_like_curp(cell[:LONGEST_SKIPPED]))


def filled_of(row: Sequence[Cell]) -> list[tuple[int, str]]:
    """Return index of the cells that are not empty, and how their text begins."""
    return [(index, text) for index, cell in enumerate(row) if cell != "" and (text := told(cell))]


def widths_of(table: Table) -> dict[int, int]:
    """Return how many columns the widest merged cell of each row takes, by row number."""
    widths: dict[int, int] = {}
    for top, left, _bottom, right in table.merged:
        widths[top] = max(widths.get(top, 1), right - left + 1)
    return widths


def agency_in(text: str) -> str | None:
    """Return the agency that a lone cell names: «PROCURADURÍA GENERAL DE LA REPÚBLICA», «INM»; None for a sentence or a name."""
    if len(text) > LONGEST_AGENCY or text[0] in "*(«\"'" or (text.endswith((".", ":", ";")) and not _ACRONYM.fullmatch(text)):
        return None
    word = folded(text)
    if _NOTE.match(word) or _SIGNER.match(word) or _TOTAL.match(word):
        return None
    return text if _AGENCY.search(word) or _ACRONYM.fullmatch(text) else None
