"""What the audit log says happened to the seminars of a figure since it was frozen."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.audit.models import AuditRow
from seminar_app.people.models import Person
from seminar_app.reports.queries.counted import in_scope
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import OF_AGENCY, WITHHELD, Definition, Dimension, Names
from seminar_app.reports.rules.changing_actions import OF_AGENCIES, OF_EVERYTHING, OF_PEOPLE, OF_SEMINAR
from seminar_app.seminars.models import Seminar

SHOWN = 5
"""Rows of each seminar, and twice as many of those that concern no single one."""
READ = 1_000
"""Rows about people, agencies and everything that are looked at."""


class Event(Struct, frozen=True):
    """A row of the audit log that can have changed a figure."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


class Events(Struct, frozen=True):
    """The newest rows, and how many older ones there are."""

    shown: Sequence[Event] = ()
    more: int = 0


class Since(Struct, frozen=True):
    """What happened: by slug of those seminars that differ, and what else can have changed the figure."""

    of_seminars: Mapping[str, Events] = field(default_factory=dict)
    others: Events = Events()


class _Found(Struct):
    events: list[Event] = field(default_factory=list)
    more: int = 0

    def newest(self, most: int) -> Events:
        ordered = sorted(self.events, key=lambda each: -each.sequence)
        return Events(ordered[:most], max(len(ordered) - most, 0) + self.more)


def changes_since(session: Session, definition: Definition, scope: Scope, *, after: int, slugs: Collection[str]) -> Since:
    """Return what can have changed a figure since a row of the audit log, in three statements.

    Args:
        session: reads.
        definition: of the figure. It decides whether a person's sex, a reserved identity or an agency matters.
        scope: whose participations. Of people outside it nothing is said.
        after: the last row of the audit log when the figure was frozen.
        slugs: the seminars that differ.
    """
    found = {slug: _Found() for slug in slugs}
    others = _Found()
    for slug, event, number in _of_seminars(session, after, slugs):
        found[slug].events.append(event)
        found[slug].more = max(number - len(found[slug].events), 0)
    rest = _of_people_and_agencies(session, definition, after)
    where = _seminars_of(session, definition, scope, [event for event in rest if event.action in OF_PEOPLE])
    for event in rest:
        if event.action not in OF_PEOPLE:
            others.events.append(event)
            continue
        taken_part = where.get(event.subject, frozenset())
        for slug in taken_part & found.keys():
            found[slug].events.append(event)
        if taken_part and not taken_part & found.keys():
            others.events.append(event)
    return Since({slug: each.newest(SHOWN) for slug, each in found.items()}, others.newest(2 * SHOWN))


def _of_seminars(session: Session, after: int, slugs: Collection[str]) -> list[tuple[str, Event, int]]:
    """Return the newest rows of each seminar, with how many it has."""
    row = AuditRow.__table__.columns
    columns = (row.sequence, row.at, row.actor, row.action, row.subject, row.details, row.seminar)
    place = func.row_number().over(partition_by=row.seminar, order_by=row.sequence.desc()).label("place")
    number = func.count().over(partition_by=row.seminar).label("number")
    wanted = (row.seminar.in_(sorted(slugs)), row.sequence > after, row.action.in_(sorted(OF_SEMINAR)))
    ranked = select(*columns, place, number).where(*wanted).subquery()
    newest = select(ranked).where(ranked.c.place <= SHOWN).order_by(ranked.c.sequence.desc())
    return [(each.seminar, _event(each), each.number) for each in session.execute(newest)] if slugs else []


def _of_people_and_agencies(session: Session, definition: Definition, after: int) -> list[Event]:
    """Return the newest rows about people, agencies and everything that can change a figure of this definition."""
    row = AuditRow.__table__.columns
    used = {*definition.by, *definition.only}
    actions = {*OF_EVERYTHING, *OF_PEOPLE} - {"retention.applied"}  # whom it erases has a row of their own
    if definition.names is Names.NOW and used & OF_AGENCY:
        actions |= OF_AGENCIES
    if not used & WITHHELD:
        actions -= {"person.reserved", "person.shown_again", "person.erased"}
    if Dimension.SEX not in used:
        actions -= {"person.edited"}
    columns = (row.sequence, row.at, row.actor, row.action, row.subject, row.details)
    newest = select(*columns).where(row.action.in_(sorted(actions)), row.sequence > after).order_by(row.sequence.desc()).limit(READ)
    return [_event(each) for each in session.execute(newest) if each.action != "person.edited" or "sex" in each.details.get("columns", ())]


def _seminars_of(session: Session, definition: Definition, scope: Scope, events: Sequence[Event]) -> Mapping[str, frozenset[str]]:
    """Return by the subject of a row the seminars of the figure in which that person takes part.

    A record that was merged since has no seminars any more: those of the record that was kept stand for it. Where a merge was undone,
    both records are meant.
    """
    ids = {event.subject: _people_of(event) for event in events}
    found: dict[str, set[str]] = {subject: set() for subject in ids}
    if ids:
        named = sorted({each for people in ids.values() for each in people})
        kept = select(Person.public_id, Person.id, Person.merged_into_id).where(Person.public_id.in_(named)).cte("kept", recursive=True)
        kept = kept.union(select(kept.c.public_id, Person.id, Person.merged_into_id).join(kept, Person.id == kept.c.merged_into_id))
        of_them = (
            select(kept.c.public_id, Seminar.slug)
            .join(Participation, Participation.person_id == kept.c.id)
            .join(Seminar, Seminar.id == Participation.seminar_id)
            .where(Participation.current, *in_scope(definition, scope))
        )
        slugs: dict[uuid.UUID, set[str]] = {}
        for public_id, slug in session.execute(of_them):
            slugs.setdefault(public_id, set()).add(slug)
        for subject, people in ids.items():
            found[subject].update(*(slugs.get(each, ()) for each in people))
    return {subject: frozenset(of_person) for subject, of_person in found.items()}


def _people_of(event: Event) -> frozenset[uuid.UUID]:
    """Return the person of a row, and the one whose merge was undone."""
    named = (event.subject.partition(":")[2], event.details.get("merged") if event.action == "person.separated" else None)
    return frozenset(uuid.UUID(hex=each) for each in named if each)


def _event(row: Any) -> Event:
    return Event(row.sequence, row.at, row.actor, row.action, row.subject, row.details or {})
