"""Two offices that share nothing, and one person of each kind, so that each has own objects and another's.

`own` belongs to the first office; the coordinator is assigned to its seminars, and the liaison's agency is that of its people.
`other` belongs to the second office, and its people to another agency.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.accounts.services.reset_links import new_reset_link
from seminar_app.agencies.models import Agency
from seminar_app.attendance.models import Mark
from seminar_app.attendance.rules import MarkStatus
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import printed_of
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.core.sealed_files import keep_file
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback import services as feedback
from seminar_app.history.models import OutsideTraining
from seminar_app.long_jobs.models import LongJob
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.messages.services import enqueue
from seminar_app.nominations.models import NominationList
from seminar_app.offices.models import Office
from seminar_app.paper.models import PrintedSheet
from seminar_app.people.models import MatchProposal, Person, PersonMerge
from seminar_app.people.proposals import propose, reject_proposal
from seminar_app.people.services import PersonData
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import PersonJoin, Registration
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.registration.services import (
    Entry,
    decline,
    enter_walk_in,
    invite,
    keep_seats,
    merging,
    open_seats,
    withdraw_named,
)
from seminar_app.reports.models import HoursRule, SavedView
from seminar_app.reports.services import save_view
from seminar_app.retention.models import ErasureRequest
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import SeminarState
from seminar_app.sign_in import session_store
from seminar_app.sign_in.hashing import hash_password
from seminar_app.sign_in.models import SecondFactor, WebSession
from seminar_app.sign_in.rules import FactorKind
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.feedback import REQUIRED, actor
from tests.support.nominating import cells, keep_cells

CSRF = "0" * 40
PASSWORD = "three words never joined"
STAFF = ("liaison", "coordinator", "organizer", "auditor", "admin")


@dataclass
class Side:
    """One side: an office, an agency, a future seminar and one that is held today, with their people."""

    office: Office
    agency: Agency
    seminar: Seminar
    held: Seminar
    seminar_session: SeminarSession
    held_session: SeminarSession
    registration: Registration
    answered: Registration
    person: Person


@dataclass
class Issued:
    """A certificate: its seminar, its ids, and a registration of the same seminar that earns one."""

    slug: str
    certificate_id: str
    code: str
    earning_id: str
    owner: Registration


@dataclass
class World:
    """Both sides, the cookies of signed-in accounts, and values that requests need."""

    app: Flask
    make: Make
    own: Side
    other: Side
    accounts: dict[str, UserAccount]
    somebody: UserAccount
    """An account on which administrators act."""
    doorkeeper: UserAccount
    """A coordinator without a seminar so far."""
    cookies: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, uuid.UUID] = field(default_factory=dict)
    form_token: str = ""
    indicator_id: str = ""
    _number: Any = field(default_factory=lambda: count(1))

    def side(self, *, own: bool) -> Side:
        return self.own if own else self.other

    def number(self) -> int:
        """Return a number that was not used before."""
        return int(next(self._number))

    def fresh_seminar(self, state: SeminarState, *, own: bool, **values: Any) -> Seminar:
        """Create a seminar in this state with a session, for a change that cannot be repeated on the same seminar."""
        day = clock.now().date() + timedelta(days=30)
        side = self.side(own=own)
        dates = {"starts_on": day, "ends_on": day + timedelta(days=1)}
        made = self.make.seminar(office=side.office, state=state, **dates | values)
        self.make.seminar_session(made)
        return made

    def fresh_held(self, *, own: bool, opened: bool) -> Seminar:
        """Create a seminar that has begun, with a person seated, and with its feedback form open or not."""
        side, now = self.side(own=own), clock.now()
        made = self.make.seminar(office=side.office, starts_on=now.date() - timedelta(days=1), ends_on=now.date() + timedelta(days=1))
        self.make.seminar_session(made)
        pool = self.make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == made.id)).one()
        self.make.registration(made, agency=side.agency, pool=pool)
        if own:
            self.make.grant(self.accounts["coordinator"], RoleName.COORDINATOR, seminar_id=made.id)
        if opened:
            with unit_of_work(self.make.session) as session:
                feedback.open_form(session, context(now, actor()), seminar_id=made.id)
        return made

    def fresh_registration(self, state: RegistrationState, *, own: bool) -> Registration:
        """Register a person of the side's agency in its seminar."""
        side = self.side(own=own)
        return self.make.registration(side.seminar, agency=side.agency, state=state)

    def fresh_asked(self, *, own: bool) -> Registration:
        """Let a person of the side's agency wait at the door, for whom the organizer was asked for a seat."""
        side = self.side(own=own)
        waits: dict[str, Any] = {"queue_place": self.number(), "seat_asked_at": clock.now()}
        return self.make.registration(side.seminar, agency=side.agency, state=RegistrationState.WAITLISTED, **waits)

    def fresh_alternate(self, *, own: bool) -> Registration:
        """Let a nomination of the side's agency wait for the agency's seats, of which there are none."""
        side = self.side(own=own)
        kept = select(SeatPool.id).where(SeatPool.seminar_id == side.seminar.id, SeatPool.agency_id == side.agency.id)
        if self.make.session.scalar(kept) is None:
            self.make.pool(side.seminar, side.agency, 0, release_on=side.seminar.ends_on)
        values: dict[str, Any] = {"queue_place": self.number(), "source": Source.NOMINATION, "agency_seats_only": True}
        return self.make.registration(side.seminar, agency=side.agency, state=RegistrationState.WAITLISTED, **values)

    def fresh_certificate(self, *, own: bool) -> Issued:
        """Issue a certificate in a completed seminar of the side's office, in which somebody else earns one too."""
        side, day = self.side(own=own), clock.now().date() - timedelta(days=9)
        seminar = self.make.seminar(office=side.office, starts_on=day, ends_on=day)
        pool = self.make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        held = self.make.seminar_session(seminar)
        earning, owner = (self.make.registration(seminar, agency=side.agency, pool=pool) for _ in range(2))
        self.make.mark(earning, held)
        issued = self.make.certificate(owner, at=clock.now())
        printed = printed_of(self.make.session, issued)
        assert printed is not None
        with unit_of_work(self.make.session) as session:
            kept = keep_file(session, kind="certificates.pdf", content=b"%PDF-1.7", at=clock.now())
            session.get_one(Certificate, issued.id).file_id = kept.id
        return Issued(seminar.slug, issued.public_id.hex, str(printed.code), earning.public_id.hex, owner)

    def fresh_past(self, *, own: bool) -> Seminar:
        """Enter a past seminar of the side's office, with one person whom no list has brought."""
        side = self.side(own=own)
        seminar = self.make.past_seminar(office=side.office)
        pool = self.make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        self.make.registration(seminar, self.make.person(agency_id=side.agency.id), agency=side.agency, pool=pool)
        return seminar

    def fresh_headcount(self, *, own: bool) -> tuple[str, str]:
        """Record a headcount in a past seminar of the side's office; return its slug and the headcount's id."""
        seminar = self.make.past_seminar(office=self.side(own=own).office, named=False)
        return seminar.slug, self.make.headcount(seminar).public_id.hex

    def fresh_training(self, who: str, *, own: bool) -> OutsideTraining:
        """Let the account report training of the side's person."""
        by = f"account:{self.accounts[who].public_id.hex}" if who in self.accounts else "account:nobody"
        return self.make.outside_training(self.side(own=own).person, by=by)

    def fresh_rule(self, *, own: bool, ends: bool) -> HoursRule:
        """Add a rule of hours of the side's office, valid on one day or until further notice."""
        day = date(1950, 1, 1) + timedelta(days=self.number())
        return self.make.hours_rule(self.side(own=own).office, valid_from=day, valid_to=day if ends else None)

    def fresh_nominee(self, *, own: bool) -> Registration:
        """Let a nominee of the side's agency hold an open seat."""
        side = self.side(own=own)
        pool = self.make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == side.seminar.id, SeatPool.agency_id.is_(None))).one()
        person = self.make.person(agency_id=side.agency.id)
        return self.make.registration(side.seminar, person, agency=side.agency, pool=pool, source=Source.NOMINATION)

    def fresh_withdrawn(self, who: str, *, own: bool) -> Registration:
        """Let the account withdraw a nomination of the side's agency a moment ago."""
        alternate = self.fresh_alternate(own=own)
        by = f"account:{self.accounts[who].public_id.hex}" if who in self.accounts else "account:nobody"
        with unit_of_work(self.make.session) as session:
            return withdraw_named(session, context(clock.now(), by), seminar_id=alternate.seminar_id, registration_id=alternate.id)

    def room_in_quota(self, *, own: bool) -> None:
        """Give the quota of the side's agency more seats than anybody waits for."""
        self.fresh_alternate(own=own)
        side = self.side(own=own)
        with unit_of_work(self.make.session) as session:
            quota = SeatPool.seminar_id == side.seminar.id, SeatPool.agency_id == side.agency.id
            session.scalars(select(SeatPool).where(*quota)).one().size += 50

    def fresh_hold(self, *, own: bool) -> Hold:
        """Keep a seat without a name for the side's agency."""
        self.room_in_quota(own=own)
        side = self.side(own=own)
        kept: dict[str, Any] = {"seminar_id": side.seminar.id, "agency_id": side.agency.id, "seats": 1, "quota_only": True}
        day = side.seminar.starts_on - timedelta(days=3)
        with unit_of_work(self.make.session) as session:
            return keep_seats(session, context(clock.now(), actor()), **kept, last_day=day, submission_id=uuid.uuid4())[0]

    def fresh_opened(self, *, own: bool) -> Registration:
        """Let such a nomination have an open seat."""
        alternate = self.fresh_alternate(own=own)
        with unit_of_work(self.make.session) as session:
            where = {"seminar_id": alternate.seminar_id, "registration_id": alternate.id}
            return open_seats(session, context(clock.now(), actor()), **where)

    def fresh_invited(self, *, own: bool) -> Registration:
        """Invite a person to the side's seminar, some days ago; they have opened their page and not answered."""
        side, person = self.side(own=own), self.make.person(agency_id=self.side(own=own).agency.id)
        data = PersonData(given_names=person.given_names, surname1=person.surname1, certificate_name=person.certificate_name, language="es")
        with unit_of_work(self.make.session) as session:
            made = invite(
                session,
                context(clock.now() - timedelta(days=2), actor()),
                seminar_id=side.seminar.id,
                entry=Entry(person=data, agency_id=side.agency.id),
                last_day=clock.now().date() + timedelta(days=9),
                submission_id=uuid.uuid4(),
                person_id=person.id,
            )
            made.notice_at = clock.now()
        return made

    def fresh_taken_back(self, *, own: bool) -> Registration:
        """Take such an invitation back, a moment ago."""
        invited = self.fresh_invited(own=own)
        with unit_of_work(self.make.session) as session:
            return decline(session, context(clock.now(), actor()), seminar_id=invited.seminar_id, registration_id=invited.id)

    def fresh_kept(self, *, own: bool) -> Hold:
        """Keep a seat without a name for the side's agency."""
        side = self.side(own=own)
        with unit_of_work(self.make.session) as session:
            (made,) = keep_seats(
                session,
                context(clock.now(), actor()),
                seminar_id=side.seminar.id,
                agency_id=side.agency.id,
                seats=1,
                last_day=clock.now().date() + timedelta(days=5),
                quota_only=False,
                submission_id=uuid.uuid4(),
            )
            return made

    def fresh_list(self, *, own: bool, confirmed: bool = True) -> NominationList:
        """Keep a list of the side's agency for its seminar, with one person."""
        side, number = self.side(own=own), self.number()
        rosa = ("Rosa", "Ortega", "Luna", f"rosa{number}@pgr.example", "Fiscal")
        return keep_cells(self.make.session, side.seminar, side.agency, cells(rosa), confirmed=confirmed)

    def fresh_job(self, who: str, *, own: bool) -> LongJob:
        """Let the account, or another one, begin long work."""
        owner = self.accounts[who] if own and who in self.accounts else self.somebody
        return self.make.job(owner, self.side(own=own).seminar)

    def fresh_view(self, who: str, *, own: bool) -> SavedView:
        """Let the account, or another one, save a view of figures."""
        owner = self.accounts[who] if own and who in self.accounts else self.somebody
        with unit_of_work(self.make.session) as session:
            made = context(clock.now(), actor())
            return save_view(session, made, account_id=owner.id, name=f"Saved {self.number()}", address="by=sex")

    def fresh_sheet(self, *, own: bool) -> PrintedSheet:
        """Print a sheet of the side's seminar that is held, on which one person was keyed otherwise than the screen says."""
        side = self.side(own=own)
        status = self.make.session.scalar(select(Mark.status).where(Mark.registration_id == side.answered.id))
        keyed = MarkStatus.ABSENT if status is MarkStatus.PRESENT else MarkStatus.PRESENT
        return self.make.printed_sheet(side.held_session, number=self.number(), said={side.answered.id: keyed})

    def fresh_walk_in(self, *, own: bool) -> Registration:
        """Enter a person at the door of the side's seminar that is held."""
        side, name = self.side(own=own), f"Walk{'abcdefghij'[self.number() % 10]}"
        person = PersonData(given_names=name, surname1="In", certificate_name=f"{name} In", language="es")
        with unit_of_work(self.make.session) as session:
            return enter_walk_in(
                session,
                context(clock.now(), actor()),
                seminar_id=side.held.id,
                entry=Entry(person=person, agency_id=side.agency.id),
                submission_id=uuid.uuid4(),
            ).registration

    def fresh_coded(self, *, reserved: bool, own: bool) -> Registration:
        """Register a person whose identity is reserved, or who is to be reserved."""
        side = self.side(own=own)
        person = self.make.person(agency_id=side.agency.id, reserved=reserved)
        return self.make.registration(side.seminar, person, agency=side.agency)

    def fresh_joined(self, *, own: bool) -> Registration:
        """Register a person of the side's agency, as if the registration had been given to a known record."""
        made = self.fresh_registration(RegistrationState.PENDING, own=own)
        with unit_of_work(self.make.session) as session:
            session.add(PersonJoin(registration_id=made.id, person_id=made.person_id, joined_at=clock.now(), joined_by="public"))
        return made

    def fresh_pair(self, *, own: bool) -> tuple[Person, Person]:
        """Register two people of the side's agency in its seminar."""
        side = self.side(own=own)
        people = self.make.person("Luz", agency_id=side.agency.id), self.make.person("Luz María", agency_id=side.agency.id)
        for person in people:
            self.make.registration(side.seminar, person, agency=side.agency)
        return people

    def keep_apart(self, one: Person, other: Person) -> None:
        """Decide that two people are two."""
        with unit_of_work(self.make.session) as session:
            merging.keep_apart(session, context(clock.now()), one=one.id, other=other.id)

    def fresh_merge(self, *, own: bool) -> PersonMerge:
        """Merge two people of the side."""
        kept, gone = self.fresh_pair(own=own)
        with unit_of_work(self.make.session) as session:
            return merging.merge(session, context(clock.now()), kept=kept.id, gone=gone.id)

    def fresh_proposal(self, *, decided: bool) -> MatchProposal:
        """Propose two people to the administrators, and decide that they are two."""
        one, other = self.fresh_pair(own=True)
        with unit_of_work(self.make.session) as session:
            propose(session, context(clock.now()), one=one.id, other=other.id, why=[])
            found = session.scalars(select(MatchProposal).where(MatchProposal.one_id == min(one.id, other.id))).one()
            if decided:
                reject_proposal(session, context(clock.now()), proposal_id=found.id)
        return found

    def seated(self, *, own: bool, held: bool = False) -> Registration:
        """Register a person with a seat of the side's open pool."""
        side = self.side(own=own)
        seminar = side.held if held else side.seminar
        pool = self.make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        return self.make.registration(seminar, self.make.person(agency_id=side.agency.id), agency=side.agency, pool=pool)

    def unopened(self) -> Registration:
        """Register a person whom staff entered, and who has not opened the page yet."""
        person = self.make.person(agency_id=self.own.agency.id, email_proven_at=None)
        return self.make.registration(self.own.seminar, person, agency=self.own.agency, notice_at=None)

    def withdrawn(self) -> Registration:
        """Register a person who has withdrawn."""
        return self.make.registration(self.own.seminar, self.make.person(agency_id=self.own.agency.id), agency=self.own.agency)

    def ask_erasure(self, registration: Registration) -> None:
        """Let the person of this registration ask that their data be erased."""
        with unit_of_work(self.make.session) as session:
            session.add(ErasureRequest(registration_id=registration.id, asked_at=clock.now()))

    def begin_again(self, who: str) -> None:
        """Sign in again an account whose session a request has ended."""
        if who in self.accounts:
            sign_in(self, who, self.accounts[who], self.make.session)

    def fresh_session_of(self, account: UserAccount) -> uuid.UUID:
        """Create a session of the account in another browser."""
        with unit_of_work(self.make.session) as session:
            identifier = session_store.start(session, account=account, values={}, now=clock.now())
            return session.scalars(select(WebSession.public_id).where(WebSession.id_hash == token_hash(identifier))).one()

    def invited(self, *, own: bool) -> UserAccount:
        """Create a coordinator of the side's seminar, without a password so far."""
        return self.make.account((RoleName.COORDINATOR, {"seminar_id": self.side(own=own).seminar.id}))

    def role_of(self, public_id: uuid.UUID) -> int:
        """Return the id of the only role of an account."""
        owner = select(UserAccount.id).where(UserAccount.public_id == public_id).scalar_subquery()
        return self.make.session.scalars(select(RoleGrant.id).where(RoleGrant.user_account_id == owner)).one()

    def factor_of(self, account: UserAccount) -> uuid.UUID:
        """Create a second factor of this account."""
        factor = SecondFactor(public_id=uuid.uuid4(), user_account_id=account.id, kind=FactorKind.APP, name="Phone", counter=0)
        factor.sealed_secret, factor.created_at = b"sealed", clock.now()
        with unit_of_work(self.make.session) as session:
            session.add(factor)
        return factor.public_id

    def reset_token(self) -> str:
        """Create a link for choosing a password, for an account without other use."""
        account = self.make.account(password="nothing")
        with unit_of_work(self.make.session) as session:
            row = session.get_one(UserAccount, account.id)
            return new_reset_link(session, context(clock.now()), row).token(KEY)

    def failed_message(self) -> Message:
        """Create a message that may be sent again."""
        with unit_of_work(self.make.session) as session:
            message = enqueue(
                session, context(clock.now()), kind="password_changed", language="es", to_address="a@x.example", to_name="A", facts={}
            )
            assert message is not None
            message.state = MessageState.FAILED
        return message


