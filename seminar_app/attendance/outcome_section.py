"""The outcome of a completed seminar on its overview: how many registered, attended and completed, by agency and sex, and hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from msgspec import Struct, field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgencyThen, NamedAgency, agencies_then, groups_then, in_group_order
from seminar_app.attendance.models import Participation
from seminar_app.people.models import Person
from seminar_app.people.rules import CountedAs, counted_as
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState

MINUTES_AN_HOUR = 60
ALWAYS_SAID = (CountedAs.FEMALE, CountedAs.MALE, CountedAs.NOT_SAID)
"""Shown also where they are 0: that nobody is missing is an answer."""


class Figures(Struct):
    """People of one agency group, or of all.

    Attributes:
        registered: who held a seat at the end.
        attended: of these, who was there in one session at least that counts.
        completed: of these, who reached what the seminar asks.
        minutes: credited to them, in contact minutes that count.
        by_sex: those registered, as they are counted in a breakdown by sex.
    """

    registered: int = 0
    attended: int = 0
    completed: int = 0
    minutes: int = 0
    by_sex: Counter[CountedAs] = field(default_factory=Counter)

    def add(self, row: Any) -> None:
        """Count the people of one row of `_COUNTS`."""
        self.registered += row.registered
        self.attended += row.attended
        self.completed += row.completed
        self.minutes += row.minutes
        how = counted_as(row.sex, reserved=row.reserved, reason=row.reserved_reason, erased=row.erased)
        self.by_sex[how] += row.registered

    @property
    def hours(self) -> int:
        """Person-hours, rounded half up."""
        return (self.minutes + MINUTES_AN_HOUR // 2) // MINUTES_AN_HOUR


_TRUE = {"attended": Participation.attended, "completed": Participation.completed}
_COUNTS = (
    select(
        Participation.agency_version_id,
        Person.sex,
        Person.reserved,
        Person.reserved_reason,
        Person.erased_at.is_not(None).label("erased"),
        func.count().label("registered"),
        *(func.count().filter(said).label(name) for name, said in _TRUE.items()),
        func.coalesce(func.sum(Participation.minutes_credited), 0).label("minutes"),
    )
    .join(Registration, Registration.id == Participation.registration_id)
    .join(Person, Person.id == Registration.person_id)
    .where(Participation.current, ~Participation.superseded, Registration.state == RegistrationState.REGISTERED)
    .group_by(Participation.agency_version_id, Person.sex, Person.reserved, Person.reserved_reason, Person.erased_at.is_not(None))
)


def figures_of(session: Session, seminar_id: int) -> tuple[Figures, list[tuple[NamedAgency, Figures]]]:
    """Return the figures of all, and of each group of agencies as of then, in two statements."""
    rows = session.execute(_COUNTS.where(Participation.seminar_id == seminar_id)).all()
    return summed(rows, agencies_then(session, {row.agency_version_id for row in rows}))


def summed(rows: Iterable[Any], agencies: Mapping[int | None, AgencyThen]) -> tuple[Figures, list[tuple[NamedAgency, Figures]]]:
    """Add up the rows of `_COUNTS`: all together, and by group in the order of lists."""
    whole, groups = Figures(), dict[int, Figures]()
    for row in rows:
        whole.add(row)
        groups.setdefault(agencies[row.agency_version_id].group.id, Figures()).add(row)
    named = groups_then(agencies.values())
    return whole, sorted(((named[key], found) for key, found in groups.items()), key=lambda pair: in_group_order(pair[0]))


def section(session: Session, seminar: Seminar) -> Markup:
    """Return the section; empty before the seminar is completed."""
    if SeminarState.COMPLETED not in (seminar.state, seminar.archived_from):
        return Markup()
    whole, groups = figures_of(session, seminar.id)
    sexes = [sex for sex in CountedAs if whole.by_sex[sex] or sex in ALWAYS_SAID]
    lines = [(group, _in_words(found, sexes)) for group, found in groups]
    html = render_template("attendance/staff/_outcome.html", whole=_in_words(whole, sexes), groups=lines, seminar=seminar)
    return Markup(html)  # noqa: S704  # nosec B704  our own template


def _in_words(found: Figures, sexes: Sequence[CountedAs]) -> list[tuple[str, str]]:
    by_sex = {
        CountedAs.FEMALE: _("Women"),
        CountedAs.MALE: _("Men"),
        CountedAs.OTHER: _("Other"),
        CountedAs.NOT_SAID: _("Not said"),
        CountedAs.RESERVED: _("Reserved identity"),
    }
    values = {_("Registered"): found.registered} | {by_sex[sex]: found.by_sex[sex] for sex in sexes}
    values |= {_("Attended"): found.attended, _("Completed the seminar"): found.completed, _("Person-hours"): found.hours}
    return [(name, f"{value:,}") for name, value in values.items()]  # a comma in both languages, as Mexico writes
