"""Record, change and remove headcounts: how many people of an agency took part, where nobody knows their names."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.agencies.models import AgencyVersion
from seminar_app.agencies.queries import all_agencies, current_versions
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, Refusal, StaleEdit
from seminar_app.history import errors, queries
from seminar_app.history.models import Headcount
from seminar_app.history.rules import Numbers, NumbersFault, counted_twice, takes_headcounts
from seminar_app.people.rules import Sex
from seminar_app.registration.errors import NoSuchAgency
from seminar_app.seminars.models import Seminar


def save_headcount(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    agency_id: int | None,
    numbers: Mapping[Sex | None, Numbers],
    source: str | None,
    opened: str = "",
) -> None:
    """Record the headcount of an agency, or change it. A sex without numbers has no line.

    The seminar is locked, so of two people who save at once the second is told of the first.

    Args:
        agency_id: None where the source does not name the agency.
        numbers: by sex; None for those of whom the source does not say it.
        opened: edition (`queries.edition_of`) of the headcount that the form showed; empty for a new one.

    Raises:
        NoHeadcountsNow: the seminar takes none in its state.
        EmptyHeadcount, NumberOutOfReach, MoreAttended, MoreCompleted: the numbers cannot be right.
        HeadcountThere: a new one, and the agency has one.
        StaleEdit: somebody has changed or removed it meanwhile.
        NamesThere: people of the agency are on the roster.
        NoSuchAgency: there is no such agency.
    """
    seminar = _locked(session, seminar_id)
    refuse_impossible(numbers)
    lines = _lines_of(session, seminar.id, agency_id)
    if lines and not opened:
        raise errors.HeadcountThere(agency=_codes(session, [agency_id]))
    if queries.edition_of(lines.values()) != opened:
        raise StaleEdit
    refuse_names(session, seminar.id, agency_id)
    version_id = _version(session, agency_id, lines)
    contact = queries.contact_minutes(session, seminar.id)
    for sex in queries.SEXES:
        said, line = numbers.get(sex, Numbers()), lines.get(sex)
        if said.empty:
            _remove(session, context, seminar, line)
            continue
        _write(session, context, seminar, line or _new(seminar, version_id, sex), said, source=source, contact=contact)


def remove_headcount(session: Session, context: ChangeContext, *, seminar_id: int, agency_id: int | None, opened: str) -> None:
    """Remove the headcount of an agency. The audit log keeps its numbers.

    Raises:
        NoHeadcountsNow: the seminar takes no changes in its state.
        StaleEdit: somebody has changed or removed it meanwhile.
    """
    seminar = _locked(session, seminar_id)
    lines = _lines_of(session, seminar.id, agency_id)
    if not lines or queries.edition_of(lines.values()) != opened:
        raise StaleEdit
    for line in lines.values():
        _remove(session, context, seminar, line)


def refuse_impossible(numbers: Mapping[Sex | None, Numbers]) -> None:
    """Refuse numbers that cannot be right, and numbers that count nobody."""
    for said in numbers.values():
        if said.fault is not None:
            raise refusal_of(said, said.fault)
    if all(said.empty for said in numbers.values()):
        raise errors.EmptyHeadcount


def refusal_of(said: Numbers, fault: NumbersFault) -> Refusal:
    """Return the sentence about a fault."""
    match fault:
        case NumbersFault.OUT_OF_REACH:
            return errors.NumberOutOfReach(number=str(min(said.registered, said.attended, said.completed, key=lambda n: n >= 0))[:20])
        case NumbersFault.MORE_ATTENDED:
            return errors.MoreAttended(more=said.attended, fewer=said.registered)
        case NumbersFault.MORE_COMPLETED:
            return errors.MoreCompleted(more=said.completed, fewer=said.attended)


def refuse_names(session: Session, seminar_id: int, agency_id: int | None) -> None:
    """Refuse a headcount whose people may be on the roster by name."""
    named = queries.named_agencies(session, seminar_id)
    if not named:
        return
    parents = {each.id: each.parent_id for each in all_agencies(session, with_aliases=False).values()}
    if twice := counted_twice(agency_id, named, parents):
        raise errors.NamesThere(agencies=_codes(session, twice))


def refuse_counted(session: Session, seminar_id: int, agency_ids: Collection[int | None]) -> None:
    """Refuse people on the roster whom a headcount has counted. One statement where the seminar has no headcount."""
    counted = queries.headcount_agencies(session, seminar_id)
    if not counted:
        return
    parents = {each.id: each.parent_id for each in all_agencies(session, with_aliases=False).values()}
    twice = {each for agency_id in counted for each in counted_twice(agency_id, set(agency_ids), parents)}
    if twice:
        raise errors.CountedAlready(agencies=_codes(session, twice))


def count_minutes_again(session: Session, seminar_id: int) -> None:
    """Keep the minutes of headcounts true to the sessions of their seminar, after these were edited."""
    contact = queries.contact_minutes(session, seminar_id)
    of_seminar = update(Headcount).where(Headcount.seminar_id == seminar_id)
    session.execute(of_seminar.values(minutes=Headcount.completed * contact).execution_options(synchronize_session=False))


def _locked(session: Session, seminar_id: int) -> Seminar:
    wanted = select(Seminar).where(Seminar.id == seminar_id).with_for_update(key_share=True)
    seminar = session.scalar(wanted.execution_options(populate_existing=True))
    if seminar is None:
        raise NotFound
    if not takes_headcounts(seminar.state, from_before=seminar.from_before):
        raise errors.NoHeadcountsNow
    return seminar


def _lines_of(session: Session, seminar_id: int, agency_id: int | None) -> dict[Sex | None, Headcount]:
    """Return the lines of an agency, in whichever version of its name they were recorded."""
    wanted = select(Headcount).outerjoin(AgencyVersion, AgencyVersion.id == Headcount.agency_version_id)
    of_agency = AgencyVersion.agency_id == agency_id if agency_id is not None else Headcount.agency_version_id.is_(None)
    return {each.sex: each for each in session.scalars(wanted.where(Headcount.seminar_id == seminar_id, of_agency)).all()}


def _version(session: Session, agency_id: int | None, lines: Mapping[Sex | None, Headcount]) -> int | None:
    """Return the version of the agency that its lines name, or the current one of an agency without lines."""
    if agency_id is None:
        return None
    named = next(iter(lines.values()), None)
    if named is not None:
        return named.agency_version_id
    found = current_versions(session, [agency_id])
    if agency_id not in found:
        raise NoSuchAgency
    return found[agency_id][1]


def _new(seminar: Seminar, version_id: int | None, sex: Sex | None) -> Headcount:
    return Headcount(public_id=uuid.uuid4(), seminar_id=seminar.id, agency_version_id=version_id, sex=sex)


def _write(
    session: Session, context: ChangeContext, seminar: Seminar, line: Headcount, said: Numbers, *, source: str | None, contact: int
) -> None:
    values = {"registered": said.registered, "attended": said.attended, "completed": said.completed, "source": source or None}
    new = line.id is None
    if not new and all(getattr(line, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(line, name, value)
    line.minutes = contact * said.completed
    line.recorded_by, line.recorded_at = context.actor, context.now
    session.add(line)
    session.flush()
    _record(session, context, seminar, line, "headcount.recorded" if new else "headcount.changed")


def _remove(session: Session, context: ChangeContext, seminar: Seminar, line: Headcount | None) -> None:
    if line is None:
        return
    session.delete(line)
    session.flush()
    _record(session, context, seminar, line, "headcount.removed")


def _record(session: Session, context: ChangeContext, seminar: Seminar, line: Headcount, action: str) -> None:
    details = {"counted_attended": line.attended, "counted_completed": line.completed, "counted_registered": line.registered}
    record(session, context, action=action, subject=f"headcount:{line.public_id.hex}", seminar=seminar.slug, details=details)


def _codes(session: Session, agency_ids: Collection[int | None]) -> str:
    """Return the codes of agencies, in order; a dash for people without one."""
    directory = all_agencies(session, with_aliases=False)
    return ", ".join(sorted(directory[each].code if each is not None and each in directory else "–" for each in agency_ids))
