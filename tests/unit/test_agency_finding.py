from __future__ import annotations

from datetime import date

from seminar_app.agencies.finding import Findable, meant_by, predecessors
from seminar_app.agencies.rules import Succession

PSP, PFP, PF, GN = 1, 2, 3, 4
CHAIN = [Succession(PSP, PFP, date(1999, 1, 4)), Succession(PFP, PF, date(2009, 6, 2)), Succession(PF, GN, None, 2019)]
FGR = Findable(1, "FGR · Fiscalía General de la República", ("FGR · Fiscalía General de la República, antes PGR", "Fiscalía", "PGR"))
VERACRUZ = Findable(
    2, "Veracruz · Fiscalía General del Estado de Veracruz", ("Veracruz · Fiscalía General del Estado de Veracruz", "FGE-VER")
)
MORELOS = Findable(3, "Morelos · Fiscalía General del Estado de Morelos", ("Morelos · Fiscalía General del Estado de Morelos", "FGE-MOR"))
OFFERED = (FGR, VERACRUZ, MORELOS)


def test_an_agency_has_the_names_of_all_that_it_succeeded_the_nearest_first() -> None:
    assert predecessors(CHAIN, gone=(), day=None)[GN] == (PF, PFP, PSP)
    assert PSP not in predecessors(CHAIN, gone=(), day=None)


def test_of_several_predecessors_the_latest_comes_first() -> None:
    both = [Succession(PSP, GN, date(2001, 1, 1)), Succession(PFP, GN, date(2019, 1, 1))]
    assert predecessors(both, gone=(), day=None)[GN] == (PFP, PSP)


def test_what_has_not_happened_yet_gives_no_names() -> None:
    assert GN not in predecessors(CHAIN, gone=(), day=date(2019, 12, 30))
    assert predecessors(CHAIN, gone=(), day=date(2019, 12, 31))[GN] == (PF, PFP, PSP)


def test_an_agency_that_is_gone_leads_to_its_heir_even_if_the_day_is_not_known() -> None:
    unknown = [Succession(PF, GN, None, None)]
    assert GN not in predecessors(unknown, gone=(), day=date(2026, 1, 1))
    assert predecessors(unknown, gone={PF}, day=date(2026, 1, 1))[GN] == (PF,)


def test_a_loop_of_successions_ends() -> None:
    loop = [Succession(PF, GN, date(2019, 1, 1)), Succession(GN, PF, date(2020, 1, 1))]
    assert predecessors(loop, gone=(), day=None) == {GN: (PF,), PF: (GN,)}


def test_words_that_only_one_agency_has_mean_it() -> None:
    assert meant_by("pgr", OFFERED) == [1]
    assert meant_by("  VERACRÚZ ", OFFERED) == [2]
    assert meant_by("estado more", OFFERED) == [3]


def test_words_of_several_agencies_mean_none_even_if_one_is_called_exactly_so() -> None:
    assert meant_by("Fiscalía", OFFERED) == [1, 2, 3]
    assert meant_by("fge", OFFERED) == [2, 3]


def test_a_whole_label_means_its_agency() -> None:
    longer = Findable(
        4, "Veracruz · Fiscalía General del Estado de Veracruz Norte", ("Veracruz · Fiscalía General del Estado de Veracruz Norte",)
    )
    assert meant_by("Veracruz · Fiscalía General del Estado de Veracruz", (*OFFERED, longer)) == [2]


def test_no_word_and_no_readable_word_mean_nothing() -> None:
    assert meant_by("", OFFERED) == []
    assert meant_by(" · ,", OFFERED) == []
    assert meant_by("racruz", OFFERED) == []
