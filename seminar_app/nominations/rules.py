"""What a row of an agency's list becomes: whose agency it is, and what follows for its person. No database.

Source: DESIGN.md section 3, «Agencies» and «Quotas and time»; docs/decisions/0045-lists-become-rosters.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from seminar_app.agencies.rules import Succession, existed_on, path_of, successors_on
from seminar_app.core.folding import fold
from seminar_app.core.values import replace
from seminar_app.nominations.shapes import Field, Layout, ListRow, Nominee, Problem, ProblemCode, RowKey, Tables
from seminar_app.nominations.states import state_meant, state_named
from seminar_app.seminars.rules import HasWindow, SeminarState, Window, is_frozen, registration_window


class Outcome(StrEnum):
    """What becomes of a row."""

    FAULTY = "faulty"
    """Something is wrong in it: it is not taken before that is mended."""
    REPEATED = "repeated"
    """A row before it is about the same person."""
    HERE = "here"
    """The person has a registration in this seminar."""
    LEFT = "left"
    """The person was on the list of this seminar and left it, or was taken off: no list brings them back."""
    ASK = "ask"
    """It may be somebody on file: a person has to say."""
    SEATED = "seated"
    ALTERNATE = "alternate"
    """Beyond the agency's seats: next in order for them."""
    FOR_APPROVAL = "for_approval"
    """The organizer approves."""
    WAITS = "waits"
    """On the waiting list."""
    ORGANIZER = "organizer"
    """An import has left it to the organizer. Why is not said: only the organizer may know."""
    TAKEN = "taken"
    """This list has brought the person onto the roster already."""

    @property
    def comes(self) -> bool:
        """Whether an import takes the row."""
        return self in (Outcome.SEATED, Outcome.ALTERNATE, Outcome.FOR_APPROVAL, Outcome.WAITS)


class Doubt(StrEnum):
    """What becomes of a row that may be about somebody on file, where nobody can be asked."""

    HOLD_HERE = "hold_here"
    """It is held back if they are registered in this seminar, else taken as somebody new."""
    HOLD = "hold"
    NEW = "new"


class Address(StrEnum):
    """Where somebody on file is written to whose list has another address than the file."""

    KEPT = "kept"
    """To the one on file, until somebody says otherwise."""
    REPLACED = "replaced"
    """To the list's, which replaces the one on file."""
    FIXED = "fixed"
    """To the one on file: it is not this account's to change."""
    FILLED = "filled"
    """To the list's: none is on file."""

    @property
    def of_list(self) -> bool:
        """Whether the list's address is written to."""
        return self in (Address.REPLACED, Address.FILLED)


