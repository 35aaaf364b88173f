"""Years of training: seminars with everything that can happen to their people, made through the services.

`TrainingYears(session).make(20)` writes twenty seminars of 2013 to 2026 with 12 to 25 people each. The same seed makes the same
seminars. Each service runs in a transaction of its own, as on a page.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.agencies.models import Agency
from seminar_app.agencies.rules import existed_on, names_a_kind
from seminar_app.attendance.models import Participation
from seminar_app.attendance.rules import MarkStatus
from seminar_app.attendance.services import Entry as MarkEntry
from seminar_app.attendance.services import clear, mark, mark_all, mark_on_arrival, record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.history.rules import Numbers
from seminar_app.history.services import save_headcount
from seminar_app.people.adding_many import Wanted, add_people
from seminar_app.people.identity import NOTHING
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason, Sex
from seminar_app.people.services import PersonData, stored_data
from seminar_app.registration import services
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason, Source, WishedPool
from seminar_app.registration.services import Entry, StaffCorrection
from seminar_app.registration.services.merging import merge, undo_merge
from seminar_app.registration.services.personal import edition
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import Change, ExcusedRule
from seminar_app.seminars.services import SeminarDetails, SessionDetails, add_session, change_state, create_seminar
from tests.support import training_directory
from tests.support.context import context

Made = TypeVar("Made")

SEED = 2014
FIRST_DAY = date(2013, 9, 28)
TODAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Seminars after this day have not been held."""
FATES = (
    *("completed", "archived", "reopened", "cancelled", "unmarked", "completed", "draft", "held", "archived_cancelled", "closed"),
    *("empty", "coming", "empty_cancelled", "reopened", "archived_draft", "completed", "archived", "completed", "reopened", "completed"),
)
"""What becomes of each seminar, in turn."""
PLACES = (("Cancún", "MX", "America/Cancun"), ("Antigua", "GT", "America/Guatemala"), ("Toluca", "MX", "America/Mexico_City"))
TOPICS: tuple[tuple[str | None, str | None], ...] = (
    *(("Trata de personas", "Trafficking in persons"), ("Lavado de dinero", None), (None, "Cybercrime"), (None, None)),
    ("Trata de personas", "Trafficking in persons"),
)
FUNDING_SOURCES = ("Iniciativa Mérida", None, "INL, fondo «A, B»")
SYLLABLES = ("ba", "co", "de", "fi", "gu", "la", "mo", "ne", "pi", "ru", "sa", "te", "vi", "xo", "za", "ñu")
SEXES = (Sex.FEMALE, Sex.MALE, Sex.FEMALE, Sex.MALE, Sex.MALE, None, Sex.FEMALE, Sex.OTHER, Sex.MALE)
NOT_LISTED = "Secretaría de Seguridad del Municipio"
MOVED, UNLISTED = 0.4, 0.25
"""Shares of those who come again: for another agency, and those of them for one that is not in the directory."""
ALWAYS = frozenset({"PGR", "FGR", "CNS", "PF", "GN", "INM", "PM-CUN", "SSP", "UNO", "DOS"})
"""Agencies that send people to each seminar while they exist, and so many others do, so that cells have more than one person."""
OTHERS = 6
ODD_MARKS = (MarkStatus.LATE, MarkStatus.LEFT_EARLY, MarkStatus.EXCUSED, MarkStatus.ABSENT, MarkStatus.ABSENT, MarkStatus.LATE)


def when(day: date, days: int = 0) -> ChangeContext:
    """Return the context of a change so many days after a day."""
    return context(datetime.combine(day + timedelta(days=days), time(16), UTC))


@dataclass
class Held:
    """A seminar that is being made; `agencies` are those that send people to it."""

    seminar: Seminar
    sessions: list[SeminarSession]
    agencies: Sequence[int]


