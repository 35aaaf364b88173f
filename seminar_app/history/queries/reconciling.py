"""Reads the numbers of a seminar that are to be reconciled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field
from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import NOT_ASSIGNED, NamedAgency, agencies_then, groups_then, in_group_order
from seminar_app.attendance.models import Participation
from seminar_app.history.models import AnnouncedNumber
from seminar_app.history.queries.counting import AgencyHeadcount, headcounts_of, total_of
from seminar_app.history.rules import Entered, Numbers, Step, Way, reconcile
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.queries import RosterAccess
from seminar_app.registration.rules import Source
from seminar_app.seminars.models import SeatPool


class GroupNumbers(Struct):
    """The numbers of one agency group as of then: of people on the roster, and of headcounts beside them."""

    group: NamedAgency
    entered: list[Entered] = field(default_factory=list)
    headcounts: list[AgencyHeadcount] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        """Named or registered, seated, attended, completed."""
        return reconcile(self.entered)

    @property
    def unnamed(self) -> Numbers:
        """The headcounts together."""
        return _added(self.headcounts)


class Reconciliation(Struct, frozen=True):
    """The numbers of a seminar, as far as the account may see them.

    Attributes:
        announced: None for a liaison, whose part no source has announced.
        unnamed: all headcounts together.
    """

    steps: Sequence[Step]
    groups: Sequence[GroupNumbers]
    unnamed: Numbers
    announced: AnnouncedNumber | None


def announced_number(session: Session, seminar_id: int) -> AnnouncedNumber | None:
    """Return what a source said of the seminar."""
    return session.get(AnnouncedNumber, seminar_id)


def reconciliation_of(session: Session, access: RosterAccess) -> Reconciliation:
    """Read the numbers in six statements, however many people there are; a liaison's are those of her agencies only."""
    seminar = access.seminar
    whole = access.agency_ids is None
    announced = announced_number(session, seminar.id) if whole else None
    places = session.scalar(select(func.sum(SeatPool.size)).where(SeatPool.seminar_id == seminar.id))
    rows = session.execute(_entered(seminar.id)).all()
    then = agencies_then(session, {row.agency_version_id for row in rows})
    groups: dict[int, GroupNumbers] = {}
    for row in rows:
        if access.covers(row.agency_id):
            at = then[row.agency_version_id].group
            groups.setdefault(at.id, GroupNumbers(at)).entered.append(_read(row))
    headcounts = [each for each in headcounts_of(session, seminar.id) if access.covers(each.agency.id if each.agency else None)]
    for each in headcounts:
        at = each.group or NOT_ASSIGNED
        groups.setdefault(at.id, GroupNumbers(at)).headcounts.append(each)
    for group_id, named in groups_then(then[row.agency_version_id] for row in rows if access.covers(row.agency_id)).items():
        groups[group_id].group = named
    entered = [each for group in groups.values() for each in group.entered]
    return Reconciliation(
        reconcile(
            entered,
            announced=announced.number if announced is not None else None,
            places=(places or 0) if whole and not seminar.from_before else None,
        ),
        sorted(groups.values(), key=lambda group: in_group_order(group.group)),
        _added(headcounts),
        announced,
    )


def _entered(seminar_id: int) -> Select[*tuple[Any, ...]]:
    instead = exists().where(
        RegistrationHistory.registration_id == Registration.id,
        RegistrationHistory.from_state.is_(None),
        RegistrationHistory.other_id.is_not(None),
    )
    return (
        select(
            Registration.state,
            Registration.removal_reason,
            Registration.source,
            Registration.agency_id,
            Registration.agency_version_id,
            Participation.attended,
            Participation.completed,
            or_(Participation.superseded, Person.merged_into_id.is_not(None)).label("merged"),
            instead.label("instead"),
        )
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(Participation, and_(Participation.registration_id == Registration.id, Participation.current))
        .where(Registration.seminar_id == seminar_id)
    )


def _read(row: Any) -> Entered:
    way = Way.INSTEAD if row.instead else Way.AT_THE_DOOR if row.source is Source.WALK_IN else Way.BEFORE
    return Entered(row.state, row.removal_reason, way, bool(row.merged), bool(row.attended), bool(row.completed))


def _added(headcounts: Sequence[AgencyHeadcount]) -> Numbers:
    return total_of([line for each in headcounts for line in each.lines.values()])
