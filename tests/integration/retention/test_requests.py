"""Requests to be erased, where records are merged."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration.services.merging import merge, undo_merge
from seminar_app.retention import requests
from seminar_app.retention.queries import asked_at, asking
from tests.conftest import NOW
from tests.support.context import context
from tests.support.factories import Make


def test_a_request_is_asked_of_the_registration_that_stays_and_separating_takes_it_back(make: Make, session: Session) -> None:
    seminar, agency = make.seminar(), make.agency("PGR")
    stays = make.registration(seminar, make.person("Ana"), agency=agency, pool=make.pool(seminar, agency, 3))
    leaves = make.registration(seminar, make.person("Anna"), agency=agency)
    with unit_of_work(session) as work:
        requests.ask(work, context(NOW), registration_id=leaves.id)
    with unit_of_work(session) as work:
        made = merge(work, context(NOW), kept=stays.person_id, gone=leaves.person_id).id
    assert asking(session, seminar.id) == [stays.public_id]
    assert asked_at(session, stays.id) == NOW
    session.rollback()
    with unit_of_work(session) as work:
        undo_merge(work, context(NOW), merge_id=made)
    assert asking(session, seminar.id) == [leaves.public_id]
