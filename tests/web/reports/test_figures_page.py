"""The page of figures: whose seminars each account counts, what an auditor may see, what is missing, and two figures side by side."""

from __future__ import annotations

from datetime import date

import pytest

from seminar_app.people.rules import Sex
from seminar_app.reports import pages
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.support.trained import Trained, held, seated
from tests.web.reports.conftest import ReadAs

pytestmark = pytest.mark.sqlite_first
FIGURES = "/staff/reports/"


def figure_on(page: Page) -> str:
    return str(page.one(".figure-value").to_text())


def lines_on(page: Page, caption: str) -> list[list[str]]:
    """Return the rows of the table with this caption."""
    (table,) = [each for each in page.select("table") if caption in each.to_text()]
    rows = [row for row in page.select("tr") if row.to_text() in table.to_text()]
    return [[" ".join(cell.to_text().split()) for cell in row.query("th, td")] for row in rows]


@pytest.mark.parametrize(("role", "people"), [("admin", "18"), ("auditor", "18"), ("organizer", "12"), ("liaison", "15")])
def test_each_account_counts_its_own_seminars_and_people(read_as: ReadAs, role: str, people: str) -> None:
    page = read_as(role).get(FIGURES)
    assert figure_on(page) == people
    scopes = {"organizer": "Seminars of the office HSI", "liaison": "People of PGR, of what is below and of what it succeeded"}
    assert scopes.get(role, "Seminars of all offices") in page.text


def test_an_organizer_reads_nothing_of_another_office_whatever_the_address_asks_for(read_as: ReadAs) -> None:
    client = read_as("organizer")
    assert figure_on(client.get(f"{FIGURES}?office=OPDAT")) == "0"
    assert "toluca-2015" not in client.get(f"{FIGURES}?by=seminar").text


def test_a_coordinator_reads_no_figures(client: CheckingClient, make: Make, there: Trained, read_as: ReadAs) -> None:
    assert there
    read_as("coordinator").get(FIGURES, status=403)


def test_an_auditor_sees_fixed_tables_with_small_cells_hidden_and_no_links(make: Make, there: Trained, read_as: ReadAs) -> None:
    client = read_as("auditor")
    page = client.get(f"{FIGURES}?by=agency,sex&status=attended&only=x&agency=CNS&from=2014-06-01&to=2014-06-30")
    assert figure_on(page) == "18", "neither the agency nor the month narrow it down"
    text = client.get(f"{FIGURES}?by=group").text
    assert "A dash hides a number of fewer than five people" in text
    assert not client.get(f"{FIGURES}?by=group").select("main .figure a"), "a row opens nothing"
    rows = {row[0]: row[1:] for row in lines_on(client.get(f"{FIGURES}?by=group"), "By agency group")}
    assert {name.partition(" ")[0]: numbers for name, numbers in rows.items() if "·" in name or name in ("PGR", "CNS")}
    assert all(number == "–" for name, numbers in rows.items() if name.startswith("CNS") for number in numbers)
    assert all(number == "–" for name, numbers in rows.items() if name.startswith("PGR") for number in numbers)


def test_who_stayed_away_is_not_found_by_subtraction(make: Make, there: Trained, read_as: ReadAs) -> None:
    seated(make, there.toluca, make.person(sex=Sex.FEMALE, email="away@x.example"), there.pgr, present=False)
    rows = {row[0]: row[1:] for row in lines_on(read_as("auditor").get(f"{FIGURES}?status=registered"), "All counts")}
    assert rows["People"] == ["19", "–", "–"]


def test_what_is_missing_leads_to_where_it_is_mended_and_an_auditor_reads_it_without_small_numbers(read_as: ReadAs) -> None:
    page = read_as("organizer").get(FIGURES)
    assert "Sex not known: 1 seminar, 1 participation" in page.text
    link = page.one(".missing a").attrs["href"]
    assert link == "/staff/seminars/cancun-2014/roster/?lacks=sex"
    audited = read_as("auditor").get(FIGURES)
    assert "Sex not known: 1 seminar" in audited.text
    assert "1 participation" not in audited.text
    assert not audited.select(".missing a")


def test_a_figure_is_narrowed_and_compared_with_another(make: Make, there: Trained, read_as: ReadAs) -> None:
    client = read_as("admin")
    page = client.get(f"{FIGURES}?sex=-&beside=1&b.count=hours&b.period=2015")
    assert [value.to_text() for value in page.select(".figure-value")] == ["1", "18.0"]
    assert "Sex: Not known" in page.text
    assert "2015" in page.text
    fewer = client.get(f"{FIGURES}?by=sex&period=FY2014")
    assert [row[0] for row in lines_on(fewer, "By sex")][1:] == ["Male", "Female", "Not known"]


def test_a_value_that_is_not_known_has_a_row_of_its_own_and_a_reserved_identity_is_no_gap(
    make: Make, there: Trained, read_as: ReadAs
) -> None:
    held(make, "puebla-2016", there.hsi, date(2016, 3, 1), [])
    hidden = make.person(sex=None, email="r@x.example", reserved=True)
    seated(make, there.cancun, hidden, there.pgr)
    page = read_as("organizer").get(f"{FIGURES}?by=sex")
    rows = {row[0]: row[1:] for row in lines_on(page, "By sex")}
    assert rows["Reserved identity"] == rows["Not known"] == ["1", "1", "1"]
    assert "Sex not known: 1 seminar, 1 participation" in page.text
    assert "No roster: 1 seminar" in page.text


def test_a_long_breakdown_shows_its_first_lines_and_says_how_many_more_there_are(read_as: ReadAs, monkeypatch: pytest.MonkeyPatch) -> None:
    client = read_as("admin")
    monkeypatch.setattr(pages, "LINES_SHOWN", 1)
    page = client.get(f"{FIGURES}?by=group")
    assert len(lines_on(page, "By agency group")) == 2, "heading and the largest group"
    assert "1 more value is not shown on this page." in page.text
    monkeypatch.setattr(pages, "COLUMNS_SHOWN", 1)
    crossed = client.get(f"{FIGURES}?by=group,year")
    assert [heading.to_text() for heading in crossed.select(".scrolls thead th")][1:] == ["2015", "Total"], "the latest year"
