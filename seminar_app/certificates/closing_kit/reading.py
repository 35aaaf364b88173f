"""Read all that a closing kit says. People are read as they may be shown, so no part of it can name a reserved identity."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import liaisons
from seminar_app.agencies.queries import NamedAgency, agencies_of_liaisons
from seminar_app.attendance.exported import Exported, exported
from seminar_app.attendance.models import Participation
from seminar_app.attendance.outcome_section import Figures, figures_of
from seminar_app.attendance.queries import Attendance, SheetGroup, SheetPerson, attendance_of
from seminar_app.certificates.models import Certificate
from seminar_app.core.key_ring import CannotOpen
from seminar_app.core.sealed_files import SealedFile, content_of
from seminar_app.core.values import replace
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar


class OutCertificate(Struct, frozen=True):
    """A certificate that stands. `file_id`: its PDF, None while it was not set."""

    number: int
    file_id: int | None


class AgencyPart(Struct, frozen=True):
    """One agency as of then, with its people as they may be shown: what goes to its liaison.

    A liaison is given single agencies, and sees what is below them too. So the parts are agencies and not their groups: the folder of a
    group would show one state's office the people of another. Of a reserved identity whose agency names a state only the group may
    be told, so its line stands in the part of the group itself.

    Attributes:
        people: by name, reserved identities last; with those who lost their seat after they had been marked.
        liaisons: names of the accounts whose reach has this agency.
    """

    agency: NamedAgency
    people: Sequence[SheetPerson]
    liaisons: Sequence[str]

    @property
    def seated(self) -> list[SheetPerson]:
        """Those who held a seat at the end."""
        return [person for person in self.people if person.state is RegistrationState.REGISTERED]


class KitData(Struct, frozen=True):
    """A completed seminar as its kit shows it.

    Attributes:
        whole, groups: figures of all, and of each agency group.
        attended: ids of the registrations that were at one session at least that counts.
        certificates: those that stand, by registration id, also of reserved identities.
        parts: in the order of the roster.
        unplaced: people whose agency is not in the directory, so no liaison sees them.
    """

    attendance: Attendance
    exported: Exported
    whole: Figures
    groups: Sequence[tuple[NamedAgency, Figures]]
    attended: Collection[int]
    certificates: Mapping[int, OutCertificate]
    parts: Sequence[AgencyPart]
    unplaced: Sequence[SheetPerson]

    @property
    def seminar(self) -> Seminar:
        """The seminar."""
        return self.attendance.seminar

    @property
    def seated(self) -> list[SheetPerson]:
        """Everybody who held a seat at the end."""
        people = (person for group in self.attendance.groups for person in group.people)
        return [person for person in people if person.state is RegistrationState.REGISTERED]

    def of_part(self, part: AgencyPart) -> Attendance:
        """Return the attendance of this agency's people, and of nobody else."""
        ids = {person.registration_id for person in part.people}
        return replace(
            self.attendance,
            groups=[SheetGroup(part.agency, tuple(part.people))],
            marks={key: marks for key, marks in self.attendance.marks.items() if key in ids},
            frozen={key: found for key, found in self.attendance.frozen.items() if key in ids},
        )

    def files_of(self, people: Sequence[SheetPerson]) -> list[tuple[SheetPerson, OutCertificate]]:
        """Return the certificates of these people that go in: of those that are set, and of no reserved identity."""
        return [(person, found) for person, found in self._out(people) if found.file_id is not None and not person.shown.reserved]

    def reserved_of(self, people: Sequence[SheetPerson]) -> int:
        """Count the certificates of these people that go to the person only."""
        return sum(person.shown.reserved for person, _found in self._out(people))

    def waiting_of(self, people: Sequence[SheetPerson]) -> int:
        """Count the certificates of these people that were not set yet."""
        return sum(found.file_id is None and not person.shown.reserved for person, found in self._out(people))

    def _out(self, people: Sequence[SheetPerson]) -> list[tuple[SheetPerson, OutCertificate]]:
        return [(person, self.certificates[person.registration_id]) for person in people if person.registration_id in self.certificates]


def read_kit(session: Session, seminar: Seminar, *, now: datetime) -> KitData:
    """Read a completed seminar, in a constant number of statements."""
    attendance = attendance_of(session, seminar, former=True)
    people = [person for group in attendance.groups for person in group.people]
    whole, groups = figures_of(session, seminar.id)
    attended = select(Participation.registration_id).where(
        Participation.seminar_id == seminar.id, Participation.current, Participation.attended
    )
    return KitData(
        attendance,
        exported(session, seminar, at=now),
        whole,
        groups,
        frozenset(session.scalars(attended)),
        standing_certificates(session, seminar.id),
        parts_of(attendance.groups, _liaisons(session, now)),
        [person for person in people if not person.agency.code],
    )


def parts_of(groups: Sequence[SheetGroup], names: Callable[[NamedAgency], Sequence[str]] = lambda _agency: ()) -> list[AgencyPart]:
    """Divide people by the agency that may be shown of each: by group, then by code; those without an agency are left out."""
    parts: list[AgencyPart] = []
    for group in groups:
        found: dict[int, list[SheetPerson]] = {}
        for person in group.people:
            if person.agency.code:
                found.setdefault(person.agency.id, []).append(person)
        by_code = sorted(found.values(), key=lambda people: people[0].agency.code)
        parts += [AgencyPart(people[0].agency, people, names(people[0].agency)) for people in by_code]
    return parts


def _liaisons(session: Session, now: datetime) -> Callable[[NamedAgency], Sequence[str]]:
    granted = liaisons(session)
    reach = agencies_of_liaisons(session, set(granted.values()), on=now.date()) if granted else {}
    return lambda agency: sorted(account.name for account, theirs in granted.items() if agency.id in reach[theirs])


def standing_certificates(session: Session, seminar_id: int) -> Mapping[int, OutCertificate]:
    """Return the certificates of a seminar that stand and whose person was not erased, by registration id, in one statement."""
    stands = (Certificate.replaced_at.is_(None), Certificate.revoked_at.is_(None), Certificate.erased_at.is_(None))
    rows = session.execute(
        select(Certificate.registration_id, Certificate.number, Certificate.file_id).where(Certificate.seminar_id == seminar_id, *stands)
    )
    return {row.registration_id: OutCertificate(row.number, row.file_id) for row in rows}


def size_of(session: Session, file_ids: Collection[int]) -> int:
    """Return the bytes that these files take, as they lie in the database: about what they take in the kit."""
    return session.scalar(select(func.coalesce(func.sum(func.length(SealedFile.sealed)), 0)).where(SealedFile.id.in_(file_ids))) or 0


def content_of_file(session: Session, file_id: int) -> bytes | None:
    """Return a certificate's PDF; None if it is gone or cannot be opened. It does not stay in the session's memory."""
    kept = session.get(SealedFile, file_id)
    if kept is None:
        return None
    try:
        return content_of(session, kept)
    except CannotOpen:
        return None
    finally:
        session.expunge(kept)
