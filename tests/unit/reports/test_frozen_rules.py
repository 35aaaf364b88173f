"""What is kept of a frozen figure, how another count differs from it, and when a version of an indicator holds."""

from __future__ import annotations

from datetime import date

from seminar_app.reports.rules import (
    TOTAL,
    ByStatus,
    Fate,
    Figures,
    Frozen,
    Validity,
    differences,
    ended_before,
    read_frozen,
)


def of(number: int) -> Figures:
    people = ByStatus(number, number, number)
    return Figures(people, people, ByStatus(60 * number, 60 * number, 60 * number))


THEN = Frozen(
    {("F",): of(3), ("M",): of(2)},
    {(TOTAL,): of(5)},
    {"one": of(4), "two": of(1)},
    {"one": {("F",): of(2), ("M",): of(2)}, "two": {("F",): of(1)}},
)


def test_what_is_written_is_read_again_and_equal() -> None:
    assert read_frozen(THEN.written()) == THEN
    whole = Frozen({}, {(): of(5)}, {"one": of(5)}, None)
    assert read_frozen(whole.written()) == whole
    assert differences(THEN, read_frozen(THEN.written())).equal


def test_differences_are_named_by_cell_and_by_seminar_the_largest_first() -> None:
    now = Frozen(
        {("F",): of(3), ("M",): of(4)},
        {(TOTAL,): of(7)},
        {"one": of(4), "new": of(3)},
        {"one": {("F",): of(3), ("M",): of(1)}, "new": {("M",): of(3)}},
    )
    found = differences(THEN, now)
    assert set(found.cells) == {("M",)}
    assert (found.totals[TOTAL,].before, found.totals[TOTAL,].now) == (of(5), of(7))
    assert [(each.slug, each.fate, set(each.cells)) for each in found.seminars] == [
        ("new", Fate.NEW, {("M",)}),
        ("one", Fate.CHANGED, {("F",), ("M",)}),  # as much in all, but a person's sex was corrected
        ("two", Fate.GONE, {("F",)}),
    ]


def test_without_pieces_a_seminar_is_compared_as_a_whole() -> None:
    whole = Frozen(THEN.cells, THEN.totals, THEN.seminars, None)
    assert differences(whole, THEN).equal
    assert [each.slug for each in differences(whole, Frozen(THEN.cells, THEN.totals, {"one": of(4)}, {})).seminars] == ["two"]


def test_a_version_ends_the_day_before_the_next_begins() -> None:
    version = Validity(date(2014, 1, 1))
    assert ended_before(version, date(2015, 1, 1)) == Validity(date(2014, 1, 1), date(2014, 12, 31))
    assert ended_before(version, date(2014, 1, 1)) is None
    ended = Validity(date(2014, 1, 1), date(2014, 6, 30))
    assert ended_before(ended, date(2015, 1, 1)) == ended
    assert [ended.holds_on(day) for day in (date(2013, 12, 31), date(2014, 1, 1), date(2014, 6, 30), date(2014, 7, 1))] == [
        False,
        True,
        True,
        False,
    ]