def link_of(registration: Registration) -> str:
    """Return the token of the personal link."""
    return SecretLink("registration", registration.public_id, 1).token(KEY)


def build(app: Flask, make: Make, session: Session) -> World:
    """Create both sides and sign in all accounts."""
    own, other = _side(make, session, "PGR"), _side(make, session, "INM")
    with app.app_context():
        password = {"password": hash_password(PASSWORD)}
    accounts = {
        "liaison": make.account((RoleName.LIAISON, {"agency_id": own.agency.id}), **password),
        "coordinator": make.account(
            (RoleName.COORDINATOR, {"seminar_id": own.seminar.id}), (RoleName.COORDINATOR, {"seminar_id": own.held.id}), **password
        ),
        "organizer": make.account((RoleName.ORGANIZER, {"office_id": own.office.id}), **password),
        "auditor": make.account((RoleName.AUDITOR, {}), **password),
        "admin": make.account((RoleName.ADMIN, {}), **password),
    }
    world = World(app, make, own, other, accounts, make.account(), make.account((RoleName.COORDINATOR, {})))
    with app.test_request_context():
        world.form_token = str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(CSRF))
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        visitor = str(serializer.dumps({"csrf_token": CSRF}))
    world.cookies = {"stranger": visitor, "official": visitor}
    for who, account in accounts.items():
        sign_in(world, who, account, session)
    world.indicator_id = make.indicator().public_id.hex
    return world


