"""An import finds its people before it takes the lock: whoever came or changed between counts as if nobody had looked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.nominations import services
from seminar_app.nominations.errors import ListChanged
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.services import Imported, Prepared
from seminar_app.people.finding_again import mark_of
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from tests.integration.nominations.conftest import Desk, person, rows
from tests.support.context import context

HERE = (1, 2, 3)


def prepare(desk: Desk, found: NominationList) -> Prepared:
    desk.session.rollback()
    desk.session.expire_all()
    seminar = desk.session.get_one(Seminar, desk.seminar.id)
    kept = desk.session.get_one(NominationList, found.id)
    return services.prepare_import(desk.session, seminar=seminar, found=kept, standpoint=desk.standpoint, language="es", now=desk.now)


def bring(desk: Desk, found: NominationList, prepared: Prepared | None) -> Imported:
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        return services.import_list(
            work,
            context(desk.now),
            seminar=desk.seminar,
            public_id=found.public_id,
            standpoint=desk.standpoint,
            language="es",
            prepared=prepared,
        )


@pytest.fixture
def found(desk: Desk) -> NominationList:
    """A list of three people, the first of them on file."""
    desk.pool("INM", 5)
    added(desk, 1)
    return desk.keep(rows(*(person(number) for number in HERE)), "INM")


def added(desk: Desk, number: int) -> Person:
    """Put the person of a row on file, as the public form would."""
    name, first, second, email = person(number)[:4]
    desk.session.rollback()
    return desk.make.person(name, first, second, email=email)


def renamed(desk: Desk) -> None:
    """Give the person on file, whom the first row is about, another name."""
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        row = work.scalars(select(Person).order_by(Person.id)).first()
        assert row is not None
        row.given_names, row.search_key, row.sort_key = "Otro", "otro nombre", "nombre otro"


def people(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_prepared_import_brings_whom_an_unprepared_one_brings(desk: Desk, found: NominationList) -> None:
    assert bring(desk, found, prepare(desk, found)).came == 3
    assert people(desk.session) == 3


def test_whoever_came_between_is_found_under_the_lock(desk: Desk, found: NominationList) -> None:
    prepared = prepare(desk, found)
    known = added(desk, 2).id
    assert bring(desk, found, prepared).came == 3
    assert people(desk.session) == 3
    assert known in desk.session.scalars(select(Registration.person_id)).all()


@pytest.mark.parametrize("twin", [False, True])
def test_whoever_changed_between_is_looked_up_anew(desk: Desk, found: NominationList, *, twin: bool) -> None:
    prepared = prepare(desk, found)
    renamed(desk)
    if twin:
        as_if_nothing = replace(prepared.known, mark=mark_of(desk.session))
        prepared = replace(prepared, known=as_if_nothing)
    assert bring(desk, found, prepared).came == 3
    registered = desk.session.scalars(select(Person.given_names).join(Registration, Registration.person_id == Person.id)).all()
    assert ("Otro" in registered) is twin, "the broken twin registers a person of another name"


def test_a_list_that_was_corrected_between_is_not_brought(desk: Desk, found: NominationList) -> None:
    prepared = prepare(desk, found)
    desk.correct(found, lambda work: work.with_row("0.2", left_out=True))
    with pytest.raises(ListChanged):
        bring(desk, found, prepared)
    assert desk.roster() == []


@pytest.mark.parametrize("prepares", [True, False])
def test_under_the_lock_no_names_of_people_are_read_when_nobody_came_between(desk: Desk, found: NominationList, *, prepares: bool) -> None:
    prepared = prepare(desk, found) if prepares else None
    desk.session.rollback()
    reads: list[str] = []
    engine: Any = desk.session.get_bind()
    note: Callable[..., None] = lambda _c, _cursor, statement, *_rest: reads.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    try:
        bring(desk, found, prepared)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert any("person.sort_key, person.id" in each for each in reads) is not prepares, "the unprepared import is the broken twin"