@dataclass
class TrainingYears:
    """Makes seminars; `people` are the ids of those on file so far."""

    session: Session
    seed: int = SEED
    chance: random.Random = field(init=False)
    offices: Sequence[int] = ()
    people: list[int] = field(default_factory=list)
    _number: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def make(self, seminars: int) -> None:
        """Write so many seminars, and what happens to their people and agencies meanwhile and afterwards."""
        with unit_of_work(self.session) as session:
            self.offices = training_directory.begin(session)
        for number in range(seminars):
            self._seminar(number, seminars)
            if number % 4 == 3:
                self._meanwhile(number)
        with unit_of_work(self.session) as session:
            training_directory.change_agencies(session, context(TODAY))
        self._erase()
        self.session.rollback()

    def _do(self, service: Callable[..., Made], context: ChangeContext, **values: Any) -> Made:
        with unit_of_work(self.session) as session:
            return service(session, context, **values)

    # --- a seminar ------------------------------------------------------------------------------------------------

    def _seminar(self, number: int, of: int) -> None:
        fate = FATES[number % len(FATES)]
        span = (TODAY.date() - FIRST_DAY).days - 40
        starts = TODAY.date() + timedelta(days=20) if fate == "coming" else FIRST_DAY + timedelta(days=span * number // of)
        held = self._created(number, starts, fate)
        if fate in ("draft", "archived_draft"):
            self._change(held, *(((Change.ARCHIVE, -60),) if fate == "archived_draft" else ()))
            return
        self._change(held, (Change.PUBLISH, -60))
        if fate in ("empty", "empty_cancelled"):
            self._change(held, (Change.COMPLETE, 10))
            self._headcounts(held, [None, *held.agencies[:2]])
            self._change(held, *(((Change.RESUME, 11), (Change.CANCEL, 12)) if fate == "empty_cancelled" else ()))
            return
        self._fill(held)
        ends: dict[str, tuple[tuple[Change, int], ...]] = {
            "cancelled": ((Change.CANCEL, -1),),
            "archived_cancelled": ((Change.CANCEL, -1), (Change.ARCHIVE, 5)),
            "coming": (),
        }
        if fate in ends:
            self._change(held, *ends[fate])
            return
        if fate != "unmarked":
            self._attended(held)
        if fate == "closed":
            self._change(held, (Change.CLOSE, 6))
        elif fate != "held":
            self._finish(held, fate)

    def _created(self, number: int, starts: date, fate: str) -> Held:
        pick, days = self.chance, self.chance.choice((1, 2, 3, 3))
        city, country, zone = PLACES[number % len(PLACES)]
        topic_es, topic_en = TOPICS[number % len(TOPICS)]
        own = self.offices[number % len(self.offices)]
        hosts = [own, *(office for office in self.offices if office != own and pick.random() < 0.25)]
        details = SeminarDetails(
            slug=f"years-{self.seed}-{number}",
            office_id=own,
            city=city,
            country=country,
            time_zone=zone,
            starts_on=starts,
            ends_on=starts + timedelta(days=days - 1),
            title_es=f"Seminario {number}",
            topic_es=topic_es,
            topic_en=topic_en,
            host_ids=hosts[1:] if number % 5 == 2 else hosts,  # some are not hosted by the office that they belong to
            funding_source=FUNDING_SOURCES[number % len(FUNDING_SOURCES)],
            threshold_percent=pick.choice((80, 80, 80, 60, 100, 0)),
            excused_rule=tuple(ExcusedRule)[number % 3],
            offers_reserved=True,
            extra_at_door=pick.choice((0, 2)),
        )
        capacity = 30 if number % 3 else 14
        made = self._do(create_seminar, when(starts, -90), details=details, capacity=capacity)
        for n in range(max(days, 2)):
            day, begins = starts + timedelta(days=n if days > 1 else 0), 9 if days > 1 else 9 + 4 * n
            times: dict[str, Any] = {"day": day, "starts": time(begins), "ends": time(begins + 3), "contact_minutes": None if n else 100}
            part = SessionDetails(**times, title_es=f"Sesión {n}", counts_for_completion=n != 2 or number % 2 == 0)
            self._do(add_session, when(starts, -90), seminar_id=made.id, details=part)
        agencies = self._agencies_on(starts)
        if number % 3 == 0 and fate != "draft":
            wished = [WishedPool(pick.choice(agencies), 4)]
            self._do(services.resize, when(starts, -80), seminar_id=made.id, capacity=capacity, wished=wished)
        rows = select(SeminarSession).where(SeminarSession.seminar_id == made.id).order_by(SeminarSession.starts_at)
        return Held(made, list(self.session.scalars(rows)), agencies)

    def _agencies_on(self, day: date) -> Sequence[int]:
        rows = self.session.scalars(select(Agency).order_by(Agency.code)).all()
        heads = {row.parent_id for row in rows}
        there = [row for row in rows if existed_on(day, valid_from=row.valid_from, valid_to=row.valid_to)]
        others = [row.id for row in there if not names_a_kind(level=row.level, state=row.state, has_offices=row.id in heads)]
        return [*(row.id for row in there if row.code in ALWAYS), *self.chance.sample(others, k=OTHERS)]

    def _change(self, held: Held, *changes: tuple[Change, int]) -> None:
        for change, days in changes:
            at = when(held.seminar.starts_on, days)
            self._do(change_state, at, seminar_id=held.seminar.id, change=change, reason="Por una orden")

    def _headcounts(self, held: Held, agencies: Iterable[int | None]) -> None:
        """Record people without names, of these agencies and of each sex."""
        for agency_id in agencies:
            numbers = {}
            for sex in (None, Sex.FEMALE, Sex.MALE):
                completed, more, less = (self.chance.randrange(4) for _ in range(3))
                numbers[sex] = Numbers(completed + more + less + 1, completed + more, completed)
            of: dict[str, Any] = {"seminar_id": held.seminar.id, "agency_id": agency_id}
            self._do(save_headcount, when(held.seminar.starts_on, 11), **of, numbers=numbers, source="Un oficio")

    # --- its list -------------------------------------------------------------------------------------------------

    def _fill(self, held: Held) -> None:
        """Bring 12 to 25 people onto the list: an agency's list at once, the others one by one, some of them on file."""
        before = list(self.people)
        entries = [self._entry(held) for _ in range(self.chance.randint(7, 20))]
        with unit_of_work(self.session) as session:
            at, seats = when(held.seminar.starts_on, -50), services.lock_seats(session, held.seminar.id)
            added = add_people(session, at, [Wanted(each.person, each.agency_id, NOTHING) for each in entries], seminar=held.seminar.slug)
            comers = [
                services.Newcomer(person=each.person, known=each.known, entry=entry) for each, entry in zip(added, entries, strict=True)
            ]
            services.take_places(session, at, seats=seats, newcomers=comers, source=Source.IMPORT)
            self.people += [each.person.id for each in added]
        known = self.chance.sample(before, k=min(4, len(before)))
        for person_id in (*known, *[None] * (5 - len(known))):
            self._by_hand(held, person_id)
        self._before(held)

    def _by_hand(self, held: Held, person_id: int | None) -> None:
        """Register somebody new, or somebody on file, who may work for another agency by now."""
        entry = self._entry(held)
        if person_id is not None:
            person = self.session.get_one(Person, person_id)
            if person.erased_at is not None or person.merged_into_id is not None:
                return
            drawn = self.chance.random()
            moved = person.agency_id not in held.agencies or drawn < MOVED
            place = {"agency_id": None, "agency_text": NOT_LISTED} if drawn < UNLISTED else {} if moved else {"agency_id": person.agency_id}
            entry = replace(entry, person=stored_data(person), **place)
        typed: dict[str, Any] = {"entry": entry, "submission_id": self._uuid(), "person_id": person_id}
        made = self._do(services.add_by_hand, when(held.seminar.starts_on, -40), seminar_id=held.seminar.id, **typed)
        if person_id is None:
            self.people.append(made.person_id)

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def _entry(self, held: Held) -> Entry:
        n, size = self._number, len(SYLLABLES)
        self._number += 1
        names = ["".join(SYLLABLES[(n * step + 5) // size**place % size] for place in range(4)).capitalize() for step in (1, 7, 13)]
        person = PersonData(
            given_names=names[2],
            surname1=names[0],
            surname2=names[1] if n % 17 else None,
            certificate_name=" ".join(names),
            sex=SEXES[n % len(SEXES)],
            email=f"years{self.seed}.{n}@agency.example" if n % 9 else None,
            reserved_reason=ReservedReason.OWN_REQUEST if n % 23 == 0 else None,
        )
        agency_id = None if n % 29 == 0 else self.chance.choice(held.agencies)
        return Entry(person=person, agency_id=agency_id, agency_text=NOT_LISTED if agency_id is None else None, position="Fiscal")

    def _seated(self, held: Held) -> list[Registration]:
        of_seminar = Registration.seminar_id == held.seminar.id, Registration.state == RegistrationState.REGISTERED
        return list(self.session.scalars(select(Registration).where(*of_seminar).order_by(Registration.id)))

    def _some(self, held: Held, count: int) -> list[Registration]:
        return self.chance.sample(self._seated(held), k=count)

    def _before(self, held: Held) -> None:
        """Before the first day: a withdrawal, a removal that is undone, a removal, a correction of an agency."""
        start, seminar_id = held.seminar.starts_on, held.seminar.id
        out, back, gone, other = (each.id for each in self._some(held, 4))
        self._do(services.withdraw_named, when(start, -20), seminar_id=seminar_id, registration_id=out)
        for registration_id, reason in ((back, RemovalReason.OTHER), (gone, RemovalReason.DOCUMENTS)):
            self._do(services.remove, when(start, -19), seminar_id=seminar_id, registration_id=registration_id, reason=reason)
        self._do(services.restore, when(start, -18), seminar_id=seminar_id, registration_id=back)
        self._correct_agency(held, other, -16)

    def _correct_agency(self, held: Held, registration_id: int, days: int) -> None:
        self.session.rollback()
        wanted = select(Registration).where(Registration.id == registration_id).options(joinedload(Registration.person))
        row = self.session.scalars(wanted).one()
        if row.person.erased_at is not None:
            return
        where: dict[str, Any] = {"agency_id": self.chance.choice(held.agencies), "unit": row.unit, "position": row.position}
        correction, opened = StaffCorrection(person=stored_data(row.person), **where), edition(row)
        of = {"seminar_id": row.seminar_id, "registration_id": row.id}
        self._do(services.correct, when(held.seminar.starts_on, days), **of, correction=correction, opened=opened)

    # --- its attendance -------------------------------------------------------------------------------------------

    def _attended(self, held: Held) -> None:
        """Take attendance: most present, some of each other mark, people who come and go at the door, corrections."""
        first, *others = held.sessions
        door = context(first.starts_at + timedelta(minutes=20), "account:door")
        absent, *people = self._seated(held)
        self._marks(held, first, people)
        leaves, replaced = (each.id for each in self.chance.sample(people, k=2))
        self._at_the_door(held, door, services.enter_walk_in)
        self._at_the_door(held, door, services.substitute, replaced_id=replaced)
        later, of = context(first.ends_at + timedelta(hours=1)), {"seminar_id": held.seminar.id, "registration_id": leaves}
        self._do(services.remove, later, **of, reason=RemovalReason.PREREQUISITES)
        for one in others:
            self._marks(held, one, [each for each in self._seated(held) if each.id != absent.id])
        self._correct_marks(held)

    def _at_the_door(self, held: Held, door: ChangeContext, service: Callable[..., services.Entered], **which: Any) -> None:
        typed = {"entry": self._entry(held), "submission_id": self._uuid()}
        made = self._do(service, door, seminar_id=held.seminar.id, **typed, **which).registration
        self.people.append(made.person_id)
        where = {"seminar_id": held.seminar.id, "session_id": held.sessions[0].public_id}
        self._do(mark_on_arrival, door, **where, registration=made.public_id)

    def _marks(self, held: Held, seminar_session: SeminarSession, people: Sequence[Registration]) -> None:
        said = {MarkStatus.LATE: seminar_session.contact_minutes - self.chance.randrange(1, 70)}
        kinds = dict(zip(self.chance.sample([each.public_id for each in people], k=min(6, len(people))), ODD_MARKS, strict=False))
        marks = [(each.public_id, kinds.get(each.public_id, MarkStatus.PRESENT)) for each in people]
        entries = [MarkEntry(public_id, status, said.get(status)) for public_id, status in marks]
        after = context(seminar_session.ends_at + timedelta(minutes=5), "account:door")
        self._do(record, after, seminar_id=held.seminar.id, session_id=seminar_session.public_id, entries=entries)

    def _correct_marks(self, held: Held) -> None:
        evening = context(held.sessions[-1].ends_at + timedelta(hours=3), "account:office")
        one, other = (each.public_id for each in self._some(held, 2))
        where = {"seminar_id": held.seminar.id, "session_id": self.chance.choice(held.sessions).public_id}
        self._do(mark, evening, **where, registration=one, status=MarkStatus.LATE, minutes=31)
        self._do(clear, evening, **where, registration=other)

    def _finish(self, held: Held, fate: str) -> None:
        """Complete the seminar; reopen it to correct marks, and complete it again; correct an agency while frozen; archive it."""
        start = held.seminar.starts_on
        self._change(held, (Change.COMPLETE, 7))
        if fate == "reopened":
            self._change(held, (Change.RESUME, 9))
            where = {"seminar_id": held.seminar.id, "session_id": held.sessions[0].public_id}
            for each in self._some(held, 5):
                self._do(mark, when(start, 9), **where, registration=each.public_id, status=MarkStatus.ABSENT)
            self._do(mark_all, when(start, 9), **where, status=MarkStatus.PRESENT)
            self._change(held, (Change.COMPLETE, 10))
        self._correct_agency(held, self._some(held, 1)[0].id, 12)
        if fate == "archived":
            self._headcounts(held, self._not_named(held))
            self._change(held, (Change.ARCHIVE, 60))

    def _not_named(self, held: Held) -> Sequence[int]:
        """Return an agency of which the list has nobody, nor of what is above or below it."""
        named = select(Registration.agency_id).where(Registration.seminar_id == held.seminar.id, Registration.agency_id.is_not(None))
        alone = select(Agency.id).where(Agency.id.not_in(named), Agency.code.in_(["SSP-A", "TRES", "CUATRO"])).order_by(Agency.code)
        return self.session.scalars(alone).all()

    # --- people ---------------------------------------------------------------------------------------------------

    def _meanwhile(self, number: int) -> None:
        """Merge records, one into the next, and two of one seminar; undo a merge; reserve an identity, and show another again."""
        at = context(TODAY - timedelta(days=400 - number))
        alive = select(Person.id).where(Person.id.in_(self.people), Person.merged_into_id.is_(None), Person.erased_at.is_(None))
        ids = self.session.scalars(alive.order_by(Person.id)).all()
        first, second, third, apart, quiet, shown = chosen = self.chance.sample(ids, k=6)
        self._do(merge, at, kept=second, gone=first)
        self._do(merge, at, kept=third, gone=second)
        undone = self._do(merge, at, kept=apart, gone=quiet)
        self._do(undo_merge, at, merge_id=undone.id)
        for kept, gone in self._twice_in_one_seminar(set(ids) - set(chosen)):
            self._do(merge, at, kept=kept, gone=gone)
        self._do(services.reserve, at, person_id=quiet, reason=ReservedReason.AGENCY_REQUEST)
        self._do(services.reserve, at, person_id=shown, reason=ReservedReason.OWN_REQUEST)
        self._do(services.end_reserve, at, person_id=shown, reason=ReservedReason.MISTAKE)

    def _twice_in_one_seminar(self, people: Collection[int]) -> Sequence[tuple[int, int]]:
        """Return two pairs of these people who were in one seminar, as when somebody was registered twice and both were marked."""
        there = select(Participation.seminar_id, Registration.person_id).join(
            Registration, Registration.id == Participation.registration_id
        )
        there = there.where(Participation.current, Participation.attended, Registration.person_id.in_(people)).order_by(Participation.id)
        of_seminar: dict[int, list[int]] = {}
        for seminar_id, person_id in self.session.execute(there):
            of_seminar.setdefault(seminar_id, []).append(person_id)
        drawn = self.chance.sample([each for each in of_seminar.values() if len(each) > 1], k=2)
        pairs = [(each[0], each[-1]) for each in drawn]
        return pairs if len({*pairs[0], *pairs[1]}) == 4 else pairs[:1]

    def _erase(self) -> None:
        alive = select(Person.public_id).where(Person.id.in_(self.people), Person.erased_at.is_(None)).order_by(Person.id)
        for public_id in self.chance.sample(self.session.scalars(alive).all(), k=5):
            self._do(erase_person, context(TODAY), public_id=public_id)
