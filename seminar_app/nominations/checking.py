"""Hold a list against the directory, the people on file, the seminar's roster and its seats: what would become of each row now."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import all_agencies, all_successions
from seminar_app.core.phones import readable_phone
from seminar_app.core.values import replace
from seminar_app.nominations.here import Here, brought_by, registered
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.rules import Address, AgencyFault, AgencyFinder, Assigned, Doubt, KnownAgency, Outcome
from seminar_app.nominations.shapes import Field, ListRow, Nominee, Problem, ProblemCode, Reading, RowKey, Severity
from seminar_app.people.finding_again import Mark, find_again, mark_of
from seminar_app.people.finding_many import Found, Sought, find_many
from seminar_app.people.identity import Identity, tokens_of
from seminar_app.people.identity_rules import canonical_number
from seminar_app.people.models import Person
from seminar_app.people.rules import Sex, certificate_name
from seminar_app.people.services import PersonData, compared_of
from seminar_app.registration.hold_rules import hold_to_use
from seminar_app.registration.queries import alternates_now
from seminar_app.registration.rules import decide_seat, first_state_of_nomination, quotas_within, reach_of
from seminar_app.registration.services import Entry
from seminar_app.registration.services.elsewhere import those_registered_elsewhere
from seminar_app.registration.services.holding import hold_state
from seminar_app.registration.services.locked_seats import LockedSeats

NOBODY = Found()
NEW = "new"
"""In `Choices`: the row is about nobody on file."""
Choices = Mapping[RowKey, str]
"""Who a row is about, as a person has said: `NEW`, or the public id of somebody on file."""


class CheckedRow(Struct, frozen=True, kw_only=True):
    """A row with all that is wrong in it and what would become of it.

    Attributes:
        row: with the problems of its agency too.
        assigned: its agency; None while it has none.
        entry: what would be registered; None where the row has errors.
        found: who it is on file.
        here: the person's registration in this seminar.
        hidden: whether it is about somebody of whom the account may not learn anything, a registration of another agency or a reserved
            identity: before an import the row looks like any other, and an import leaves it to the organizer.
        repeats: the row before it about the same person.
        came: for a row that this list has brought already, what its registration is now.
        place: the number that an alternate would have among those of the same quota; from 1.
        reserved: whether the row tells that a reserved identity is registered, which is an opening of its record.
        on_file: the address on file of somebody whom the account may see, where the row has another or none; of a row that was
            brought, the address now.
        address: what becomes of that address where the row has another.
    """

    row: ListRow
    outcome: Outcome
    assigned: Assigned | None = None
    entry: Entry | None = None
    found: Found = NOBODY
    here: Here | None = None
    hidden: bool = False
    repeats: RowKey | None = None
    came: Here | None = None
    place: int | None = None
    reserved: bool = False
    on_file: str | None = None
    address: Address | None = None

    @property
    def names(self) -> str:
        """Whom the row names, in short, to tell whether it still names the same."""
        return f"{self.entry.person.search_key}|{self.entry.person.email or ''}" if self.entry is not None else ""

    @property
    def written_to(self) -> str | None:
        """The address that the person is written to, as far as the account may see it."""
        if self.on_file is None or (self.address is not None and self.address.of_list):
            return self.row.nominee.email
        return self.on_file

    @property
    def registration(self) -> uuid.UUID | None:
        """The registration that the row tells of."""
        there = self.here or self.came
        return there.public_id if there is not None else None


class Standpoint(Struct, frozen=True):
    """From where a list is looked at: the account's reach.

    Attributes:
        reach: the people it may see, as a condition on `Person`.
        agencies: for which it may nominate; None: all.
        everybody: the same reach, as it is fastest for reading everybody in it.
        doubt: what becomes of a row that may be about somebody on file; None: somebody is asked.
        offices: those the account acts for: addresses of people who are registered with others too are not its to change. None: all.
    """

    reach: ColumnElement[bool]
    agencies: Collection[int] | None
    doubt: Doubt | None = None
    everybody: ColumnElement[bool] | None = None
    offices: frozenset[int] | None = None


class Known(Struct, frozen=True):
    """Who the rows of a list were about when somebody looked, and how the records of people stood then."""

    found: Mapping[RowKey, Found]
    mark: Mark


def look_up(
    session: Session,
    *,
    seats: LockedSeats,
    of: NominationList,
    reading: Reading,
    standpoint: Standpoint,
    language: str,
    looked: Callable[[int], None] = lambda _rows: None,
) -> Known:
    """Return who the rows are about, for a `check` that follows: it takes most of the time of one, and needs no lock.

    Args:
        looked: called with the number of rows that were looked at so far.
    """
    mark = mark_of(session)
    open_rows = [
        each
        for each in _assigned(session, seats, of, reading, {}, standpoint=standpoint, language=language)
        if each.outcome is Outcome.WAITS
    ]
    before = len(reading.rows) - len(open_rows)
    sought = [_sought(session, each.entry) for each in open_rows]
    found = find_many(
        session, sought, reach=standpoint.reach, everybody=standpoint.everybody, looked=lambda number: looked(before + number)
    )
    for person in {each.id: each for who in found for each in who.people}.values():
        session.expunge(person)  # it outlives this session's transaction
    return Known({each.row.key: who for each, who in zip(open_rows, found, strict=True)}, mark)


def check(
    session: Session,
    *,
    seats: LockedSeats,
    of: NominationList,
    reading: Reading,
    choices: Choices,
    standpoint: Standpoint,
    language: str,
    now: datetime,
    known: Known | None = None,
    to_organizer: Mapping[RowKey, str] | None = None,
    addresses: Mapping[RowKey, str] | None = None,
    importing: bool = False,
) -> list[CheckedRow]:
    """Return for each row all that is wrong in it, who it is about, and what an import would make of it now.

    Args:
        seats: of the seminar, locked by an import, or only read (`read_seats`) for a preview.
        language: of a new person's mail.
        to_organizer: rows that an import has left to the organizer (`Work.to_organizer`).
        addresses: where somebody on file is written to from now on, as a person has said (`Work.addresses`).
        importing: whether an import asks, which leaves all hidden rows to the organizer.
        known: who the rows were about a moment ago; only what has changed since is looked up.
    """
    waiting = alternates_now(session, seats.seminar, list(seats.rows.values()))
    rows = _assigned(session, seats, of, reading, waiting.numbers, standpoint=standpoint, language=language)
    open_rows = [place for place, each in enumerate(rows) if each.outcome is Outcome.WAITS]
    found = _found(session, [rows[place] for place in open_rows], standpoint, known)
    here = registered(session, seats.seminar.id, _of_people(found), waiting.numbers, within=standpoint.agencies)
    first: dict[int, RowKey] = {}
    chosen = dict(choices)
    for place, who in zip(open_rows, found, strict=True):
        if _is_new(who, here, standpoint.doubt):
            chosen.setdefault(rows[place].row.key, NEW)
    for place, who in zip(open_rows, found, strict=True):
        row = _with_person(rows[place], who, here, chosen.get(rows[place].row.key), first, organizes=standpoint.agencies is None)
        told = row.hidden and (importing or (to_organizer or {}).get(row.row.key) == row.names)
        rows[place] = replace(row, outcome=Outcome.ORGANIZER) if told else row
    return _addressed(session, _seated(session, seats, rows, waiting.last, now=now), standpoint.offices, addresses or {})


def _addressed(
    session: Session, rows: Sequence[CheckedRow], offices: frozenset[int] | None, said: Mapping[RowKey, str]
) -> list[CheckedRow]:
    """Return the rows with the address on file beside the list's, of people who come and whom the account may see."""
    known = {each.row.key: each.found.same for each in rows if each.outcome.comes and each.found.shown and each.found.same is not None}
    lists = {each.row.key: each.entry.person.email for each in rows if each.row.key in known and each.entry is not None}
    other = {key: person for key, person in known.items() if person.email != lists[key]}
    elsewhere = those_registered_elsewhere(session, {each.id for each in other.values()}, offices) if other else set()
    found = []
    for each in rows:
        person, address = other.get(each.row.key), lists.get(each.row.key)
        if person is None:
            found.append(each)
        elif address is None:
            found.append(replace(each, on_file=person.email))
        elif person.id in elsewhere:
            found.append(replace(each, on_file=person.email, address=Address.FIXED))
        elif person.email is None:
            found.append(replace(each, address=Address.FILLED))
        else:
            chosen = Address.REPLACED if said.get(each.row.key) == address else Address.KEPT
            found.append(replace(each, on_file=person.email, address=chosen))
    return found


