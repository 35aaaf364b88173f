"""An agency's list becomes a roster: who gets a seat, who is known, and what stays in the list."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, true

from seminar_app.audit.models import AuditRow
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.nominations import services
from seminar_app.nominations.checking import NEW, Standpoint
from seminar_app.nominations.errors import ListChanged, ListGone
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.report import report_of
from seminar_app.nominations.rules import Doubt, Outcome, counted
from seminar_app.nominations.shapes import Field, ProblemCode
from seminar_app.people.identity import open_identity
from seminar_app.people.models import MatchProposal, Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.errors import SeminarCompleted
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Approval, SeminarState
from tests.integration.nominations.conftest import FOUR, Desk, person, rows
from tests.support.context import context

STATES = RegistrationState
EXPECTED = json.loads((FOUR / "expected.json").read_text(encoding="utf-8"))
KEYS = ("row", "given_names", "surname1", "surname2", "email", "sex", "birth_date", "curp", "position", "state")


def comparable(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {key: entry.get(key) or None for key in KEYS}
    name = " ".join(filter(None, (kept.pop("given_names"), kept.pop("surname1"), kept.pop("surname2"))))
    return kept | {"name": name.casefold()}


def test_the_four_lists_give_exactly_what_is_expected(desk: Desk) -> None:
    for code, seats in (("PGR", 28), ("PGJ", 31), ("CNS", 18), ("INM", 15)):
        desk.pool(code, seats)
    for name, code in (("PGR.xlsx", "PGR"), ("PGJ.csv", "PGJ"), ("CNS.csv", "CNS"), ("INM.xlsx", "INM")):
        found, expected = desk.four(name, code), EXPECTED[name]
        report = report_of(desk.look(found), services.tables_of(desk.session, found))
        assert [comparable(each) for each in report["accepted"]] == [comparable(each) for each in expected["accepted"]]
        assert [(each["row"], each["of"]) for each in report["duplicates"]] == [
            (each["row"], each["of"]) for each in expected["duplicates"]
        ]
        assert [(each["row"], each["field"]) for each in report["errors"]] == [(each["row"], each["field"]) for each in expected["errors"]]
        assert [(each["row"], each["field"]) for each in report["warnings"]] == [
            (each["row"], each["field"]) for each in expected["warnings"]
        ]
        done = desk.bring(found)
        assert done.came == len(expected["accepted"])
    assert desk.states() == {STATES.REGISTERED: 28 + 31 + 18 + 15, STATES.WAITLISTED: 2}
    pools = desk.session.execute(select(SeatPool.agency_id, SeatPool.taken).where(SeatPool.seminar_id == desk.seminar.id))
    taken = {pool.agency_id: pool.taken for pool in pools}
    assert taken.pop(None) == 0
    assert taken == {desk.agencies[code]: seats for code, seats in (("PGR", 28), ("PGJ", 31), ("CNS", 18), ("INM", 15))}
    alternates = [each for each in desk.roster() if each.state is STATES.WAITLISTED]
    assert all(each.agency_seats_only and each.agency_id == desk.agencies["INM"] for each in alternates)


def test_the_rows_beyond_the_quota_are_alternates_in_their_order(desk: Desk) -> None:
    desk.pool("INM", 2)
    found = desk.keep(rows(*(person(n) for n in range(4))), "INM")
    looked = desk.look(found)
    assert [each.outcome for each in looked] == [Outcome.SEATED, Outcome.SEATED, Outcome.ALTERNATE, Outcome.ALTERNATE]
    assert [each.place for each in looked] == [None, None, 1, 2]
    desk.bring(found)
    roster = desk.roster()
    assert [each.state for each in roster] == [STATES.REGISTERED] * 2 + [STATES.WAITLISTED] * 2
    assert [each.queue_place for each in roster] == [None, None, 1, 2]
    assert all(each.source is Source.NOMINATION for each in roster)


def test_without_a_quota_the_organizer_approves(desk: Desk) -> None:
    found = desk.keep(rows(person(1)), "INM")
    assert [each.outcome for each in desk.look(found)] == [Outcome.FOR_APPROVAL]
    desk.bring(found)
    assert desk.states() == {STATES.NOMINATED: 1}


def test_where_approval_is_by_hand_everybody_waits_for_it(desk: Desk) -> None:
    desk.pool("INM", 5)
    with unit_of_work(desk.session) as work:
        work.get_one(Seminar, desk.seminar.id).approval = Approval.MANUAL
    found = desk.keep(rows(person(1), person(2)), "INM")
    assert desk.bring(found).counts == {Outcome.FOR_APPROVAL: 2}
    assert desk.states() == {STATES.NOMINATED: 2}


def test_the_same_file_again_adds_nobody(desk: Desk) -> None:
    desk.pool("INM", 5)
    content = rows(person(1), person(2))
    first, again = desk.keep(content, "INM"), desk.keep(content, "INM")
    assert first.id == again.id
    assert desk.bring(first).came == 2
    assert desk.bring(first).came == 0
    assert [each.outcome for each in desk.look(first)] == [Outcome.TAKEN] * 2
    other = desk.keep(rows(person(1), person(2), person(3)), "INM")
    assert [each.outcome for each in desk.look(other)] == [Outcome.HERE, Outcome.HERE, Outcome.SEATED]
    assert desk.bring(other).came == 1
    assert desk.session.scalar(select(func.count()).select_from(Person)) == 3


def test_each_is_told_once_and_the_audit_log_names_each(desk: Desk) -> None:
    desk.pool("INM", 1)
    desk.bring(desk.keep(rows(person(1), person(2), person(3, email="")), "INM"))
    mails = desk.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(mail.kind, mail.to_address) for mail in mails] == [("registered", "p1@agencia.example"), ("alternate", "p2@agencia.example")]
    actions = desk.session.scalars(select(AuditRow.action).where(AuditRow.action.like("registration.%")).order_by(AuditRow.sequence)).all()
    assert actions == ["registration.registered", "registration.waitlisted"]


def test_a_row_without_its_address_stays_in_the_list_until_it_is_mended(desk: Desk) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1), person(2, email="")), "INM")
    assert desk.bring(found).counts == {Outcome.SEATED: 1, Outcome.FAULTY: 1}
    (faulty,) = [each for each in desk.look(found) if each.outcome is Outcome.FAULTY]
    assert [(problem.field, problem.code) for problem in faulty.row.problems] == [(Field.EMAIL, ProblemCode.MISSING)]
    desk.correct(found, lambda work: work.with_cell(faulty.row.key, Field.EMAIL, "p2@agencia.example"))
    assert desk.bring(found).counts == {Outcome.TAKEN: 1, Outcome.SEATED: 1}
    assert desk.states() == {STATES.REGISTERED: 2}


def test_a_row_that_is_left_out_does_not_come(desk: Desk) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1), person(2)), "INM")
    (first, _second) = desk.look(found)
    desk.correct(found, lambda work: work.with_row(first.row.key, left_out=True))
    assert desk.bring(found).came == 1
    desk.correct(found, lambda work: work.with_row(first.row.key, left_out=False))
    assert desk.bring(found).came == 1


def test_a_known_person_is_registered_and_not_changed(desk: Desk) -> None:
    desk.pool("INM", 5)
    known = desk.make.person("ANA", "Sotob", "Díaz", email="p1@agencia.example", phone="+529981234567")
    desk.bring(desk.keep(rows(person(1)), "INM"))
    (made,) = desk.roster()
    assert made.person_id == known.id
    assert desk.session.get_one(Person, known.id).given_names == "ANA"


def test_the_same_curp_and_a_compatible_name_is_the_same_person(desk: Desk) -> None:
    desk.pool("INM", 5)
    curp = "GUIS760414MTSMBF07"
    desk.bring(desk.keep(rows(("Sofía", "Güemes", "Ibáñez", "sofia@inm.example", curp, "14/04/1976", "")), "INM"))
    other = desk.keep(rows(("SOFIA", "GUEMES", "IBANEZ", "otra@inm.example", curp.lower(), "", "")), "INM")
    (row,) = desk.look(other)
    assert row.outcome is Outcome.HERE
    assert desk.bring(other).came == 0
    (made,) = desk.roster()
    identity = open_identity(desk.session, desk.session.get_one(Person, made.person_id))
    assert (identity.curp, identity.birth_date) == (curp, date(1976, 4, 14))


def test_what_the_seminar_does_not_ask_for_is_not_kept(desk: Desk) -> None:
    desk.pool("INM", 5)
    with unit_of_work(desk.session) as work:
        seminar = work.get_one(Seminar, desk.seminar.id)
        seminar.asks_curp = seminar.asks_birth = "no"  # type: ignore[assignment]
    desk.bring(desk.keep(rows(person(1, curp="GUIS760414MTSMBF07", born="14/04/1976")), "INM"))
    (made,) = desk.roster()
    assert open_identity(desk.session, desk.session.get_one(Person, made.person_id)).given() == {}


def test_somebody_who_may_be_known_is_asked_about(desk: Desk) -> None:
    desk.pool("INM", 5)
    known = desk.make.person("Ana", "Sotob", "Díaz", email="otra@agencia.example")
    found = desk.keep(rows(person(1)), "INM")
    (row,) = desk.look(found)
    assert row.outcome is Outcome.ASK
    assert [each.person.id for each in row.found.perhaps] == [known.id]
    assert desk.bring(found).came == 0
    desk.correct(found, lambda work: work.with_choice(row.row.key, known.public_id.hex))
    assert desk.bring(found).came == 1
    assert desk.roster()[0].person_id == known.id


def test_somebody_who_is_said_to_be_new_is_new(desk: Desk) -> None:
    desk.pool("INM", 5)
    known = desk.make.person("Ana", "Sotob", "Díaz", email="otra@agencia.example")
    found = desk.keep(rows(person(1)), "INM")
    (row,) = desk.look(found)
    desk.correct(found, lambda work: work.with_choice(row.row.key, NEW))
    assert desk.bring(found).came == 1
    assert desk.roster()[0].person_id != known.id


def test_a_person_who_was_not_proposed_cannot_be_chosen(desk: Desk) -> None:
    desk.pool("INM", 5)
    stranger = desk.make.person("Otra", "Persona", "Cualquiera")
    found = desk.keep(rows(person(1)), "INM")
    desk.correct(found, lambda work: work.with_choice("0.2", stranger.public_id.hex))
    assert desk.bring(found).came == 1
    assert desk.roster()[0].person_id != stranger.id


def test_without_anybody_to_ask_one_that_may_be_known_is_taken_as_new(desk: Desk) -> None:
    desk.pool("INM", 5)
    desk.make.person("Ana", "Sotob", "Díaz", email="otra@agencia.example")
    found = desk.keep(rows(person(1)), "INM")
    assert desk.bring(found, standpoint=Standpoint(true(), None, doubt=Doubt.HOLD_HERE)).came == 1


def test_a_reserved_person_is_never_proposed(desk: Desk) -> None:
    desk.pool("INM", 5)
    desk.make.person("Ana", "Sotob", "Díaz", email="otra@agencia.example", reserved=True, reserved_reason=ReservedReason.OWN_REQUEST)
    found = desk.keep(rows(person(1)), "INM")
    (row,) = desk.look(found)
    assert row.outcome is Outcome.SEATED
    assert row.found.perhaps == ()


def test_the_same_curp_beyond_reach_is_proposed_to_an_administrator(desk: Desk) -> None:
    desk.pool("INM", 5)
    curp = "GUIS760414MTSMBF07"
    desk.bring(desk.keep(rows(("Sofía", "Güemes", "Ibáñez", "sofia@inm.example", curp, "", "")), "INM"))
    elsewhere = desk.make.seminar(seats=1, slug="elsewhere", asks_curp="optional")
    desk.seminar = elsewhere
    desk.pool("INM", 5)
    nobody = Standpoint(Person.id < 0, None)
    other = desk.keep(rows(("Sofía", "Güemes", "Ibáñez", "otra@inm.example", curp, "", "")), "INM")
    assert desk.bring(other, standpoint=nobody).came == 1
    assert desk.session.scalar(select(func.count()).select_from(MatchProposal)) == 1


def test_a_liaison_does_not_learn_who_is_registered_by_another_agency(desk: Desk) -> None:
    desk.pool("INM", 5)
    desk.pool("PGR", 5)
    desk.bring(desk.keep(rows(person(1)), "PGR"))
    theirs = Standpoint(Person.agency_id == desk.agencies["INM"], frozenset({desk.agencies["INM"]}))
    desk.standpoint = theirs
    found = desk.keep(rows(person(1), person(2)), "INM", name="inm.csv")
    assert [each.outcome for each in desk.look(found)] == [Outcome.SEATED, Outcome.SEATED]
    done = desk.bring(found)
    assert done.counts == {Outcome.ORGANIZER: 1, Outcome.SEATED: 1}
    assert [each.outcome for each in desk.look(found)] == [Outcome.ORGANIZER, Outcome.TAKEN]
    assert desk.states() == {STATES.REGISTERED: 2}


def test_a_row_of_another_agency_is_an_error_in_its_cell(desk: Desk) -> None:
    desk.pool("INM", 5)
    desk.standpoint = Standpoint(true(), frozenset({desk.agencies["INM"]}))
    headings = ("Nombre", "Apellido paterno", "Apellido materno", "Correo", "Dependencia")
    cells = (("Ana", "Soto", "Díaz", "a@inm.example", "INM"), ("Luis", "Mora", "Cruz", "l@pgr.example", "PGR"))
    found = desk.keep(rows(*cells, headings=headings), "INM")
    first, second = desk.look(found)
    assert first.outcome is Outcome.SEATED
    assert [(each.field, each.code) for each in second.row.problems] == [(Field.AGENCY, ProblemCode.OTHER_AGENCY)]


def test_a_list_of_several_agencies_seats_each_in_its_own_quota(desk: Desk) -> None:
    desk.pool("INM", 1)
    desk.pool("PGR", 1)
    headings = ("Nombre", "Apellido paterno", "Apellido materno", "Correo", "Dependencia")
    cells = [(f"Ana {n}", "Soto", "Díaz", f"a{n}@x.example", code) for n, code in (("uno", "INM"), ("dos", "P.G.R."), ("tres", "PGR"))]
    found = desk.keep(rows(*cells, headings=headings), None)
    assert [each.place for each in desk.look(found)] == [None, None, 1]
    assert desk.bring(found).counts == {Outcome.SEATED: 2, Outcome.ALTERNATE: 1}


def test_a_page_that_was_overtaken_brings_nobody(desk: Desk) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1), person(2)), "INM")
    seen = desk.session.get_one(NominationList, found.id).version
    desk.correct(found, lambda work: work.with_row("0.2", left_out=True))
    with pytest.raises(ListChanged):
        desk.bring(found, version=seen)
    assert desk.roster() == []


def test_a_completed_seminar_takes_no_list(desk: Desk) -> None:
    found = desk.keep(rows(person(1)), "INM")
    with unit_of_work(desk.session) as work:
        work.get_one(Seminar, desk.seminar.id).state = SeminarState.COMPLETED
    with pytest.raises(SeminarCompleted):
        desk.bring(found)


def test_a_list_that_is_discarded_leaves_nothing_of_its_file(desk: Desk) -> None:
    desk.pool("INM", 5)
    unused, used = desk.keep(rows(person(1)), "INM"), desk.keep(rows(person(2)), "INM")
    desk.bring(used)
    for found in (unused, used):
        desk.session.rollback()
        with unit_of_work(desk.session) as work:
            services.discard(work, context(desk.now), seminar=desk.seminar, public_id=found.public_id)
    assert desk.session.scalar(select(func.count()).select_from(SealedFile)) == 0
    left = desk.session.scalars(select(NominationList)).one()
    assert (left.id, left.work_id, left.name) == (used.id, None, "")
    assert desk.session.scalar(select(func.count()).select_from(Nomination)) == 1
    with pytest.raises(ListGone):
        services.work_of(desk.session, left)


def test_what_a_file_holds_lies_sealed(desk: Desk) -> None:
    desk.keep(rows(person(1)), "INM")
    for sealed in desk.session.scalars(select(SealedFile.sealed)):
        assert b"Sotob" not in sealed
        assert b"agencia.example" not in sealed


def test_how_columns_were_placed_is_remembered_for_the_agency(desk: Desk) -> None:
    assert services.remembered(desk.session, desk.agencies["INM"]) == {}
    desk.keep(rows(person(1)), "INM")
    (fields,) = services.remembered(desk.session, desk.agencies["INM"]).values()
    assert fields["correo"] is Field.EMAIL


def test_a_list_is_held_against_the_seats_as_they_are_when_it_is_brought(desk: Desk) -> None:
    desk.pool("INM", 1)
    found = desk.keep(rows(person(1)), "INM")
    assert counted(each.outcome for each in desk.look(found)) == {Outcome.SEATED: 1}
    desk.bring(desk.keep(rows(person(2)), "INM"))
    assert desk.bring(found).counts == {Outcome.ALTERNATE: 1}
