"""The participations that count: the only SQL that says which they are, with the value of each dimension.

A participation counts if it is the current one and was not superseded by a merge, its seminar was held or is going to be (neither
draft nor cancelled), and the person held a seat at the end or was there. It hangs on the kept record of its person, because
merging moves what counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    and_,
    case,
    cast,
    extract,
    false,
    func,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.core.reading import transaction
from seminar_app.history.models import Headcount
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.reports.queries.agency_values import CountedAs, counted_as
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.queries.sexes import HIDDEN, sex_of, sexes_by_number
from seminar_app.reports.rules import (
    FISCAL_YEAR_BEGINS,
    MISSING,
    OF_AGENCY,
    OF_PEOPLE,
    PERIODS,
    RESERVED,
    WITHHELD,
    Definition,
    Dimension,
    read_period,
    values_of,
)
from seminar_app.seminars.models import Seminar, SeminarHost
from seminar_app.seminars.rules import SeminarState

_NOT_HELD = (SeminarState.DRAFT, SeminarState.CANCELLED)
HELD = and_(Seminar.state.not_in(_NOT_HELD), or_(Seminar.archived_from.is_(None), Seminar.archived_from.not_in(_NOT_HELD)))
"""Seminars that count."""
COUNTS = and_(Participation.current, ~Participation.superseded, or_(Participation.seated, Participation.attended))
"""Participations that count, of a seminar that does."""
_OF_HIDDEN = Participation.person_id.in_(select(Person.id).where(HIDDEN))
"""Whose participation it is, without reading each person: there are few such people, and an index knows them."""
TOPIC = func.coalesce(Seminar.topic_es, Seminar.topic_en, MISSING)
FUNDING = func.coalesce(Seminar.funding_source, MISSING)

_year, _month = (cast(extract(part, Seminar.ends_on), Integer) for part in ("year", "month"))
_quarter = case((_month <= 3, 1), (_month <= 6, 2), (_month <= 9, 3), else_=4)
_SEMINAR_VALUES: Mapping[Dimension, Any] = {
    Dimension.TOPIC: TOPIC,
    Dimension.OFFICE: Seminar.office_id,
    Dimension.HOST: Seminar.office_id,
    Dimension.FUNDING_SOURCE: FUNDING,
    Dimension.COUNTRY: Seminar.country,
    Dimension.SEMINAR: Seminar.id,
    Dimension.MONTH: _year * 100 + _month,
    Dimension.QUARTER: _year * 10 + _quarter,
    Dimension.YEAR: _year,
    Dimension.FISCAL_YEAR: _year + case((_month >= FISCAL_YEAR_BEGINS, 1), else_=0),
}


class Directory(Struct, frozen=True):
    """What the dimensions need to know besides the participations: agencies by version, and by id the codes of offices and seminars.

    Seminars are known only where a definition is broken down by them.
    """

    agencies: Mapping[int, CountedAs]
    offices: Mapping[int, str]
    seminars: Mapping[int, str]
    sexes: bytes | None = None
    """What is said of each person's sex, by number; None if the definition asks for no sex."""


def directory_for(session: Session, definition: Definition, *, today: date) -> Directory:
    """Return what the dimensions and filters of a definition need to know, in three statements at most besides those of agencies."""
    offices = {row.id: row.code for row in session.execute(select(Office.id, Office.code))}
    by_seminar = Dimension.SEMINAR in definition.by
    seminars = {row.id: row.slug for row in session.execute(select(Seminar.id, Seminar.slug))} if by_seminar else {}
    sexes = sexes_by_number(session) if Dimension.SEX in {*definition.by, *definition.only} else None
    return Directory(counted_as(session, definition.names, today=today), offices, seminars, sexes)