def _assigned(
    session: Session,
    seats: LockedSeats,
    of: NominationList,
    reading: Reading,
    numbers: Mapping[int, int],
    *,
    standpoint: Standpoint,
    language: str,
) -> list[CheckedRow]:
    """Return the rows with their agencies, and those that the list has brought already; `WAITS` where a row goes on."""
    finder = agency_finder(session, seats, standpoint.agencies)
    came = brought_by(session, of.id, numbers, organizes=standpoint.agencies is None, reach=standpoint.reach)
    rows = [_with_agency(finder, row, of.agency_id, language) for row in reading.rows]
    return [_taken(each, came[each.row.key]) if each.row.key in came else each for each in rows]


def _found(session: Session, rows: Sequence[CheckedRow], standpoint: Standpoint, known: Known | None) -> list[Found]:
    sought = [_sought(session, each.entry) for each in rows]
    if known is None:
        return find_many(session, sought, reach=standpoint.reach, everybody=standpoint.everybody)
    before = [known.found.get(each.row.key) for each in rows]
    return find_again(session, sought, before, known.mark, reach=standpoint.reach, everybody=standpoint.everybody)


def agency_finder(session: Session, seats: LockedSeats, within: Collection[int] | None) -> AgencyFinder:
    """Return what finds the agencies of the rows of a seminar's lists."""
    directory = {
        each.id: KnownAgency(
            id=each.id,
            code=each.code,
            names=(each.name_es, each.name_en, *each.aliases),
            state=each.state,
            parent_id=each.parent_id,
            heads_a_kind=each.heads_a_kind,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
        )
        for each in all_agencies(session).values()
    }
    return AgencyFinder(directory, all_successions(session), seats.seminar.starts_on, within)


