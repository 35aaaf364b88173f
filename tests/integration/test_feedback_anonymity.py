"""Nothing in the database links an answer to a person: no id, no order on disk, no transaction. With its broken twin."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.sqlite import empty_write_ahead_log, sqlite_module
from seminar_app.core.tables import Base
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback import answering, log_emptying
from seminar_app.feedback.answer_models import Answer, Response
from seminar_app.feedback.models import ResponseReceipt
from seminar_app.jobs import run_job
from seminar_app.web.database import db
from tests.conftest import SqliteDatabase, TestDatabase, make_app
from tests.support.factories import Make
from tests.support.feedback import REQUIRED, Held, hold
from tests.support.server import FORKS

PEOPLE = 12


def without_mixing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: new rows are simply added, and the database chooses their place."""
    monkeypatch.setattr(answering, "MIXED_AT_ONCE", 0)


def answer_in_order(make: Make, now: datetime) -> Held:
    """Let all people answer in the order of their registrations. Only the test knows by the comment whose answer it is."""
    held = hold(make, people=PEOPLE)
    held.open(now)
    for person in range(PEOPLE):
        held.answer(person, change=f"p{person:02}")
    return held


def cells(path: str, table: str) -> Iterator[bytes]:
    """Yield the cells of a WITHOUT ROWID table in their order on disk, from the end of each page, where the oldest cell is.

    Source: https://www.sqlite.org/fileformat.html, sections 1.6 and 2.2.
    """
    connection = sqlite_module().connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    connection.close()
    content = Path(path).read_bytes()
    page = content[(root - 1) * size : root * size]
    assert page[0] == 0x0A, "the table fits one page"
    count = int.from_bytes(page[3:5], "big")
    offsets = sorted((int.from_bytes(page[8 + 2 * n : 10 + 2 * n], "big") for n in range(count)), reverse=True)
    for offset, end in zip(offsets, [size, *offsets], strict=False):
        yield page[offset:end]


def order_on_disk(session: Session, database: TestDatabase, held: Held) -> tuple[list[int], list[int]]:
    """Return the people in the order of their responses on disk, and in the order of their receipts."""
    owners = {
        row.response_id: int(row.text[1:])
        for row in session.execute(select(Answer.response_id, Answer.text).where(Answer.text.like("p__")))
    }
    people = {registration.id: number for number, registration in enumerate(held.people)}
    if isinstance(database, SqliteDatabase):
        session.rollback()
        path = str(database.folder / "test.sqlite3")
        responses = [next(owner for key, owner in owners.items() if key.hex.encode() in cell) for cell in cells(path, "response")]
        # a receipt's cell: its length, then a header of three bytes (its own length and two types), then the registration
        receipts = [
            people[int.from_bytes(cell[4 : 4 + _width(cell[2])], "big") if cell[2] not in (8, 9) else cell[2] - 8]
            for cell in cells(path, "response_receipt")
        ]
        return responses, receipts
    in_heap = [owners[key] for key in session.scalars(select(Response.id).order_by(text("ctid")))]
    return in_heap, [people[key] for key in session.scalars(select(ResponseReceipt.registration_id).order_by(text("ctid")))]


def _width(serial_type: int) -> int:
    return {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}[serial_type]


def test_neither_responses_nor_receipts_lie_in_the_order_of_arrival(
    make: Make, now: datetime, session: Session, database: TestDatabase
) -> None:
    held = answer_in_order(make, now)
    responses, receipts = order_on_disk(session, database, held)
    arrived = list(range(PEOPLE))
    assert sorted(responses) == sorted(receipts) == arrived
    for order in (responses, receipts):
        assert order not in (arrived, arrived[::-1])
    assert responses != receipts


def test_the_newest_lies_anywhere(make: Make, now: datetime, session: Session, database: TestDatabase) -> None:
    """The disk does not show who answered last: new rows are not simply put after the others."""
    held = hold(make, people=PEOPLE)
    held.open(now)
    places: list[tuple[bool, bool]] = []
    for person in range(PEOPLE):
        held.answer(person, change=f"p{person:02}")
        if person >= PEOPLE // 2:
            orders = order_on_disk(session, database, held)
            places.append((person == orders[0][-1], person == orders[1][-1]))
            session.rollback()
    assert not all(response for response, _receipt in places)
    assert not all(receipt for _response, receipt in places)