class KnownAgency(Struct, frozen=True):
    """An agency of the directory, as these rules need it."""

    id: int
    code: str
    names: tuple[str, ...]
    """All names and aliases."""
    state: str | None
    parent_id: int | None
    heads_a_kind: bool
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(slots=True)
class AgencyFinder:
    """Finds the agency of a row, as of the seminar's first day.

    Attributes:
        directory: all agencies by id.
        successions: all of them.
        on: the seminar's first day.
        within: the agencies for which the account may nominate; None: all.
    """

    directory: Mapping[int, KnownAgency]
    successions: Collection[Succession]
    on: date
    within: Collection[int] | None = None
    _by_name: dict[str, list[int]] = field(init=False, repr=False)
    _offices: dict[int, dict[str, int]] = field(init=False, repr=False)
    _parents: dict[int, int | None] = field(init=False, repr=False)
    _found: dict[tuple[str | None, str | None, str | None, int | None], Assigned | AgencyFault] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._by_name, self._offices = {}, {}
        self._parents = {each.id: each.parent_id for each in self.directory.values()}
        for each in self.directory.values():
            for name in {_spelled(name) for name in (each.code, *each.names)}:
                self._by_name.setdefault(name, []).append(each.id)
            if each.parent_id is not None and each.state is not None:
                self._offices.setdefault(each.parent_id, {})[_state(each.state) or fold(each.state)] = each.id

    def find(self, nominee: Nominee, *, of_list: int | None) -> Assigned | AgencyFault:
        """Return the agency of a row, or why it has none and in which cell.

        The row's own words for its agency come before the list's agency, if the directory knows them; else they are the unit. Of
        an agency with an office in each state, the office of the row's state is meant, or the one that its unit names. Then it is
        moved along successions to the agency that does its work on the seminar's first day.

        Args:
            nominee: what the row says.
            of_list: the agency whose list it is; None where each row names its own.
        """
        asked = nominee.agency, nominee.unit, nominee.state, of_list
        if asked not in self._found:
            self._found[asked] = self._find(nominee, of_list)
        return self._found[asked]

    def _find(self, nominee: Nominee, of_list: int | None) -> Assigned | AgencyFault:
        named, unit = self._named(nominee.agency, of_list), nominee.unit
        if named is None and nominee.agency and of_list is not None:
            unit = unit or nominee.agency
        base = named if named is not None else of_list
        if base is None:
            return AgencyFault(Field.AGENCY, ProblemCode.NO_AGENCY)
        offices = self._offices_of(base)
        if offices:
            office = self._office(offices, nominee)
            if office is None and self.directory[base].heads_a_kind:
                return AgencyFault(Field.STATE, ProblemCode.NO_AGENCY)
            base = office if office is not None else base
        there = self._on_the_day(base)
        if len(there) != 1:
            return AgencyFault(Field.AGENCY if nominee.agency else Field.STATE, ProblemCode.NO_AGENCY)
        (agency_id,) = there
        if self.within is not None and agency_id not in self.within:
            return AgencyFault(Field.AGENCY if nominee.agency else Field.STATE, ProblemCode.OTHER_AGENCY)
        unknown = nominee.agency if named is None and not self._office(offices, replace(nominee, state=None, unit=None)) else None
        return Assigned(agency_id, unit, unknown)

    def _named(self, words: str | None, of_list: int | None) -> int | None:
        """Return the agency that these words name: within the list's agency first, then the only one of all."""
        found = self._by_name.get(_spelled(words), []) if words else []
        below = [each for each in found if of_list is not None and of_list in path_of(each, self._parents)]
        for some in (below, [each for each in found if self._exists(each)], found):
            if len(some) == 1:
                return some[0]
        return None

    def _offices_of(self, agency_id: int) -> Mapping[str, int]:
        """Return the offices of an agency by state; where it has none, that of the group which its other offices succeeded.

        So a list of the state prosecutors of today may name a state whose office has no successor yet.
        """
        own = self._offices.get(agency_id, {})
        before = {self._parents.get(each.from_id) for each in self.successions if self._parents.get(each.to_id) == agency_id}
        others = {state: office for group in before - {None, agency_id} for state, office in self._offices.get(group or 0, {}).items()}
        return {state: office for state, office in others.items() if self._exists(office)} | dict(own) if own else own

    def _office(self, offices: Mapping[str, int], nominee: Nominee) -> int | None:
        for words in (nominee.state, nominee.unit, nominee.agency):
            state = _state(words) if words else None
            if state is not None and state in offices:
                return offices[state]
            if words and (by_name := [each for each in self._by_name.get(_spelled(words), []) if each in offices.values()]):
                return by_name[0]
        return None

    def _on_the_day(self, agency_id: int) -> Sequence[int]:
        """Return the agencies that do its work on the day; several if its work was divided, none if nobody does it."""
        heirs = successors_on(agency_id, self.successions, self.on)
        alive = [each for each in heirs if self._exists(each)]
        return [agency_id] if agency_id in alive else alive

    def _exists(self, agency_id: int) -> bool:
        agency = self.directory[agency_id]
        return existed_on(self.on, valid_from=agency.valid_from, valid_to=agency.valid_to)


class Assigned(Struct, frozen=True):
    """The agency of a row, and its unit: the row's own, or its words for an agency that the directory does not know (`unknown`)."""

    agency_id: int
    unit: str | None
    unknown: str | None = None


class AgencyFault(Struct, frozen=True):
    """Why a row has no agency, and the cell where that can be mended."""

    field: Field
    code: ProblemCode


_NOW_CALLED = {"distrito federal": "ciudad de mexico", "mexico": "estado de mexico"}
"""Names of one state, folded: the Federal District is Mexico City since 2016, and «México» alone is the State of Mexico."""


def _state(words: str) -> str | None:
    """Return the folded name of the state that these words mean, the same for all its names; None for other words."""
    named = state_meant(words) or state_named(words)
    return _NOW_CALLED.get(fold(named), fold(named)) if named else None


def _spelled(words: str) -> str:
    """Return words without accents, case, dots («P.G.R.») and doubled blanks."""
    return " ".join(fold(words.replace(".", "")).split())


