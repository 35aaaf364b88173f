"""Names of files are kept as they can be shown."""

from __future__ import annotations

import pytest

from seminar_app.nominations.file_names import plain_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("lista.xlsx", "lista.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Ana\\Participantes 2014.xls", "Participantes 2014.xls"),
        ("\u202ecod.exe\x00\n", "cod.exe"),
        ("nómina  \t final .csv", "nómina final .csv"),
        ("a" * 300 + ".csv", "a" * 196 + ".csv"),
        ("no\u0301mina.csv", "nómina.csv"),
        ("\ud800.csv", ".csv"),
        ("lists/", ""),
        ("", ""),
    ],
)
def test_a_name_is_kept_without_folders_and_invisible_characters(sent: str, kept: str) -> None:
    assert plain_name(sent) == kept