def test_without_mixing_the_order_on_the_disk_would_tell(
    make: Make, now: datetime, session: Session, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_mixing(monkeypatch)
    responses, receipts = order_on_disk(session, database, answer_in_order(make, now))
    assert responses == receipts == list(range(PEOPLE))


TRANSACTIONS = {
    "response": "SELECT xmin::text FROM response",
    "answer": "SELECT xmin::text FROM answer",
    "response_receipt": "SELECT xmin::text FROM response_receipt",
    "registration": "SELECT xmax::text FROM registration WHERE id IN (SELECT registration_id FROM response_receipt)",
}


@pytest.mark.postgresql_only
def test_all_rows_of_a_form_stem_from_one_transaction(make: Make, now: datetime, session: Session) -> None:
    answer_in_order(make, now)
    seen = {table: set(session.scalars(text(sql))) for table, sql in TRANSACTIONS.items()}
    assert all(len(transactions) == 1 for transactions in seen.values()), seen


@pytest.mark.postgresql_only
def test_without_mixing_the_transactions_would_tell(make: Make, now: datetime, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    without_mixing(monkeypatch)
    answer_in_order(make, now)
    tied = session.execute(
        text("SELECT r.registration_id, a.text FROM response_receipt r JOIN answer a ON a.xmin = r.xmin WHERE a.text LIKE 'p__' ORDER BY 2")
    ).all()
    assert [text for _registration, text in tied] == [f"p{person:02}" for person in range(PEOPLE)]


def test_a_response_has_another_id_after_the_next_answer(make: Make, now: datetime, session: Session) -> None:
    held = hold(make, people=3)
    held.open(now)
    held.answer(0)
    before = {table: set(session.scalars(select(table.id))) for table in (Response, Answer)}
    held.answer(1)
    after = {table: set(session.scalars(select(table.id))) for table in (Response, Answer)}
    assert not any(before[table] & after[table] for table in before)


def test_a_very_large_form_mixes_some_by_lot(make: Make, now: datetime, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "MIXED_AT_ONCE", 3)
    held = answer_in_order(make, now)
    comments = sorted(str(comment) for comment in session.scalars(select(Answer.text).where(Answer.text.like("p__"))))
    assert comments == [f"p{person:02}" for person in range(PEOPLE)]
    assert sorted(session.scalars(select(ResponseReceipt.registration_id))) == sorted(person.id for person in held.people)


def test_the_tables_have_no_column_that_could_tell(session: Session) -> None:
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    columns = {
        name: {column["name"] for column in inspect(engine).get_columns(name)} for name in ("response", "answer", "response_receipt")
    }
    assert columns == {
        "response": {"id", "version_id"},
        "answer": {"id", "response_id", "question_id", "number", "text"},
        "response_receipt": {"registration_id", "form_id"},
    }
    assert not {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in ("answer", "response_receipt")
    }


@pytest.mark.sqlite_only
def test_the_tables_have_no_rowid(session: Session) -> None:
    for table in ("response", "answer", "response_receipt"):
        with pytest.raises(Exception, match="no such column: rowid"):
            session.execute(text(f"SELECT rowid FROM {table}"))  # noqa: S608  names of our own
        session.rollback()


@pytest.mark.sqlite_only
def test_the_write_ahead_log_keeps_no_earlier_state(make: Make, now: datetime, session: Session, database: TestDatabase) -> None:
    answer_in_order(make, now)
    log = database.folder / "test.sqlite3-wal"
    assert log.read_bytes().count(b"p00") > 1, "every earlier state is in it"
    session.rollback()
    assert empty_write_ahead_log(db.engine)
    assert log.stat().st_size == 0
    session.execute(text("SELECT 1 FROM response")).all()
    answer = db.engine.connect()
    answer.execute(text("SELECT 1 FROM response")).all()
    assert empty_write_ahead_log(db.engine), "who reads the present state hinders nobody"
    answer.close()
    session.rollback()


@contextmanager
def four_readers(path: Path) -> Iterator[None]:
    """Four connections that always read: each holds a state of the database for a moment, and their moments overlap."""
    over = threading.Event()

    def read(number: int) -> None:
        connection = sqlite_module().connect(str(path), isolation_level=None)
        while not over.wait(0.003 * number):
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM response").fetchone()
            over.wait(0.02)
            connection.execute("COMMIT")
        connection.close()

    readers = [threading.Thread(target=read, args=(number,)) for number in range(1, 5)]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        over.set()
        for reader in readers:
            reader.join()


def tied_by_an_insider(make: Make, now: datetime, database: TestDatabase) -> int:
    """Answer eight times while four read; the insider copies the log after each. Return how many answers stand in a copy."""
    held = hold(make, people=PEOPLE)
    held.open(now)
    path = database.folder / "test.sqlite3"
    copies = []
    with four_readers(path):
        for person in range(8):
            with unit_of_work(held.session) as session:
                answers = REQUIRED | {"change": f"insider-{person}"}
                values = {"registration_id": held.people[person].id, "form_id": held.form_id, "version_number": None}
                assert answering.answer(session, answers=answers, **values)  # type: ignore[arg-type]
                log_emptying.note_due(session, now=now)
            log_emptying.empty_if_due(held.session)
            copies.append(path.with_name(path.name + "-wal").read_bytes())
    return sum(f"insider-{person}".encode() in copy for person, copy in enumerate(copies))


@pytest.mark.sqlite_only
def test_a_copy_of_the_log_ties_no_answer_while_others_read(make: Make, now: datetime, database: TestDatabase) -> None:
    assert tied_by_an_insider(make, now, database) == 0


@pytest.mark.sqlite_only
def test_a_log_that_is_emptied_without_waiting_ties_answers(
    make: Make, now: datetime, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: as long as others read, the log is never emptied."""
    monkeypatch.setattr(log_emptying, "WAIT_MS", 0)
    assert tied_by_an_insider(make, now, database) > 0


@pytest.mark.sqlite_only
def test_a_log_that_could_not_be_emptied_stays_due_until_the_job_empties_it(
    app: Flask, make: Make, now: datetime, session: Session, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_emptying, "WAIT_MS", 50)
    held = hold(make, people=2)
    held.open(now)
    reader = sqlite_module().connect(str(database.folder / "test.sqlite3"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM response").fetchone()
    held.answer(0)
    with unit_of_work(session) as work:
        log_emptying.note_due(work, now=now)
    assert not log_emptying.empty_if_due(session)
    assert not log_emptying.overdue(session, now=now)
    assert log_emptying.overdue(session, now=now + timedelta(minutes=11))
    session.rollback()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=11))
    assert app.test_client().get("/readyz").json == {"status": "ok", "warnings": ["evaluations"]}
    reader.execute("COMMIT")
    reader.close()
    assert run_job(app, "empty-write-ahead-log")
    assert not log_emptying.overdue(session, now=now + timedelta(minutes=11))
    session.rollback()
    assert app.test_client().get("/readyz").json == {"status": "ok"}


def send_twice(url: str, folder: str, values: dict[str, Any], ready: Any, results: Any) -> None:
    """Send one person's answers from a process of its own, as soon as the other process is ready too."""
    app = make_app(url, Path(folder))
    with app.app_context():
        db.session.scalars(select(Response.id)).all()
        db.session.rollback()
        ready.wait(30)
        for _again in range(2):
            results.put(answering_of(values))
        db.session.remove()
        db.engine.dispose()


def answering_of(values: dict[str, Any]) -> bool:
    from seminar_app.web.database import in_unit_of_work

    return in_unit_of_work(lambda session: answering.answer(session, version_number=None, answers=REQUIRED, **values))


def test_two_processes_sending_one_persons_form_leave_one_receipt_and_one_response(
    make: Make, now: datetime, session: Session, database: TestDatabase
) -> None:
    held = hold(make, people=2)
    held.open(now)
    held.answer(1)
    session.rollback()
    ready, results = FORKS.Barrier(2), FORKS.Queue()
    values = {"registration_id": held.people[0].id, "form_id": held.form_id}
    processes = [FORKS.Process(target=send_twice, args=(database.url, str(database.folder), values, ready, results)) for _ in range(2)]
    for process in processes:
        process.start()
    taken = [results.get(timeout=60) for _ in range(4)]
    for process in processes:
        process.join(30)
    assert sorted(taken) == [False, False, False, True]
    counts: Sequence[int] = [
        len(session.scalars(select(column)).all()) for column in (ResponseReceipt.registration_id, Response.id, Answer.id)
    ]
    assert counts == [2, 2, 2 * len(REQUIRED)]


def test_the_database_itself_refuses_a_second_receipt(make: Make, now: datetime, session: Session) -> None:
    from sqlalchemy.exc import IntegrityError

    from seminar_app.core.unit_of_work import unit_of_work

    held = hold(make, people=1)
    held.open(now)
    held.answer(0)
    with pytest.raises(IntegrityError), unit_of_work(session):
        session.execute(insert(ResponseReceipt), [{"registration_id": held.people[0].id, "form_id": held.form_id}])
