from __future__ import annotations

from datetime import date

from seminar_app.agencies.rules import (
    AgencyLevel,
    Listed,
    Succession,
    existed_on,
    group_of,
    may_be_parent,
    names_a_kind,
    path_of,
    successors_on,
    versions_to_add,
    would_return,
)

PARENTS = {1: None, 2: 1, 3: 2, 4: None}


def test_the_path_begins_with_the_agency_and_ends_with_its_group() -> None:
    assert path_of(3, PARENTS) == (3, 2, 1)
    assert group_of(3, PARENTS) == 1
    assert group_of(4, PARENTS) == 4


def test_a_loop_in_the_tree_ends_the_path() -> None:
    assert path_of(1, {1: 2, 2: 1}) == (1, 2)


def test_an_agency_may_not_be_put_below_itself_or_its_own_office() -> None:
    assert may_be_parent(4, of=1, parents=PARENTS)
    assert not may_be_parent(1, of=1, parents=PARENTS)
    assert not may_be_parent(3, of=1, parents=PARENTS)


def test_both_ends_of_an_agencys_life_count() -> None:
    first, last = date(2018, 12, 20), date(2019, 1, 1)
    assert existed_on(first, valid_from=first, valid_to=last)
    assert existed_on(last, valid_from=first, valid_to=last)
    assert not existed_on(date(2018, 12, 19), valid_from=first, valid_to=None)
    assert not existed_on(date(2019, 1, 2), valid_from=None, valid_to=last)
    assert existed_on(date(1821, 1, 1), valid_from=None, valid_to=None)


def test_only_a_heading_of_offices_without_a_state_names_a_kind() -> None:
    assert names_a_kind(level=AgencyLevel.STATE, state=None, has_offices=True)
    assert not names_a_kind(level=AgencyLevel.STATE, state="Jalisco", has_offices=True)
    assert not names_a_kind(level=AgencyLevel.FEDERAL, state=None, has_offices=True)
    assert not names_a_kind(level=AgencyLevel.STATE, state=None, has_offices=False)


def test_successors_follow_the_chain_up_to_the_day() -> None:
    chain = [Succession(1, 2, date(1999, 1, 4)), Succession(2, 3, date(2009, 6, 2)), Succession(3, 4, None, 2019)]
    assert successors_on(1, chain, date(1998, 1, 1)) == (1,)
    assert successors_on(1, chain, date(2009, 6, 1)) == (2,)
    assert successors_on(1, chain, date(2009, 6, 2)) == (3,)
    assert successors_on(1, chain, date(2019, 12, 30)) == (3,), "of a year we know it happened by its last day"
    assert successors_on(1, chain, date(2019, 12, 31)) == (4,)


def test_a_split_and_a_merger_have_several_successors_and_predecessors() -> None:
    day = date(2020, 1, 1)
    both = [Succession(1, 2, day), Succession(1, 3, day), Succession(2, 4, day), Succession(3, 4, day)]
    assert successors_on(1, both[:2], day) == (2, 3)
    assert successors_on(1, both, day) == (4,)


def test_a_succession_without_any_date_is_never_taken_for_granted() -> None:
    assert successors_on(1, [Succession(1, 2, None)], date(2100, 1, 1)) == (1,)


def test_nobody_becomes_their_own_successor() -> None:
    line = [Succession(1, 2, None), Succession(2, 3, None)]
    assert would_return(3, [1], line)
    assert not would_return(3, [4], line)
    assert successors_on(1, [Succession(1, 2, date(2000, 1, 1)), Succession(2, 1, date(2000, 1, 1))], date(2001, 1, 1)) == (1,)


def listed(code: str, parent_id: int | None = None, **values: str) -> Listed:
    return Listed(code, values.get("name_es", code), code, AgencyLevel.FEDERAL, values.get("state"), parent_id)


def test_only_what_differs_from_its_version_needs_another() -> None:
    directory = {1: listed("CNS"), 2: listed("PF", 1), 3: listed("PF-CUN", 2), 4: listed("INM")}
    current = versions_to_add(directory, {})
    assert {agency_id: facts.group_code for agency_id, facts in current.items()} == {1: "CNS", 2: "CNS", 3: "CNS", 4: "INM"}
    assert versions_to_add(directory, current) == {}
    assert versions_to_add(directory | {3: listed("PF-CUN", 2, state="Yucatán")}, current).keys() == {3}
    assert versions_to_add(directory | {1: listed("CNS", name_es="Comisión")}, current).keys() == {1, 2, 3}
    assert versions_to_add(directory | {2: listed("PF", 4)}, current).keys() == {2, 3}
    assert versions_to_add(directory | {3: listed("PF-CUN", 1)}, current) == {}, "the group is the same"