def sign_in(world: World, who: str, account: UserAccount, session: Session) -> None:
    """Create a session for the account and remember its cookie."""
    with unit_of_work(session) as writing:
        now = clock.now()
        values = {"csrf_token": CSRF, "language": "en"}
        identifier = session_store.start(writing, account=account, values=values, now=now, factor_at=now)
    world.cookies[who] = identifier


def _side(make: Make, session: Session, code: str) -> Side:
    now = clock.now()
    today = now.date()
    office, agency = make.office(), make.agency(code)
    seminar = make.seminar(office=office, seats=400, starts_on=today + timedelta(days=30), ends_on=today + timedelta(days=31))
    held = make.seminar(office=office, seats=40, starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1))
    seminar_session, held_session = make.seminar_session(seminar), make.seminar_session(held)
    pools = {pool.seminar_id: pool for pool in session.scalars(select(SeatPool))}
    person = make.person(agency_id=agency.id)
    registration = make.registration(seminar, person, agency=agency, pool=pools[seminar.id])
    answering = [make.registration(held, agency=agency, pool=pools[held.id]) for _ in range(6)]
    make.reopened(seminar)
    make.reopened(held)
    make.mark(answering[0], held_session, MarkStatus.LATE)
    with unit_of_work(session) as writing:
        form = feedback.open_form(writing, context(now, actor()), seminar_id=held.id)
    from seminar_app.feedback import answering as answers

    for one in answering[:5]:
        with unit_of_work(session) as writing:
            answers.answer(writing, registration_id=one.id, form_id=form.id, version_number=None, answers=REQUIRED)
    return Side(office, agency, seminar, held, seminar_session, held_session, registration, answering[0], person)
