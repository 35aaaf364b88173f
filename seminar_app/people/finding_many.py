"""Which records on file are the people of a list: the same questions as for one person, in a few statements for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct, field
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from seminar_app.people.identity import people_with_curps
from seminar_app.people.likeness import NamesOnFile, sign_of
from seminar_app.people.matching import By, Compared, Different, Same, Verdict, match
from seminar_app.people.models import Person
from seminar_app.people.queries import Candidate, beginnings, compared_many, kept_record

T = TypeVar("T")

AT_ONCE = 500
"""Values of one statement: SQLite's statements were once limited to 999."""
LIKELY = 8
"""At most so many people are compared by the rule for a row: those whose names resemble most."""
RESEMBLING = 80.0
"""Percent of `token_set_ratio` below which two names are not compared by the rule. Of the pairs of the corpus that a name alone makes
perhaps one person, the least has 81 (`tests/unit/people/matching_corpus.csv`)."""
SHOWN = 3
"""At most so many people are proposed for a row."""
ON_FILE = ~Person.reserved, Person.merged_into_id.is_(None), Person.erased_at.is_(None)
"""Whom a search by name or number finds."""


class Sought(Struct, frozen=True):
    """A person of a list: what is compared, the key of the name, and the CURP as typed."""

    compared: Compared
    search_key: str
    curp: str | None = None


class Found(Struct, frozen=True):
    """Who a person of a list is.

    Attributes:
        same: the record on file; None for somebody new, or if it cannot be told. Address and name lead to it wherever it is; a
            CURP only within reach.
        perhaps: people in reach who may be this one, likeliest first; empty beside `same`.
        outside: people out of reach with the same CURP, whom an administrator is asked about.
        shown: whether the account may see `same`; never a reserved identity.
    """

    same: Person | None = None
    perhaps: tuple[Candidate, ...] = ()
    outside: tuple[Candidate, ...] = ()
    shown: bool = False

    @property
    def people(self) -> tuple[Person, ...]:
        """All records that it names."""
        return (*filter(None, (self.same,)), *(each.person for each in (*self.perhaps, *self.outside)))


def find_many(
    session: Session,
    wanted: Sequence[Sought],
    *,
    reach: ColumnElement[bool],
    by: By = By.LIST,
    everybody: ColumnElement[bool] | None = None,
    looked: Callable[[int], None] = lambda _people: None,
) -> list[Found]:
    """Return for each person of a list who they are on file, in the order of the list.

    The number of statements grows with the hundreds of people, not with each.

    Args:
        reach: the people whom the account may see (`registration.queries.reach_of`).
        everybody: the same condition, where another form is faster for reading all of them (`reach_of_everybody`).
        looked: called with the number of people who were looked for so far.
    """
    on_file = _on_file(session, wanted, reach, by)
    found = [_sure(session, each, on_file) for each in wanted]
    rest = [place for place, each in enumerate(found) if each.same is None]
    likely = []
    for ids in _resembling(session, [wanted[place] for place in rest], reach if everybody is None else everybody):
        likely.append(ids)
        looked(len(wanted) - len(rest) + len(likely))
    on_file.add(session, _people(session, {person_id for ids in likely for person_id in ids} - on_file.people.keys()))
    for place, ids in zip(rest, likely, strict=True):
        found[place] = Found(None, _perhaps(wanted[place], ids, on_file), found[place].outside)
    return found


class _OnFile(Struct):
    """The people who were read: by address and by CURP, what is compared of each, and who is within reach."""

    by: By
    by_address: dict[str, list[Person]]
    by_curp: dict[str, list[Person]]
    within: set[int]
    people: dict[int, Person] = field(default_factory=dict)
    compared: dict[int, Compared] = field(default_factory=dict)

    def add(self, session: Session, people: dict[int, Person]) -> None:
        """Add people to compare with."""
        self.people |= people
        self.compared |= dict(zip(people, compared_many(session, list(people.values())), strict=True))

    def verdict(self, sought: Sought, person: Person) -> Verdict:
        """Return what the rule says of a pair."""
        return match(sought.compared, self.compared[person.id], by=self.by)

    def may_be_shown(self, person: Person) -> bool:
        """Whether the account may see the person here: never a reserved identity."""
        return person.id in self.within and not person.reserved and person.merged_into_id is None and person.erased_at is None


