"""A completed seminar whose people earn certificates, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.certificates import services
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing
from seminar_app.certificates.services import PlanDetails, SignatoryDetails
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW
from tests.support.context import context
from tests.support.factories import THEN, Make


@dataclass
class Finished:
    """A completed seminar with a plan, and its people."""

    session: Session
    seminar: Seminar
    office: Office
    people: Sequence[Registration]

    def agency_of(self, place: int) -> int:
        """Return the agency of one of the people."""
        agency_id = self.people[place].agency_id
        assert agency_id is not None
        return agency_id

    def issue(self, *people: Registration) -> list[Certificate]:
        """Issue to these people, or to all who earn one."""
        self.session.rollback()
        with unit_of_work(self.session) as work:
            if people:
                return services.issue(work, context(NOW), seminar_id=self.seminar.id, registrations=[each.public_id for each in people])
            return services.issue_next(work, context(NOW), seminar_id=self.seminar.id, most=1000)


def complete(session: Session, seminar: Seminar, *, minutes: int = 150, of: int = 180, completed: bool = True) -> None:
    """Complete a seminar in which everybody who holds a seat was credited so much."""
    values: dict[str, Any] = {"minutes_credited": minutes, "contact_minutes": of, "percent": round(100 * minutes / of, 1)}
    values |= {"attended": True, "sessions_attended": 1, "sessions_counted": 1, "completed": completed, "frozen_at": THEN}
    with unit_of_work(session) as work:
        work.execute(update(Participation).where(Participation.seminar_id == seminar.id).values(values))
        work.get_one(Seminar, seminar.id).state = SeminarState.COMPLETED


def plan(session: Session, seminar: Seminar, office: Office, *, language: CertificateLanguage = CertificateLanguage.PERSON) -> None:
    """Let a seminar give certificates to whoever completed it, signed by one person of an office."""
    signs = SignatoryDetails("Laura Jiménez Prado", "Agregada", "Attaché", office.id)
    details = PlanDetails(CertificateRule.COMPLETION, Issuing.BY_HAND, language, [signs])
    with unit_of_work(session) as work:
        services.save_plan(work, context(NOW), seminar_id=seminar.id, version=0, details=details)


def finished(
    make: Make, session: Session, *names: tuple[str, str, str | None], language: CertificateLanguage = CertificateLanguage.PERSON, **of: Any
) -> Finished:
    """Make a completed seminar of an office whose people have these names, all with a seat and enough minutes."""
    office = make.office(code="HSI", name_es="Investigaciones de Seguridad Nacional", name_en="Homeland Security Investigations")
    seminar = make.seminar(
        office=office, seats=len(names) + 5, **{"slug": "cancun-2026", "title_es": "Trata", "title_en": "Trafficking"} | of
    )
    make.seminar_session(seminar)
    pool = session.query(SeatPool).filter_by(seminar_id=seminar.id).one()
    people = [make.registration(seminar, make.person(*name), agency=make.agency(), pool=pool) for name in names]
    complete(session, seminar)
    plan(session, seminar, office, language=language)
    session.rollback()
    return Finished(session, seminar, office, people)
