"""What the page of hours shows: how many people reached them, by class and agency group, and the list of those who lack hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import NamedAgency
from seminar_app.core.actor import Actor
from seminar_app.offices.queries import offices_of
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.queries.people import shown_in_order
from seminar_app.reports.asked import sees_fixed_tables
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.hours_rules import KeptRule, hours_rules
from seminar_app.reports.queries.training_hours import Hours, HoursYearAsked, Reached, Wanted
from seminar_app.reports.rules import DUE, TOTAL, HoursAsked, HoursClass, HoursYear, hidden_cells, rule_for, rules_in, year_days
from seminar_app.reports.rules.periods import fiscal_year_of

PAGE_SIZE = 100


class HoursQuestion(Struct, frozen=True):
    """What an address asks: the year, whose rule, and of the list one group or class. `office`: None if nobody chose."""

    year: int
    office: str | None = None
    group: str | None = None
    which: HoursClass | None = None
    page: int = 1


class GroupLine(Struct, frozen=True):
    """An agency group, or all; how many people in each class, in the order of the classes, and in all. None is hidden."""

    group: NamedAgency | None
    numbers: Sequence[int | None]
    total: int | None


class DueLine(Struct, frozen=True):
    """A person of the list, with their hours of the year."""

    person: ShownPerson
    reached: Reached
    missing: int
    """Minutes."""


class HoursPage(Struct, frozen=True):
    """All that the page shows. `rule` is None where no rule holds in the year; then nothing is counted."""

    rule: HoursAsked | None
    holding: Sequence[HoursAsked]
    whole: GroupLine | None = None
    groups: Sequence[GroupLine] = ()
    lines: Sequence[DueLine] = ()
    number: int = 0
    hides: bool = False


class HoursReading:
    """The hours of a year as one account may see them, for the page and for files."""

    def __init__(self, session: Session, actor: Actor, question: HoursQuestion, *, today: date) -> None:
        """Choose the rule, and count."""
        self._session, self._actor, self.question = session, actor, question
        self.holding = rules_in((each.says for each in hours_rules(session, actor)), question.year)
        own = [office.code for office in offices_of(session, actor)] if not actor.is_admin else []
        self.rule = rule_for(self.holding, office=question.office, own=own)
        self.hides = sees_fixed_tables(actor)
        if self.rule is None:
            return
        self.days = year_days(self.rule.year, question.year)
        asked = HoursYearAsked(scope_of(session, actor, today=today), self.days, self.rule.minutes)
        self._hours = Hours(session, asked, today=today)
        self._counts = self._hours.classes()
        self.wanted = self._wanted()

    def _wanted(self) -> Wanted:
        question, named, reserved, others = self.question, 0, 0, 0
        for (group, hidden, each), number in self._counts.items():
            listed = each in DUE if question.which is None else each is question.which
            if not listed or question.group not in (None, group):
                continue
            if each is not HoursClass.NONE:
                others += number
            elif hidden:
                reserved += number
            else:
                named += number
        return Wanted(question.group, question.which, named, reserved, others)

    def page(self) -> HoursPage:
        """Return all that the page shows."""
        if self.rule is None:
            return HoursPage(None, self.holding)
        cells: dict[tuple[str, ...], int] = {}
        for (group, _reserved, each), number in self._counts.items():
            for cell in ((group, each.value), (group, TOTAL), (TOTAL, each.value), (TOTAL, TOTAL)):
                cells[cell] = cells.get(cell, 0) + number
        hidden = hidden_cells(cells) if self.hides else frozenset()
        codes = sorted({cell[0] for cell in cells} - {TOTAL}, key=lambda code: (not code, -cells[code, TOTAL], code))
        lines = [_line(code, self._hours.names.get(code), cells, hidden) for code in codes]
        due = [] if self.hides else list(self.lines((self.question.page - 1) * PAGE_SIZE, PAGE_SIZE))
        return HoursPage(self.rule, self.holding, _line(TOTAL, None, cells, hidden), lines, due, self.wanted.number, self.hides)

    def lines(self, first: int, most: int) -> Iterator[DueLine]:
        """Return people of the list in order, in a constant number of statements."""
        needed = self.rule.minutes if self.rule is not None else 0
        ids = self._hours.due(self.wanted, first=first, most=most)
        reached = self._hours.reached_by(ids)
        for person in shown_in_order(self._session, self._actor, ids):
            theirs = reached.get(person.id, Reached(0, 0, None))
            yield DueLine(person, theirs, max(0, needed - theirs.minutes))


def _line(code: str, group: NamedAgency | None, cells: Mapping[tuple[str, ...], int], hidden: frozenset[tuple[str, ...]]) -> GroupLine:
    def number(which: str) -> int | None:
        return None if (code, which) in hidden else cells.get((code, which), 0)

    return GroupLine(group, [number(each.value) for each in HoursClass], number(TOTAL))


def year_now(rules: Sequence[KeptRule], *, today: date) -> int:
    """Return the year that the page opens with: that of today, in the kind of year of the first rule that holds."""
    kinds = [rule.says.year for rule in rules if rule.says.holds_on(today)]
    return fiscal_year_of(today) if kinds and kinds[0] is HoursYear.FISCAL else today.year
