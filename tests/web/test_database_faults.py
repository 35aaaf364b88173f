"""Every class of refusal of both databases is told apart, and becomes a page or a sentence; only a fault of the program fails."""

from __future__ import annotations

import inspect
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import errors as postgresql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from seminar_app.cli.sentences import sentence_of
from seminar_app.core.database_faults import DatabaseFault, constraint_of, fault_of
from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make

VALUES = {"22001": 400, "22003": 400, "22021": 400, "22P02": 400, "22P05": 400, "22008": 400, "54001": 400, "54000": 400}
RULES = {"23502": 422, "23503": 422, "23505": 422, "23514": 422, "23P01": 422}
PASSING = dict.fromkeys(
    ("08006", "25006", "25P03", "40001", "40P01", "53100", "53300", "55P03", "57014", "57P01", "58030", "F0001", "XX001"), 503
)


def wrapped(error: Exception) -> Exception:
    """Wrap a driver's error as SQLAlchemy does."""
    module: Any = psycopg if isinstance(error, psycopg.Error) else sqlite_module()
    return DBAPIError.instance("INSERT", {}, error, module.Error)


@pytest.mark.parametrize(("code", "status"), (VALUES | RULES | PASSING).items())
@pytest.mark.sqlite_only
def test_a_refusal_of_postgresql_is_a_page_and_a_sentence(
    app: Flask, client: CheckingClient, monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    error = wrapped(postgresql.lookup(code)("no"))
    assert fault_of(error) is {400: DatabaseFault.VALUE, 422: DatabaseFault.RULE, 503: DatabaseFault.UNAVAILABLE}[status]

    def fail() -> None:
        raise error

    monkeypatch.setitem(app.view_functions, "healthz", fail)
    page = client.get("/healthz", status=status)
    assert "went wrong on our side" not in page.text
    with app.app_context():
        assert sentence_of(error) is not None


def test_no_class_of_data_operational_or_integrity_errors_is_forgotten() -> None:
    kinds = [kind for _, kind in inspect.getmembers(postgresql, inspect.isclass) if issubclass(kind, psycopg.Error)]
    named = [
        kind for kind in kinds if kind.sqlstate and issubclass(kind, psycopg.DataError | psycopg.OperationalError | psycopg.IntegrityError)
    ]
    assert len(named) > 100
    assert [kind.__name__ for kind in named if fault_of(wrapped(kind("no"))) is None] == []


@pytest.mark.parametrize("error", [postgresql.UndefinedTable("no"), postgresql.SyntaxError("no"), postgresql.FeatureNotSupported("no")])
def test_a_statement_that_only_the_program_can_have_made_is_its_fault(error: Exception) -> None:
    assert fault_of(wrapped(error)) is None
    assert isinstance(wrapped(error), DBAPIError)
    assert fault_of(ValueError("no")) is None
    assert fault_of(ProgrammingError("SELECT", {}, Exception("no"))) is None


def test_a_pool_without_a_connection_and_a_damaged_file_are_unavailable() -> None:
    assert fault_of(PoolTimeout()) is DatabaseFault.UNAVAILABLE
    assert fault_of(wrapped(sqlite_module().DatabaseError("file is not a database"))) is DatabaseFault.UNAVAILABLE


@pytest.mark.parametrize(("value", "kind"), [(10**30, "integer"), ("\ud800", "varchar")], ids=["beyond 64 bits", "half a surrogate"])
def test_a_value_that_the_driver_cannot_send_is_one_that_the_database_cannot_keep(session: Session, value: object, kind: str) -> None:
    """Drivers say so in errors of Python's."""
    with pytest.raises(DBAPIError) as refused:
        session.execute(text(f"SELECT CAST(:value AS {kind})"), {"value": value})
    assert fault_of(refused.value) is DatabaseFault.VALUE
    session.rollback()


def test_what_is_forbidden_is_named_by_its_constraint_and_never_by_a_value(session: Session, make: Make) -> None:
    person = make.person(email="ana@pgr.example")
    with pytest.raises(DBAPIError) as refused, unit_of_work(session) as work:
        work.add(Person(**{column.name: getattr(person, column.name) for column in Person.__table__.columns if column.name != "id"}))
    assert fault_of(refused.value) is DatabaseFault.RULE
    assert "person" in constraint_of(refused.value)
    assert "ana@" not in constraint_of(refused.value)
