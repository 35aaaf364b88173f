"""The rows of a list as its page shows them: below their sheet, with their agency; and what normal case would make of names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct, field

from seminar_app.nominations.checking import CheckedRow
from seminar_app.nominations.corrections import Conflict, Conflicts
from seminar_app.nominations.here import ALTERNATE, ERASED, LEFT
from seminar_app.nominations.names import normal_case, spellings
from seminar_app.nominations.rules import Address, Outcome
from seminar_app.nominations.shapes import Field, Nominee, Problem, RowKey
from seminar_app.nominations.wording import kind_in_words, outcome_in_words
from seminar_app.registration.queries import LikelySame
from seminar_app.registration.rules import RegistrationState

TO_MEND = (Outcome.FAULTY, Outcome.ASK)
_LAST = (Outcome.HERE, Outcome.LEFT, Outcome.REPEATED, Outcome.ASK, Outcome.FAULTY)
FIGURES = (*(each for each in Outcome if each not in _LAST), *_LAST)
"""Outcomes in the order of the figures: first who comes, last what wants a word."""
READ_ONLY = (Outcome.TAKEN, Outcome.HERE, Outcome.LEFT, Outcome.ORGANIZER)
"""Outcomes of rows that nobody corrects in the list: the record is on the roster, or the organizer has the row."""
NOW = "now-"
"""Before the kind of what was brought: the figure of those who are that now."""
_AT_PART = {
    RegistrationState.REGISTERED: "taken",
    ALTERNATE: "alternate",
    RegistrationState.WAITLISTED: "waits",
    RegistrationState.PENDING: "for_approval",
    RegistrationState.NOMINATED: "for_approval",
    RegistrationState.INVITED: "for_approval",
}
"""Kinds of what was brought, by the colour of the outcome that is most like them; others are off the list."""
_KINDS = (*_AT_PART, *LEFT, ERASED)
SHOWN = ("all", "doubts", *(each.value for each in Outcome), *(f"{NOW}{kind}" for kind in _KINDS))
"""What a list's page can be limited to, by name in its address."""
EXAMPLES = 3


class Figure(Struct, frozen=True):
    """A part of a list. `key`: limits the page to its rows; `part`: names its colour."""

    key: str
    part: str
    rows: int
    words: str


def key_of(row: CheckedRow) -> str:
    """Return what a row counts as: its outcome, or for one that was brought already what it is now."""
    return f"{NOW}{row.came.kind}" if row.came is not None else row.outcome.value


def figures_of(rows: Iterable[CheckedRow]) -> list[Figure]:
    """Return the parts of a list in order, without those that no row is in."""
    counts = Counter(map(key_of, rows))
    found = []
    for outcome in FIGURES:
        if outcome is Outcome.TAKEN:
            keys = ((f"{NOW}{kind}", _AT_PART.get(kind, "here"), kind) for kind in _KINDS)
            found += [Figure(key, part, counts[key], kind_in_words(kind, counts[key])) for key, part, kind in keys if counts[key]]
        elif counts[outcome.value]:
            part = "here" if outcome is Outcome.LEFT else outcome.value
            found.append(Figure(outcome.value, part, counts[outcome.value], outcome_in_words(outcome, counts[outcome.value])))
    return found


class Answered(Struct, frozen=True):
    """What the page answers to corrections that were not taken: cells that were changed meanwhile, and rows where nobody was chosen."""

    conflicts: Conflicts = field(default_factory=dict)
    unsaid: frozenset[RowKey] = frozenset()

    @property
    def rows(self) -> frozenset[RowKey]:
        """The rows with an answer."""
        return self.unsaid | {key for key, _of in self.conflicts}


NOTHING_LEFT = Answered()


class RowShown(Struct, frozen=True):
    """A row as the page shows it.

    Attributes:
        checked: without the person on file: of people a page gets only what it may show.
        known: whether it is somebody on file whom the account may see.
        agency: code of its agency; empty while it has none.
        faults: problems by the cell that can be corrected.
        likely: who it may be, where that has to be said.
        chosen: whether somebody has said who it is, which can be taken back.
        unsaid: whether the button was pressed that says who it is, and nobody was chosen.
        conflicts: cells that somebody has changed while they were corrected here.
    """

    checked: CheckedRow
    known: bool
    agency: str
    faults: Sequence[tuple[Field, Sequence[Problem]]]
    likely: Sequence[LikelySame]
    chosen: bool = False
    unsaid: bool = False
    conflicts: Mapping[Field, Conflict] = field(default_factory=dict)

    @property
    def read_only(self) -> bool:
        """Whether nothing of it is corrected here."""
        return self.checked.outcome in READ_ONLY

    @property
    def name(self) -> str:
        """The person's name in the order of a list."""
        nominee = self.checked.row.nominee
        surnames = " ".join(filter(None, (nominee.surname1, nominee.surname2)))
        return ", ".join(filter(None, (surnames, nominee.given_names)))


class SheetShown(Struct, frozen=True):
    """The rows of one sheet on a page. `total` and `to_mend`: numbers of rows of the whole sheet."""

    name: str
    rows: Sequence[RowShown]
    total: int
    to_mend: int


def by_sheet(rows: Iterable[RowShown], every: Sequence[CheckedRow], names: Sequence[str]) -> Iterator[SheetShown]:
    """Yield the rows of a page below their sheets.

    Args:
        every: all rows of the list.
        names: of the sheets.
    """
    for table, some in groupby(rows, key=lambda each: each.checked.row.table):
        of_sheet = [each for each in every if each.row.table == table]
        yield SheetShown(names[table], list(some), len(of_sheet), sum(each.outcome in TO_MEND for each in of_sheet))


def in_normal_case(rows: Iterable[CheckedRow]) -> list[tuple[str, str]]:
    """Return the first names in capitals beside what normal case makes of them, without people who are on the roster already."""
    before = [_names(each.row.nominee) for each in rows if each.outcome is not Outcome.TAKEN]
    known = spellings(name for names in before for name in names)
    changed = ((" ".join(names), " ".join(normal_case(name, known) for name in names)) for names in before)
    return list({was: now for was, now in changed if was != now}.items())[:EXAMPLES]


def _names(nominee: Nominee) -> list[str]:
    return [name for name in (nominee.given_names, nominee.surname1, nominee.surname2) if name]


def is_doubtful(row: CheckedRow) -> bool:
    """Whether the row comes although something in it looks wrong: a warning keeps no row out, but a person should see it."""
    return row.outcome.comes and (bool(row.row.problems) or row.address is Address.KEPT)


def faults_of(row: CheckedRow, others: Iterable[Field] = ()) -> list[tuple[Field, Sequence[Problem]]]:
    """Return the problems of a row by the cell in which they can be mended, and `others`, cells shown although nothing is wrong."""
    found: Mapping[Field, list[Problem]] = {of: [] for of in (*(problem.field for problem in row.row.problems), *others)}
    for problem in row.row.problems:
        found[problem.field].append(problem)
    return list(found.items())
