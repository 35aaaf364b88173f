"""People of the four lists in the form that the services take, each with an agency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core.folding import fold
from seminar_app.core.phones import readable_phone
from seminar_app.demo.content import LISTS
from seminar_app.nominations.layout import propose
from seminar_app.nominations.names import normal_case, spellings
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import Nominee
from seminar_app.nominations.tables import read_tables
from seminar_app.people.identity import Identity
from seminar_app.people.identity_rules import canonical_number
from seminar_app.people.rules import Sex, certificate_name
from seminar_app.people.services import PersonData
from seminar_app.registration.services import Entry

STATE_NAMES = {"estado de mexico": "México"}
"""Names of states in the lists that differ from the directory's."""


class Listed(Struct, frozen=True):
    """A person of one list; `group` is the code of the list's agency group."""

    group: str
    nominee: Nominee
    data: PersonData


def listed_people() -> list[Listed]:
    """Return all people accepted from the four lists, in order. A person of an earlier list is left out of a later one."""
    nominees = list(_nominees())
    known = spellings(name for _group, n in nominees for name in (n.given_names, n.surname1, n.surname2 or ""))
    return [Listed(group, nominee, _data(nominee, known)) for group, nominee in nominees]


def _nominees() -> Iterator[tuple[str, Nominee]]:
    """Yield the people of the lists with the code of each list's agency group."""
    seen: set[str] = set()
    for name in LISTS:
        tables = read_tables((files("seminar_app.demo") / "data" / name).read_bytes(), name=name)
        for row in read(tables, propose(tables)).rows:
            known_by = set(filter(None, (row.nominee.email, row.nominee.curp)))
            if not row.faulty and row.same_as is None and not known_by & seen:
                seen |= known_by
                yield name.partition(".")[0], row.nominee


def _data(nominee: Nominee, known: Mapping[str, str]) -> PersonData:
    given_names, surname1, surname2 = (normal_case(name, known) for name in (nominee.given_names, nominee.surname1, nominee.surname2 or ""))
    return PersonData(
        given_names=given_names,
        surname1=surname1,
        surname2=surname2 or None,
        certificate_name=certificate_name(given_names, surname1, surname2 or None),
        sex=Sex(nominee.sex) if nominee.sex else None,
        email=nominee.email,
        phone=readable_phone(nominee.phone) if nominee.phone else None,
        language="es",
    )


class Directory:
    """Ids of agencies by code, and of a group's state offices by state."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Agency.id, Agency.code, Agency.parent_id, Agency.state)).all()
        self._by_code: dict[str, int] = {row.code: row.id for row in rows}
        codes = {row.id: row.code for row in rows}
        self._by_state: dict[tuple[str, str], int] = {
            (codes[row.parent_id], fold(row.state)): row.id for row in rows if row.parent_id and row.state
        }

    def id_of(self, code: str) -> int:
        """Return the id of the agency with this code."""
        return self._by_code[code]

    def offices_of(self, group: str) -> list[int]:
        """Return the ids of the group's state offices."""
        return [agency_id for (code, _state), agency_id in self._by_state.items() if code == group]

    def office(self, group: str, state: str | None) -> int:
        """Return the group's office in a state, or the group itself where it has none there."""
        key = (group, fold(STATE_NAMES.get(fold(state or ""), state or "")))
        return self._by_state.get(key, self._by_code[group])


def entry(person: Listed, directory: Directory, *, group: str | None = None) -> Entry:
    """Return a person's registration entry: with the agency in the list, or with its successor given by `group`."""
    nominee = person.nominee
    agency_id = directory.office(group or person.group, nominee.state)
    unit = f"Oficina de Representación en {nominee.state}" if person.group == "INM" and nominee.state else None
    identity = Identity(curp=canonical_number(nominee.curp) if nominee.curp else None, birth_date=nominee.birth_date)
    return Entry(
        person=person.data,
        agency_id=agency_id,
        unit=unit,
        position=nominee.position or nominee.rank,
        state_name=nominee.state,
        identity=identity,
    )
