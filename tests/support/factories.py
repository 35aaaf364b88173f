"""Rows to begin a test with. `Make(session)` writes them in units of work of its own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.agencies.models import Agency, AgencyVersion
from seminar_app.agencies.queries import agency_path
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.agencies.versions import keep_versions
from seminar_app.attendance.models import Mark, Observation, Participation
from seminar_app.attendance.queries import people_by_group
from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.attendance.services.participations import begin_participations, freeze, refresh, thaw
from seminar_app.certificates import services as certificates
from seminar_app.certificates.models import Certificate, CertificatePlan
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing
from seminar_app.core.actor import RoleName
from seminar_app.core.clock import now
from seminar_app.core.folding import fold
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.core.tables import Base
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.history import services as history
from seminar_app.history.models import Headcount, OutsideTraining
from seminar_app.history.rules import Numbers
from seminar_app.letters import services as letters
from seminar_app.letters.models import Letter
from seminar_app.letters.queries import receivers_now
from seminar_app.letters.rules import Audience, Words
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.services import begin_job
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestKind, RequestState
from seminar_app.offices.models import Office
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.people.models import Person
from seminar_app.people.rules import RESERVED_LENGTH, RESERVED_LETTERS, Sex, sort_key
from seminar_app.people.services import PersonData
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.links import INVITATION
from seminar_app.registration.models import ChangeNotice, FormSent, NameRequest, Registration
from seminar_app.registration.queries.told import open_notice
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.registration.services import Entry, Typed, send_form
from seminar_app.registration.services.change_notices import collect
from seminar_app.reports import services as reports
from seminar_app.reports.models import HoursRule, Indicator, ReportSnapshot
from seminar_app.reports.queries import Scope
from seminar_app.reports.queries.freezing import numbers_of
from seminar_app.reports.rules import Definition, HoursYear
from seminar_app.seminars.announced import announced_now
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import Approval, ExcusedRule, RegistrationMode, SeminarState
from seminar_app.seminars.services import SeminarDetails
from tests.support.context import context

Row = TypeVar("Row", bound=Base)
KEY = "test key of at least thirty-two characters"
THEN = datetime(2026, 1, 5, 16, 0, tzinfo=UTC)


def code_of(public_id: uuid.UUID) -> str:
    """Return the code of a registration whose identity is reserved; the same for the same id."""
    return "".join(RESERVED_LETTERS[part % len(RESERVED_LETTERS)] for part in public_id.bytes[:RESERVED_LENGTH])


class Make:
    """Creates rows, and fills in all values that a test does not give; each call is committed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._number = count(1)

    def _add(self, row: Row) -> Row:
        with unit_of_work(self.session) as session:
            session.add(row)
        return row

    def office(self, **values: Any) -> Office:
        n = next(self._number)
        base = {"public_id": uuid.uuid4(), "code": f"OFF{n}", "name_es": f"Oficina {n}", "name_en": f"Office {n}", "country": "US"}
        base |= {"email": f"office{n}@example.org", "phone": "+525550802000"}
        return self._add(Office(**base | values))

    def agency(self, code: str | None = None, *, parent: Agency | None = None, **values: Any) -> Agency:
        code = code or f"AG{next(self._number)}"
        base = {"code": code, "name_es": f"Dependencia {code}", "name_en": f"Agency {code}", "level": AgencyLevel.FEDERAL, "country": "MX"}
        row = Agency(**base | {"parent_id": parent.id if parent else None} | values)
        row.search_key = fold(f"{row.code} {row.name_es} {row.name_en}")
        with unit_of_work(self.session) as session:
            session.add(row)
            session.flush()
            keep_versions(session, context(THEN), of=agency_path(session, row.id))
        return row

    def version_of(self, agency: Agency) -> int:
        """Return the id of the agency's current version."""
        wanted = select(AgencyVersion.id).where(AgencyVersion.agency_id == agency.id, AgencyVersion.current)
        return self.session.scalars(wanted).one()

    def account(self, *grants: tuple[RoleName, dict[str, int]], **values: Any) -> UserAccount:
        """Create an account: `make.account((RoleName.ORGANIZER, {"office_id": office.id}))`."""
        n = next(self._number)
        base = {
            "public_id": uuid.uuid4(),
            "email": f"staff{n}@demo.example",
            "name": f"Staff {n}",
            "fs_uniquifier": uuid.uuid4().hex,
            "language": "en",
            "active": True,
            "created_at": THEN,
        }
        account = self._add(UserAccount(**base | values))
        for role, scope in grants:
            self.grant(account, role, **scope)
        return account

    def grant(self, account: UserAccount, role: RoleName, **scope: int) -> RoleGrant:
        return self._add(RoleGrant(user_account_id=account.id, role=role, granted_at=THEN, **scope))

    def seminar(self, *, office: Office | None = None, seats: int = 10, **values: Any) -> Seminar:
        """Create a published seminar in Cancún with an open pool of `seats` and open registration."""
        n = next(self._number)
        base = {
            "public_id": uuid.uuid4(),
            "slug": f"seminar-{n}",
            "state": SeminarState.PUBLISHED,
            "title_es": f"Seminario {n}",
            "title_en": f"Seminar {n}",
            "city": "Cancún",
            "country": "MX",
            "time_zone": "America/Cancun",
            "starts_on": date(2026, 6, 3),
            "ends_on": date(2026, 6, 5),
            "registration_mode": RegistrationMode.OPEN,
            "approval": Approval.AUTOMATIC,
            "threshold_percent": 80,
            "excused_rule": ExcusedRule.NOT_COUNTED,
            "created_at": THEN,
        }
        row = Seminar(**base | {"office_id": (office or self.office()).id} | values)
        self._add(row)
        self.pool(row, None, seats)
        return row

    def pool(self, seminar: Seminar, agency: Agency | None, size: int, **values: Any) -> SeatPool:
        return self._add(
            SeatPool(public_id=uuid.uuid4(), seminar_id=seminar.id, agency_id=agency.id if agency else None, size=size, taken=0, **values)
        )

    def seminar_session(self, seminar: Seminar, *, day: int = 0, hour: int = 9, minutes: int = 180, **values: Any) -> SeminarSession:
        """Create a session on the seminar's `day` (0 is the first), at `hour` in Cancún (UTC-5), of `minutes` contact minutes."""
        starts = datetime(seminar.starts_on.year, seminar.starts_on.month, seminar.starts_on.day, tzinfo=UTC) + timedelta(
            days=day, hours=hour + 5
        )
        base = {
            "public_id": uuid.uuid4(),
            "seminar_id": seminar.id,
            "title_es": f"Sesión {next(self._number)}",
            "starts_at": starts,
            "ends_at": starts + timedelta(minutes=minutes),
            "contact_minutes": minutes,
            "counts_for_completion": True,
        }
        row = SeminarSession(**base | values)
        with unit_of_work(self.session) as session:
            session.add(row)
            session.flush()
            if session.scalar(select(Registration.id).where(Registration.seminar_id == seminar.id).limit(1)) is not None:
                refresh(session, seminar.id)
        return row

    def person(self, given_names: str = "Luz María", surname1: str = "López", surname2: str | None = "Ibáñez", **values: Any) -> Person:
        base = {
            "public_id": uuid.uuid4(),
            "email": f"person{next(self._number)}@pgr.example",
            "email_proven_at": THEN,
            "language": "es",
            "created_at": THEN,
            "certificate_name": " ".join(filter(None, (given_names, surname1, surname2))),
            "search_key": fold(" ".join(filter(None, (given_names, surname1, surname2)))),
            "sort_key": sort_key(given_names=given_names, surname1=surname1, surname2=surname2),
        }
        if (base | values)["email"] is None:
            base["email_proven_at"] = None
        return self._add(Person(given_names=given_names, surname1=surname1, surname2=surname2, **base | values))

    def past_seminar(self, *, office: Office | None = None, slug: str | None = None, named: bool = True) -> Seminar:
        """Enter a seminar of three days in 2012 and 24 hours; without names it is completed."""
        slug = slug or f"past-{next(self._number)}"
        details = SeminarDetails(
            slug=slug,
            office_id=(office or self.office()).id,
            city="Mérida",
            country="MX",
            time_zone="America/Merida",
            starts_on=date(2012, 5, 7),
            ends_on=date(2012, 5, 9),
            title_es="Trata de personas",
            title_en="Human trafficking",
        )
        with unit_of_work(self.session) as session:
            return history.record_past_seminar(session, context(now()), details=details, minutes=24 * 60, named=named)

    def headcount(self, seminar: Seminar, agency: Agency | None = None) -> Headcount:
        """Record that three of five people of unknown sex completed."""
        with unit_of_work(self.session) as session:
            agency_id = agency.id if agency else None
            numbers: dict[Sex | None, Numbers] = {None: Numbers(5, 4, 3)}
            history.save_headcount(
                session, context(now()), seminar_id=seminar.id, agency_id=agency_id, numbers=numbers, source="Report of 2012"
            )
        return self.session.scalars(select(Headcount).order_by(Headcount.id.desc()).limit(1)).one()

    def outside_training(self, person: Person, *, by: str = "account:nobody", approved: bool = False, **values: Any) -> OutsideTraining:
        """Report ten hours of training that a university held in 2013."""
        base: dict[str, Any] = {"title": "Interviews", "provider": "UNAM", "country": "MX", "minutes": 600}
        base |= {"starts_on": date(2013, 3, 4), "ends_on": date(2013, 3, 5)}
        training, submission = history.Training(**base | values), uuid.uuid4()
        with unit_of_work(self.session) as session:
            return history.report_training(
                session, context(now(), by), person_id=person.id, submission_id=submission, training=training, approved=approved
            )

    def hours_rule(self, office: Office | None = None, **values: Any) -> HoursRule:
        """Ask for 40 hours in each calendar year from 2010 on, of one office or of all."""
        base = {"public_id": uuid.uuid4(), "minutes": 2_400, "year": HoursYear.CALENDAR, "valid_from": date(2010, 1, 1)}
        return self._add(HoursRule(**base | {"office_id": office.id if office else None} | values))

    def registration(
        self, seminar: Seminar, person: Person | None = None, *, agency: Agency | None = None, pool: SeatPool | None = None, **values: Any
    ) -> Registration:
        """Create a registration: with a seat of `pool` if given, else in the state given in `values` (default: withdrawn).

        With `agency_text` it has no agency.
        """
        public_id = uuid.uuid4()
        if "agency_text" not in values:
            agency = agency or self.agency()
        base = {
            "public_id": public_id,
            "seminar_id": seminar.id,
            "person_id": (person or self.person()).id,
            "agency_id": agency.id if agency else None,
            "agency_version_id": self.version_of(agency) if agency else None,
            "state": RegistrationState.REGISTERED if pool else RegistrationState.WITHDRAWN,
            "seat_pool_id": pool.id if pool else None,
            "source": Source.FORM,
            "language": "es",
            "link_hash": token_hash(SecretLink("registration", public_id, 1).token(KEY)),
            "registered_at": THEN,
            "notice_at": THEN,
            "reserved_code": code_of(public_id) if person and person.reserved else None,
        }
        row = Registration(**base | values)
        with unit_of_work(self.session) as session:
            session.add(row)
            session.flush()
            begin_participations(session, session.get_one(Seminar, seminar.id), [row.id])
        return row

    def invitation(self, registration: Registration, *, last_day: date | None = None, **values: Any) -> Hold:
        """Invite the person of a registration, which is in the state that follows; the open pool keeps the seat until it `ended_at`."""
        pool = self.session.scalars(
            select(SeatPool).where(SeatPool.seminar_id == registration.seminar_id, SeatPool.agency_id.is_(None))
        ).one()
        base = {
            "public_id": uuid.uuid4(),
            "seminar_id": registration.seminar_id,
            "seat_pool_id": pool.id,
            "registration_id": registration.id,
            "last_day": last_day or self.session.get_one(Seminar, registration.seminar_id).starts_on,
            "link_hash": token_hash(SecretLink("invitation", registration.public_id, values.get("number", 1)).token(KEY)),
            "made_at": THEN,
            "made_by": "command",
        }
        return self._add(Hold(**base | values))

    def form_sent(
        self, seminar: Seminar, agency: Agency, given_names: str = "Rosa", *, at: datetime | None = None, **person: Any
    ) -> FormSent:
        """Send the public form for somebody, whose mail's button is not pressed yet."""
        names = {"surname1": "Ortega", "email": f"form{next(self._number)}@pgr.example"} | person
        data = PersonData(given_names=given_names, certificate_name=f"{given_names} {names['surname1']}", **names)
        typed = Typed(entry=Entry(person=data, agency_id=agency.id, position="Fiscal"), notice_version=1, notice_language="es")
        with unit_of_work(self.session) as session:
            return send_form(session, context(at or now(), "public"), seminar_id=seminar.id, typed=typed, showing=uuid.uuid4())

    def change_notice(self, seminar: Seminar) -> ChangeNotice:
        """Let changes of the seminar wait to be told; it needs somebody to tell."""
        with unit_of_work(self.session) as session:
            row = session.get_one(Seminar, seminar.id, populate_existing=True)
            after = announced_now(session, row)
            collect(session, context(THEN), row, replace(after, venue="Elsewhere"), after)
            notice = open_notice(session, row.id)
            assert notice is not None
            return notice

    def letter(self, seminar: Seminar, *, sent: bool = False, at: datetime | None = None) -> Letter:
        """Write a letter to those registered, and send it where it is wanted."""
        words = {"es": Words("Cambio de sala", "Nos vemos en la sala B."), "en": Words("Another room", "We meet in room B.")}
        audience, when = Audience(states=(RegistrationState.REGISTERED,)), context(at or now())
        with unit_of_work(self.session) as session:
            made = letters.write(session, when, seminar_id=seminar.id, submission_id=uuid.uuid4(), typed=letters.Typed(words, audience))
        if sent:
            number = receivers_now(self.session, seminar, audience).number
            self.session.rollback()
            which: dict[str, Any] = {"seminar_id": seminar.id, "public_id": made.public_id, "version": made.version}
            with unit_of_work(self.session) as session:
                made = letters.send(session, when, **which, seen=number)
        return made

    def job(self, owner: UserAccount, seminar: Seminar) -> LongJob:
        """Let the account begin long work: to bring a list onto the seminar's roster."""
        when = context(now(), f"account:{owner.public_id.hex}")
        about: dict[str, Any] = {"subject": f"nomination_list:{uuid.uuid4().hex}", "seminar": seminar.slug}
        with unit_of_work(self.session) as session:
            return begin_job(session, when, kind="nominations.import", given={"seminar": seminar.id}, **about)

    def hold(self, registration: Registration, pool: SeatPool, *, last_day: date) -> Hold:
        """Keep a seat of the pool for somebody who was invited; the trigger counts it."""
        link = SecretLink(INVITATION, registration.public_id, 1).token(KEY)
        base = {"public_id": uuid.uuid4(), "seminar_id": registration.seminar_id, "seat_pool_id": pool.id, "made_at": THEN}
        kept = {"registration_id": registration.id, "link_hash": token_hash(link), "number": 1, "last_day": last_day}
        return self._add(Hold(**base, **kept, made_by="account:test"))

    def list_request(self, registration: Registration, *, asked_by: str | None = None) -> ListRequest:
        """Ask that somebody leave the list: the official, or `asked_by`."""
        base = {"public_id": uuid.uuid4(), "submission_id": uuid.uuid4(), "seminar_id": registration.seminar_id, "asked_at": THEN}
        about = {"registration_id": registration.id, "kind": RequestKind.WITHDRAW, "state": RequestState.OPEN}
        return self._add(ListRequest(**base, **about, asked_by=asked_by or registration.audit_name))

    def reopened(self, seminar: Seminar) -> None:
        """Complete the seminar and reopen it, for its outcomes only: from now on a change of them differs from the former completion."""
        with unit_of_work(self.session) as session:
            freeze(session, context(THEN), seminar.id)
            thaw(session, seminar.id)

    def name_request(self, registration: Registration, given_names: str = "Otra", surname1: str = "Persona", **values: Any) -> NameRequest:
        """Let the official of a registration ask for another name."""
        base = {"registration_id": registration.id, "certificate_name": f"{given_names} {surname1}", "asked_at": THEN}
        return self._add(NameRequest(given_names=given_names, surname1=surname1, **base | values))

    def snapshot(self, office: Office | None = None, definition: Definition | None = None) -> ReportSnapshot:
        """Freeze a figure of an office's seminars, or of all."""
        scope = Scope(offices=frozenset({office.id}) if office else None)
        self.session.rollback()
        numbers = numbers_of(self.session, definition or Definition(), scope, today=now().date())
        with unit_of_work(self.session) as session:
            return reports.freeze(session, context(now()), title=f"Figure {next(self._number)}", numbers=numbers, scope=scope)

    def indicator(self, definition: Definition | None = None, *, valid_from: date = date(2026, 1, 5)) -> Indicator:
        """Add an indicator."""
        n = next(self._number)
        facts = reports.IndicatorFacts(f"Indicador {n}", f"Indicator {n}", definition or Definition())
        with unit_of_work(self.session) as session:
            return reports.add_indicator(session, context(now()), code=f"IND{n}", facts=facts, valid_from=valid_from)

    def certificate(
        self, registration: Registration, *, at: datetime = THEN, language: CertificateLanguage = CertificateLanguage.PERSON
    ) -> Certificate:
        """Issue a certificate to somebody who holds a seat: mark them present, complete the seminar and plan, where that is missing.

        An outcome that is frozen already must be a completed one.
        """
        seminar = self.session.get_one(Seminar, registration.seminar_id)
        frozen = select(Participation.id).where(Participation.registration_id == registration.id, Participation.frozen_at.is_not(None))
        if self.session.scalar(frozen) is None:
            self._completed(registration, seminar, at)
        with unit_of_work(self.session) as session:
            if session.get(CertificatePlan, seminar.id) is None:
                rule, issuing = CertificateRule.COMPLETION, Issuing.BY_HAND
                session.add(CertificatePlan(seminar_id=seminar.id, rule=rule, issuing=issuing, language=language, changed_at=at))
                session.flush()
            (made,) = certificates.issue(session, context(at), seminar_id=seminar.id, registrations=[registration.public_id])
        return made

    def _completed(self, registration: Registration, seminar: Seminar, at: datetime) -> None:
        """Mark the registration present in every session, and complete the seminar, as pages do but for the mail."""
        sessions = select(SeminarSession).where(SeminarSession.seminar_id == seminar.id)
        for each in self.session.scalars(sessions).all() or [self.seminar_session(seminar)]:
            of = {"registration_id": registration.id, "session_id": each.id}
            if self.session.scalar(select(Mark.last).filter_by(**of)) is None:
                self.mark(registration, each)
        with unit_of_work(self.session) as session:
            session.get_one(Seminar, seminar.id).state = SeminarState.COMPLETED
            session.flush()
            freeze(session, context(at), seminar.id)

    def observation(
        self,
        registration: Registration,
        seminar_session: SeminarSession,
        kind: ObservationKind | MarkStatus = ObservationKind.PRESENT,
        **values: Any,
    ) -> Observation:
        """Store an observation without its mark (`rewrite_marks` makes it)."""
        return self._add(self._observed(registration, seminar_session, kind, **values))

    @staticmethod
    def _observed(
        registration: Registration, seminar_session: SeminarSession, kind: ObservationKind | MarkStatus, **values: Any
    ) -> Observation:
        at = values.get("observed_at", THEN)
        base = {
            "public_id": uuid.uuid4(),
            "registration_id": registration.id,
            "session_id": seminar_session.id,
            "kind": ObservationKind(kind.value),
            "observed_at": at,
            "received_at": at,
            "method": MarkMethod.LIST,
            "recorded_by": "command",
        }
        return Observation(**base | values)

    def mark(
        self,
        registration: Registration,
        seminar_session: SeminarSession,
        status: MarkStatus = MarkStatus.PRESENT,
        minutes: int | None = None,
        **values: Any,
    ) -> Mark:
        """Store a mark with its observation."""
        seen = self._observed(registration, seminar_session, status, minutes=minutes, **values)
        of = {"registration_id": registration.id, "session_id": seminar_session.id}
        row = Mark(**of, last=seen.public_id, status=status, minutes=minutes)
        with unit_of_work(self.session) as session:
            session.add_all((seen, row))
            session.flush()
            refresh(session, seminar_session.seminar_id, [registration.id])
        return row

    def printed_sheet(
        self,
        seminar_session: SeminarSession,
        *,
        number: int = 4,
        leave_out: Sequence[Registration] = (),
        said: Mapping[int, MarkStatus] | None = None,
    ) -> PrintedSheet:
        """Print a sign-in sheet of a session: everybody who holds a seat, in the order of the marking sheet, but for those left out.

        Args:
            said: what was keyed since, by registration id.
        """
        base = {"seminar_id": seminar_session.seminar_id, "session_id": seminar_session.id, "printed_at": THEN, "printed_by": "command"}
        absent = {each.id for each in leave_out}
        with unit_of_work(self.session) as session:
            people = [one for group in people_by_group(session, seminar_session.seminar_id) for one in group.people]
            listed = [one.registration_id for one in people if one.registration_id not in absent]
            printed = PrintedSheet(public_id=uuid.uuid4(), number=number, people=len(listed), blank_rows=6, **base)
            session.add(printed)
            session.flush()
            for place, each in enumerate(listed, start=1):
                keyed = {"said": said[each], "said_at": THEN, "said_by": "command"} if said and each in said else {}
                session.add(SheetRow(sheet_id=printed.id, number=place, registration_id=each, **keyed))
        return printed
