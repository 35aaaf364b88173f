"""First values and choices of the seminar form, and the differences between two users' edits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.rules import may_organize
from seminar_app.core.actor import Actor
from seminar_app.offices.models import Office
from seminar_app.seminars import queries
from seminar_app.seminars.forms import SeminarForm, details_of
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Approval, ExcusedRule, RegistrationMode, SubstitutesBy, propose_slug
from seminar_app.web.filters import long_date

USUAL_SEATS = 40
USUAL_THRESHOLD = 80


def own_offices(session: Session, actor: Actor) -> list[Office]:
    """Return the active offices that the account organizes for; a new seminar belongs to one of them."""
    return [office for office in queries.offices_to_choose(session) if _own(actor, office, None)]


def defaults(session: Session, actor: Actor) -> dict[str, Any]:
    """Return the usual values of a new seminar.

    Country and time zone are those of the account's only office. An account with several offices continues from the newest seminar
    that it may see. What neither tells is left empty and must be chosen.
    """
    last = session.scalars(select(Seminar).where(queries.of_actor(actor)).order_by(Seminar.id.desc()).limit(1)).first()
    offices = own_offices(session, actor)
    only = offices[0] if len(offices) == 1 else None
    return {
        "office_id": only.id if only else last.office_id if last else None,
        "country": only.country if only else last.country if last else None,
        "time_zone": (only.time_zone if only else None) or (last.time_zone if last else None),
        "funding_source": last.funding_source if last else None,
        "capacity": USUAL_SEATS,
        "threshold_percent": USUAL_THRESHOLD,
        "registration_mode": RegistrationMode.OPEN.value,
        "approval": Approval.AUTOMATIC.value,
        "substitutes_by": SubstitutesBy.LIAISON.value,
        "excused_rule": ExcusedRule.NOT_COUNTED.value,
    }


def prepare(form: SeminarForm, session: Session, actor: Actor, *, seminar: Seminar | None = None) -> None:
    """Fill the form's lists: the offices the account organizes for, and every active office as a host."""
    form.offer_hosts()
    hosts = [office.id for office in queries.hosts_of(session, [seminar.id])[seminar.id]] if seminar is not None else []
    offices = queries.offices_to_choose(session, also=[*hosts, *([seminar.office_id] if seminar is not None else [])])
    form.choose_from(
        own_offices=[office for office in offices if _own(actor, office, seminar)],
        offices=offices,
    )


def _own(actor: Actor, office: Office, seminar: Seminar | None) -> bool:
    return may_organize(actor, office_id=office.id) and (office.active or (seminar is not None and seminar.office_id == office.id))


def proposed_slug(session: Session, form: SeminarForm) -> str:
    """Return the slug that was typed, else a free one made from city and year."""
    if form.slug.data or form.starts_on.data is None:
        return form.slug.data or ""
    city, starts_on = form.city.data or "", form.starts_on.data
    stem = propose_slug(city=city, starts_on=starts_on).rpartition("-")[0]
    return propose_slug(city=city, starts_on=starts_on, taken=queries.slugs_like(session, stem))


def differences(form: SeminarForm, seminar: Seminar) -> list[tuple[Any, Any]]:
    """Return (field label, stored value) for each field whose stored value differs from the form."""
    stored = details_of(seminar)
    found = []
    for name, field in form._fields.items():
        if name not in stored or (field.data or None) == (stored[name] or None):
            continue
        found.append((field.label.text, _as_read(field, stored[name])))
    return found


def _as_read(field: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return long_date(value)
    for choice in field.iter_choices() if hasattr(field, "iter_choices") else ():
        if choice.value == value:
            return choice.label
    return value
