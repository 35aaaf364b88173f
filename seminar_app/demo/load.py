"""Content of `flask demo load`: two held seminars, one open for registration, a copy with heirs, history, and accounts to explore them.

Everything goes through the services that the pages call. Randomness comes from a fixed seed.
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from seminar_app.agencies.services import seed_directory
from seminar_app.certificates.rules import CertificateRule
from seminar_app.core.actor import COMMAND, PUBLIC
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.values import replace
from seminar_app.demo import content
from seminar_app.demo.accounts import make_accounts, make_offices
from seminar_app.demo.attendance import correct_one_session, mark_everybody
from seminar_app.demo.certificates import give_certificates, plan_certificates
from seminar_app.demo.feedback import answer_feedback, date_feedback
from seminar_app.demo.history import enter_history
from seminar_app.demo.hours import ask_for_hours
from seminar_app.demo.making import at, consider_sent, make_seminar, register_all
from seminar_app.demo.people import Directory, Listed, entry, listed_people
from seminar_app.demo.reports import add_indicators
from seminar_app.demo.state import refuse_demo_over_real_data
from seminar_app.people.identity import NOTHING
from seminar_app.people.rules import MAY_RESERVE, Sex, certificate_name
from seminar_app.people.services import PersonData
from seminar_app.registration.models import Registration
from seminar_app.registration.notices import CURRENT_VERSION
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services import Entry, Typed, ensure_notices, remove, reserve, send_form, withdraw
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import find_seminar
from seminar_app.seminars.rules import Change
from seminar_app.seminars.services import change_state, copy_seminar
from seminar_app.web.database import db, unit_of_work

SEED = 20140603
TOLUCA_PEOPLE = {"PGR": 18, "PGJ": 22, "CNS": 9, "INM": 9}
NEXT_PEOPLE = {"PGR": ("FGR", 7), "PGJ": ("FGE", 5), "CNS": ("GN", 4), "INM": ("INM", 6)}
"""How many people of each list are registered for the coming seminar, and their agency group by then."""
COPY_PEOPLE = {"PGR": ("FGR", 9), "PGJ": ("FGE", 8), "CNS": ("GN", 5), "INM": ("INM", 5)}
"""The same for the copy of Cancún."""
RESERVED_OF = ("FGE", "INM", "FGR")
"""Agency groups in which one person's identity is reserved."""


def load_demo(*, now: datetime) -> bool:
    """Load the demonstration in one transaction; return False where its first seminar exists already.

    Raises:
        SettingsError: the database holds other data.
    """
    if find_seminar(db.session(), content.CANCUN.slug) is not None:
        return False
    refuse_demo_over_real_data(db.session())
    with unit_of_work() as session:
        _Story(session, now).tell()
    return True


