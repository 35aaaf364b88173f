"""Queries of the directory. It is small (some hundreds of rows), so it is read whole, in a few statements, and searched in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from seminar_app.agencies.finding import Former, predecessors
from seminar_app.agencies.models import Agency, AgencyAlias, AgencySuccession, AgencyVersion
from seminar_app.agencies.rules import AgencyLevel, Hit, Succession, existed_on, group_of, look_for, names_a_kind, path_of
from seminar_app.agencies.succession_rules import Steps, reach_of_liaison, steps_on
from seminar_app.core.errors import NotFound
from seminar_app.core.folding import fold
from seminar_app.core.values import replace


class NamedAgency(Struct, frozen=True):
    """What names an agency or a group on pages and in files: as of now, or as of a registration."""

    id: int
    code: str
    name_es: str
    name_en: str
    level: AgencyLevel
    state: str | None

    def name(self, language: str) -> str:
        """Return the name in `es` or `en`."""
        return self.name_en if language == "en" else self.name_es

    def full(self, language: str) -> str:
        """Return code and name; the name alone where there is no code."""
        return f"{self.code} · {self.name(language)}" if self.code else self.name(language)

    def short(self, language: str) -> str:
        """Return the shortest that tells agencies of one group apart: the state, else the code, else the name."""
        return self.state or self.code or self.name(language)

    @property
    def key(self) -> str:
        """What names it in addresses and forms: its code, or `NO_CODE`."""
        return self.code or NO_CODE


NO_CODE = "-"
"""Stands for an agency that is not in the directory. No code is only a hyphen."""
NOT_ASSIGNED = NamedAgency(0, "", "Sin asignar", "Not assigned", AgencyLevel.OTHER, None)
"""The group of registrations whose agency is not in the directory (docs/decisions/0030-agency-not-in-the-list.md)."""


class AgencyChoice(NamedAgency, frozen=True):
    """An agency of today's directory, as select fields show it."""

    country: str
    parent_id: int | None
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[str, ...]
    heads_a_kind: bool
    """It only heads its offices («PGJ»). It can have a quota, but a person cannot belong to it directly."""
    former: tuple[Former, ...] = ()
    """What it succeeded, nearest first, where a list says so."""

    def label(self, language: str) -> str:
        """Return the label in a list. It begins with the state, if there is one, else with the code, so that it is found easily."""
        return f"{self.state or self.code} · {self.name(language)}"


class AgencyGroup(Struct, frozen=True):
    """An agency group and the agencies below it at any depth. `offices` begins with the group itself, unless it only heads its offices."""

    group: AgencyChoice
    offices: tuple[AgencyChoice, ...]

    @property
    def id(self) -> int:
        """The group's own id."""
        return self.group.id

    @property
    def code(self) -> str:
        """The group's code."""
        return self.group.code

    def name(self, language: str) -> str:
        """Return the group's name in `es` or `en`."""
        return self.group.name(language)


def found(choice: AgencyChoice, wanted: str) -> Hit | None:
    """Return how a search for `wanted` finds the agency: by code, state, either name or an alias, its own or of what it succeeded."""
    names = (choice.code, choice.name_es, choice.name_en, choice.state or "")
    own = look_for(wanted, names=names, aliases=choice.aliases)
    if own is not None:
        return own
    return next((Hit(each.code) for each in choice.former if look_for(wanted, names=(each.code, *each.names), aliases=())), None)


def agency_groups(
    session: Session, on: date | None = None, *, also: int | Collection[int] | None = None, whole: bool = False
) -> list[AgencyGroup]:
    """Return the groups with their offices: federal groups first, then by code; offices by state or code. Each knows what it succeeded.

    Args:
        on: only agencies that existed on that day; None for all that ever existed.
        also: ids of agencies that are included regardless of their dates, because a record names them.
        whole: also return groups that have no office to offer.
    """
    everything = all_agencies(session)
    parents = {agency.id: agency.parent_id for agency in everything.values()}
    named = {also} if isinstance(also, int) else set(also or ())
    gone = {a.id for a in everything.values() if on and not existed_on(on, valid_from=a.valid_from, valid_to=a.valid_to)}
    before = predecessors(all_successions(session), gone=gone, day=on)
    kept = [_with_former(a, before, everything) for a in everything.values() if a.id not in gone or a.id in named]
    below: dict[int, list[AgencyChoice]] = {}
    for agency in kept:
        below.setdefault(group_of(agency.id, parents), []).append(agency)
    groups = [
        AgencyGroup(
            _with_former(everything[group], before, everything),
            tuple(sorted((office for office in offices if not office.heads_a_kind), key=lambda office: _order(office, group))),
        )
        for group, offices in below.items()
    ]
    return sorted((group for group in groups if whole or group.offices), key=lambda group: in_group_order(group.group))


