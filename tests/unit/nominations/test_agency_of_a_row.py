"""Which agency a row of a list belongs to, as of the seminar's first day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from seminar_app.agencies.rules import Succession
from seminar_app.nominations.rules import AgencyFault, AgencyFinder, Assigned, Fix, KnownAgency, Outcome, fixes_for
from seminar_app.nominations.shapes import Field, ListRow, Nominee, Problem, ProblemCode, Severity

PGR, FGR, PGJ, FGE, PGJ_ROO, FGE_ROO, PGJ_BCS, PGJ_CMX, FGE_CMX, INM, PF, GN, SSPC = range(1, 14)


def agency(agency_id: int, code: str, *names: str, **more: object) -> KnownAgency:
    known: dict[str, object] = {"state": None, "parent_id": None, "heads_a_kind": False}
    return KnownAgency(id=agency_id, code=code, names=names, **(known | more))  # type: ignore[arg-type]


DIRECTORY = {
    each.id: each
    for each in (
        agency(PGR, "PGR", "Procuraduría General de la República", valid_to=date(2018, 12, 19)),
        agency(FGR, "FGR", "Fiscalía General de la República", valid_from=date(2018, 12, 20)),
        agency(PGJ, "PGJ", "Procuradurías de los estados", heads_a_kind=True),
        agency(FGE, "FGE", "Fiscalías de los estados", heads_a_kind=True),
        agency(PGJ_ROO, "PGJ-ROO", "Procuraduría de Quintana Roo", state="Quintana Roo", parent_id=PGJ, valid_to=date(2016, 12, 31)),
        agency(FGE_ROO, "FGE-ROO", "Fiscalía de Quintana Roo", state="Quintana Roo", parent_id=FGE, valid_from=date(2016, 1, 1)),
        agency(PGJ_BCS, "PGJ-BCS", "Procuraduría de Baja California Sur", state="Baja California Sur", parent_id=PGJ),
        agency(PGJ_CMX, "PGJ-CMX", "Procuraduría del Distrito Federal", state="Distrito Federal", parent_id=PGJ, valid_to=date(2020, 1, 9)),
        agency(
            FGE_CMX, "FGE-CMX", "Fiscalía de la Ciudad de México", state="Ciudad de México", parent_id=FGE, valid_from=date(2020, 1, 10)
        ),
        agency(INM, "INM", "Instituto Nacional de Migración", "Migración"),
        agency(PF, "PF", "Policía Federal", valid_to=date(2019, 12, 31)),
        agency(GN, "GN", "Guardia Nacional", valid_from=date(2019, 5, 27)),
        agency(SSPC, "SSPC", "Secretaría de Seguridad", valid_from=date(2018, 12, 1)),
    )
}
SUCCESSIONS = [
    Succession(PGR, FGR, date(2018, 12, 20)),
    Succession(PGJ_ROO, FGE_ROO, None, 2016),
    Succession(PGJ_CMX, FGE_CMX, date(2020, 1, 10)),
    Succession(PF, GN, date(2020, 1, 1)),
]
THEN, TODAY = date(2014, 6, 3), date(2027, 6, 1)


def found(nominee: Nominee, of_list: int | None, on: date = TODAY, within: frozenset[int] | None = None) -> int | ProblemCode:
    result = AgencyFinder(DIRECTORY, SUCCESSIONS, on, within).find(nominee, of_list=of_list)
    return result.agency_id if isinstance(result, Assigned) else result.code


def row(**cells: Any) -> Nominee:
    return Nominee(given_names="Ana", surname1="Soto", **cells)


@pytest.mark.parametrize(("on", "expected"), [(THEN, PGJ_ROO), (TODAY, FGE_ROO)])
def test_the_office_of_the_rows_state_as_of_the_first_day(on: date, expected: int) -> None:
    assert found(row(state="Quintana Roo"), PGJ, on) == expected


@pytest.mark.parametrize("words", ["QUINTANA ROO", "Q. Roo", "quintana roo"])
def test_a_state_is_known_by_any_usual_spelling(words: str) -> None:
    assert found(row(state=words), FGE) == FGE_ROO


@pytest.mark.parametrize("words", ["D.F.", "Distrito Federal", "CDMX", "Ciudad de México"])
@pytest.mark.parametrize(("of_list", "on", "expected"), [(PGJ, THEN, PGJ_CMX), (PGJ, TODAY, FGE_CMX), (FGE, TODAY, FGE_CMX)])
def test_the_federal_district_and_mexico_city_are_one_state(words: str, of_list: int, on: date, expected: int) -> None:
    assert found(row(state=words), of_list, on) == expected


def test_a_state_whose_office_has_no_successor_yet_is_found_in_the_group_before() -> None:
    assert found(row(state="Baja California Sur"), FGE) == PGJ_BCS


def test_an_agency_of_many_offices_needs_a_state() -> None:
    assert found(row(), PGJ) is ProblemCode.NO_AGENCY
    assert found(row(state="Atlántida"), PGJ) is ProblemCode.NO_AGENCY


def test_the_unit_may_name_the_office() -> None:
    assert found(row(unit="Procuraduría de Baja California Sur"), PGJ) == PGJ_BCS
    assert found(row(unit="Quintana Roo"), PGJ, THEN) == PGJ_ROO


def test_an_agency_without_offices_takes_any_state() -> None:
    assert found(row(state="Campeche"), INM) == INM


def test_an_ended_agency_is_what_succeeded_it() -> None:
    assert found(row(), PGR, THEN) == PGR
    assert found(row(), PGR, TODAY) == FGR


def test_one_that_has_ended_without_an_heir_is_none() -> None:
    assert AgencyFinder(DIRECTORY, [], TODAY).find(row(), of_list=PF) == AgencyFault(Field.STATE, ProblemCode.NO_AGENCY)


def test_the_rows_own_words_come_before_the_lists_agency() -> None:
    assert found(row(agency="P.G.R."), None, THEN) == PGR
    assert found(row(agency="Migración"), None) == INM
    assert found(row(agency="GUARDIA  NACIONAL"), PGR) == GN


def test_words_that_the_directory_does_not_know_are_the_unit() -> None:
    assert AgencyFinder(DIRECTORY, SUCCESSIONS, TODAY).find(row(agency="Dirección de Área"), of_list=INM) == Assigned(
        INM, "Dirección de Área"
    )
    assert AgencyFinder(DIRECTORY, SUCCESSIONS, TODAY).find(row(agency="Dirección", unit="Delegación"), of_list=INM) == Assigned(
        INM, "Delegación"
    )


def test_a_list_of_several_agencies_needs_one_in_each_row() -> None:
    assert AgencyFinder(DIRECTORY, SUCCESSIONS, TODAY).find(row(state="Campeche"), of_list=None) == AgencyFault(
        Field.AGENCY, ProblemCode.NO_AGENCY
    )


def test_nobody_nominates_for_another_agency() -> None:
    within = frozenset({INM})
    assert found(row(), INM, within=within) == INM
    assert found(row(agency="GN"), INM, within=within) is ProblemCode.OTHER_AGENCY


def list_row(key: str, *problems: Problem, state: str = "") -> ListRow:
    return ListRow(key=key, cells={Field.STATE: state}, nominee=row(state=state), problems=problems)


def test_one_correction_is_offered_for_all_equal_words() -> None:
    lost = Problem(Field.STATE, ProblemCode.NO_AGENCY, Severity.ERROR, "Atlántida")
    alone = Problem(Field.EMAIL, ProblemCode.NO_ADDRESS, Severity.ERROR, "a@b,mx", "a@b.mx")
    rows = [list_row("0.5", lost), list_row("0.6", lost, alone), list_row("0.7", state="Oax."), list_row("0.8", state="Oax.")]
    better = {"0.7": {Field.STATE: "Oaxaca"}, "0.8": {Field.STATE: "Oaxaca"}}
    assert fixes_for(rows, better) == [Fix(Field.STATE, "Atlántida", "", 2), Fix(Field.STATE, "Oax.", "Oaxaca", 2, optional=True)]


def test_what_an_import_takes() -> None:
    assert [each for each in Outcome if each.comes] == [Outcome.SEATED, Outcome.ALTERNATE, Outcome.FOR_APPROVAL, Outcome.WAITS]