class _Story:
    """The events of the demonstration, in order."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.chance = random.Random(SEED)
        long_ago = at(content.CANCUN.starts_on - timedelta(days=120), 10, content.CANCUN.time_zone)
        context = ChangeContext(long_ago, COMMAND)
        seed_directory(session, context)
        ensure_notices(session, context)
        self.directory = Directory(session)
        self.offices = make_offices(session, context)
        self.accounts = make_accounts(session, context, offices=self.offices, directory=self.directory)
        self.people = listed_people()

    def tell(self) -> None:
        """Create the seminars of Cancún and Toluca, the coming one, the copy of Cancún, what was before, and what is asked every year."""
        cancun = self.cancun()
        self.toluca()
        self.upcoming()
        self.copy(cancun)
        ask_for_hours(self.session, ChangeContext(self.now, COMMAND))
        enter_history(
            self.session,
            self._organizer(self.now),
            liaison=ChangeContext(self.now, self.accounts.liaison.audit_name),
            offices=self.offices,
            directory=self.directory,
            people=[person for person in self.people if person.group == "PGR"],
            announced=cancun,
            chance=self.chance,
        )
        add_indicators(self.session, ChangeContext(self.now, COMMAND))
        self.session.flush()

    def cancun(self) -> Seminar:
        """Register all people of the lists, in the order of the lists; the last one of INM gets no seat."""
        text = content.CANCUN
        first = at(text.starts_on, 9, text.time_zone)
        seminar = make_seminar(
            self.session, self._organizer(first - timedelta(days=75)), text, offices=self.offices, directory=self.directory
        )
        entries = [entry(person, self.directory) for person in self.people]
        registrations = register_all(
            self.session, seminar, entries, begin=first - timedelta(days=58), end=first - timedelta(days=10), chance=self.chance
        )
        self._hold(seminar, text, [r for r in registrations if r.state is RegistrationState.REGISTERED])
        completed_at = first + timedelta(days=text.days - 1, hours=11)
        give_certificates(self.session, self._organizer, seminar=seminar, completed_at=completed_at, now=self.now)
        consider_sent(self.session, now=completed_at + timedelta(days=31))
        return seminar

    def toluca(self) -> None:
        """Register some of them again, nine months later; two withdraw, one is removed."""
        text = content.TOLUCA
        first = at(text.starts_on, 9, text.time_zone)
        seminar = make_seminar(
            self.session, self._organizer(first - timedelta(days=70)), text, offices=self.offices, directory=self.directory
        )
        chosen = [person for group, count in TOLUCA_PEOPLE.items() for person in self._some(group, count)]
        self.chance.shuffle(chosen)
        registrations = register_all(
            self.session,
            seminar,
            [entry(person, self.directory) for person in chosen],
            begin=first - timedelta(days=55),
            end=first - timedelta(days=9),
            chance=self.chance,
        )
        seated = [r for r in registrations if r.state is RegistrationState.REGISTERED]
        for registration in (seated.pop(5), seated.pop(17)):
            withdraw(self.session, ChangeContext(first - timedelta(days=8), registration.audit_name), registration_id=registration.id)
        removed = seated.pop(23)
        remove(
            self.session,
            self._organizer(first - timedelta(days=6)),
            seminar_id=seminar.id,
            registration_id=removed.id,
            reason=RemovalReason.DOCUMENTS,
        )
        consider_sent(self.session, now=first - timedelta(days=5))
        self._hold(seminar, text, seated)
        self._complete_again(seminar.id, text, seated)
        plan_certificates(self.session, self._organizer(first + timedelta(days=20)), seminar=seminar, rule=CertificateRule.EVALUATION)

    def upcoming(self) -> None:
        """Make a seminar that is open for registration, with some people registered already in the successor agencies."""
        zone = "America/Mexico_City"
        text = content.next_seminar(self.now.date())
        first = at(text.starts_on, 9, zone)
        seminar = make_seminar(
            self.session,
            self._organizer(min(first - timedelta(days=64), self.now)),
            text,
            offices=self.offices,
            directory=self.directory,
        )
        self.accounts.coordinate(self.session, ChangeContext(self.now, COMMAND), seminar_id=seminar.id)
        date_feedback(self.session, self._organizer(self.now - timedelta(days=9)), seminar=seminar)
        entries = []
        for came_from, (group, count) in NEXT_PEOPLE.items():
            entries += [entry(person, self.directory, group=group) for person in self._some(came_from, count, born_after=1970)]
        self.chance.shuffle(entries)
        registrations = register_all(
            self.session, seminar, entries, begin=self.now - timedelta(days=12), end=self.now - timedelta(hours=2), chance=self.chance
        )
        self._reserve(registrations)
        self._twin(seminar)
        self._not_in_the_directory(seminar)
        self._forms_waiting(seminar)

    def copy(self, source: Seminar) -> None:
        """Copy Cancún to next year, give the seats of ended agencies to their heirs, and enter the first people they named."""
        slug, starts_on = content.copied_seminar(self.now.date())
        seminar = copy_seminar(
            self.session,
            self._organizer(self.now - timedelta(days=5)),
            seminar_id=source.id,
            slug=slug,
            starts_on=starts_on,
            shares={
                self.directory.id_of(ended): {self.directory.id_of(heir): seats for heir, seats in heirs.items()}
                for ended, heirs in content.HEIRS_OF.items()
            },
        )
        change_state(self.session, self._organizer(self.now - timedelta(days=4)), seminar_id=seminar.id, change=Change.PUBLISH)
        entries = [
            entry(person, self.directory, group=group)
            for came_from, (group, count) in COPY_PEOPLE.items()
            for person in self._some(came_from, count, born_after=1970)
        ]
        register_all(
            self.session,
            seminar,
            entries,
            begin=self.now - timedelta(days=3),
            end=self.now - timedelta(hours=3),
            chance=self.chance,
            opened=False,
        )

    def _twin(self, seminar: Seminar) -> None:
        """Enter somebody of Cancún again with a short form of her name and another address, which makes a second record of her.

        Nobody has shown yet that the address is hers, so her page asks for the surname.
        """
        known = next(person for person in self.people if person.data.email == content.TWIN_OF)
        data = replace(
            known.data,
            given_names=content.TWIN_NAMES,
            certificate_name=certificate_name(content.TWIN_NAMES, known.data.surname1, known.data.surname2),
            email=content.TWIN_EMAIL,
            phone=content.TWIN_PHONE,
        )
        again = replace(entry(known, self.directory, group="FGE"), person=data, identity=NOTHING)
        register_all(
            self.session,
            seminar,
            [again],
            begin=self.now - timedelta(minutes=90),
            end=self.now - timedelta(minutes=30),
            chance=self.chance,
            opened=False,
        )

    def _not_in_the_directory(self, seminar: Seminar) -> None:
        """Register somebody whose agency is not in the directory; it waits to be assigned."""
        given_names, surname1, surname2 = content.NOT_LISTED_NAMES
        person = PersonData(
            given_names=given_names,
            surname1=surname1,
            surname2=surname2,
            certificate_name=certificate_name(given_names, surname1, surname2),
            sex=Sex.FEMALE,
            email=content.NOT_LISTED_EMAIL,
        )
        written = Entry(person=person, agency_text=content.NOT_LISTED_AGENCY, position=content.NOT_LISTED_POSITION)
        begin, end = self.now - timedelta(minutes=29), self.now - timedelta(minutes=10)
        register_all(self.session, seminar, [written], begin=begin, end=end, chance=self.chance)

    def _forms_waiting(self, seminar: Seminar) -> None:
        """Send two forms whose mail's button nobody has pressed yet."""
        for ago, (given_names, surname1, surname2, email, agency, position) in content.FORMS_WAITING.items():
            person = PersonData(
                given_names=given_names,
                surname1=surname1,
                surname2=surname2,
                certificate_name=certificate_name(given_names, surname1, surname2),
                sex=Sex.FEMALE,
                email=email,
            )
            typed = Typed(
                entry=Entry(person=person, agency_id=self.directory.id_of(agency), position=position),
                notice_version=CURRENT_VERSION,
                notice_language="es",
            )
            context, showing = ChangeContext(self.now - ago, PUBLIC), uuid.UUID(int=self.chance.getrandbits(128), version=4)
            send_form(self.session, context, seminar_id=seminar.id, typed=typed, showing=showing)
        consider_sent(self.session, now=self.now)

    def _reserve(self, registrations: list[Registration]) -> None:
        """Reserve the identity of one person of each of three agency groups, each for another reason, in all seminars."""
        for group, reason in zip(RESERVED_OF, MAY_RESERVE, strict=True):
            groups = {self.directory.id_of(group), *self.directory.offices_of(group)}
            chosen = next(registration for registration in registrations if registration.agency_id in groups)
            reserve(self.session, self._organizer(self.now - timedelta(hours=1)), person_id=chosen.person_id, reason=reason)

    def _organizer(self, at: datetime) -> ChangeContext:
        return ChangeContext(at, self.accounts.organizer.audit_name)

    def _some(self, group: str, count: int, *, born_after: int = 0) -> list[Listed]:
        candidates = [p for p in self.people if p.group == group and (not p.nominee.birth_date or p.nominee.birth_date.year > born_after)]
        return self.chance.sample(candidates, min(count, len(candidates)))

    def _hold(self, seminar: Seminar, text: content.SeminarText, seated: list[Registration]) -> None:
        """Close registration, mark attendance, complete the seminar and collect the evaluation."""
        first = at(text.starts_on, 9, text.time_zone)
        last = first + timedelta(days=text.days - 1, hours=9)
        dates = date_feedback(self.session, self._organizer(first - timedelta(days=8)), seminar=seminar)
        change_state(self.session, self._organizer(first - timedelta(days=7)), seminar_id=seminar.id, change=Change.CLOSE)
        self.accounts.coordinate(self.session, ChangeContext(first - timedelta(days=7), COMMAND), seminar_id=seminar.id)
        mark_everybody(
            self.session,
            seminar_id=seminar.id,
            seated=seated,
            actor=self.accounts.coordinator.audit_name,
            other=self.accounts.organizer.audit_name,
            chance=self.chance,
        )
        change_state(self.session, self._organizer(last + timedelta(hours=2)), seminar_id=seminar.id, change=Change.COMPLETE)
        answer_feedback(self.session, seminar_id=seminar.id, dates=dates, seated=seated, chance=self.chance)

    def _complete_again(self, seminar_id: int, text: content.SeminarText, seated: list[Registration]) -> None:
        """Reopen a completed seminar, correct the attendance of one session, and complete it again."""
        found = at(text.starts_on, 10, text.time_zone) + timedelta(days=text.days + 6)
        reopened, corrected = self._organizer(found), self._organizer(found + timedelta(minutes=20))
        change_state(self.session, reopened, seminar_id=seminar_id, change=Change.RESUME, reason=content.WHY_REOPENED)
        correct_one_session(self.session, corrected, seminar_id=seminar_id, seated=seated)
        change_state(self.session, self._organizer(found + timedelta(minutes=40)), seminar_id=seminar_id, change=Change.COMPLETE)
