"""The quick lookup of one code gives the same agency as the complete list."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import agency_groups, find_offered
from seminar_app.agencies.services import seed_directory
from seminar_app.web.database import unit_of_work
from tests.support.context import context


@pytest.mark.parametrize("on", [date(2013, 6, 1), date(2014, 6, 3), date(2026, 3, 2)])
def test_a_code_is_found_exactly_if_the_list_offers_it(session: Session, on: date) -> None:
    with unit_of_work() as open_session:
        seed_directory(open_session, context(datetime(2014, 1, 1, tzinfo=UTC)))
    listed = {office.code: office.id for group in agency_groups(session, on=on) for office in group.offices}
    codes = [code for (code,) in session.query(Agency.code)] + ["", "nothing", "inm"]
    assert {code: found for code in codes if (found := find_offered(session, code, on=on)) is not None} == listed
