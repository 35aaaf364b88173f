"""Whether the person withdrew or the agency withdrew them: on the personal page, in lists and in the history."""

from __future__ import annotations

import pytest

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.services import prove_mailbox
from seminar_app.registration import services
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import Registration
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.web.nominations.agency import PAGE, name, person_page, words
from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # pages; fuzz compares them on both engines, the services have their tests on both

BY_AGENCY = "Withdrawn by the agency"


def personal_page(house: House, registration: Registration) -> str:
    """Return the words of the person's own page."""
    with unit_of_work(house.session) as session:
        row = session.get_one(Registration, registration.id)
        prove_mailbox(session, context(NOW), person_id=row.person_id)
        row.notice_at = NOW
    with house.app.app_context():
        token = personal_token(house.session, house.session.get_one(Registration, registration.id))
    return words(CheckingClient(house.app.test_client()).get(f"/registrations/{token}"))


@pytest.fixture
def withdrawn(house: House) -> tuple[Registration, Registration]:
    """Ana, whom the liaison withdrew, and Eva, who withdrew."""
    ana, eva = name(house, "Ana"), name(house, "Eva")
    with unit_of_work(house.session) as session:
        services.withdraw(session, context(NOW, eva.audit_name), registration_id=eva.id)
    house.browser("liaison").submit(person_page(ana), form="#withdraw form")
    return ana, eva


def test_the_personal_page_says_who_withdrew_the_registration(house: House, withdrawn: tuple[Registration, Registration]) -> None:
    ana, eva = (personal_page(house, each) for each in withdrawn)
    assert "Su dependencia le dio de baja" in ana
    assert "pregunte al enlace de su dependencia o a la oficina" in ana
    assert "Canceló su inscripción" not in ana
    assert "Canceló su inscripción" in eva
    assert "Su dependencia le dio" not in eva


def test_lists_and_the_history_say_it_too(house: House, withdrawn: tuple[Registration, Registration]) -> None:
    ana, eva = withdrawn
    organizer, record = house.browser("organizer"), "/staff/seminars/s/roster/"
    for page in (house.browser("liaison").get(PAGE), organizer.get(record)):
        whole = " ".join(each.to_text() for each in page.select("main table"))
        assert whole.count(BY_AGENCY) == 1
        assert "Withdrawn" in whole.replace(BY_AGENCY, "")
    assert words(organizer.get(f"{record}{ana.public_id.hex}")).count(BY_AGENCY) > 1
    assert BY_AGENCY not in words(organizer.get(f"{record}{eva.public_id.hex}"))


def test_who_comes_back_and_withdraws_is_not_called_withdrawn_by_the_agency(
    house: House, withdrawn: tuple[Registration, Registration]
) -> None:
    ana, _eva = withdrawn
    with unit_of_work(house.session) as session:
        services.restore(session, context(NOW), seminar_id=house.seminar.id, registration_id=ana.id)
        services.withdraw(session, context(NOW, ana.audit_name), registration_id=ana.id)
    assert "Canceló su inscripción" in personal_page(house, ana)
