"""Bring the good rows of an agency's list onto the roster: all of them in one transaction, or none."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_rows
from seminar_app.nominations.checking import CheckedRow, Standpoint, check
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.rules import Outcome, counted, waiting_in
from seminar_app.nominations.services.lists import keep_left, opened, tables_of
from seminar_app.nominations.work import reading_of
from seminar_app.people.adding_many import Wanted, add_people
from seminar_app.people.evidence import Evidence
from seminar_app.people.identity import NOTHING
from seminar_app.people.proposals import propose
from seminar_app.registration.asking import asked_of
from seminar_app.registration.services.seats import LockedSeats, lock_seats
from seminar_app.registration.services.taking import settle_due
from seminar_app.registration.services.taking_many import Newcomer, take_places
from seminar_app.seminars.models import Seminar


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has done. `counts`: rows by what became of them, rows that were not taken included."""

    of: NominationList
    counts: Mapping[Outcome, int]

    @property
    def to_organizer(self) -> int:
        """Number of rows that only the organizer can decide."""
        return self.counts.get(Outcome.ORGANIZER, 0)

    @property
    def came(self) -> int:
        """Number of people who were brought onto the roster now."""
        return sum(number for outcome, number in self.counts.items() if outcome.comes)


def import_list(
    session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    public_id: uuid.UUID,
    standpoint: Standpoint,
    language: str,
    version: int | None = None,
) -> Imported:
    """Bring the good rows of a list onto the roster, in their order. The same list again brings nobody.

    The rows are read and checked under the lock of the seminar's seats as they are now, by the same rules as the preview: what
    changed meanwhile counts. Rows that are not taken stay in the list.

    Args:
        standpoint: of the account that imports.
        language: of a new person's mail.
        version: of the list that the page showed; None if the caller is no page.

    Raises:
        ListChanged: somebody has changed the list since the page showed it.
        ListGone: what the file held is no longer kept.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats = lock_seats(session, seminar.id)
    seats.refuse_if_frozen()
    settle_due(session, context, seats=seats)
    found, work = opened(session, seminar.id, public_id, version=version)
    rows = check(
        session,
        seats=seats,
        of=found,
        reading=reading_of(tables_of(session, found), work, today=context.now.date()),
        choices=work.choices,
        standpoint=standpoint,
        language=language,
        now=context.now,
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
    return Imported(found, counts)


def _take(session: Session, context: ChangeContext, seats: LockedSeats, found: NominationList, rows: Sequence[CheckedRow]) -> int:
    """Add the people who are new, and give all of them their places."""
    if not rows:
        return 0
    asked = frozenset(asked_of(seats.seminar))
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
    registrations = take_places(session, context, seats=seats, newcomers=newcomers)
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