def _on_file(session: Session, wanted: Sequence[Sought], reach: ColumnElement[bool], by: By) -> _OnFile:
    by_address = _by_address(session, {each.compared.email for each in wanted if each.compared.email})
    by_curp = _by_curp(session, {each.curp for each in wanted if each.curp})
    near = {person.id: person for people in (*by_address.values(), *by_curp.values()) for person in people}
    found = _OnFile(by, by_address, by_curp, _within(session, near, reach))
    found.add(session, near)
    return found


def _sure(session: Session, sought: Sought, on_file: _OnFile) -> Found:
    """Return the record that is certainly this person's, or at least who is out of reach with the same CURP."""
    for person in on_file.by_address.get(sought.compared.email or "", ()):
        named = person.search_key == sought.search_key
        if named or (on_file.may_be_shown(person) and isinstance(on_file.verdict(sought, person), Same)):
            kept = kept_record(session, person)
            return Found(kept, shown=on_file.may_be_shown(kept))
    numbered = [(person, on_file.verdict(sought, person)) for person in on_file.by_curp.get(sought.curp or "", ())]
    same = [person for person, verdict in numbered if isinstance(verdict, Same) and person.id in on_file.within]
    if len(same) == 1:
        return Found(same[0], shown=True)
    beyond = ((person, verdict) for person, verdict in numbered if person.id not in on_file.within)
    return Found(outside=tuple(Candidate(person, verdict) for person, verdict in beyond if not isinstance(verdict, Different)))


def _perhaps(sought: Sought, ids: Iterable[int], on_file: _OnFile) -> tuple[Candidate, ...]:
    beside = (*on_file.by_address.get(sought.compared.email or "", ()), *on_file.by_curp.get(sought.curp or "", ()))
    those = dict.fromkeys((*(person.id for person in beside if on_file.may_be_shown(person)), *ids))
    verdicts = ((on_file.people[each], on_file.verdict(sought, on_file.people[each])) for each in those)
    found = [Candidate(person, verdict) for person, verdict in verdicts if not isinstance(verdict, Different)]
    found.sort(key=lambda each: (len(each.why), each.person.sort_key, each.person.id))
    return tuple(found[:SHOWN])


def _by_address(session: Session, addresses: set[str]) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = {}
    for some in _portions(sorted(addresses)):
        for person in session.scalars(select(Person).where(Person.email.in_(some)).order_by(Person.id)):
            found.setdefault(person.email or "", []).append(person)
    return found


def _by_curp(session: Session, numbers: set[str]) -> dict[str, list[Person]]:
    owners = {number: ids for some in _portions(sorted(numbers)) for number, ids in people_with_curps(session, some).items()}
    people = _people(session, {each for ids in owners.values() for each in ids}, *ON_FILE)
    return {number: [people[each] for each in ids if each in people] for number, ids in owners.items()}


def _people(session: Session, ids: Iterable[int], *conditions: ColumnElement[bool]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for some in _portions(sorted(ids)):
        found |= {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(some), *conditions))}
    return found


def _within(session: Session, ids: Iterable[int], reach: ColumnElement[bool]) -> set[int]:
    return {each for some in _portions(sorted(ids)) for each in session.scalars(select(Person.id).where(Person.id.in_(some), reach))}


def _resembling(session: Session, wanted: Sequence[Sought], reach: ColumnElement[bool]) -> Iterator[list[int]]:
    """Yield for each person the ids of those in reach whose name may be the same, by its first letters and then by likeness.

    The keys of all people in reach are read once, in the database's order, which is Python's: by code point.
    """
    if not wanted:
        return
    in_order = select(Person.sort_key, Person.id).where(*ON_FILE, reach).order_by(Person.sort_key)
    rows = session.connection().execute(in_order).all()
    names = NamesOnFile([row[0] for row in rows], [row[1] for row in rows])
    for each in wanted:
        name = each.compared.name
        words = " ".join(word for part in (*name.surnames, name.given) for word in part.words)
        begins = dict.fromkeys(beginnings(each.compared))
        yield names.likely(sign_of(name.given, name.surnames), words, begins, cutoff=RESEMBLING, most=LIKELY)


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


__all__ = ["Found", "Sought", "find_many"]