def _with_agency(finder: AgencyFinder, row: ListRow, of_list: int | None, language: str) -> CheckedRow:
    """Return the row with its agency, or with what is wrong in the agency's cell; `WAITS` where it goes on."""
    assigned = finder.find(row.nominee, of_list=of_list)
    if isinstance(assigned, AgencyFault):
        value = row.cells.get(assigned.field, "")
        row = replace(row, problems=(*row.problems, Problem(assigned.field, assigned.code, Severity.ERROR, value)))
        return CheckedRow(row=row, outcome=Outcome.FAULTY)
    if assigned.unknown:
        doubt = Problem(Field.AGENCY, ProblemCode.UNKNOWN_AGENCY, Severity.WARNING, row.cells.get(Field.AGENCY) or assigned.unknown)
        row = replace(row, problems=(*row.problems, doubt))
    if row.faulty:
        return CheckedRow(row=row, outcome=Outcome.FAULTY, assigned=assigned)
    if row.same_as is not None:
        return CheckedRow(row=row, outcome=Outcome.REPEATED, assigned=assigned, repeats=row.same_as)
    return CheckedRow(row=row, outcome=Outcome.WAITS, assigned=assigned, entry=entry_of(row.nominee, assigned, language))


def entry_of(nominee: Nominee, assigned: Assigned, language: str) -> Entry:
    """Return what is registered of a row."""
    person = PersonData(
        given_names=nominee.given_names,
        surname1=nominee.surname1,
        surname2=nominee.surname2 or None,
        certificate_name=certificate_name(nominee.given_names, nominee.surname1, nominee.surname2 or None),
        sex=Sex(nominee.sex) if nominee.sex else None,
        email=nominee.email or None,
        phone=readable_phone(nominee.phone) if nominee.phone else None,
        language=language,
    )
    identity = Identity(curp=canonical_number(nominee.curp) if nominee.curp else None, birth_date=nominee.birth_date)
    return Entry(
        person=person,
        agency_id=assigned.agency_id,
        unit=assigned.unit,
        rank=nominee.rank,
        position=nominee.position,
        state_name=nominee.state,
        identity=identity,
    )


