"""News for a liaison: her requests that were decided, and certificates of her people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.certificates.models import Certificate
from seminar_app.core.actor import Actor
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestState
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.today.rules import NEWS_WITHIN


def answered_requests(session: Session, actor: Actor, seminar_ids: Collection[int], *, now: datetime) -> Mapping[int, int]:
    """Count the account's own requests that others have decided lately, by seminar."""
    rows = session.execute(
        select(ListRequest.seminar_id, func.count())
        .where(ListRequest.seminar_id.in_(seminar_ids), ListRequest.state.in_((RequestState.ACCEPTED, RequestState.DECLINED)))
        .where(ListRequest.asked_by == actor.audit_name, ListRequest.decided_by != actor.audit_name)
        .where(ListRequest.decided_at > now - NEWS_WITHIN)
        .group_by(ListRequest.seminar_id)
    )
    return dict(rows.all())


def certificates_ready(session: Session, seminar_ids: Collection[int], own: Collection[int], *, now: datetime) -> Mapping[int, int]:
    """Count the certificates of these agencies' people that were issued lately and that their liaison can take, by seminar."""
    stands = (Certificate.replaced_at.is_(None), Certificate.revoked_at.is_(None), Certificate.file_id.is_not(None))
    rows = session.execute(
        select(Certificate.seminar_id, func.count())
        .join(Registration, Registration.id == Certificate.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Certificate.seminar_id.in_(seminar_ids), *stands, Certificate.issued_at > now - NEWS_WITHIN)
        .where(Registration.agency_id.in_(own), Person.merged_into_id.is_(None), ~Person.reserved)
        .group_by(Certificate.seminar_id)
    )
    return dict(rows.all())
