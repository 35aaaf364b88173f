"""People who stand twice in one list. No database.

Source: docs/decisions/0022-who-is-the-same-person.md, as `people.matching` decides for a list.
"""

from __future__ import annotations

from collections.abc import Iterable

from seminar_app.core.values import replace
from seminar_app.nominations.shapes import Field, ListRow, Nominee, Problem, ProblemCode, Severity
from seminar_app.people.matching import By, Compared, Same, match
from seminar_app.people.rules import Sex, name_key

MOST_OF_ONE_CURP = 3
"""Rows with one CURP and other names with which a row is compared."""


def marked(rows: Iterable[ListRow]) -> tuple[ListRow, ...]:
    """Return the rows with `same_as` where the same person stands above. A row that an error keeps out is nobody's first."""
    by_address: dict[tuple[str, str], str] = {}
    by_curp: dict[str, list[tuple[str, Compared]]] = {}
    result = []
    for row in rows:
        nominee = row.nominee
        key = name_key(nominee.given_names, nominee.surname1, nominee.surname2)
        address = (nominee.email, key) if nominee.email and key else None
        first = by_address.get(address) if address else None
        compared = _compared(nominee) if nominee.curp else None
        if first is None and compared is not None and nominee.curp:
            first = next(
                (above for above, other in by_curp.get(nominee.curp, ()) if isinstance(match(compared, other, by=By.LIST), Same)), None
            )
        if first is not None:
            row = replace(row, same_as=first)  # noqa: PLW2901
        elif not row.faulty:
            if address:
                by_address[address] = row.key
            if compared is not None and nominee.curp and len(above := by_curp.setdefault(nominee.curp, [])) < MOST_OF_ONE_CURP:
                above.append((row.key, compared))
        result.append(row)
    return tuple(result)


def alike(rows: Iterable[ListRow]) -> tuple[ListRow, ...]:
    """Return the rows with a warning where an address, or a name, already stands in the row of somebody else. Each row is seen once.

    Different CURPs tell two people of one name apart.
    """
    addresses: dict[str, ListRow] = {}
    names: dict[str, ListRow] = {}
    result = []
    for row in rows:
        nominee = row.nominee
        key = name_key(nominee.given_names, nominee.surname1, nominee.surname2)
        problems = list(row.problems)
        if row.same_as is None and nominee.email:
            above = addresses.setdefault(nominee.email, row)
            if above is not row and not _same_name(above, key):
                problems.append(_alike(row, above, Field.EMAIL, ProblemCode.SAME_ADDRESS))
        if row.same_as is None and key:
            above = names.setdefault(key, row)
            if above is not row and not _told_apart(above.nominee, nominee):
                problems.append(_alike(row, above, _name_field(row), ProblemCode.SAME_NAME))
        result.append(row if len(problems) == len(row.problems) else replace(row, problems=tuple(problems)))
    return tuple(result)


def _same_name(row: ListRow, key: str) -> bool:
    nominee = row.nominee
    return bool(key) and name_key(nominee.given_names, nominee.surname1, nominee.surname2) == key


def _told_apart(one: Nominee, other: Nominee) -> bool:
    """Whether two rows with one name are two people for certain, or one for certain."""
    same_address = one.email is not None and one.email == other.email
    return same_address or (bool(one.curp and other.curp) and one.curp != other.curp)


def _alike(row: ListRow, above: ListRow, field: Field, code: ProblemCode) -> Problem:
    return Problem(field, code, Severity.WARNING, row=above.number if above.table == row.table else None)


def _name_field(row: ListRow) -> Field:
    """Return the first of the cells that hold the name."""
    return next((field for field in (Field.FULL_NAME, Field.SURNAME1, Field.SURNAMES) if row.cells.get(field)), Field.GIVEN_NAMES)


def _compared(nominee: Nominee) -> Compared:
    return Compared(
        given_names=nominee.given_names,
        surname1=nominee.surname1,
        surname2=nominee.surname2,
        email=nominee.email,
        sex=Sex(nominee.sex) if nominee.sex else None,
        curp=nominee.curp.encode() if nominee.curp else None,
        birth_date=nominee.birth_date.isoformat().encode() if nominee.birth_date else None,
    )