def _with_former(agency: AgencyChoice, before: Mapping[int, tuple[int, ...]], everything: Mapping[int, AgencyChoice]) -> AgencyChoice:
    if agency.id not in before:
        return agency
    former = (everything[agency_id] for agency_id in before[agency.id])
    return replace(agency, former=tuple(Former(a.code, (a.name_es, a.name_en, a.state or "", *a.aliases)) for a in former))


_BELOW = aliased(Agency)
_OFFERED = select(
    Agency.id, Agency.level, Agency.state, Agency.valid_from, Agency.valid_to, exists().where(_BELOW.parent_id == Agency.id)
).where(Agency.code == bindparam("code"))


def find_offered(session: Session, code: str, *, on: date) -> int | None:
    """Return the id of the agency with this code if `agency_groups(on=…)` offers it, in one statement, to check a sent form."""
    row = session.connection().execute(_OFFERED, {"code": code}).one_or_none()
    if row is None or not existed_on(on, valid_from=row.valid_from, valid_to=row.valid_to):
        return None
    agency_id: int = row.id
    return None if names_a_kind(level=row.level, state=row.state, has_offices=row[-1]) else agency_id


class Finding(Struct, frozen=True):
    """An agency in a list; `through` is what matched if none of its own names did: an alias, or the code of an agency it succeeded."""

    agency: AgencyChoice
    depth: int
    through: str | None


class FoundGroup(Struct, frozen=True):
    """A group with the agencies found in it (with the group itself, unless it only heads its offices)."""

    group: AgencyGroup
    findings: tuple[Finding, ...]


def directory(session: Session, *, on: date | None = None, wanted: str = "") -> list[FoundGroup]:
    """Return the groups with the offices that `wanted` finds by any name, without regard to accents and case.

    If the search finds a group that only heads its offices, all offices of the group are shown.
    """
    groups = agency_groups(session, on, whole=True)
    parents = {office.id: office.parent_id for group in groups for office in (group.group, *group.offices)}
    listed = []
    for group in groups:
        heading = found(group.group, wanted) if group.group.heads_a_kind else None
        hits = ((office, found(office, wanted) or heading) for office in group.offices)
        findings = tuple(Finding(office, len(path_of(office.id, parents)) - 1, hit.alias) for office, hit in hits if hit)
        if findings or heading:
            listed.append(FoundGroup(group, findings))
    return listed


_LEVELS = {level: number for number, level in enumerate(AgencyLevel)}


def _order(office: AgencyChoice, group: int) -> tuple[bool, str]:
    return office.id != group, fold(office.state or office.code)


def all_agencies(session: Session, *, with_aliases: bool = True) -> dict[int, AgencyChoice]:
    """Return the whole directory by id, in two statements; in one without aliases, which only a search needs."""
    aliases: dict[int, list[str]] = {}
    if with_aliases:
        for agency_id, alias in session.execute(select(AgencyAlias.agency_id, AgencyAlias.alias).order_by(AgencyAlias.id)):
            aliases.setdefault(agency_id, []).append(alias)
    rows = session.execute(
        select(
            Agency.id,
            Agency.code,
            Agency.name_es,
            Agency.name_en,
            Agency.level,
            Agency.country,
            Agency.state,
            Agency.parent_id,
            Agency.valid_from,
            Agency.valid_to,
        ).order_by(Agency.code)
    ).all()
    heads = {row.parent_id for row in rows}
    return {
        row.id: AgencyChoice(
            **row._asdict(),
            aliases=tuple(aliases.get(row.id, ())),
            heads_a_kind=names_a_kind(level=row.level, state=row.state, has_offices=row.id in heads),
        )
        for row in rows
    }


