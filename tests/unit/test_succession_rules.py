"""Which quotas an agency's people may draw from, on the directory that comes with the program and on small ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.agencies.rules import AgencyLevel, Succession, names_a_kind
from seminar_app.agencies.seed import published_directory
from seminar_app.agencies.succession_rules import (
    InDirectory,
    Steps,
    has_mostly_ended,
    heirs_of,
    path_to_pools,
    reach_of_liaison,
    reached_on,
    steps_on,
)


@dataclass(frozen=True)
class Known:
    parent_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    heads_a_kind: bool = False


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


ENTRIES: list[dict[str, Any]] = published_directory()["agencies"]
IDS = {entry["code"]: number for number, entry in enumerate(ENTRIES, start=1)}
CODES = {number: code for code, number in IDS.items()}
HEADS = {entry.get("parent") for entry in ENTRIES}
PUBLISHED: dict[int, InDirectory] = {
    IDS[entry["code"]]: Known(
        IDS.get(entry.get("parent", "")),
        _day(entry.get("valid_from")),
        _day(entry.get("valid_to")),
        names_a_kind(level=AgencyLevel(entry["level"]), state=entry.get("state"), has_offices=entry["code"] in HEADS),
    )
    for entry in ENTRIES
}
SUCCESSIONS = [
    Succession(IDS[each["from"]], IDS[each["to"]], _day(each.get("on")), each.get("year")) for each in published_directory()["successions"]
]


def published_steps(day: date) -> Steps:
    return steps_on(day, codes=CODES, parents={each: agency.parent_id for each, agency in PUBLISHED.items()}, successions=SUCCESSIONS)


@pytest.mark.parametrize(
    ("code", "day", "path"),
    [
        ("FGE-ROO", date(2027, 6, 1), ["FGE-ROO", "FGE", "PGJ-ROO", "PGJ"]),
        ("FGE-ROO", date(2016, 12, 31), ["FGE-ROO", "FGE", "PGJ-ROO", "PGJ"]),
        ("FGE-ROO", date(2016, 12, 30), ["FGE-ROO", "FGE"]),
        ("GN", date(2020, 1, 1), ["GN", "PF", "CNS"]),
        ("GN", date(2019, 12, 31), ["GN"]),
        ("SSPC", date(2027, 6, 1), ["SSPC", "CNS"]),
        ("FGE-CHH", date(2014, 6, 3), ["FGE-CHH", "FGE", "PGJ-CHH", "PGJ"]),
        ("PGJ-ROO", date(2027, 6, 1), ["PGJ-ROO", "PGJ"]),
        ("PF", date(2027, 6, 1), ["PF", "CNS"]),
        ("INM", date(2027, 6, 1), ["INM"]),
    ],
)
def test_people_reach_the_quotas_of_what_their_agency_succeeded(code: str, day: date, path: list[str]) -> None:
    assert [CODES[each] for each in path_to_pools(IDS[code], published_steps(day))] == path


def test_parents_come_before_predecessors_and_the_latest_of_these_first_then_by_code() -> None:
    codes = {1: "HEIR", 2: "ABOVE", 3: "B-OLD", 4: "A-OLD", 5: "LATE", 6: "ABOVE-LATE", 7: "BEFORE-ABOVE", 8: "UNKNOWN", 9: "FIRST"}
    year, day = 2010, date(2010, 12, 31)
    successions = [
        Succession(3, 1, None, year),
        Succession(4, 1, day),
        Succession(5, 1, date(2015, 1, 1)),
        Succession(7, 2, date(2001, 1, 1)),
        Succession(8, 1, None),
        Succession(9, 5, date(1999, 1, 1)),
    ]
    steps = steps_on(date(2020, 1, 1), codes=codes, parents={1: 2, 5: 6}, successions=successions)
    assert [codes[each] for each in path_to_pools(1, steps)] == [
        "HEIR",
        "ABOVE",
        "LATE",
        "A-OLD",
        "B-OLD",
        "BEFORE-ABOVE",
        "ABOVE-LATE",
        "FIRST",
    ]


_agency = st.integers(1, 6)
_days = st.dates(date(2000, 1, 1), date(2030, 12, 31))
_successions = st.lists(
    st.builds(Succession, _agency, _agency, st.none() | _days, st.just(None))
    | st.builds(Succession, _agency, _agency, st.none(), st.integers(2000, 2030)),
    max_size=12,
)


@given(_agency, st.dictionaries(_agency, st.none() | _agency), _successions, _days)
def test_a_path_begins_with_the_agency_repeats_nothing_and_is_closed(
    agency_id: int, parents: dict[int, int | None], successions: list[Succession], day: date
) -> None:
    path = path_to_pools(agency_id, steps_on(day, codes={}, parents=parents, successions=successions))
    assert path[0] == agency_id
    assert len(set(path)) == len(path)
    for step in path:
        assert parents.get(step) in (None, *path)
        assert all(each.from_id in path for each in successions if each.to_id == step and each.had_happened(day))


def test_a_quota_is_for_somebody_as_long_as_an_agency_of_that_day_reaches_it() -> None:
    day = date(2027, 6, 1)
    reached = reached_on(day, PUBLISHED, published_steps(day))
    assert {IDS[code] for code in ("PGR", "PGJ", "CNS", "PF", "INM", "FGE", "PGJ-ROO")} <= reached
    nothing = steps_on(day, codes=CODES, parents={each: agency.parent_id for each, agency in PUBLISHED.items()}, successions=[])
    alone = reached_on(day, PUBLISHED, nothing)
    assert {IDS["PGR"], IDS["CNS"], IDS["PGJ-ROO"]}.isdisjoint(alone)
    assert {IDS["PGJ"], IDS["FGE"]} <= alone, "two offices of the PGJ are still there"


@pytest.mark.parametrize(
    ("code", "day", "heirs"),
    [
        ("PGR", date(2027, 6, 1), {"FGR"}),
        ("CNS", date(2027, 6, 1), {"SSPC", "GN"}),
        ("CNS", date(2019, 1, 1), {"SSPC"}),
        ("PGJ", date(2027, 6, 1), {"FGE"}),
        ("PGJ-ROO", date(2027, 6, 1), {"FGE-ROO"}),
        ("INM", date(2027, 6, 1), set()),
    ],
)
def test_the_heirs_of_a_quota_are_of_the_rank_of_the_agency_it_was_for(code: str, day: date, heirs: set[str]) -> None:
    assert {CODES[each] for each in heirs_of(IDS[code], PUBLISHED, SUCCESSIONS, on=day)} == heirs


@pytest.mark.parametrize(
    ("code", "before", "ended"),
    [
        ("PGR", date(2018, 12, 19), False),
        ("PGR", date(2018, 12, 20), True),
        ("PGJ", date(2014, 6, 3), False),
        ("PGJ", date(2027, 6, 1), True),
        ("FGE", date(2027, 6, 1), False),
        ("INM", date(2027, 6, 1), False),
    ],
)
def test_a_group_has_ended_when_more_than_half_of_its_offices_have(code: str, before: date, ended: bool) -> None:
    assert has_mostly_ended(IDS[code], PUBLISHED, before=before) is ended


def test_exactly_half_of_the_offices_is_not_more_than_half() -> None:
    agencies: dict[int, InDirectory] = {1: Known(heads_a_kind=True), 2: Known(1, valid_to=date(2020, 1, 1)), 3: Known(1)}
    assert not has_mostly_ended(1, agencies, before=date(2021, 1, 1))
    agencies[4] = Known(1, valid_to=date(2020, 1, 1))
    assert has_mostly_ended(1, agencies, before=date(2021, 1, 1))


def test_an_office_that_was_replaced_within_its_group_is_no_heir_of_the_group() -> None:
    agencies: dict[int, InDirectory] = {1: Known(heads_a_kind=True), 2: Known(1, valid_to=date(2020, 1, 1)), 3: Known(1)}
    successions = [Succession(2, 3, date(2020, 1, 2))]
    assert heirs_of(1, agencies, successions, on=date(2021, 1, 1)) == frozenset()
    assert heirs_of(2, agencies, successions, on=date(2021, 1, 1)) == {3}


def test_an_heir_below_another_heir_shares_its_quota() -> None:
    agencies: dict[int, InDirectory] = {
        1: Known(valid_to=date(2020, 1, 1)),
        2: Known(1, valid_to=date(2020, 1, 1)),
        3: Known(),
        4: Known(3),
        5: Known(4),
    }
    successions = [Succession(1, 3, date(2020, 1, 2)), Succession(2, 5, date(2020, 1, 2))]
    assert heirs_of(1, agencies, successions, on=date(2021, 1, 1)) == {3}


def published_reach(*codes: str, on: date = date(2027, 6, 1)) -> set[str]:
    found = reach_of_liaison([IDS[code] for code in codes], PUBLISHED, SUCCESSIONS, codes=CODES, on=on)
    return {CODES[each] for each in found}


@pytest.mark.parametrize(
    ("granted", "sees", "not_"),
    [
        (["FGR"], {"FGR", "PGR"}, {"CNS", "PGJ"}),
        (["FGE-ROO"], {"FGE-ROO", "PGJ-ROO"}, {"FGE", "PGJ", "PGJ-CHH", "FGE-CHH"}),
        (["GN"], {"GN", "PF"}, {"CNS", "SSPC"}),
        (["SSPC"], {"SSPC"}, {"CNS", "PF"}),
        (["GN", "SSPC"], {"GN", "SSPC", "PF", "CNS"}, {"FGR"}),
        (["CNS"], {"CNS", "PF"}, {"GN", "SSPC"}),
        (["PGR"], {"PGR"}, {"FGR"}),
        (["FGE"], {"FGE", "FGE-ROO", "PGJ-ROO"}, {"PGJ", "PGJ-BCS"}),
        (["INM"], {"INM"}, {"CNS"}),
        ([], set(), {"PGR"}),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else None,
)
def test_a_liaison_sees_what_her_agency_alone_succeeded(granted: list[str], sees: set[str], not_: set[str]) -> None:
    reach = published_reach(*granted)
    assert sees <= reach
    assert not not_ & reach
    if len(sees) < 4 and "FGE" not in sees:
        assert reach == sees


def test_reach_follows_a_succession_from_the_day_on_which_the_former_agency_is_gone() -> None:
    assert "PGR" not in published_reach("FGR", on=date(2018, 12, 19))
    assert "PGR" in published_reach("FGR", on=date(2018, 12, 20))
    assert "PGJ-ROO" not in published_reach("FGE-ROO", on=date(2016, 12, 31)), "both existed in that year"
    assert "PGJ-ROO" in published_reach("FGE-ROO", on=date(2017, 1, 1))


OLD, NEW, OTHER, BELOW_OLD, MOVED, DEEPER = range(1, 7)
ENDED = date(2018, 12, 31)
TODAY = date(2026, 6, 1)
HANDED_ON: dict[int, InDirectory] = {
    OLD: Known(valid_to=ENDED),
    NEW: Known(),
    OTHER: Known(),
    BELOW_OLD: Known(OLD),
    MOVED: Known(OLD, valid_to=ENDED),
    DEEPER: Known(MOVED),
}


def small_reach(*successions: Succession, granted: int = NEW) -> frozenset[int]:
    codes = {each: str(each) for each in HANDED_ON}
    return reach_of_liaison([granted], HANDED_ON, successions, codes=codes, on=TODAY)


def test_what_was_below_an_ended_agency_goes_with_it_unless_it_went_elsewhere() -> None:
    whole = Succession(OLD, NEW, date(2019, 1, 1))
    part = Succession(MOVED, OTHER, date(2019, 1, 1))
    assert small_reach(whole) == {NEW, OLD, BELOW_OLD, MOVED, DEEPER}
    assert small_reach(whole, part) == {NEW}, "the part that went elsewhere still draws from the whole's quota"
    assert small_reach(whole, part, granted=OTHER) == {OTHER, MOVED, DEEPER}


def test_a_succession_of_unknown_date_gives_nothing_and_makes_an_agency_shared() -> None:
    dated, unknown = Succession(OLD, NEW, date(2019, 1, 1)), Succession(OLD, OTHER, None)
    assert small_reach(Succession(OLD, NEW, None)) == {NEW}
    assert small_reach(dated, unknown) == {NEW}
    assert small_reach(dated, Succession(OLD, OTHER, date(2027, 1, 1))) == {NEW, OLD, BELOW_OLD, MOVED, DEEPER}


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 6), st.one_of(st.none(), st.dates(date(2015, 1, 1), date(2030, 1, 1)))), max_size=12
    )
)
def test_no_two_liaisons_ever_see_one_ended_agency(drawn: list[tuple[int, int, date | None]]) -> None:
    """Whatever is recorded, also loops: only who was made liaison of an agency shares it."""
    successions = [Succession(one, other, on) for one, other, on in drawn]
    assert not (small_reach(*successions) & small_reach(*successions, granted=OTHER))
