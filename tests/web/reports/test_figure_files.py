"""Figures as files: what each account may take, with small cells hidden or not, and the row in the audit log."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant
from seminar_app.audit.models import AuditRow
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.reports import figure_job
from tests.support.checking_client import CheckingClient, Page
from tests.support.long_work import nobody_works, work_at_once
from tests.support.pdf import facts_of, faults_of, structure_of, text_of
from tests.support.workbook import above_of, table_of
from tests.web.reports.conftest import ReadAs

pytestmark = pytest.mark.sqlite_first
FILE = "/staff/reports/file"


def taken(session: Session) -> list[dict[str, Any]]:
    session.rollback()
    return list(session.scalars(select(AuditRow.details).where(AuditRow.action == "figure.exported").order_by(AuditRow.sequence)))


def book_of(page: Page) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(page.response.data))


def charts_of(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist() if "chart" in name and name.endswith(".xml"))


def pressed(client: CheckingClient, address: str, **chosen: str) -> Page:
    """Press «Download» on the page, and return what comes of it."""
    return client.follow(client.submit(f"/staff/reports/{address}", chosen, form=f"form[action='{FILE}']"))


def test_a_workbook_has_the_figure_its_breakdown_with_a_chart_what_is_missing_and_how_to_read_it(read_as: ReadAs, session: Session) -> None:
    page = pressed(read_as("organizer"), "?by=group", file="xlsx", cells="all")
    book = book_of(page)
    assert book.sheetnames == ["Figure", "By agency group", "What is missing", "How to read this"]
    assert above_of(book["Figure"])[0] == "12 · People · Have completed"
    assert table_of(book["Figure"])[3][:4] == ["Have completed", 12, 12, 36]
    assert [row[1:] for row in table_of(book["By agency group"])[1:]] == [[9, 9, 9], [3, 3, 3], [12, 12, 12]]
    assert table_of(book["What is missing"])[1][3:] == [1, "http://localhost/staff/seminars/cancun-2014/roster/?lacks=sex"]
    told = dict(row[:2] for row in table_of(book["How to read this"])[1:])
    assert told["Whose"] == "Seminars of the office HSI."
    assert "stays within the office" in told["Small cells"]
    chart = charts_of(page.response.data)
    assert re.findall(r"<c:v>(\d+)</c:v>", chart) == ["9", "3"]
    assert 'val="005EA2"' in chart
    assert taken(session) == [{"format": "xlsx", "figure": "by=group", "cells": "all"}]


def test_what_is_handed_on_hides_small_numbers_everywhere_the_chart_too(read_as: ReadAs, session: Session) -> None:
    page = pressed(read_as("organizer"), "?by=group", file="xlsx")
    book = book_of(page)
    assert [row[1:] for row in table_of(book["By agency group"])[1:]] == [["–"] * 3, ["–"] * 3, [12, 12, 12]]
    assert table_of(book["What is missing"])[0] == ["What is missing", "Seminar", "Ended on", "Participations"]
    assert table_of(book["What is missing"])[1][3] is None
    assert charts_of(page.response.data) == ""
    assert taken(session)[-1]["cells"] == "hidden"
    plain = pressed(read_as("organizer"), "?by=group", file="csv").response.data
    assert plain.startswith(b"\xef\xbb\xbf")
    assert [line.split(",")[-2:] for line in plain.decode("utf-8-sig").splitlines()[1:]] == [["", "yes"], ["", "yes"]]


def test_an_auditor_takes_only_what_the_page_shows(read_as: ReadAs, session: Session) -> None:
    client = read_as("auditor")
    page = client.get(f"{FILE}?by=agency,sex&agency=CNS&file=csv&cells=all")
    lines = page.response.data.decode("utf-8-sig").splitlines()
    assert lines == ["Sex,People,Hidden", "Female,11,no", "Male,,yes", "Not known,,yes"], "not by agency, and not narrowed down"
    assert taken(session) == [{"format": "csv", "figure": "by=sex", "cells": "hidden"}]


def test_two_figures_stand_in_one_file(read_as: ReadAs) -> None:
    client, address = read_as("admin"), "?by=sex&beside=1&b.count=hours&b.by=year"
    lines = pressed(client, address, file="csv", cells="all").response.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "Figure,Ended in,Sex,Calendar year,Number"
    assert lines[-1] == "Person-hours · Have completed,All years,,2015,18.0"
    assert book_of(pressed(client, address, file="xlsx", cells="all")).sheetnames[2] == "Figure 2"


def test_a_pdf_is_made_by_the_worker_and_comes_in_one_press(
    app: Flask, read_as: ReadAs, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    work_at_once(app, monkeypatch)
    client = read_as("organizer")
    page = pressed(client, "?by=group", file="pdf-letter", cells="all")
    assert page.response.mimetype == "application/pdf"
    text = text_of(page.response.data)
    assert "12 People · Have completed" in " ".join(text.split())
    assert "Each person once, who completed at least one seminar" in text
    assert "Sex not known: 1 seminar, 1 participation" in text
    assert structure_of(page.response.data).count("Table") == 2
    both = pressed(client, "?by=group,sex&beside=1&b.count=hours&b.by=sex", file="pdf-a4").response.data
    assert facts_of(both)["Page size"].startswith("595")
    assert faults_of({"one": page.response.data, "two": both}, tmp_path) == ""
    assert [each["cells"] for each in taken(session)] == ["all", "hidden"]


def test_pressed_twice_it_is_one_job_and_without_a_worker_its_page_says_so(
    app: Flask, read_as: ReadAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody_works(app, monkeypatch)
    client = read_as("organizer")
    first, second = (pressed(client, "?by=group", file="pdf-a4") for _ in range(2))
    assert "A figure as a file" in first.text
    assert first.response.request.path == second.response.request.path


def test_a_file_that_the_worker_made_goes_to_nobody_who_counts_other_seminars_now(
    app: Flask, read_as: ReadAs, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_at_once(app, monkeypatch)
    monkeypatch.setattr(figure_job, "MOST_AT_ONCE", 0)
    client = read_as("organizer")
    answer = client.submit("/staff/reports/", {"file": "xlsx"}, form=f"form[action='{FILE}']")
    address = answer.response.headers["Location"]
    client.get(address)
    assert client.get(f"{FILE}?file=xlsx", status=303).response.headers["Location"] == "/staff/reports/"
    with unit_of_work(session) as work:
        for grant in work.scalars(select(RoleGrant)):
            work.delete(grant)
    client.get(address, status=404)


def test_no_person_is_in_a_file_of_figures(read_as: ReadAs, session: Session) -> None:
    names = {text for person in session.scalars(select(Person)) for text in (person.surname1, person.email) if text}
    client = read_as("admin")
    for kind in ("xlsx", "csv"):
        content = client.get(f"{FILE}?by=agency,sex&file={kind}&cells=all").response.data
        if kind == "xlsx":
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                content = b"".join(parts.read(name) for name in parts.namelist())
        assert [name for name in names if name.encode() in content] == []
