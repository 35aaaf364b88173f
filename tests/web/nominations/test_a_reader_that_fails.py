"""The process that reads a file dies or hangs while somebody uploads it: a sentence, the form stays, and no list is there."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from seminar_app.nominations import staff_routes, tables
from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # what the database does is tried in tests/integration/nominations

DIES = "import os, sys; sys.stdin.buffer.read(); os.kill(os.getpid(), 9)"
HANGS = "import time; time.sleep(60)"
HALF = "import sys; sys.stdin.buffer.read(); print('{\"tables\": [', end='')"


@pytest.mark.sqlite_first
@pytest.mark.parametrize("program", [DIES, HANGS, HALF], ids=["dies", "hangs", "half an answer"])
def test_a_reader_that_fails_leaves_no_list(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    reader = tmp_path / "reader.py"
    reader.write_text(program, encoding="utf-8")
    monkeypatch.setattr(staff_routes, "read_tables", partial(tables.read_tables, reader=reader, timeout=0.5))
    page = house.upload("organizer", "Nombre,Apellido paterno,Correo\nAna,Soto,ana@inm.example\n", "lista.csv", agency="INM", status=422)
    assert page.one("#agency option[selected]").attrs["value"] == "INM"
    assert (house.lists(), house.roster()) == (0, [])