class AgencyThen(Struct, frozen=True):
    """An agency and its group as a version keeps them."""

    version_id: int
    agency: NamedAgency
    group: NamedAgency


UNASSIGNED = AgencyThen(0, NOT_ASSIGNED, NOT_ASSIGNED)
"""What there is in place of a version where the agency is not in the directory."""
AgenciesThen = Mapping[int | None, AgencyThen]
"""Agencies as of then by version; `UNASSIGNED` for None."""


def agency_then(version: AgencyVersion | Row[Any] | None) -> AgencyThen:
    """Return the agency and its group as this version keeps them; `UNASSIGNED` if there is no version."""
    if version is None or version.id is None:
        return UNASSIGNED
    own = NamedAgency(version.agency_id, version.code, version.name_es, version.name_en, version.level, version.state)
    if version.group_id == version.agency_id:
        return AgencyThen(version.id, own, own)
    names = version.group_code, version.group_name_es, version.group_name_en, version.group_level
    return AgencyThen(version.id, own, NamedAgency(version.group_id, *names, state=None))


def agency_written(then: AgencyThen, text: str | None) -> AgencyThen:
    """Return the agency with its name as the person wrote it, where it is not in the directory."""
    if then is not UNASSIGNED or not text:
        return then
    return replace(then, agency=replace(NOT_ASSIGNED, name_es=text, name_en=text))


def agencies_then(session: Session, version_ids: Collection[int | None] | None = None) -> dict[int | None, AgencyThen]:
    """Return agencies as of then by the version's id, in one statement: those of some versions, or of all. None is `UNASSIGNED`."""
    wanted = select(AgencyVersion.__table__)
    if version_ids is not None:
        wanted = wanted.where(AgencyVersion.id.in_([each for each in version_ids if each is not None]))
    return {None: UNASSIGNED} | {version.id: agency_then(version) for version in session.execute(wanted)}


def groups_then(agencies: Iterable[AgencyThen]) -> dict[int, NamedAgency]:
    """Return the groups of these agencies by id. A group of several versions is named as in the newest."""
    return {each.group.id: each.group for each in sorted(agencies, key=lambda each: each.version_id)}


def in_group_order(group: NamedAgency) -> tuple[bool, int, str]:
    """Return the key that sorts groups in lists: federal groups first, then by code; `NOT_ASSIGNED` last."""
    return not group.code, _LEVELS[group.level], group.code


class AgencyToday(NamedTuple):
    """What a registration takes of its agency: the state that it belongs to, and its current version."""

    state: str | None
    version_id: int


_CURRENT = (
    select(Agency.state, AgencyVersion.id)
    .join(AgencyVersion, and_(AgencyVersion.agency_id == Agency.id, AgencyVersion.current))
    .where(Agency.id == bindparam("agency_id"))
)


def find_today(session: Session, agency_id: int) -> AgencyToday | None:
    """Return an agency as it is today, in one statement; None if there is no such agency."""
    found = session.connection().execute(_CURRENT, {"agency_id": agency_id}).one_or_none()
    return None if found is None else AgencyToday(*found)


def current_versions(session: Session, agency_ids: Collection[int]) -> dict[int, tuple[Agency, int]]:
    """Return each of these agencies with the id of its current version, in one statement; one that does not exist is left out."""
    found = select(Agency, AgencyVersion.id).join(AgencyVersion, (AgencyVersion.agency_id == Agency.id) & AgencyVersion.current)
    return {row[0].id: (row[0], row[1]) for row in session.execute(found.where(Agency.id.in_(agency_ids)))}


def agency_path(session: Session, agency_id: int) -> tuple[int, ...]:
    """Return the agency and its parents, nearest first; the last is its group. Empty if the agency does not exist.

    It reads each agency through the session, because a registration has loaded the agency already.
    """
    path: list[int] = []
    above: int | None = agency_id
    while above is not None and above not in path and (agency := session.get(Agency, above)) is not None:
        path.append(above)
        above = agency.parent_id
    return tuple(path)


def all_successions(session: Session) -> list[Succession]:
    """Return all successions, in one statement."""
    rows = session.execute(
        select(
            AgencySuccession.from_agency_id, AgencySuccession.to_agency_id, AgencySuccession.happened_on, AgencySuccession.happened_in
        ).order_by(AgencySuccession.id)
    )
    return [Succession(*row) for row in rows]


