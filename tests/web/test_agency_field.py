from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from seminar_app.agencies.forms import AgencyField
from seminar_app.agencies.queries import agency_groups, find_agency_by_code
from seminar_app.agencies.services import seed_directory
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.web.forms import BaseForm, required
from tests.support.context import context


class Form(BaseForm):
    agency = AgencyField("Agency", validators=[required("Please choose your agency.")])


@pytest.fixture
def seeded(session: Session, now: datetime) -> Session:
    with unit_of_work(session) as open_session:
        seed_directory(open_session, context(now))
    return session


def test_a_code_that_was_offered_becomes_the_agencys_id(app: Flask, seeded: Session) -> None:
    inm = find_agency_by_code(seeded, "INM")
    assert inm is not None
    groups = agency_groups(seeded, date(2014, 6, 3))
    for typed, expected, sentence in [
        ("INM", inm.id, None),
        ("", None, "Please choose your agency."),
        ("FGR", None, "Please choose an agency of the list."),
        ("PGJ", None, "Please choose an agency of the list."),
        ("10" * 5000, None, "Please choose an agency of the list."),
        ("\ud800\0", None, "Please choose an agency of the list."),
    ]:
        with app.test_request_context("/", method="POST", headers={"Accept-Language": "en"}):
            form = Form(MultiDict({"agency": typed}))
            form.agency.offer(groups)
            assert form.validate() is (sentence is None), typed[:20]
            assert form.agency.data == expected
            assert sentence is None or [str(error) for error in form.agency.errors] == [sentence]


def test_the_select_is_grouped_and_each_choice_carries_what_it_is_found_by(app: Flask, seeded: Session) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        form = Form()
        form.agency.offer(agency_groups(seeded, date(2014, 6, 3)), whole_groups=True)
        html = str(form.agency())
    assert '<optgroup label="PGJ · State attorney generals&#39; offices">' in html
    assert 'value="PGJ"' in html
    assert "PFP" in html
    assert "Procuraduría General de Justicia del Estado de Quintana Roo" in html


def test_a_group_that_heads_its_offices_can_be_chosen_for_a_quota_and_the_chosen_one_is_marked(app: Flask, seeded: Session) -> None:
    pgj = find_agency_by_code(seeded, "PGJ")
    assert pgj is not None
    with app.test_request_context("/"):
        form = Form(agency=pgj.id)
        form.agency.offer(agency_groups(seeded), whole_groups=True)
        assert 'selected value="PGJ"' in str(form.agency())
        assert form.agency.chosen is not None
        assert form.agency.chosen.code == "PGJ"