class Standing(StrEnum):
    """Whether lists are taken now, and if not, why."""

    OPEN = "open"
    FROZEN = "frozen"
    """The seminar is completed or archived."""
    CANCELLED = "cancelled"
    CLOSED = "closed"
    """Registration has closed, or the seminar is over: only the organizer still brings people."""
    NOT_PUBLISHED = "not_published"

    @property
    def takes_lists(self) -> bool:
        """Whether a list may be brought onto the roster."""
        return self is Standing.OPEN


def standing(seminar: HasWindow, *, organizes: bool, now: datetime) -> Standing:
    """Return whether lists are taken: by the organizer until the seminar is completed, by a liaison while registration is not closed.

    A liaison may nominate before the public form opens.
    """
    if is_frozen(seminar.state):
        return Standing.FROZEN
    if seminar.state is SeminarState.CANCELLED:
        return Standing.CANCELLED
    if organizes:
        return Standing.OPEN
    if seminar.state is SeminarState.DRAFT:
        return Standing.NOT_PUBLISHED
    return Standing.CLOSED if registration_window(seminar, now=now) is Window.CLOSED else Standing.OPEN


def waiting_in(counts: Mapping[Outcome, int], *, imported: bool = False) -> int:
    """Return how many rows want something done: to be mended, to be told apart, or to be nominated.

    Args:
        imported: the rows that come have just come.
    """
    return sum(number for each, number in counts.items() if each in (Outcome.FAULTY, Outcome.ASK) or (each.comes and not imported))


LONG = 1_000
"""Rows above which an import is left to the worker: a page that brings more would keep a browser waiting too long."""


def is_long(tables: Tables, layout: Layout) -> bool:
    """Whether a list has so many rows, headings and notes included, that its import is left to the worker."""
    return sum(len(tables.tables[each.table].rows) for each in layout.tables if each.taken) > LONG


def counted(outcomes: Iterable[Outcome]) -> dict[Outcome, int]:
    """Return how many rows have each outcome; those that none has are left out."""
    found: dict[Outcome, int] = {}
    for each in outcomes:
        found[each] = found.get(each, 0) + 1
    return found


class Fix(Struct, frozen=True):
    """One correction for all cells of a field that hold the same words.

    Attributes:
        proposal: what probably should stand there; empty if that cannot be said.
        cells: number of cells.
        rows: of empty cells, the rows: other rows may leave the same cell empty rightly.
        optional: whether nothing is wrong with the words, and they can be written out.
    """

    field: Field
    value: str
    proposal: str
    cells: int
    rows: tuple[RowKey, ...] = ()
    optional: bool = False

    @property
    def key(self) -> str:
        """What names it on the page: «field|value»."""
        return f"{self.field.value}|{self.value}"


def _many_at_once(problem: Problem) -> bool:
    """Whether other words could mend all cells with this problem. A vacant post is left out instead."""
    return problem.code is not ProblemCode.VACANT and (bool(problem.value) or problem.code is ProblemCode.NO_AGENCY)


def fixes_for(rows: Iterable[ListRow], proposed: Mapping[RowKey, Mapping[Field, str]]) -> list[Fix]:
    """Return the corrections that mend several cells at once, those of most cells first.

    Equal words with the same fault, where there are two of them; empty cells where an agency is missing; and words that can be written
    out, like «Oax.», in any number.

    Args:
        proposed: what words without a fault could be written as (`reading.proposed_states`).
    """
    cells: dict[tuple[Field, str], list[RowKey]] = {}
    proposals: dict[tuple[Field, str], str] = {}
    offered: set[tuple[Field, str]] = set()
    wrong: set[tuple[Field, str]] = set()
    for row in rows:
        said = {(each.field, each.value, each.proposal) for each in row.problems if _many_at_once(each)}
        better = {(of, row.cells[of], words) for of, words in proposed.get(row.key, {}).items()}
        proposals |= {(of, value): proposal for of, value, proposal in said | better if proposal}
        offered |= {(of, value) for of, value, _ in better}
        wrong |= {(of, value) for of, value, _ in said}
        for key in {(of, value) for of, value, _ in said | better}:
            cells.setdefault(key, []).append(row.key)
    found = [
        Fix(*key, proposals.get(key, ""), len(keys), () if key[1] else tuple(keys), key not in wrong)
        for key, keys in cells.items()
        if len(keys) > 1 or key in offered
    ]
    return sorted(found, key=lambda fix: (-fix.cells, fix.field, fix.value))
