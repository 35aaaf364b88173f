"""Certificates are issued to who earns one, once, by consecutive numbers; they are replaced, revoked, moved and forgotten with history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.attendance import services as attendance
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.certificates import errors, queries, services
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.printed import Printed
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing, Standing, Validity
from seminar_app.certificates.services import PlanDetails, SignatoryDetails
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.models import LongJob
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.services.merging import merge, undo_merge
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import Change
from seminar_app.seminars.services import change_state
from tests.support.context import context
from tests.support.factories import Make

LATER = datetime(2026, 6, 10, 12, tzinfo=UTC)
COMPLETION = PlanDetails(CertificateRule.COMPLETION, Issuing.BY_HAND, CertificateLanguage.PERSON, [])


@dataclass
class Desk:
    """A seminar with three people: two were there, the third was absent."""

    session: Session
    make: Make
    seminar: Seminar
    held: SeminarSession
    people: Sequence[Registration]

    def plan(self, details: PlanDetails = COMPLETION, *, version: int = 0) -> None:
        with unit_of_work(self.session) as work:
            services.save_plan(work, context(LATER), seminar_id=self.seminar.id, version=version, details=details)

    def change(self, to: Change) -> None:
        with unit_of_work(self.session) as work:
            change_state(work, context(LATER), seminar_id=self.seminar.id, change=to, reason="Faltaba una lista.")

    def mark(self, place: int, status: MarkStatus) -> None:
        with unit_of_work(self.session) as work:
            attendance.mark(
                work,
                context(LATER),
                seminar_id=self.seminar.id,
                session_id=self.held.public_id,
                registration=self.people[place].public_id,
                status=status,
            )

    def issue(self, *places: int) -> list[Certificate]:
        with unit_of_work(self.session) as work:
            wanted = [self.people[place].public_id for place in places]
            return services.issue(work, context(LATER), seminar_id=self.seminar.id, registrations=wanted)

    def issue_next(self, most: int = 50) -> list[Certificate]:
        with unit_of_work(self.session) as work:
            return services.issue_next(work, context(LATER), seminar_id=self.seminar.id, most=most)

    def revoke(self, certificate: Certificate, reason: str = "Emitida por error") -> None:
        with unit_of_work(self.session) as work:
            services.revoke(work, context(LATER), seminar_id=self.seminar.id, public_id=certificate.public_id, reason=reason)

    def reissue(self, certificate: Certificate) -> Certificate:
        with unit_of_work(self.session) as work:
            return services.reissue(work, context(LATER), seminar_id=self.seminar.id, public_id=certificate.public_id)

    def standings(self, rule: CertificateRule = CertificateRule.COMPLETION) -> list[Standing | None]:
        self.session.rollback()
        found = queries.standings(self.session, self.seminar.id, rule)
        return [found.get(person.id) for person in self.people]

    def validity(self, certificate: Certificate) -> Validity:
        self.session.rollback()
        return queries.validity_of(self.session.get_one(Certificate, certificate.id, populate_existing=True))

    def printed(self, certificate: Certificate) -> Printed | None:
        self.session.rollback()
        return queries.printed_of(self.session, self.session.get_one(Certificate, certificate.id, populate_existing=True))

    def mails(self, kind: str) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(Message).where(Message.kind == kind)) or 0


@pytest.fixture
def desk(make: Make, session: Session) -> Desk:
    agency = make.agency("PGR")
    seminar = make.seminar(slug="cancun-2026", title_es="Trata de personas", title_en="Trafficking in persons")
    pool = make.pool(seminar, agency, 9)
    held = make.seminar_session(seminar)
    names = (("Luz María", "Núñez", "O’Farrill"), ("Ana", "Ruiz", None), ("Juan", "Paz", None))
    people = [
        make.registration(seminar, make.person(*name, email=f"p{place}@pgr.example"), agency=agency, pool=pool)
        for place, name in enumerate(names)
    ]
    for place, status in enumerate((MarkStatus.PRESENT, MarkStatus.LATE, MarkStatus.ABSENT)):
        make.mark(people[place], held, status)
    return Desk(session, make, seminar, held, people)


@pytest.fixture
def completed(desk: Desk) -> Desk:
    desk.plan()
    desk.change(Change.COMPLETE)
    return desk


def test_nothing_is_issued_before_the_seminar_is_completed_or_without_a_rule(desk: Desk) -> None:
    desk.plan()
    with pytest.raises(errors.NotCompletedYet):
        desk.issue(0)
    assert desk.standings() == [None, None, None]
    desk.plan(PlanDetails(CertificateRule.NONE, Issuing.BY_HAND, CertificateLanguage.PERSON, []), version=1)
    desk.change(Change.COMPLETE)
    with pytest.raises(errors.GivesNone):
        desk.issue_next()


def test_who_completed_gets_one_and_who_did_not_gets_none_whoever_asks(completed: Desk) -> None:
    assert completed.standings() == [Standing.EARNS, Standing.EARNS, Standing.NOT_COMPLETED]
    with pytest.raises(errors.NobodyEarnsOne):
        completed.issue(2)
    made = completed.issue(0, 1, 2)
    assert [each.number for each in made] == [1, 2]
    assert completed.standings() == [Standing.HAS_ONE, Standing.HAS_ONE, Standing.NOT_COMPLETED]
    with pytest.raises(errors.NobodyEarnsOne):
        completed.issue(0)
    assert completed.mails("certificate") == 2
    row = completed.session.scalars(select(AuditRow).where(AuditRow.action == "certificates.issued")).one()
    assert row.details == {"people": 2, "first": 1, "last": 2}


def test_where_the_evaluation_is_asked_for_only_who_answered_earns_one(desk: Desk) -> None:
    evaluation = PlanDetails(CertificateRule.EVALUATION, Issuing.BY_HAND, CertificateLanguage.PERSON, [])
    with pytest.raises(errors.RuleIsNeeded):
        desk.plan(evaluation)
    desk.session.rollback()
    desk.plan()
    desk.change(Change.COMPLETE)
    assert desk.standings(CertificateRule.EVALUATION) == [Standing.NO_ANSWER, Standing.NO_ANSWER, Standing.NOT_COMPLETED]


def test_what_was_printed_is_kept_whatever_becomes_of_person_and_seminar(completed: Desk) -> None:
    host = completed.make.office(code="OPDAT", name_es="Oficina Uno", name_en="Office One")
    signed = [SignatoryDetails("Laura Bennett", "Agregada", "Attaché", host.id)]
    completed.plan(PlanDetails(CertificateRule.COMPLETION, Issuing.BY_HAND, CertificateLanguage.BOTH, signed), version=1)
    (made,) = completed.issue(0)
    with unit_of_work(completed.session) as work:
        work.get_one(Person, completed.people[0].person_id).certificate_name = "Otra Persona"
        work.get_one(Seminar, completed.seminar.id).title_es = "Otro título"
    printed = completed.printed(made)
    assert printed is not None
    assert (printed.name, printed.seminar_es, printed.languages) == ("Luz María Núñez O’Farrill", "Trata de personas", ("es", "en"))
    assert (printed.minutes, printed.contact_minutes) == (180, 180)
    assert [(each.name, each.title_en, each.host_es) for each in printed.signers] == [("Laura Bennett", "Attaché", "Oficina Uno")]
    assert Printed.from_bytes(printed.as_bytes()) == printed
    found = queries.find_verified(completed.session, printed.code)
    assert found is not None
    assert found.certificate.id == made.id


def test_issued_anew_the_earlier_one_is_replaced_and_carries_the_name_of_now(completed: Desk) -> None:
    (old,) = completed.issue(0)
    with unit_of_work(completed.session) as work:
        work.get_one(Person, completed.people[0].person_id).certificate_name = "Luz Núñez"
    new = completed.reissue(old)
    assert (completed.validity(old), completed.validity(new)) == (Validity.REPLACED, Validity.VALID)
    assert new.number == 2
    printed = completed.printed(new)
    assert printed is not None
    assert printed.name == "Luz Núñez"
    with pytest.raises(errors.DoesNotStand):
        completed.reissue(old)
    with pytest.raises(errors.DoesNotStand):
        completed.revoke(old)


def test_a_revoked_one_has_a_reason_and_only_a_person_issues_another(completed: Desk) -> None:
    (old,) = completed.issue(0)
    with pytest.raises(errors.ReasonNeeded):
        completed.revoke(old, " ")
    completed.revoke(old)
    assert completed.validity(old) is Validity.REVOKED
    assert completed.standings() == [Standing.REVOKED, Standing.EARNS, Standing.NOT_COMPLETED]
    assert completed.mails("certificate_revoked") == 1
    assert [each.number for each in completed.issue_next()] == [2]
    assert [each.number for each in completed.issue(0)] == [3]


def test_reopening_leaves_certificates_valid_and_completing_again_shows_which_are_not_supported(completed: Desk) -> None:
    first, _second = completed.issue(0, 1)
    completed.change(Change.RESUME)
    assert completed.validity(first) is Validity.VALID
    with pytest.raises(errors.NotCompletedYet):
        completed.reissue(first)
    completed.mark(0, MarkStatus.ABSENT)
    completed.change(Change.COMPLETE)
    assert completed.standings() == [Standing.NOT_SUPPORTED, Standing.HAS_ONE, Standing.NOT_COMPLETED]
    with pytest.raises(errors.NotEarned):
        completed.reissue(first)
    assert completed.validity(first) is Validity.VALID


def test_chunks_go_on_where_the_last_one_ended_and_leave_no_number_out(completed: Desk) -> None:
    assert [each.number for each in completed.issue_next(1)] == [1]
    with pytest.raises(RuntimeError), unit_of_work(completed.session) as work:  # noqa: PT012
        services.issue_next(work, context(LATER), seminar_id=completed.seminar.id, most=1)
        raise RuntimeError
    completed.session.rollback()
    assert [each.number for each in completed.issue_next(1)] == [2]
    assert completed.issue_next(1) == []


def test_an_erased_person_leaves_a_valid_certificate_that_names_nobody(completed: Desk) -> None:
    (made,) = completed.issue(0)
    person = completed.session.get_one(Person, completed.people[0].person_id).public_id
    completed.session.rollback()
    with unit_of_work(completed.session) as work:
        erase_person(work, context(LATER), public_id=person)
    assert completed.validity(made) is Validity.ERASED
    assert completed.printed(made) is None
    kept = select(func.count()).select_from(SealedFile).where(SealedFile.kind.startswith("certificates."))
    assert completed.session.scalar(kept) == 0
    assert completed.standings()[0] is Standing.ERASED


def test_a_merge_moves_the_certificate_and_the_undo_moves_it_back(completed: Desk, make: Make, app: Flask) -> None:
    (made,) = completed.issue(0)
    twin = make.person("Luz María", "Núñez", "O’Farrill")
    completed.session.rollback()
    with unit_of_work(completed.session) as work:
        done = merge(work, context(LATER), kept=twin.id, gone=completed.people[0].person_id)
    assert completed.validity(made) is Validity.VALID
    with unit_of_work(completed.session) as work:
        undo_merge(work, context(LATER), merge_id=done.id)
    assert completed.session.get_one(Certificate, made.id).registration_id == completed.people[0].id


def test_of_two_certificates_for_one_seminar_the_earlier_is_replaced_by_the_later(completed: Desk) -> None:
    first, second = completed.issue(0, 1)
    with unit_of_work(completed.session) as work:
        services.replace_by_later(work, context(LATER), leaves=completed.people[0].id, stays=completed.people[1].id)
    assert (completed.validity(first), completed.validity(second)) == (Validity.REPLACED, Validity.VALID)
    assert completed.session.get_one(Certificate, first.id, populate_existing=True).replaced_by_id == second.id


def test_where_the_later_one_leaves_it_moves_and_replaces_the_earlier(completed: Desk) -> None:
    first, second = completed.issue(0, 1)
    with unit_of_work(completed.session) as work:
        moved = services.replace_by_later(work, context(LATER), leaves=completed.people[1].id, stays=completed.people[0].id)
    assert moved == [second.id]
    assert (completed.validity(first), completed.validity(second)) == (Validity.REPLACED, Validity.VALID)
    assert completed.session.get_one(Certificate, second.id, populate_existing=True).registration_id == completed.people[0].id


def test_a_seminar_that_issues_by_itself_begins_as_it_is_completed(desk: Desk) -> None:
    desk.plan(PlanDetails(CertificateRule.COMPLETION, Issuing.ON_COMPLETION, CertificateLanguage.PERSON, []))
    desk.change(Change.COMPLETE)
    desk.session.rollback()
    assert desk.session.scalars(select(LongJob.kind)).all() == ["certificates.issue"]


def test_two_who_save_the_rule_do_not_overwrite_each_other(desk: Desk) -> None:
    desk.plan()
    with pytest.raises(StaleEdit):
        desk.plan()
    desk.session.rollback()
    desk.plan(PlanDetails(CertificateRule.COMPLETION, Issuing.ON_COMPLETION, CertificateLanguage.PERSON, []), version=1)
    with pytest.raises(StaleEdit):
        desk.plan(version=1)


def test_somebody_elses_certificate_is_not_found(completed: Desk, make: Make) -> None:
    (made,) = completed.issue(0)
    other = make.seminar(slug="other")
    completed.session.rollback()
    with pytest.raises(NotFound):
        queries.get_certificate(completed.session, other.id, made.public_id)
