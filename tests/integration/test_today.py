"""What the page «Today» reads: of the account's own seminars only, and each number as the page where it is done has it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import standings
from seminar_app.certificates.rules import CertificateRule, Standing
from seminar_app.core import clock
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.sealed_files import keep_file
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback.models import FeedbackDates
from seminar_app.feedback.rules import FormKind
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_queries import count_open
from seminar_app.nominations.request_rules import RequestState
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import forms_waiting, head_count, mail_troubles, names_asked
from seminar_app.registration.rules import RegistrationState
from seminar_app.retention.models import ErasureRequest
from seminar_app.retention.queries import asking, asking_in
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.today.queries.agency import answered_requests, certificates_ready
from seminar_app.today.queries.door import sessions_of_today
from seminar_app.today.queries.seminars import fills_of, ids_to_look_after, organized_by, seminars_here, to_complete
from seminar_app.today.queries.waiting import waits_of_seminars
from seminar_app.today.rules import Waiting
from tests.conftest import NOW
from tests.support.factories import Make

TODAY = NOW.date()
_STATE = RegistrationState


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def organizer_of(make: Make, office: Office) -> Actor:
    account = make.account((RoleName.ORGANIZER, {"office_id": office.id}))
    return Actor(account.id, account.public_id, account.name, "en", (Grant(RoleName.ORGANIZER, office_id=office.id),))


def busy(make: Make, session: Session, office: Office) -> Seminar:
    """Return a seminar that runs, in which something of every kind waits."""
    agency = make.agency()
    seminar = make.seminar(office=office, starts_on=TODAY - timedelta(days=1), ends_on=TODAY + timedelta(days=1))
    make.seminar_session(seminar)
    pool = make.pool(seminar, agency, 4)
    for state in (_STATE.PENDING, _STATE.PENDING, _STATE.NOMINATED):
        make.registration(seminar, agency=agency, state=state)
    make.registration(seminar, agency=agency, state=_STATE.WAITLISTED, queue_place=1, seat_asked_at=NOW)
    make.registration(seminar, agency_text="Otra", state=_STATE.WAITLISTED, queue_place=2)
    seated = make.registration(seminar, agency=agency, pool=pool)
    make.name_request(seated)
    make.list_request(seated)
    make.list_request(make.registration(seminar, agency=agency, pool=pool), asked_by="account:" + "a" * 32)
    make.form_sent(seminar, agency, at=NOW)
    make.letter(seminar, sent=True, at=NOW)
    with unit_of_work(session) as work:
        work.execute(update(Message).where(Message.link_owner == seated.public_id).values(state=MessageState.FAILED))
        work.add(ErasureRequest(registration_id=seated.id, asked_at=NOW))
    return seminar


def test_what_waits_is_counted_as_the_pages_of_each_seminar_count_it(session: Session, make: Make) -> None:
    office = make.office()
    mine = busy(make, session, office)
    busy(make, session, make.office())
    actor = organizer_of(make, office)
    found = waits_of_seminars(session, organized_by(actor), now=NOW)
    assert set(found) == {mine.id}
    here, seminar_id = {each.kind: each.number for each in found[mine.id]}, mine.id
    counts = head_count(session, seminar_id)
    assert (here[Waiting.PENDING], here[Waiting.NOMINATED]) == (counts.pending, counts.nominated) == (2, 1)
    assert here[Waiting.PROPOSED] + here[Waiting.REQUESTS] == count_open(session, seminar_id) == 2
    assert here[Waiting.NAMES] == len(names_asked(session, seminar_id)) == 1
    assert here[Waiting.FORMS] == forms_waiting(session, seminar_id, now=NOW) == 1
    assert here[Waiting.MAIL] == len(mail_troubles(session, seminar_id)) == 1
    assert (here[Waiting.SEATS_ASKED], here[Waiting.AGENCIES], here[Waiting.UNTAKEN]) == (1, 1, 1)
    asked = asking_in(session, ids_to_look_after(organized_by(actor)))
    assert {each: asking.first for each, asking in asked.items()} == {seminar_id: asking(session, seminar_id)[0]}


def test_a_certificate_that_is_earned_waits_until_it_is_issued(session: Session, make: Make) -> None:
    office = make.office()
    seminar = make.seminar(office=office, starts_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=8))
    held, pool = make.seminar_session(seminar), make.pool(seminar, agency := make.agency(), 4)
    first, second, absent = (make.registration(seminar, agency=agency, pool=pool) for _ in range(3))
    for each in (first, second):
        make.mark(each, held)
    make.certificate(first)
    organized = organized_by(organizer_of(make, office))
    waits = waits_of_seminars(session, organized, now=NOW)[seminar.id]
    standing = Counter(standings(session, seminar.id, CertificateRule.COMPLETION).values())
    assert [(each.kind, each.number) for each in waits] == [(Waiting.CERTIFICATES, standing[Standing.EARNS])]
    assert standing == {Standing.EARNS: 1, Standing.HAS_ONE: 1, Standing.NOT_COMPLETED: 1}, absent.id


def test_seminars_are_here_that_begin_soon_or_have_a_date_soon(session: Session, make: Make) -> None:
    office, far, soon = make.office(), TODAY + timedelta(days=200), TODAY + timedelta(days=10)
    begins = make.seminar(office=office, starts_on=soon, ends_on=soon, state=SeminarState.DRAFT)
    freezes = make.seminar(office=office, starts_on=far, ends_on=far, list_freezes_on=soon)
    released = make.seminar(office=office, starts_on=far, ends_on=far)
    make.pool(released, make.agency(), 3, release_on=soon)
    asked = make.seminar(office=office, starts_on=far, ends_on=far)
    with unit_of_work(session) as work:
        work.add(FeedbackDates(seminar_id=asked.id, kind=FormKind.REACTION, opens_at=NOW + timedelta(days=3), closes_at=None))
    make.seminar(office=office, starts_on=far, ends_on=far)
    make.seminar(starts_on=soon, ends_on=soon)
    make.seminar(office=office, starts_on=soon, ends_on=soon, state=SeminarState.CANCELLED)
    over = [make.seminar(office=office, starts_on=day, ends_on=day) for day in (TODAY - timedelta(days=5), date(2020, 1, 1))]
    organized = organized_by(organizer_of(make, office))
    here = seminars_here(session, organized, now=NOW)
    assert [each.id for each in here] == [begins.id, freezes.id, released.id, asked.id]
    waits = to_complete(session, organized, now=NOW)
    assert ([each.id for each in waits.seminars], waits.number) == ([each.id for each in over], 2)
    make.seminar(office=office, starts_on=TODAY, ends_on=TODAY)
    assert to_complete(session, organized, now=NOW).number == 2, "the last day is not over"


def test_seats_are_added_up_by_group_and_who_waits_is_counted_where_the_seats_are(session: Session, make: Make) -> None:
    seminar, group, other = make.seminar(seats=2), make.agency("PGJ"), make.agency("INM")
    offices = [make.agency(f"PGJ-{state}", parent=group) for state in ("ROO", "YUC")]
    pools = [make.pool(seminar, each, 3) for each in offices]
    make.registration(seminar, agency=offices[0], pool=pools[0])
    make.registration(seminar, agency=offices[1], state=_STATE.WAITLISTED, queue_place=1)
    make.registration(seminar, agency=other, state=_STATE.WAITLISTED, queue_place=2)
    fills = fills_of(session, [session.get_one(Seminar, seminar.id)])[seminar.id]
    told = [(each.group.code if each.group else None, each.taken, each.size, each.waiting) for each in fills]
    assert told == [("PGJ", 1, 6, 1), (None, 0, 2, 1)]
    assert session.scalar(select(SeatPool.taken).where(SeatPool.id == pools[0].id)) == 1


def test_sessions_of_today_are_those_of_the_seminars_own_day(session: Session, make: Make) -> None:
    seminar = make.seminar(starts_on=TODAY, ends_on=TODAY + timedelta(days=1))
    first, last = make.seminar_session(seminar, hour=8), make.seminar_session(seminar, hour=22, minutes=60)
    tomorrow = make.seminar_session(seminar, day=1)
    make.seminar_session(make.seminar(starts_on=TODAY, ends_on=TODAY))
    today, later = sessions_of_today(session, [seminar.id], now=NOW)
    assert [each.public_id for each in today] == [first.public_id, last.public_id], "the last one begins on the next day in UTC"
    assert [each.public_id for each in later] == [tomorrow.public_id]


def test_a_liaison_is_told_of_answers_and_of_certificates_of_her_people_only(session: Session, make: Make) -> None:
    agency, account = make.agency(), make.account()
    liaison = Actor(account.id, account.public_id, account.name, "en", (Grant(RoleName.LIAISON, agency_id=agency.id),))
    seminar = make.seminar(seats=9)
    pool = make.pool(seminar, agency, 9)
    asked = [make.registration(seminar, agency=agency, pool=pool) for _ in range(3)]
    for registration, by in zip(asked, (liaison.audit_name, liaison.audit_name, "account:" + "b" * 32), strict=True):
        make.list_request(registration, asked_by=by)
    own = asked[0].id
    decided = {"state": RequestState.DECLINED, "decided_at": NOW, "decided_by": "account:" + "c" * 32}
    with unit_of_work(session) as work:
        work.execute(update(ListRequest).where(ListRequest.registration_id.in_([own, asked[2].id])).values(decided))
    assert answered_requests(session, liaison, [seminar.id], now=NOW) == {seminar.id: 1}
    certificate = make.certificate(session.get_one(Registration, own), at=NOW)
    assert certificates_ready(session, [seminar.id], [agency.id], now=NOW) == {}, "it is not made as a file yet"
    with unit_of_work(session) as work:
        kept = keep_file(work, kind="certificates.pdf", content=b"%PDF-1.7", at=NOW)
        work.get_one(Certificate, certificate.id).file_id = kept.id
    assert certificates_ready(session, [seminar.id], [agency.id], now=NOW) == {seminar.id: 1}
    assert certificates_ready(session, [seminar.id], [make.agency().id], now=NOW) == {}
