"""Thirty kinds of fault, mended cell by cell on the page, or in the file that comes back: both end with the same roster."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from seminar_app.nominations.tables import read_tables
from tests.browser.test_nominations import Office, bring, see_people, upload
from tests.browser.test_nominations import office as office  # noqa: PLC0414  a fixture
from tests.support.agency_lists import FAULTS, roster_of
from tests.support.list_files import xlsx_of
from tests.support.visitor import DESK, settled

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]

KINDS: list[dict[str, Any]] = json.loads((FAULTS / "thirty_faults.json").read_text(encoding="utf-8"))
HEADINGS = {
    "given_names": "Nombre(s)",
    "surname1": "Apellido paterno",
    "email": "Correo",
    "birth_date": "Fecha de nacimiento",
    "curp": "CURP",
    "sex": "Sexo",
}


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """The list, with the state shortened in every row."""
    path = tmp_path / "treinta.csv"
    path.write_bytes((FAULTS / "thirty_faults.csv").read_bytes().replace(b"Oaxaca", b"Oax."))
    return path


def right_roster() -> list[tuple[str, ...]]:
    """Names and addresses of all rows with what is right in the faulty cells; the last of 29 people is an alternate."""
    rows = list(csv.DictReader((FAULTS / "thirty_faults.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    for kind in KINDS:
        rows[kind["row"] - 2][HEADINGS[kind["field"]]] = kind["right"]
    named = [row for row in rows if row["Nombre(s)"]]
    states = ["registered"] * 28 + ["waitlisted"] * (len(named) - 28)
    return sorted(
        (row["Nombre(s)"], row["Apellido paterno"], row["Apellido materno"], row["Correo"], "Oaxaca", state)
        for row, state in zip(named, states, strict=True)
    )


def cell(page: Page, kind: dict[str, Any]) -> Any:
    return page.locator(f"#cell-0-{kind['row']}-{kind['field']}")


def mended(page: Page, kind: dict[str, Any]) -> None:
    """Wait until the row has come back without the fault."""
    expect(cell(page, kind)).to_have_count(0)


def test_every_cell_is_mended_where_it_stands(office: Office, faulty: Path) -> None:
    with office.open(office.organizer(), language="es", width=DESK) as visitor:
        visitor.go(office.lists)
        upload(visitor, faulty, "PGR")
        page = see_people(visitor)
        expect(page.get_by_label("Estado «Oax.»")).to_have_value("Oaxaca")
        page.locator("details", has=page.get_by_label("Estado «Oax.»")).locator("summary").click()
        page.get_by_role("button", name="Reemplazar «Oax.»").click()
        settled(page)
        expect(page.get_by_label("Estado «Oax.»")).to_have_count(0)
        page.goto(f"{page.url.partition('?')[0]}?show=all")
        visitor.look()
        expect(page.locator(".cell-fault")).to_have_count(len(KINDS))
        for kind in KINDS:
            if kind["right"] is None:
                page.get_by_role("button", name=f"Dejar fuera la fila {kind['row']}").click()
                expect(page.locator(f"#row-0-{kind['row']}")).to_have_count(0)
                expect(page.locator("#left-out")).to_contain_text(str(kind["row"]))
            elif kind["proposal"] is not None:
                page.locator(f"#cell-0-{kind['row']}-{kind['field']}-accept").click()
            else:
                cell(page, kind).fill(kind["right"])
                cell(page, kind).press("Tab")
            mended(page, kind)
        expect(page.locator("#list-said")).to_contain_text("0 filas por corregir")
        visitor.look()
        bring(visitor)
    assert roster_of(office.session, office.seminar) == right_roster()


def test_the_file_that_comes_back_is_mended_and_sent_again(office: Office, faulty: Path, tmp_path: Path) -> None:
    with office.open(office.organizer(), language="es", width=DESK) as visitor:
        visitor.go(office.lists)
        upload(visitor, faulty, "PGR")
        page = see_people(visitor)
        with page.expect_download() as download:
            page.get_by_role("link", name="La lista con lo que está mal").click()
        assert download.value.suggested_filename == "treinta - qué está mal.xlsx"
        returned = read_tables(Path(download.value.path()).read_bytes(), name="treinta.xlsx").tables[0]
        rows = [list(row) for row in returned.rows]
        headings = rows[0]
        assert headings[-1] == "Qué está mal"
        for kind in KINDS:
            row = rows[kind["row"] - 1]
            assert row[-1], kind
            row[headings.index(HEADINGS[kind["field"]])] = kind["right"] or ""
        for row in rows[1:]:
            row[headings.index("Estado")] = "Oaxaca"
        again = tmp_path / "corregida.xlsx"
        again.write_bytes(xlsx_of([row for row in rows if row[1]]))
        visitor.go(office.lists)
        upload(visitor, again, "PGR")
        see_people(visitor)
        bring(visitor)
    assert roster_of(office.session, office.seminar) == right_roster()
