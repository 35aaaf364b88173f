"""Reserve an identity and end it: codes, audit rows, and registrations made meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.queries import MessageFilter, messages_page
from seminar_app.messages.services import enqueue
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.errors import IsErased, NoReasonToReserve
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import people_in_reach, person_in_reach
from seminar_app.registration.services import end_reserve, registering, reserve
from seminar_app.registration.services.merging import merge
from seminar_app.retention.erasing import erase_person
from tests.integration.registration.conftest import Register, entry
from tests.support.factories import Make

OWN, MISTAKE = ReservedReason.OWN_REQUEST, ReservedReason.MISTAKE
ADMIN = Actor(1, uuid.uuid4(), "Ana", "en", (Grant(RoleName.ADMIN),))


@pytest.fixture
def context(now: datetime) -> ChangeContext:
    return ChangeContext(now, "account:a", "request-1")


def codes(session: Session) -> list[str | None]:
    session.rollback()
    return list(session.scalars(select(Registration.reserved_code).order_by(Registration.id)))


def set_reserved(session: Session, context: ChangeContext, person_id: int) -> bool:
    with unit_of_work(session) as work:
        return reserve(work, context, person_id=person_id, reason=OWN, seminar="cancun-2026")


def test_all_registrations_get_a_code_that_stays_when_it_ends(make: Make, session: Session, context: ChangeContext) -> None:
    person = make.person()
    for _ in range(3):
        make.registration(make.seminar(), person)
    other = make.registration(make.seminar())
    versions = list(session.scalars(select(Registration.version)))
    assert set_reserved(session, context, person.id)
    assert not set_reserved(session, context, person.id)
    given = codes(session)
    assert None not in given[:3]
    assert len(set(given[:3])) == 3
    assert given[3] is None
    assert other.reserved_code is None
    assert list(session.scalars(select(Registration.version))) == versions, "a change of seats under way would be refused"
    with unit_of_work(session) as work:
        assert end_reserve(work, context, person_id=person.id, reason=MISTAKE)
        assert not end_reserve(work, context, person_id=person.id, reason=MISTAKE)
    assert codes(session) == given
    columns = (AuditRow.action, AuditRow.actor, AuditRow.subject, AuditRow.request_id, AuditRow.details)
    rows = session.execute(select(*columns).order_by(AuditRow.sequence)).all()
    assert [tuple(row) for row in rows] == [
        ("person.reserved", "account:a", f"person:{person.public_id.hex}", "request-1", {"reserved_because": "own_request"}),
        ("person.shown_again", "account:a", f"person:{person.public_id.hex}", "request-1", {"reserved_because": "mistake"}),
    ]


def test_what_is_refused(make: Make, session: Session, context: ChangeContext) -> None:
    person = make.person()
    calls: list[tuple[type[Exception], Callable[[Session], Any]]] = [
        (NoReasonToReserve, lambda work: reserve(work, context, person_id=person.id, reason=MISTAKE)),
        (NotFound, lambda work: reserve(work, context, person_id=0, reason=OWN)),
        (NotFound, lambda work: end_reserve(work, context, person_id=0, reason=OWN)),
    ]
    for refusal, call in calls:
        with pytest.raises(refusal), unit_of_work(session) as work:
            call(work)


def test_no_two_people_of_a_seminar_have_one_code(
    make: Make, session: Session, context: ChangeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    seminar, people = make.seminar(), [make.person(), make.person()]
    for person in people:
        make.registration(seminar, person)
    letters = iter("BBBBB" + "BBBBB" + "BBBBC")
    monkeypatch.setattr("seminar_app.registration.services.reserving.secrets.choice", lambda _letters: next(letters))
    for person in people:
        set_reserved(session, context, person.id)
    assert codes(session) == ["BBBBB", "BBBBC"]


def test_erasure_gives_a_code_and_nothing_ends_it(make: Make, session: Session, context: ChangeContext) -> None:
    person = make.person()
    make.registration(make.seminar(), person)
    with unit_of_work(session) as work:
        erase_person(work, context, public_id=person.public_id)
    assert None not in codes(session)
    with pytest.raises(IsErased), unit_of_work(session) as work:
        end_reserve(work, context, person_id=person.id, reason=MISTAKE)


def test_a_new_registration_of_a_reserved_person_has_a_code_at_once(
    make: Make, session: Session, register: Register, context: ChangeContext
) -> None:
    agency = make.agency("PGR")
    made = register(make.seminar(), agency)
    set_reserved(session, context, made.person_id)
    again = register(make.seminar(), agency)
    assert again.person_id == made.person_id
    assert again.reserved_code is not None
    message = session.scalars(select(Message).where(Message.link_owner == again.public_id)).one()
    assert message.context["code"] == f"R-{again.reserved_code}"


def test_the_form_of_a_new_person_reserves_and_of_a_known_one_does_not(
    make: Make, session: Session, register: Register, now: datetime
) -> None:
    agency, seminar = make.agency("PGR"), make.seminar()
    register(make.seminar(), agency)
    for name in ("Luz María", "Eva"):
        register(seminar, agency, name, reserved_reason=OWN)
    found = session.execute(select(Person.given_names, Person.reserved, Person.reserved_reason).order_by(Person.id))
    assert [tuple(row) for row in found] == [("Luz María", False, None), ("Eva", True, OWN)]
    assert [code is not None for code in codes(session)] == [False, False, True]


def test_staff_who_register_a_reserved_person_again_get_no_name(
    make: Make, session: Session, register: Register, context: ChangeContext
) -> None:
    agency, seminar = make.agency("PGR"), make.seminar()
    set_reserved(session, context, register(seminar, agency).person_id)
    with pytest.raises(Exception, match="already") as refused, unit_of_work(session) as work:
        registering.add_by_hand(work, context, seminar_id=seminar.id, entry=entry(agency), submission_id=uuid.uuid4())
    assert "Luz" not in str(refused.value)


def test_a_code_finds_its_person_only_within_reach(make: Make, session: Session, context: ChangeContext) -> None:
    """Another office's code would tell that office's list apart: the same person has another code in each seminar."""
    ours, theirs, person = make.office(), make.office(), make.person("Luz", "Ñáñez")
    own = make.registration(make.seminar(office=ours), person)
    foreign = make.registration(make.seminar(office=theirs), person)
    set_reserved(session, context, person.id)
    found = codes(session)
    organizer = Actor(2, uuid.uuid4(), "Eva", "en", (Grant(RoleName.ORGANIZER, office_id=ours.id),))
    by_code = [[one.person.name for one in people_in_reach(session, organizer, f"r-{code}")[0]] for code in found]
    assert by_code == [[f"R-{found[0]}"], []]
    assert person_in_reach(session, organizer, person.public_id).person.name == f"R-{found[0]}"
    for code in found:
        assert [one.person.name for one in people_in_reach(session, ADMIN, f"R-{code}")[0]] == [f"R-{code}"]
    assert people_in_reach(session, ADMIN, "Ñáñez") == ([], False)
    assert own.id != foreign.id


def test_mail_to_a_reserved_person_is_found_by_neither_name_nor_address(
    make: Make, session: Session, register: Register, context: ChangeContext
) -> None:
    made = register(make.seminar(), make.agency("PGR"))
    with unit_of_work(session) as work:
        enqueue(work, context, kind="test_mail", language="es", to_address="luz@pgr.example", to_name="Otra", facts={})
        person = work.get_one(Person, made.person_id)
        address, name = person.email or "", person.certificate_name
        enqueue(work, context, kind="test_mail", language="es", to_address=address, to_name=name, facts={})
    for wanted in ("luz", "maria", "luz@pgr"):
        assert len(page(session, wanted)) == {"luz": 3, "maria": 0, "luz@pgr": 3}[wanted]
    set_reserved(session, context, made.person_id)
    assert page(session, "luz") == page(session, "luz@pgr") == ["Otra, luz@pgr.example"]
    assert page(session, "López") == []
    code = codes(session)[0]
    assert page(session, None) == ["R-?????", "Otra, luz@pgr.example", f"R-{code}"]


def page(session: Session, wanted: str | None) -> list[str]:
    session.rollback()
    return [message.receiver for message in messages_page(session, MessageFilter(to=wanted), subjects=lambda _messages: {}).messages]


def test_the_commands_reserve_by_id_or_code_and_print_no_name(app: Flask, make: Make, session: Session) -> None:
    person = make.person()
    seminars = [make.seminar(), make.seminar()]
    for seminar in seminars:
        make.registration(seminar, person)
    session.close()

    def run(*arguments: str) -> str:
        return str(app.test_cli_runner().invoke(args=["people", *arguments]).output)

    said = run("reserve", person.public_id.hex, "--reason", "authority_order")
    given = codes(session)
    assert said.splitlines() == ["Reserved.", *(f"R-{code}  {seminar.slug}" for code, seminar in zip(given, seminars, strict=True))]
    session.close()
    assert run("reserve", f"r-{given[0]}", "--reason", "own_request").startswith("It was reserved before; nothing has changed.\n")
    assert run("show-again", f"R-{given[1]}", "--seminar", seminars[1].slug, "--reason", "mistake") == "Shown by name again.\n"
    assert run("show-again", person.public_id.hex, "--reason", "mistake") == "It was not reserved; nothing has changed.\n"
    assert "Nobody has the code R-" in run("show-again", f"R-{given[1]}", "--seminar", seminars[0].slug, "--reason", "mistake")
    assert "neither a person's public id nor a code" in run("reserve", "Luz", "--reason", "own_request")
    assert "'mistake' is not one of" in run("reserve", person.public_id.hex, "--reason", "mistake")


def test_a_code_of_several_seminars_must_name_one(app: Flask, make: Make, session: Session) -> None:
    seminars = [make.seminar(), make.seminar()]
    for seminar in seminars:
        make.registration(seminar, reserved_code="BCDFG")
    session.close()
    done = app.test_cli_runner().invoke(args=["people", "show-again", "R-BCDFG", "--reason", "mistake"])
    assert "Several seminars have the code R-BCDFG. Name the one you mean with --seminar." in done.output


@pytest.mark.parametrize("by", ["id", "code"])
def test_a_merged_record_s_id_or_code_leads_to_the_kept_one(
    app: Flask, make: Make, session: Session, context: ChangeContext, by: str
) -> None:
    kept, gone, seminar = make.person("Ana"), make.person("Ana María"), make.seminar()
    stays = make.registration(seminar, kept)
    left = make.registration(seminar, gone, registered_at=context.now, reserved_code="BCDFG")
    with unit_of_work(session) as work:
        merge(work, context, kept=kept.id, gone=gone.id)
    name = gone.public_id.hex if by == "id" else "R-BCDFG"
    done = app.test_cli_runner().invoke(args=["people", "reserve", name, "--reason", "authority_order"])
    assert session.get_one(Person, kept.id).reserved
    assert session.get_one(Registration, left.id).person_id == gone.id
    code = session.get_one(Registration, stays.id).reserved_code
    assert done.output == f"Reserved.\nR-{code}  {seminar.slug}\n"
    rows = session.execute(select(AuditRow.actor, AuditRow.subject).where(AuditRow.action == "person.reserved")).all()
    assert [tuple(row) for row in rows] == [("command", f"person:{kept.public_id.hex}")]
