"""`flask reports`: figures in every format, small cells hidden or not, and the row in the audit log."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from tests.support.factories import Make
from tests.support.trained import trained

pytestmark = pytest.mark.sqlite_first


@pytest.fixture(autouse=True)
def _trained(make: Make) -> None:
    trained(make)
    make.session.close()


def invoke(app: Flask, *arguments: str) -> Result:
    done = app.test_cli_runner().invoke(args=["reports", *arguments])
    assert done.exit_code == 0, done.output
    return done


def json_of(app: Flask, *arguments: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(invoke(app, "trained", *arguments).stdout)
    return read


def test_a_figure_has_its_rule_its_rows_and_what_is_missing(app: Flask, session: Session) -> None:
    found = json_of(app, "--by", "agency,sex", "--from", "2014-01-01", "--to", "2014-12-31")
    assert (found["total"], found["names"], found["from"], found["by"]) == (12, "then", "2014-01-01", ["agency", "sex"])
    assert {(row["agency"], row["sex"], row["value"]) for row in found["rows"]} == {
        ("PGR", "F", 5),
        ("PGR", "M", 3),
        ("PGR", "", 1),
        ("CNS", "M", 3),
    }
    assert found["missing"] == {"sex": ["cancun-2014"], "agency": [], "marks": [], "roster": []}
    assert json_of(app, "--count", "hours")["total"] == 54.0
    left = session.scalars(select(AuditRow.details).where(AuditRow.action == "figure.exported").order_by(AuditRow.sequence)).first()
    assert left == {"format": "json", "figure": "by=agency%2Csex&from=2014-01-01&to=2014-12-31", "cells": "all"}


def test_small_cells_are_hidden_where_it_is_asked_for(app: Flask) -> None:
    found = json_of(app, "--by", "agency", "--to", "2014-12-31", "--hide-small")
    assert (found["total"], {row["value"] for row in found["rows"]}, found["small_cells"]) == (12, {None}, "hidden")
    lines = list(csv.reader(io.StringIO(invoke(app, "trained", "--by", "sex", "--format", "csv", "--hide-small").stdout)))
    assert lines == [["sex", "people", "hidden"], ["F", "11", "no"], ["M", "", "yes"], ["", "", "yes"]]


def test_files_for_people_and_for_scripts(app: Flask, tmp_path: Path) -> None:
    for form, begins in (("xlsx", b"PK"), ("pdf", b"%PDF-"), ("csv", b"\xef\xbb\xbf")):
        path = tmp_path / f"figure.{form}"
        invoke(app, "trained", "--by", "group", "--format", form, "--lang", "es", "--output", str(path))
        assert path.read_bytes().startswith(begins)


def test_rows_are_one_line_for_each_participation_without_a_name(app: Flask, session: Session) -> None:
    lines = list(csv.DictReader(io.StringIO(invoke(app, "rows", "--from", "2015-01-01").stdout)))
    assert len(lines) == 6
    assert {(each["kind"], each["seminar"], each["agency_then"], each["sex"], each["completed"], each["minutes"]) for each in lines} == {
        ("named", "toluca-2015", "PGR", "F", "1", "180")
    }
    assert len({each["pseudonym"] for each in lines}) == 6
    assert session.scalars(select(AuditRow.action)).all()[-1] == "figure.rows_exported"
