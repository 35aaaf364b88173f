"""`flask nominations import` tells the truth about the list that it keeps, and brings nobody twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from seminar_app.core.sealed_files import SealedFile
from seminar_app.people.models import Person
from tests.integration.nominations.conftest import FOUR, Desk
from tests.integration.nominations.test_bringing_lists import EXPECTED, comparable

pytestmark = pytest.mark.sqlite_first
"""What only commands do; a dry run ends its transaction."""

ANA, LUIS, EVA = "Ana,Soto,Díaz", "Luis,Mora,Cruz", "Eva,Ríos,Paz"


def brought(app: Flask, desk: Desk, file: Path, *options: str) -> tuple[dict[str, list[dict[str, Any]]], str]:
    desk.session.rollback()
    args = ["nominations", "import", desk.seminar.slug, str(file), "--agency", "INM", "--report", "json", *options]
    result = app.test_cli_runner().invoke(args=args)
    assert result.exit_code == 0, result.output + result.stderr
    return json.loads(result.stdout), result.stderr


def without_addresses(tmp_path: Path, *people: str, name: str = "noemail.csv") -> Path:
    file = tmp_path / name
    file.write_text("\n".join(("Nombre,Apellido paterno,Apellido materno", *people)), encoding="utf-8")
    return file


def numbers(report: dict[str, list[dict[str, Any]]], *kinds: str) -> list[list[int]]:
    return [[entry["row"] for entry in report[kind]] for kind in kinds]


def test_the_same_file_again_is_reported_as_brought(app: Flask, desk: Desk, tmp_path: Path) -> None:
    desk.pool("INM", 9)
    file = without_addresses(tmp_path, ANA, LUIS)
    report, said = brought(app, desk, file)
    assert numbers(report, "accepted", "duplicates", "perhaps") == [[2, 3], [], []]
    assert "2" in said
    again, said = brought(app, desk, file)
    assert numbers(again, "accepted", "duplicates", "perhaps") == [[], [2, 3], []]
    assert "0" in said
    assert len(desk.roster()) == 2


def test_those_who_may_be_on_the_roster_already_are_held_back(app: Flask, desk: Desk, tmp_path: Path) -> None:
    desk.pool("INM", 9)
    brought(app, desk, without_addresses(tmp_path, ANA, LUIS))
    other = without_addresses(tmp_path, LUIS, EVA, ANA, name="other.csv")
    dry, _said = brought(app, desk, other, "--dry-run")
    report, said = brought(app, desk, other)
    assert report == dry
    assert numbers(report, "accepted", "perhaps") == [[3], [2, 4]]
    assert all(entry["why"].startswith("perhaps") for entry in report["perhaps"])
    assert "1" in said
    assert len(desk.roster()) == 3


@pytest.mark.parametrize(("options", "accepted"), [((), [2]), (("--perhaps", "new"), [2]), (("--perhaps", "hold"), [])])
def test_those_who_are_only_on_file_are_new_unless_it_is_said(
    app: Flask, desk: Desk, tmp_path: Path, options: tuple[str, ...], accepted: list[int]
) -> None:
    desk.pool("INM", 9)
    desk.make.person("Ana", "Soto", "Díaz")
    report, _said = brought(app, desk, without_addresses(tmp_path, ANA), *options)
    assert numbers(report, "accepted") == [accepted]


def test_all_may_be_taken_as_new(app: Flask, desk: Desk, tmp_path: Path) -> None:
    desk.pool("INM", 9)
    brought(app, desk, without_addresses(tmp_path, ANA))
    report, _said = brought(app, desk, without_addresses(tmp_path, ANA, EVA, name="other.csv"), "--perhaps", "new")
    assert numbers(report, "accepted", "perhaps") == [[2, 3], []]


@pytest.mark.both_engines
def test_a_dry_run_leaves_nothing(app: Flask, desk: Desk, tmp_path: Path) -> None:
    desk.pool("INM", 9)
    report, said = brought(app, desk, without_addresses(tmp_path, ANA, LUIS), "--dry-run")
    assert numbers(report, "accepted") == [[2, 3]]
    assert said == ""
    assert [desk.session.scalar(select(func.count()).select_from(table)) for table in (SealedFile, Person)] == [0, 0]


def test_a_list_of_the_four_gives_what_is_expected(app: Flask, desk: Desk) -> None:
    desk.pool("INM", 15)
    report, _said = brought(app, desk, FOUR / "INM.xlsx")
    assert [comparable(each) for each in report["accepted"]] == [comparable(each) for each in EXPECTED["INM.xlsx"]["accepted"]]
    assert report["perhaps"] == []