class Counted(Struct, frozen=True):
    """What a figure selects from: where it reads, which rows count, and an expression for each of its dimensions."""

    source: FromClause
    of_seminar: Sequence[ColumnElement[bool]]
    """Conditions that a seminar must meet, if the source does not ask for them itself."""
    of_people: Sequence[ColumnElement[bool]]
    """Conditions that a participation must meet."""
    cells: Sequence[ColumnElement[Any]]
    meanings: Sequence[Callable[[Any], str]]
    """For each dimension, what a value of its expression stands for."""
    hidden: ColumnElement[bool] | None = None
    """Whether the person is one of whom `withheld` is not said; None if none of the dimensions is."""
    withheld: Sequence[bool] = ()
    """For each dimension, whether it is not said of those who are hidden."""

    def select(self, *columns: Any) -> Select[Any]:
        """Return the statement that selects these columns of each participation that counts."""
        return select(*columns).select_from(self.source).where(*self.of_seminar, *self.of_people)

    def by_cell(
        self,
        session: Session,
        *numbers: Any,
        where: SQLColumnExpression[bool] | None = None,
        also: Sequence[Any] = (),
        limit: int | None = None,
    ) -> Iterator[tuple[tuple[str, ...], Sequence[Any]]]:
        """Return the values of the dimensions with what was counted there, in one statement. The same cell may come several times.

        Who is hidden is a column of its own. A value that depended on it would look to PostgreSQL as if each person had another.

        Args:
            session: reads.
            numbers: what is counted, as aggregates.
            where: narrows the participations down.
            also: columns to group by besides; they come before the numbers.
            limit: of rows.
        """
        hidden = [] if self.hidden is None else [self.hidden.label("hidden")]
        keys = [*self.cells, *hidden, *also]
        statement = self.select(*keys, *numbers).where(true() if where is None else where).group_by(*keys).limit(limit)
        first = len(self.cells) + len(hidden)
        with _by_hashing(session):
            rows = session.execute(statement).all()
        for row in rows:
            cell = self._cell(row)
            if None not in cell:
                yield cell, row[first:]

    def _cell(self, row: Sequence[Any]) -> tuple[str, ...]:
        """Return the values of a row; one is None where the row is of people who came while the directory was read."""
        if self.hidden is None or not row[len(self.cells)]:
            return tuple(meaning(value) for meaning, value in zip(self.meanings, row, strict=False))
        return tuple(
            RESERVED if hidden else meaning(value) for meaning, value, hidden in zip(self.meanings, row, self.withheld, strict=False)
        )


_PLANNING = {"enable_sort": "off", "work_mem": "'32MB'"}


@contextmanager
def _by_hashing(session: Session) -> Iterator[None]:
    """Let PostgreSQL group by hashing: it expects many more groups than there are, and would rather sort all rows, which takes longer."""
    settings = _PLANNING if session.get_bind().dialect.name == "postgresql" else {}
    with transaction(session):
        for name, value in settings.items():
            session.execute(text(f"SET LOCAL {name} = {value}"))
        yield
        for name in settings:
            session.execute(text(f"SET LOCAL {name} TO DEFAULT"))


class _Table(Struct, frozen=True):
    """Where rows that count come from: participations, or headcounts, which name nobody and hide nobody."""

    version: Any
    sex: Callable[[Directory], Any]
    """Null where it is not known, or what is said of it."""
    hidden: ColumnElement[bool] | None
    seminar_id: Any
    counts: ColumnElement[bool]
    least: Callable[[int], ColumnElement[bool]]
    """The condition that each participation has so many minutes at least. A headcount is alike for all, so their average decides."""
    table: Any


_NAMED = _Table(
    Participation.agency_version_id,
    lambda directory: sex_of(Participation.person_id, directory.sexes or b""),
    _OF_HIDDEN,
    Participation.seminar_id,
    COUNTS,
    lambda minutes: Participation.minutes_credited >= minutes,
    Participation,
)
_HEADCOUNTS = _Table(
    Headcount.agency_version_id,
    lambda directory: func.coalesce(cast(Headcount.sex, String), MISSING),
    None,
    Headcount.seminar_id,
    true(),
    lambda minutes: Headcount.minutes >= minutes * Headcount.completed,
    Headcount,
)


def counted(definition: Definition, scope: Scope, directory: Directory, *, by: Sequence[Dimension], held_with: bool = False) -> Counted:
    """Return what a figure selects from, broken down by some dimensions.

    Args:
        definition: what is counted.
        scope: whose participations.
        directory: of the definition.
        by: dimensions.
        held_with: whether `Dimension.HOST` is not the office that a seminar belongs to but each other one that it is held with.
    """
    return _counted(definition, scope, directory, by, _NAMED, held_with=held_with)


def headcounts(definition: Definition, scope: Scope, directory: Directory, *, by: Sequence[Dimension], held_with: bool = False) -> Counted:
    """Return the same of the headcounts, which count more participations, without names."""
    return _counted(definition, scope, directory, by, _HEADCOUNTS, held_with=held_with)