_STEPS = select(
    Agency.id, Agency.code, Agency.parent_id, AgencySuccession.from_agency_id, AgencySuccession.happened_on, AgencySuccession.happened_in
).outerjoin(AgencySuccession, AgencySuccession.to_agency_id == Agency.id)


def pool_steps(session: Session, day: date) -> Steps:
    """Return the steps of all agencies towards their pools as of `day`, in one statement."""
    return pool_steps_on(session)(day)


def pool_steps_on(session: Session) -> Callable[[date], Steps]:
    """Return a function from a day to the steps of all agencies towards their pools, in one statement for all days."""
    rows = session.execute(_STEPS).all()
    successions = [Succession(row[3], row[0], row[4], row[5]) for row in rows if row[3] is not None]
    codes, parents = {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}
    return cache(lambda day: steps_on(day, codes=codes, parents=parents, successions=successions))


class _Placed(Struct, frozen=True):
    """What the rules of succession ask of an agency."""

    parent_id: int | None
    valid_from: date | None
    valid_to: date | None
    heads_a_kind: bool


_PLACES = select(
    Agency.id,
    Agency.code,
    Agency.level,
    Agency.state,
    Agency.parent_id,
    Agency.valid_from,
    Agency.valid_to,
    AgencySuccession.from_agency_id,
    AgencySuccession.happened_on,
    AgencySuccession.happened_in,
).outerjoin(AgencySuccession, AgencySuccession.to_agency_id == Agency.id)


def agencies_of_liaison(session: Session, granted: Collection[int], *, on: date) -> frozenset[int]:
    """Return the agencies whose people the liaison of `granted` sees on a day, in one statement; in none without any granted."""
    return agencies_of_liaisons(session, [frozenset(granted)], on=on)[frozenset(granted)] if granted else frozenset()


def agencies_of_liaisons(session: Session, all_granted: Collection[frozenset[int]], *, on: date) -> Mapping[frozenset[int], frozenset[int]]:
    """Return for each of these grants the agencies whose people its liaison sees on a day, in one statement for all."""
    rows = session.execute(_PLACES).all()
    heads = {row.parent_id for row in rows}
    agencies = {
        row.id: _Placed(
            row.parent_id, row.valid_from, row.valid_to, names_a_kind(level=row.level, state=row.state, has_offices=row.id in heads)
        )
        for row in rows
    }
    successions = [Succession(row[7], row.id, row[8], row[9]) for row in rows if row[7] is not None]
    codes = {row.id: row.code for row in rows}
    return {granted: reach_of_liaison(granted, agencies, successions, codes=codes, on=on) for granted in all_granted}


class Step(Struct, frozen=True):
    """A predecessor or a successor of an agency, with the day, the year, or neither, and where that is published."""

    agency: Agency
    on: date | None
    year: int | None
    source: str | None


def predecessors_of(session: Session, agency_id: int) -> list[Step]:
    """Return the agencies whose work this one took over, the latest first."""
    return _steps(session, AgencySuccession.from_agency_id, AgencySuccession.to_agency_id == agency_id)


def successors_of(session: Session, agency_id: int) -> list[Step]:
    """Return the agencies that took over the work of this one, the latest first."""
    return _steps(session, AgencySuccession.to_agency_id, AgencySuccession.from_agency_id == agency_id)


def _steps(session: Session, other: InstrumentedAttribute[int], which: ColumnElement[bool]) -> list[Step]:
    rows = session.execute(select(AgencySuccession, Agency).join(Agency, Agency.id == other).where(which).order_by(Agency.code))
    steps = [Step(agency, row.happened_on, row.happened_in, row.source) for row, agency in rows]
    return sorted(steps, key=lambda step: step.on or date(step.year or 1, 12, 31), reverse=True)


def get_agency_by_code(session: Session, code: str) -> Agency:
    """Return the agency with this code.

    Raises:
        NotFound: no agency has this code.
    """
    agency = find_agency_by_code(session, code)
    if agency is None:
        raise NotFound
    return agency


def find_agency_by_code(session: Session, code: str) -> Agency | None:
    """Return the agency with this code, as a person may type it: case and surrounding spaces do not matter."""
    return session.scalar(select(Agency).where(Agency.code == code.strip().upper()))
