"""The list that goes back to an agency, opened by a spreadsheet program of other makers."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

from seminar_app.nominations.annotated import annotated
from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import read
from seminar_app.nominations.tables import read_tables
from tests.support.agency_lists import FAULTS
from tests.support.foreign_tools import found

FILTER = "csv:Text - txt - csv (StarCalc):59,34,76,1"
"""Semicolons, quotes, UTF-8."""


def test_libreoffice_shows_every_cell_and_what_is_wrong_beside_it(tmp_path: Path) -> None:
    original = (FAULTS / "thirty_faults.csv").read_bytes()
    tables = read_tables(original, name="thirty_faults.csv")
    rows = read(tables, propose(tables)).rows
    content = annotated(
        tables,
        remarks={row.key: "; ".join(problem.code.value for problem in row.problems) for row in rows},
        faulty={},
        changed={},
        headers={0: 1},
        language="es",
    )
    (tmp_path / "lista.xlsx").write_bytes(content)
    command = [found("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", FILTER]
    subprocess.run([*command, "--outdir", str(tmp_path), str(tmp_path / "lista.xlsx")], check=True, capture_output=True, timeout=120)
    shown = list(csv.reader((tmp_path / "lista.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"))
    sent = list(csv.reader(original.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[:-1] for row in shown] == sent
    assert shown[0][-1] == "Qué está mal"
    assert all(row[-1] for row in shown[1:])
