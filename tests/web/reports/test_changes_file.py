"""Who changed what of a seminar's figures: which rows of the audit log are in the file, for whom, and that it names nobody."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person, PersonMerge
from tests.conftest import NOW
from tests.support.factories import Make
from tests.support.trained import Trained
from tests.support.workbook import table_of
from tests.web.reports.conftest import ReadAs

FILE = "/staff/reports/changes/file?seminar=cancun-2014"
TYPED = "Canaria"
"""A name that staff typed where none belongs."""


@pytest.fixture
def log(make: Make, there: Trained, session: Session, stray_rows: list[str]) -> dict[str, str]:
    """Rows of the audit log: of the seminar, of its people, of another seminar, and looks. Return the subjects of people."""
    mails = ("cancun-2014PGR0@x.example", "toluca-2015PGR0@x.example")
    here, elsewhere = (session.scalars(select(Person).where(Person.email == mail)).one() for mail in mails)
    gone, cancun = make.person(email="gone@x.example"), f"seminar:{there.cancun.public_id.hex}"
    staff = ChangeContext(NOW, f"account:{make.account(name=TYPED).public_id.hex}", "7" * 32)
    with unit_of_work(session) as work:
        work.add(PersonMerge(public_id=gone.public_id, kept_id=here.id, gone_id=gone.id, moved={}, merged_at=NOW, merged_by="command"))
        mark = {"action": "attendance.marked", "subject": f"seminar_session:{'5' * 32}"}
        record(work, staff, **mark, seminar="cancun-2014", details={"changed": 3, "to": {"present": 3}})
        record(work, staff, **mark, seminar="toluca-2015", details={"changed": 1})
        for person in (here, elsewhere, gone):
            record(work, staff, action="person.edited", subject=f"person:{person.public_id.hex}", details={"columns": ["sex"]})
        reason = {"before": "completed", "after": "closed", "reason": f"La hoja de {TYPED} llegó tarde."}
        record(work, staff, action="seminar.resumed", subject=cancun, seminar="cancun-2014", details=reason)
        record(work, staff, action="roster.viewed", subject=cancun, seminar="cancun-2014")
        record(work, staff, action="agency.edited", subject="agency:CNS", details={"columns": ["level"]})
    stray_rows.clear()  # these are of no request
    return {"here": here.public_id.hex[:8].upper(), "gone": gone.public_id.hex[:8].upper()}


def test_an_auditor_takes_what_changed_a_seminar_s_figures_and_nothing_that_names_anybody(
    read_as: ReadAs, log: dict[str, str], session: Session
) -> None:
    client = read_as("auditor")
    content = client.get(FILE).response.data
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = table_of(book["Changes"])[1:]
    assert [(row[4], row[6]) for row in rows] == [
        ("attendance.marked", "session 55555555"),
        ("person.edited", f"person {log['here']}"),
        ("person.edited", f"person {log['gone']}"),
        ("seminar.resumed", rows[3][6]),
        ("agency.edited", "agency CNS"),
    ]
    assert rows[0][1] == NOW.strftime("%Y-%m-%d %H:%M:%S")
    assert rows[0][3].startswith("account ")
    assert rows[0][7:] == ["Present 3, 3 marks", "7" * 32]
    assert rows[3][7] == "Completed → Registration closed"
    about = {row[0]: row[1] for row in table_of(book["About"])[1:]}
    assert about["Rows"] == "5"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        text = "".join(parts.read(name).decode() for name in parts.namelist())
    assert "Its whole chain was checked when this file was made: " in text
    people = session.scalars(select(Person)).all()
    assert [name for name in (TYPED, *(each.surname1 or "" for each in people)) if name and name in text] == []
    session.rollback()
    left = session.scalars(select(AuditRow).order_by(AuditRow.sequence.desc()).limit(1)).one()
    assert (left.action, left.seminar, left.details) == ("figure.changes_exported", "cancun-2014", {"format": "xlsx"})


@pytest.mark.sqlite_first
def test_the_period_is_that_of_the_seminar_s_days_and_another_office_s_seminar_is_not_found(read_as: ReadAs, log: dict[str, str]) -> None:
    assert log
    client = read_as("organizer")
    day = NOW.date().isoformat()
    lines = client.get(f"{FILE}&from={day}&to={day}&file=csv").response.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 6
    assert len(client.get(f"{FILE}&to=2014-06-01&file=csv").response.data.decode("utf-8-sig").splitlines()) == 1
    refused = client.follow(client.get("/staff/reports/changes/file?seminar=toluca-2015", status=303))
    assert "There is no seminar «toluca-2015» whose figures you count." in refused.text
    assert "toluca-2015" not in client.get("/staff/reports/changes").text
    read_as("liaison").get("/staff/reports/changes", status=403)
