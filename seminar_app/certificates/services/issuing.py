"""Issue certificates. Whoever issues locks the row of the last number first, so issuing goes one after the other, in one order."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from seminar_app.attendance.models import Participation
from seminar_app.audit.services import record
from seminar_app.certificates.errors import GivesNone, NobodyEarnsOne, NotCompletedYet
from seminar_app.certificates.models import Certificate, CertificateNumber, CertificatePlan
from seminar_app.certificates.printed import Printed, Signer
from seminar_app.certificates.queries import code_hash, hosts_or_office, plan_of, signatories_of, standings
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Standing, new_letters
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.pdf import usual_paper
from seminar_app.core.sealed_files import SealedFile, keep_file
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.services.mails import tell
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState

PRINTED = "certificates.printed"
"""Kind of the sealed file that holds what was printed."""
MAIL = "certificate"
COMPLETED = (SeminarState.COMPLETED, SeminarState.ARCHIVED)


class Ground(Struct, frozen=True):
    """What all certificates of a seminar say."""

    seminar: Seminar
    office: Office
    plan: CertificatePlan
    hosts: Sequence[Office]
    signers: Sequence[Signer]


def issue(session: Session, context: ChangeContext, *, seminar_id: int, registrations: Collection[uuid.UUID]) -> list[Certificate]:
    """Issue a certificate to each of these who earns one that is not out yet, or whose last one was revoked.

    Raises:
        NotFound: there is no such seminar.
        NotCompletedYet, GivesNone: it gives none now.
        NobodyEarnsOne: nobody of these earns one.
    """
    ground, standing = _locked(session, seminar_id, registrations)
    earned = [each for each, how in standing.items() if how in (Standing.EARNS, Standing.REVOKED)]
    if not earned:
        raise NobodyEarnsOne
    return issue_to(session, context, ground, earned)


def issue_next(session: Session, context: ChangeContext, *, seminar_id: int, most: int) -> list[Certificate]:
    """Issue certificates to the next of those who earn one, in the order of their registrations; none are left if it returns none.

    Raises:
        NotFound, NotCompletedYet, GivesNone: as `issue`.
    """
    ground, standing = _locked(session, seminar_id, None)
    earned = sorted(each for each, how in standing.items() if how is Standing.EARNS)[:most]
    return issue_to(session, context, ground, earned) if earned else []


def _locked(session: Session, seminar_id: int, registrations: Collection[uuid.UUID] | None) -> tuple[Ground, dict[int, Standing]]:
    session.execute(select(CertificateNumber.last).with_for_update())
    ground = ground_of(session, seminar_id)
    among = None
    if registrations is not None:
        wanted = select(Registration.id).where(Registration.seminar_id == seminar_id, Registration.public_id.in_(registrations))
        among = session.scalars(wanted).all()
    return ground, dict(standings(session, seminar_id, ground.plan.rule, among=among))


def ground_of(session: Session, seminar_id: int) -> Ground:
    """Return what all certificates of a completed seminar say.

    Raises:
        NotFound, NotCompletedYet, GivesNone: as `issue`.
    """
    seminar = session.scalar(select(Seminar).where(Seminar.id == seminar_id).with_for_update(read=True))
    if seminar is None:
        raise NotFound
    if seminar.outcome_state is not SeminarState.COMPLETED:
        raise NotCompletedYet
    plan = plan_of(session, seminar_id)
    if plan is None or plan.rule is CertificateRule.NONE:
        raise GivesNone
    office = session.get_one(Office, seminar.office_id)
    return Ground(seminar, office, plan, hosts_or_office(session, seminar), _signers(session, seminar_id))


def _signers(session: Session, seminar_id: int) -> list[Signer]:
    signers = []
    for each in signatories_of(session, seminar_id):
        host = session.get(Office, each.office_id) if each.office_id is not None else None
        image = session.get(SealedFile, each.image_id) if each.image_id is not None else None
        signers.append(
            Signer(
                each.name,
                each.title_es or each.title_en or "",
                each.title_en or each.title_es or "",
                host.name_es if host else "",
                host.name_en if host else "",
                image.public_id.hex if image else None,
            )
        )
    return signers


def issue_to(session: Session, context: ChangeContext, ground: Ground, registration_ids: Sequence[int]) -> list[Certificate]:
    """Give these registrations the next numbers, in their order, and tell each person. The caller has locked the last number."""
    many = len(registration_ids)
    last = session.scalars(update(CertificateNumber).values(last=CertificateNumber.last + many).returning(CertificateNumber.last)).one()
    rows = session.execute(
        select(Registration, Participation)
        .options(joinedload(Registration.person))
        .join(Participation, (Participation.registration_id == Registration.id) & Participation.current)
        .where(Registration.id.in_(registration_ids))
        .order_by(Registration.id)
    ).all()
    made = []
    for number, (registration, outcome) in enumerate(rows, start=last - many + 1):
        made.append(_add(session, context, _printed(ground, registration, outcome, number=number, today=context.now), registration))
        tell(session, context, kind=MAIL, seminar=ground.seminar, office=ground.office, registration=registration)
    session.flush()
    details = {"last": made[-1].number, "first": made[0].number, "people": len(made)}  # in the order in which PostgreSQL keeps them
    subject = f"seminar:{ground.seminar.public_id.hex}"
    record(session, context, action="certificates.issued", subject=subject, seminar=ground.seminar.slug, details=details)
    return made


def _add(session: Session, context: ChangeContext, printed: Printed, registration: Registration) -> Certificate:
    kept = keep_file(session, kind=PRINTED, content=printed.as_bytes(), at=context.now)
    made = Certificate(
        public_id=uuid.uuid4(),
        seminar_id=registration.seminar_id,
        registration_id=registration.id,
        number=printed.number,
        code_hash=code_hash(printed.code),
        printed_id=kept.id,
        issued_at=context.now,
        issued_by=context.actor,
    )
    session.add(made)
    return made


def _printed(ground: Ground, registration: Registration, outcome: Participation, *, number: int, today: datetime) -> Printed:
    person, seminar = registration.person, ground.seminar
    both = ground.plan.language is CertificateLanguage.BOTH
    return Printed(
        number=number,
        letters=new_letters(secrets.choice),
        languages=("es", "en") if both else (registration.language,),
        name=person.certificate_name,
        given_names=person.given_names,
        surname1=person.surname1,
        surname2=person.surname2,
        seminar_es=seminar.title_es or "",
        seminar_en=seminar.title_en or "",
        hosts=tuple((host.name_es, host.name_en) for host in ground.hosts),
        city=seminar.city,
        country=seminar.country,
        first_day=seminar.starts_on,
        last_day=seminar.ends_on,
        issued_on=today.astimezone(ZoneInfo(seminar.time_zone)).date(),
        minutes=outcome.minutes_credited,
        contact_minutes=outcome.contact_minutes,
        signers=tuple(ground.signers),
        paper=usual_paper(seminar.country).value,
    )