def _counted(
    definition: Definition, scope: Scope, directory: Directory, by: Sequence[Dimension], of: _Table, *, held_with: bool
) -> Counted:
    only = {dimension: _is(dimension, value, directory, of) for dimension, value in sorted(definition.only.items())}
    of_seminar = [HELD, *in_scope(definition, scope), *(only[each] for each in only if each not in OF_PEOPLE)]
    of_people = [of.counts, *(only[each] for each in only if each in OF_PEOPLE)]
    if definition.least_minutes:
        of_people.append(of.least(definition.least_minutes))
    if scope.agencies is not None:
        of_people.append(_of_versions(directory, of, lambda each: each.then_id in (scope.agencies or ())))
    says = {each: _SEMINAR_VALUES[each] for each in by if each not in OF_PEOPLE}
    source: FromClause = Seminar.__table__
    if held_with:
        source = source.join(SeminarHost, and_(SeminarHost.seminar_id == Seminar.id, SeminarHost.office_id != Seminar.office_id))
        says[Dimension.HOST] = SeminarHost.office_id
    seminar_id: Any = Seminar.id
    if len(by) > 1 and not PERIODS.isdisjoint(says):
        source = _worked_out(says, source, of_seminar)
        seminar_id, says, of_seminar = source.c.seminar_id, {each: source.c[each.value] for each in says}, []
    source = source.join(of.table, of.seminar_id == seminar_id)
    values = says | {each: of.sex(directory) if each is Dimension.SEX else of.version for each in OF_PEOPLE}
    cells = [values[each].label(f"by_{each.value}") for each in by]
    withheld = [each in WITHHELD for each in by]
    hidden = of.hidden if any(each in WITHHELD for each in by if each is not Dimension.SEX) else None
    return Counted(source, of_seminar, of_people, cells, [_meaning(each, directory) for each in by], hidden, withheld)


def _worked_out(says: Mapping[Dimension, Any], source: FromClause, of_seminar: Sequence[ColumnElement[bool]]) -> FromClause:
    """Return the seminars that count with what they say of some dimensions, worked out once for each and not for each participation.

    Only where a period is crossed with something else: alone it makes few groups, and is grouped faster as it is. DISTINCT keeps
    PostgreSQL from taking the two statements for one: it would expect as many groups as there are days, times agencies, and let a
    single process read all.
    """
    columns = (value.label(each.value) for each, value in says.items())
    return select(Seminar.id.label("seminar_id"), *columns).select_from(source).where(*of_seminar).distinct().subquery("seminars")


def in_scope(definition: Definition, scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Return the conditions that a seminar must meet: its office and its last day."""
    if scope.offices is not None:
        yield Seminar.office_id.in_(sorted(scope.offices))
    if definition.first is not None:
        yield Seminar.ends_on >= definition.first
    if definition.last is not None:
        yield Seminar.ends_on <= definition.last


def _meaning(dimension: Dimension, directory: Directory) -> Callable[[Any], str]:
    """Return what a value of a dimension's expression stands for. None of a sex is of people who came later."""
    match dimension:
        case Dimension.AGENCY | Dimension.GROUP | Dimension.LEVEL | Dimension.STATE:
            return lambda version: MISSING if version is None else directory.agencies[version].value(dimension)
        case Dimension.SEX:
            return lambda said: said
        case Dimension.HOST | Dimension.OFFICE:
            return directory.offices.__getitem__
        case Dimension.SEMINAR:
            return directory.seminars.__getitem__
        case Dimension.MONTH:
            return lambda value: f"{value // 100}-{value % 100:02}"
        case Dimension.QUARTER:
            return lambda value: f"{value // 10}-Q{value % 10}"
        case Dimension.FISCAL_YEAR:
            return lambda value: f"FY{value}"
        case _:
            return str


def _of_versions(directory: Directory, of: _Table, which: Callable[[CountedAs], bool]) -> Any:
    return of.version.in_(sorted(version for version, each in directory.agencies.items() if which(each)))


def _is(dimension: Dimension, said: str, directory: Directory, of: _Table) -> ColumnElement[bool]:
    """Return the condition that a dimension has one of the values."""
    return or_(false(), *(_is_one(dimension, value, directory, of) for value in values_of(said)))


def _is_one(dimension: Dimension, value: str, directory: Directory, of: _Table) -> ColumnElement[bool]:
    shown = true() if of.hidden is None or dimension not in WITHHELD else not_(of.hidden)
    if dimension in WITHHELD and value == RESERVED:
        return not_(shown)
    if dimension in OF_AGENCY:
        found = _of_versions(directory, of, lambda each: each.value(dimension) == value)
        return and_(or_(found, of.version.is_(None)) if value == MISSING else found, shown)
    if dimension is Dimension.SEX:
        is_said: ColumnElement[bool] = of.sex(directory) == value
        return is_said
    if dimension in PERIODS:
        period = read_period(value)
        return false() if period is None else Seminar.ends_on.between(period.first, period.last)
    if dimension in (Dimension.OFFICE, Dimension.HOST):
        ids = [office_id for office_id, code in directory.offices.items() if code == value]
        if dimension is Dimension.OFFICE:
            return Seminar.office_id.in_(ids)
        return or_(Seminar.office_id.in_(ids), Seminar.id.in_(select(SeminarHost.seminar_id).where(SeminarHost.office_id.in_(ids))))
    is_it: ColumnElement[bool] = (Seminar.slug if dimension is Dimension.SEMINAR else _SEMINAR_VALUES[dimension]) == value
    return is_it
