"""Reading the directory. It is small (some hundreds of rows), so it is read whole, in two statements, and looked at in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencyAlias
from seminar_app.agencies.rules import AgencyLevel, existed_on, group_of, names_a_kind, path_of
from seminar_app.core.folding import fold


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """An agency as a picker and a page show it."""

    id: int
    code: str
    name_es: str
    name_en: str
    level: AgencyLevel
    state: str | None
    parent_id: int | None
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[str, ...]
    heads_a_kind: bool
    """Only heads its offices («PGJ»): a quota can be its, a person's agency it cannot be."""

    def name(self, language: str) -> str:
        """Its name in `es` or `en`."""
        return self.name_en if language == "en" else self.name_es

    def label(self, language: str) -> str:
        """How a list shows it: by its state where it has one, else by its code, so that the eye finds it by its beginning."""
        return f"{self.state or self.code} · {self.name(language)}"


@dataclass(frozen=True, slots=True)
class AgencyGroup:
    """An agency group, and what is below it at any depth; `offices` begins with the group itself unless it only heads a kind."""

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
        """The group's name in `es` or `en`."""
        return self.group.name(language)


def agency_groups(session: Session, on: date | None = None, *, also: int | None = None) -> list[AgencyGroup]:
    """Groups with their offices, federal ones first, then by code; offices by state or code.

    Args:
        on: only what existed on that day; None for all that ever did.
        also: an agency that is kept in whatever its dates, because a record names it.
    """
    everything = all_agencies(session)
    parents = {agency.id: agency.parent_id for agency in everything.values()}
    kept = [a for a in everything.values() if on is None or a.id == also or existed_on(on, valid_from=a.valid_from, valid_to=a.valid_to)]
    below: dict[int, list[AgencyChoice]] = {}
    for agency in kept:
        below.setdefault(group_of(agency.id, parents), []).append(agency)
    groups = [
        AgencyGroup(
            everything[group],
            tuple(sorted((office for office in offices if not office.heads_a_kind), key=lambda office: _order(office, group))),
        )
        for group, offices in below.items()
    ]
    return sorted((group for group in groups if group.offices), key=lambda group: (_LEVELS[group.group.level], group.code))


_LEVELS = {level: number for number, level in enumerate(AgencyLevel)}


def _order(office: AgencyChoice, group: int) -> tuple[bool, str]:
    return office.id != group, fold(office.state or office.code)


def all_agencies(session: Session) -> dict[int, AgencyChoice]:
    """The whole directory by id, in two statements."""
    aliases: dict[int, list[str]] = {}
    for agency_id, alias in session.execute(select(AgencyAlias.agency_id, AgencyAlias.alias).order_by(AgencyAlias.id)):
        aliases.setdefault(agency_id, []).append(alias)
    rows = session.execute(
        select(
            Agency.id,
            Agency.code,
            Agency.name_es,
            Agency.name_en,
            Agency.level,
            Agency.state,
            Agency.parent_id,
            Agency.valid_from,
            Agency.valid_to,
        ).order_by(Agency.code)
    ).all()
    heads = {row.parent_id for row in rows}
    return {
        row.id: AgencyChoice(
            *row,
            aliases=tuple(aliases.get(row.id, ())),
            heads_a_kind=names_a_kind(level=row.level, state=row.state, has_offices=row.id in heads),
        )
        for row in rows
    }


def agency_paths(session: Session) -> Mapping[int, tuple[int, ...]]:
    """For every agency, its id and those of its parents, nearest first; one statement."""
    parents: dict[int, int | None] = {row.id: row.parent_id for row in session.execute(select(Agency.id, Agency.parent_id))}
    return {agency_id: path_of(agency_id, parents) for agency_id in parents}


def agency_path(session: Session, agency_id: int) -> tuple[int, ...]:
    """The agency and its parents, nearest first; the last is its group. Empty for an agency that does not exist."""
    return agency_paths(session).get(agency_id, ())


def find_agency_by_code(session: Session, code: str) -> Agency | None:
    """The agency with this code, as a person may type it: case does not matter."""
    return session.scalar(select(Agency).where(Agency.code == code.strip().upper()))