def _sought(session: Session, entry: Entry | None) -> Sought:
    assert entry is not None  # noqa: S101  for the type checker
    return Sought(compared_of(entry.person, tokens_of(session, entry.identity)), entry.person.search_key, entry.identity.curp)


def _taken(each: CheckedRow, came: Here) -> CheckedRow:
    return replace(each, outcome=Outcome.TAKEN, came=came, reserved=came.reserved, on_file=came.address)


def _of_people(found: Sequence[Found]) -> set[int]:
    """Return the people on file whom rows are about, or may be."""
    people = {each.same.id for each in found if each.same is not None}
    return people | {candidate.person.id for each in found for candidate in each.perhaps}


def _is_new(found: Found, here: Mapping[int, Here], doubt: Doubt | None) -> bool:
    """Whether a row that may be about somebody on file is taken as somebody new without a word."""
    resembles_one_here = any(candidate.person.id in here for candidate in found.perhaps)
    return doubt is Doubt.NEW or (doubt is Doubt.HOLD_HERE and not resembles_one_here)


def _with_person(
    each: CheckedRow, found: Found, here: Mapping[int, Here], chosen: str | None, first: dict[int, RowKey], *, organizes: bool
) -> CheckedRow:
    """Return the row with who it is about; `WAITS` where it goes on.

    A liaison learns nothing of a reserved identity, nor of a registration of another agency, nor that two rows with different
    addresses are one record that she may not see: such rows are hidden.
    """
    if found.same is None and chosen is not None and chosen != NEW:
        named = next((one.person for one in found.perhaps if one.person.public_id.hex == chosen), None)
        found = replace(found, same=named, shown=True) if named is not None else found  # proposed are only people in reach
    person: Person | None = found.same
    if person is None:
        asks = bool(found.perhaps) and chosen != NEW
        return replace(each, found=found, outcome=Outcome.ASK if asks else Outcome.WAITS)
    there = here.get(person.id)
    if not organizes and (person.reserved or (there is not None and not there.within)):
        return replace(each, found=found, hidden=True)
    if person.id in first:
        sees = organizes or found.shown
        return replace(each, found=found, outcome=Outcome.REPEATED, repeats=first[person.id]) if sees else replace(each, hidden=True)
    first[person.id] = each.row.key
    if there is not None:
        return replace(each, found=found, outcome=Outcome.LEFT if there.left else Outcome.HERE, here=there, reserved=there.reserved)
    return replace(each, found=found)


def _seated(session: Session, seats: LockedSeats, rows: list[CheckedRow], last: Mapping[int, int], *, now: datetime) -> list[CheckedRow]:
    """Return the rows with the seats that they would get, in their order.

    Args:
        last: the last number of the alternates of each quota who wait already.
    """
    pools, today = {pool.id: pool for pool in seats.pools}, seats.today(now)
    kept, approval = [hold_state(hold) for hold in seats.holds(session)], seats.approval(now)
    seated, alternates = [], dict(last)
    for each in rows:
        if each.outcome is not Outcome.WAITS or each.assigned is None:
            seated.append(each)
            continue
        if seats.seminar.from_before:
            seated.append(replace(each, outcome=Outcome.SEATED))
            continue
        path = seats.path(session, each.assigned.agency_id)
        quotas = quotas_within(seats.pools, path)
        if first_state_of_nomination(approval, has_quota=bool(quotas)) is not None:
            seated.append(replace(each, outcome=Outcome.FOR_APPROVAL))
            continue
        if (hold := hold_to_use(kept, (each.assigned.agency_id, *path))) is not None:
            kept.remove(hold)
            seated.append(replace(each, outcome=Outcome.SEATED))
            continue
        reach = reach_of(list(pools.values()), path, agency_seats_only=True, today=today)
        pool_id = decide_seat(list(pools.values()), reach).pool_id
        if pool_id is None:
            nearest = quotas[0].id  # whoever has no quota is for approval
            alternates[nearest] = alternates.get(nearest, 0) + 1
            seated.append(replace(each, outcome=Outcome.ALTERNATE, place=alternates[nearest]))
            continue
        pools[pool_id] = replace(pools[pool_id], taken=pools[pool_id].taken + 1)
        seated.append(replace(each, outcome=Outcome.SEATED))
    return seated
