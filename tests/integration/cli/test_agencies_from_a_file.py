"""An office outside Mexico brings its own directory as a spreadsheet: all of it, or a sentence for each fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencyAlias
from tests.support.factories import Make

HEAD = "code,name_es,name_en,level,country,state,parent,valid_from,aliases\n"
GOOD = (
    HEAD
    + 'MP-GT,Ministerio Público,Public Ministry,federal,GT,,,1994-05-13,"Fiscalía; el MP"\n'
    + "mp-gt-feci,Fiscalía contra la Impunidad,Office against Impunity,federal,GT,,MP-GT,,FECI\n"
    + ",,,,,,,,\n"
)


def run(app: Flask, tmp_path: Path, content: bytes | str) -> tuple[int, str]:
    (tmp_path / "agencies.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    result = app.test_cli_runner().invoke(args=["agencies", "import", str(tmp_path / "agencies.csv")])
    return result.exit_code, result.output


def test_a_directory_is_added_once_with_its_tree_and_aliases(app: Flask, session: Session, tmp_path: Path) -> None:
    assert run(app, tmp_path, "\ufeff" + GOOD) == (0, "2 agencies added, 0 were there.\n")
    child = session.scalars(select(Agency).where(Agency.code == "MP-GT-FECI")).one()
    parent = session.scalars(select(Agency).where(Agency.code == "MP-GT")).one()
    assert child.parent_id == parent.id
    assert parent.valid_from is not None
    assert set(session.scalars(select(AgencyAlias.alias))) == {"Fiscalía", "el MP", "FECI"}
    assert run(app, tmp_path, GOOD) == (0, "0 agencies added, 2 were there.\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("code,name_es\nX,Y\n", "no column country, level, name_en"),
        ("", "no column"),
        (b"\xff\xfe\x00", "cannot be read"),
        (HEAD + "A B,Uno,One,federal,GT,,,,\n", "line 2: code"),
        (HEAD + "A,Uno,One,feudal,GT,,,,\n", "line 2: level"),
        (HEAD + "A,Uno,One,federal,Guatemala,,,,\n", "line 2: country"),
        (HEAD + "A,Uno,One,federal,GT,,NOT-THERE,,\n", "no agency «NOT-THERE»"),
        (HEAD + "A,Uno,One,federal,GT,,,13/05/1994,\n", "line 2: valid_from"),
        (HEAD + "A,Uno,One,federal,GT,,,,!!!\n", "no letter or digit"),
        (HEAD + "A,Uno\x00,One,federal,GT,,,,\n", ""),
        (HEAD + f"A,{'x' * 300},One,federal,GT,,,,\n", "line 2: name_es"),
        (HEAD + "".join(f"A {n},Uno,One,federal,GT,,,,\n" for n in range(30)), "and 10 more"),
    ],
)
def test_a_fault_is_named_by_its_line_and_nothing_is_added(
    app: Flask, make: Make, session: Session, tmp_path: Path, content: str | bytes, said: str
) -> None:
    make.agency("PGR")
    code, output = run(
        app, tmp_path, content.replace("\n", "\nB,Dos,Two,other,GT,,,,\n", 1) if isinstance(content, str) and said == "" else content
    )
    assert code in (1, 2)
    assert said in output
    assert session.scalar(select(func.count()).select_from(Agency)) == 1
