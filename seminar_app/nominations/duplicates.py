"""People who stand twice in one list. No database.

Source: docs/decisions/0022-who-is-the-same-person.md, as `people.matching` decides for a list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seminar_app.nominations.shapes import ListRow, Nominee
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
