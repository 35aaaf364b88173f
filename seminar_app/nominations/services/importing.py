"""Bring the good rows of an agency's list onto the roster: all of them in one transaction, or none."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_rows
from seminar_app.core.values import replace
from seminar_app.nominations.checking import CheckedRow, Known, Standpoint, check, look_up
from seminar_app.nominations.errors import ListChanged
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.rules import Address, Outcome, counted, waiting_in
from seminar_app.nominations.services.lists import keep_left, opened, tables_of, work_of
from seminar_app.nominations.services.undoing import batch_of
from seminar_app.nominations.shapes import Reading
from seminar_app.nominations.work import reading_of
from seminar_app.offices.models import Office
from seminar_app.people.adding_many import Wanted, add_people
from seminar_app.people.evidence import Evidence
from seminar_app.people.identity import NOTHING
from seminar_app.people.models import Person
from seminar_app.people.proposals import propose
from seminar_app.people.services import PersonData
from seminar_app.registration.asking import asked_of
from seminar_app.registration.services.delayed import TIME_TO_UNDO
from seminar_app.registration.services.locked_seats import LockedSeats, lock_seats, read_seats
from seminar_app.registration.services.renewing import Renewal, renew_people, tell_former_addresses
from seminar_app.registration.services.taking import settle_due
from seminar_app.registration.services.taking_many import Newcomer, take_places
from seminar_app.seminars.models import Seminar


class Imported(Struct, frozen=True):
    """What an import has done. `counts`: rows by what became of them, rows that were not taken included; `rows`: these, one by one."""

    counts: Mapping[Outcome, int]
    rows: Sequence[CheckedRow] = ()

    @property
    def to_organizer(self) -> int:
        """Number of rows that only the organizer can decide."""
        return self.counts.get(Outcome.ORGANIZER, 0)

    @property
    def came(self) -> int:
        """Number of people who were brought onto the roster now."""
        return sum(number for outcome, number in self.counts.items() if outcome.comes)


class Prepared(Struct, frozen=True):
    """What an import needs to know and can find out without a lock.

    Attributes:
        version: of the list that was read.
        known: who its rows are about.
    """

    version: int
    reading: Reading
    known: Known


def prepare_import(
    session: Session,
    *,
    seminar: Seminar,
    found: NominationList,
    standpoint: Standpoint,
    language: str,
    now: datetime,
    step: Callable[[str, int, int], None] = lambda _stage, _done, _total: None,
) -> Prepared:
    """Read a list and look up its people: most of the time of an import, during which others may write.

    Args:
        standpoint, language: as for `import_list`.
        step: called with what is done («reading», «people»), rows so far, and all of them.

    Raises:
        ListGone: what the file held is no longer kept.
    """
    step("reading", 0, found.total)
    version = found.version
    reading = reading_of(tables_of(session, found), work_of(session, found), today=now.date())
    total = len(reading.rows)
    step("people", 0, total)
    known = look_up(
        session,
        seats=read_seats(session, seminar, session.get_one(Office, seminar.office_id)),
        of=found,
        reading=reading,
        standpoint=standpoint,
        language=language,
        looked=lambda rows: step("people", rows, total),
    )
    return Prepared(version, reading, known)


def import_list(
    session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    public_id: uuid.UUID,
    standpoint: Standpoint,
    language: str,
    version: int | None = None,
    prepared: Prepared | None = None,
) -> Imported:
    """Bring the good rows of a list onto the roster, in their order. The same list again brings nobody.

    The rows are checked under the lock of the seminar's seats as they are now, by the same rules as the preview: what changed
    meanwhile counts. Rows that are not taken stay in the list.

    Args:
        standpoint: of the account that imports.
        language: of a new person's mail.
        version: of the list that the page showed; None if the caller is no page.
        prepared: by `prepare_import`, so that the lock is held for a short time only.

    Raises:
        ListChanged: somebody has changed the list since the page showed it, or since it was prepared.
        ListGone: what the file held is no longer kept.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats = lock_seats(session, seminar.id)
    seats.refuse_if_frozen()
    settle_due(session, context, seats=seats)
    found, work = opened(session, seminar.id, public_id, version=version)
    if prepared is not None and prepared.version != found.version:
        raise ListChanged
    rows = check(
        session,
        seats=seats,
        of=found,
        reading=prepared.reading if prepared is not None else reading_of(tables_of(session, found), work, today=context.now.date()),
        choices=work.choices,
        standpoint=standpoint,
        language=language,
        now=context.now,
        known=prepared.known if prepared is not None else None,
        addresses=work.addresses,
        importing=True,
    )
    taken = _take(session, context, seats, found, [each for each in rows if each.outcome.comes])
    keep_left(session, found, work, {each.row.key: each.names for each in rows if each.outcome is Outcome.ORGANIZER})
    counts = counted(each.outcome for each in rows)
    found.imported_at, found.total, found.waiting = context.now, len(rows), waiting_in(counts, imported=True)
    session.flush()
    record(
        session,
        context,
        action="nominations.imported",
        subject=f"nomination_list:{found.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"rows": len(rows), "people": taken},
    )
    return Imported(counts, rows)


def _take(session: Session, context: ChangeContext, seats: LockedSeats, found: NominationList, rows: Sequence[CheckedRow]) -> int:
    """Add the people who are new, and give all of them their places."""
    if not rows:
        return 0
    asked = frozenset(asked_of(seats.seminar))
    former = _renew(session, context, seats, rows)
    people = add_people(
        session,
        context,
        [Wanted(each.entry.person, each.entry.agency_id, each.entry.identity.only(asked), each.found.same) for each in rows if each.entry],
        seminar=seats.seminar.slug,
    )
    newcomers = [
        Newcomer(person=person.person, entry=replace(each.entry, identity=NOTHING), known=person.known)
        for each, person in zip(rows, people, strict=True)
        if each.entry is not None
    ]
    batch, leave_at = batch_of(found, context.now), context.now + TIME_TO_UNDO
    registrations = take_places(session, context, seats=seats, newcomers=newcomers, batch=batch, not_before=leave_at)
    tell_former_addresses(session, context, former=former, seats=seats, registrations=registrations)
    insert_rows(
        session,
        Nomination,
        [
            {"list_id": found.id, "row": each.row.key, "registration_id": made.id, "state": made.state, "nominated_at": context.now}
            for each, made in zip(rows, registrations, strict=True)
        ],
    )
    for each, person in zip(rows, people, strict=True):
        for candidate in each.found.outside:
            propose(session, context, one=person.person.id, other=candidate.person.id, why=candidate.why or (Evidence.CURP_AGREES,))
    return len(registrations)


def _renew(session: Session, context: ChangeContext, seats: LockedSeats, rows: Sequence[CheckedRow]) -> Mapping[int, str | None]:
    """Bring the records of people on file up to date, as far as the account may see them; return their former addresses."""
    known = [(each, each.found.same, each.entry.person) for each in rows if each.found.same is not None and each.entry is not None]
    renewals = [
        Renewal(person.id, said, address=each.address is not None and each.address.of_list)
        for each, person, said in known
        if each.found.shown and (each.address in (Address.REPLACED, Address.FILLED) or _adds(person, said))
    ]
    return renew_people(session, context, renewals, held=[person.id for _each, person, _said in known], seminar=seats.seminar.slug)


def _adds(person: Person, said: PersonData) -> bool:
    return (person.phone is None and said.phone is not None) or (person.sex is None and said.sex is not None)
