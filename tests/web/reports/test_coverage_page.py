"""The page of coverage: states, agencies together, no-shows, completion beside the mean that was last shown."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.agencies.rules import AgencyLevel
from seminar_app.core.actor import RoleName
from seminar_app.core.sealing import seal
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback.models import FeedbackForm, ShownFigures
from seminar_app.feedback.rules import FormKind
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
PAGE = "/staff/reports/coverage"


def test_coverage_tells_who_was_reached_when(client: CheckingClient, make: Make, sign_in: SignIn, session: Session, app: Flask) -> None:
    office, parent = make.office(code="HSI"), make.agency("PGJ", level=AgencyLevel.STATE)
    sonora = make.agency("PGJ-SON", parent=parent, level=AgencyLevel.STATE, state="Sonora")
    district = make.agency("PGJ-CMX", parent=parent, level=AgencyLevel.STATE, state="Distrito Federal")
    texas = make.agency("TX", level=AgencyLevel.STATE, state="Texas", country="US")
    for day, agencies in ((date(2013, 6, 5), [district]), (date(2014, 6, 5), [sonora, texas])):
        seminar = make.seminar(office=office, starts_on=day, ends_on=day, title_en=f"Seminar of {day.year}")
        for agency in agencies:
            pool = make.pool(seminar, agency, 2)
            there = make.registration(seminar, make.person(), agency=agency, pool=pool)
            held = make.seminar_session(seminar, hour=9 + agency.id % 8)
            make.mark(there, held)
        make.registration(seminar, make.person(), agency=agencies[0], pool=pool)
        make.certificate(there)
    account = make.account((RoleName.ORGANIZER, {"office_id": office.id}), language="en")
    page = sign_in(client, account).get(f"{PAGE}?period=2014")
    tiles = {tile.attrs["aria-label"].split(":")[0]: tile for tile in page.select("ul.tiles a")}
    assert len(tiles) == 32
    assert {name for name, tile in tiles.items() if "never" not in tile.attrs["class"]} == {"Sonora", "Ciudad de México"}
    assert "1 person, last on June 5, 2014" in tiles["Sonora"].attrs["aria-label"]
    assert "nobody in the period, last on June 5, 2013" in tiles["Ciudad de México"].attrs["aria-label"]
    assert "state=Distrito+Federal" in tiles["Ciudad de México"].attrs["href"]
    assert "1 person of a state of another country is not on this grid." in page.text
    assert "In 0 of 1 seminar people of three agency groups or more were together." in page.text
    assert "few people" in page.text
    assert "Seminar of 2013" not in page.text

    with unit_of_work(session) as work:
        form = FeedbackForm(public_id=uuid.uuid4(), seminar_id=seminar.id, kind=FormKind.REACTION)
        work.add(form)
        work.flush()
        tally = b'{"met_objectives": {"counts": {"4": 3, "5": 3}, "texts": []}}'
        keys = app.extensions["settings"].secret_keys
        work.add(ShownFigures(form_id=form.id, sealed=seal(keys, tally, about=f"feedback_shown:{form.public_id.hex}")))
    assert "4.5" in client.get(PAGE).text, "without a period the last fiscal year with seminars"
