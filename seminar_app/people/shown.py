"""What may be shown of a person. The only way by which a person reaches a page, a file, a list of mail or the output of a command.

Of a reserved or erased identity it is a code and the agency, or the agency's group where the agency itself names a state
(docs/decisions/0023-reserved-identity.md). Pure: no database.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from seminar_app.agencies.queries import NamedAgency
from seminar_app.core.values import replace
from seminar_app.people.rules import ReservedReason, Sex, listed_name, reserved_name

LAST = "\uffff"
"""Sorts after every name."""


class ShownPerson(Struct, frozen=True):
    """A person as the reader may see them. What is withheld is None, and so is what the query did not select.

    Attributes:
        id: internal; never shown.
        public_id: for addresses of pages.
        name: in a list, surnames first; or the code.
        full_name: as on the certificate; or the code.
        order: sort key. Codes sort after all names, by code.
        reserved: the identity is reserved or erased.
        hidden: it is shown by code here.
        code: with its prefix, for reserved identities.
        agency: of a hidden person, the group if the agency itself names a state.
        surname1: the code if hidden, as the attendance export has it.
        told_apart_by: what distinguishes the person from a namesake on the same list.
    """

    id: int
    public_id: uuid.UUID
    name: str
    full_name: str
    order: tuple[str, ...]
    agency: NamedAgency | None
    surname1: str
    reserved: bool = False
    hidden: bool = False
    erased: bool = False
    code: str | None = None
    reserved_reason: ReservedReason | None = None
    surname2: str | None = None
    given_names: str | None = None
    certificate_name: str | None = None
    sex: Sex | None = None
    email: str | None = None
    phone: str | None = None
    unit: str | None = None
    rank: str | None = None
    position: str | None = None
    state_name: str | None = None
    told_apart_by: str | None = None


def as_shown(
    row: Any, *, agency: NamedAgency | None, group: NamedAgency | None, code: str | None = None, opened: bool = False
) -> ShownPerson:
    """Return what may be shown of a person.

    Args:
        row: with the columns of `people.queries.SHOWN`, and unit, rank, position and state name if there is a registration.
        agency: of the registration, as of then; or the present one.
        group: the group of that agency.
        code: the five letters of the registration in view.
        opened: the reader is the person, or has opened the record. An erased record does not open.
    """
    erased = row.erased_at is not None
    reserved = row.reserved or erased
    if reserved and (erased or not opened):
        return _by_code(row, agency=agency, group=group, code=code, erased=erased)
    return ShownPerson(
        id=row.person_id,
        public_id=row.person_public_id,
        name=listed_name(given_names=row.given_names, surname1=row.surname1, surname2=row.surname2),
        full_name=row.certificate_name,
        order=(row.sort_key, row.person_public_id.hex),
        agency=agency,
        surname1=row.surname1,
        surname2=row.surname2,
        given_names=row.given_names,
        certificate_name=row.certificate_name,
        reserved=reserved,
        code=reserved_name(code) if reserved else None,
        reserved_reason=row.reserved_reason,
        sex=row.sex,
        email=row.email,
        phone=row.phone,
        unit=getattr(row, "unit", None),
        rank=getattr(row, "rank", None),
        position=getattr(row, "position", None),
        state_name=getattr(row, "state_name", None),
    )


def _by_code(row: Any, *, agency: NamedAgency | None, group: NamedAgency | None, code: str | None, erased: bool) -> ShownPerson:
    shown = reserved_name(code)
    return ShownPerson(
        id=row.person_id,
        public_id=row.person_public_id,
        name=shown,
        full_name=shown,
        surname1=shown,
        order=(LAST, shown, row.person_public_id.hex),
        agency=agency_shown(agency, group),
        reserved=True,
        hidden=True,
        erased=erased,
        code=shown,
    )


def agency_shown(agency: NamedAgency | None, group: NamedAgency | None) -> NamedAgency | None:
    """Return the agency that may be shown of a reserved identity: its group if it names a state, or if the person wrote the name."""
    return group if agency is not None and (agency.state or not agency.code) else agency


_WAYS: tuple[Callable[[ShownPerson], str | None], ...] = (
    lambda person: person.position,
    lambda person: person.unit,
    lambda person: person.agency.short("es") if person.agency else None,
)
"""What may distinguish namesakes, the best first."""


def told_apart(people: Iterable[ShownPerson]) -> list[ShownPerson]:
    """Return the people of one list, in the same order; those of equal names with what tells them apart.

    That is the position if all namesakes have different ones, else the unit, else the agency, else all three.
    """
    people = list(people)
    namesakes: dict[str, list[ShownPerson]] = {}
    for person in people:
        if not person.hidden:
            namesakes.setdefault(person.order[0], []).append(person)
    alike = {key: _way(found) for key, found in namesakes.items() if len(found) > 1}
    return [
        person if person.hidden or (way := alike.get(person.order[0])) is None else replace(person, told_apart_by=way(person))
        for person in people
    ]


def _way(namesakes: list[ShownPerson]) -> Callable[[ShownPerson], str | None]:
    for way in _WAYS:
        if len({way(person) for person in namesakes}) == len(namesakes):
            return way
    return lambda person: " · ".join(filter(None, (way(person) for way in _WAYS))) or None
