"""Finding who may be the same person in the database, and giving registrations to known people by the rule."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.folding import fold
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.people import services as people_services
from seminar_app.people.evidence import Evidence
from seminar_app.people.identity import Identity, keep_identity
from seminar_app.people.matching import By, Compared, Different, Perhaps, Same, match
from seminar_app.people.models import MatchProposal, Person
from seminar_app.people.queries import candidates, compared, find_person
from seminar_app.people.rules import certificate_name
from seminar_app.registration import services
from seminar_app.registration.models import PersonJoin, Registration
from tests.conftest import StatementCount
from tests.integration.registration.conftest import entry
from tests.support.context import context
from tests.support.factories import Make
from tests.support.matching_corpus import PAIRS

CURP = "HEMN841101MSPRRR02"
BEYOND_THE_INDEX: set[str] = set()
"""Pairs of the corpus that the rule would propose, and that no beginning of a name leads to."""


def test_all_whom_the_rule_would_propose_are_found(make: Make, session: Session) -> None:
    missed = set()
    for pair in PAIRS:
        one, other = (replace(each, curp=None, birth_date=None) for each in (pair.one, pair.other))
        if isinstance(match(one, other, by=By.STAFF), Different):
            continue
        person = make.person(
            other.given_names,
            other.surname1,
            other.surname2,
            email=other.email,
            search_key=f"{fold(certificate_name(other.given_names, other.surname1, other.surname2))} {uuid.uuid4().hex}",
        )
        if person.id not in [found.person.id for found in candidates(session, one, by=By.STAFF)]:
            missed.add(pair.name)
        session.rollback()
        with unit_of_work(session) as work:
            work.delete(work.get_one(Person, person.id))
    assert missed == BEYOND_THE_INDEX


def test_who_types_n_for_enye_finds_the_person(make: Make, session: Session) -> None:
    known = make.person("María de la Luz", "Ñáñez", "Ibáñez", email="luz@pgr.example")
    sought = Compared(given_names="Ma. de la Luz", surname1="Nanez", surname2="Ibanez", email="otra@pgr.example")
    assert [each.person.id for each in candidates(session, sought, by=By.STAFF)] == [known.id]


def test_nobody_reserved_erased_or_merged_is_found(make: Make, session: Session, now: datetime) -> None:
    shown = make.person()
    make.person(reserved=True)
    make.person(merged_into_id=shown.id)
    make.person(erased_at=now)
    sought = replace(compared(session, shown), email="other@pgr.example")
    found = candidates(session, sought, by=By.FORM)
    assert [(each.person.id, each.why) for each in found] == [(shown.id, (Evidence.NAME, Evidence.ADDRESS_DIFFERS))]
    assert candidates(session, compared(session, shown), by=By.STAFF, but=shown) == []


def keep(session: Session, now: datetime, person: Person, identity: Identity) -> None:
    with unit_of_work(session) as work:
        keep_identity(work, context(now), person=work.get_one(Person, person.id), identity=identity)


def test_a_curp_and_a_birth_date_on_file_are_compared_unseen(make: Make, session: Session, now: datetime) -> None:
    one, twin, other = make.person("Luz"), make.person("María"), make.person("Rosa", "Díaz", "Nava")
    keep(session, now, one, Identity(curp=CURP, birth_date=date(1984, 11, 1)))
    keep(session, now, twin, Identity(birth_date=date(1984, 11, 1)))
    keep(session, now, other, Identity(curp=CURP.lower()))
    person = session.get_one(Person, one.id)
    (found,) = candidates(session, compared(session, person), by=By.STAFF, but=person)
    assert (found.person.id, found.verdict) == (
        other.id,
        Perhaps((Evidence.NAMES_DIFFER, Evidence.ADDRESS_DIFFERS, Evidence.CURP_AGREES)),
    )
    assert candidates(session, compared(session, person), by=By.FORM, but=person) == []


def test_the_likeliest_come_first(make: Make, session: Session) -> None:
    perhaps, same = make.person("Luz Ma."), make.person("LUZ MARÍA", email="luz@pgr.example")
    sought = replace(compared(session, session.get_one(Person, same.id)), given_names="Luz María")
    found = candidates(session, sought, by=By.STAFF)
    assert [each.person.id for each in found] == [same.id, perhaps.id]
    assert isinstance(found[0].verdict, Same)


def add(session: Session, now: datetime, seminar_id: int, wanted: services.Entry, reach: bool | None) -> Registration:
    from sqlalchemy import false, true

    within = None if reach is None else true() if reach else false()
    with unit_of_work(session) as work:
        return services.add_by_hand(
            work, context(now, "account:x"), seminar_id=seminar_id, entry=wanted, submission_id=uuid.uuid4(), reach=within
        )


@pytest.mark.parametrize("reach", [True, False, None])
def test_staff_s_curp_joins_within_reach_and_is_proposed_outside_it(
    make: Make, session: Session, now: datetime, reach: bool | None
) -> None:
    agency, seminar, known = make.agency(), make.seminar(), make.person("Luz María")
    keep(session, now, known, Identity(curp=CURP))
    wanted = replace(entry(agency, "María", email="new@pgr.example"), identity=Identity(curp=CURP))
    made = add(session, now, seminar.id, wanted, reach)
    assert (made.person_id == known.id) is (reach is True)
    assert len(session.scalars(select(PersonJoin.id)).all()) == (1 if reach else 0)
    proposals = session.scalars(select(MatchProposal)).all()
    assert [(each.one_id, each.other_id, each.why) for each in proposals] == (
        [(known.id, made.person_id, ["curp_agrees"])] if reach is False else []
    )


def test_the_public_form_s_curp_joins_nobody(make: Make, session: Session, now: datetime) -> None:
    agency, seminar, known = make.agency(), make.seminar(), make.person("Luz María")
    keep(session, now, known, Identity(curp=CURP))
    with unit_of_work(session) as work:
        made = services.register(
            work,
            context(now),
            seminar_id=seminar.id,
            entry=replace(entry(agency, "María", email="new@pgr.example"), identity=Identity(curp=CURP)),
            submission_id=uuid.uuid4(),
            notice_version=1,
            notice_language="es",
        )
    assert made.person_id != known.id
    assert session.scalars(select(MatchProposal.id)).all() == []


@pytest.mark.parametrize(("first", "second"), [("Ibáñez", None), (None, "Ibáñez")])
def test_a_second_surname_added_on_the_same_page_makes_no_second_person(
    make: Make, session: Session, now: datetime, first: str | None, second: str | None
) -> None:
    agency, seminar, showing = make.agency(), make.seminar(), uuid.uuid4()

    def send(surname2: str | None, page: uuid.UUID) -> int:
        with unit_of_work(session) as work:
            made = services.register(
                work,
                context(now),
                seminar_id=seminar.id,
                entry=entry(agency, surname2=surname2),
                submission_id=page,
                notice_version=1,
                notice_language="es",
            )
        return made.id

    assert send(first, showing) == send(second, showing)
    assert session.scalars(select(Person.surname2)).all() == [first], "a known person is not changed"
    session.rollback()
    assert send(second, uuid.uuid4()) != send(first, showing), "another page is another person"


def test_somebody_new_costs_no_statement_more(make: Make, session: Session, now: datetime, statements: StatementCount) -> None:
    """A known person takes one statement more to be found, one to be held, one for the earlier registration and one for the join."""
    agency = make.agency()
    counted: list[list[str]] = []
    for _ in range(2):
        seminar = make.seminar()
        for name in ("Ana", "Luz María") if not counted else ("Luz María",):
            session.close()
            statements.statements.clear()
            with unit_of_work(session) as work:
                services.register(
                    work,
                    context(now),
                    seminar_id=seminar.id,
                    entry=entry(agency, name),
                    submission_id=uuid.uuid4(),
                    notice_version=1,
                    notice_language="es",
                )
            counted.append([each.split(" ")[0] + " " + each.split("FROM")[-1][:30] for each in statements.statements])
    _warm, new, known = counted
    assert len(known) == len(new) + 4, (new, known)


def test_somebody_renamed_between_two_statements_is_no_error(
    make: Make, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = make.person("Luz María", email="luz@pgr.example")
    wanted = entry(make.agency())

    def renamed(work: Session, *, email: str, key: str) -> Person | None:
        work.get_one(Person, known.id).search_key = "other name"
        work.flush()
        return find_person(work, email=email, key=key)

    monkeypatch.setattr(people_services, "find_person", renamed)
    with unit_of_work(session) as work:
        person, was_known = people_services.find_or_add_person(work, context(now), data=wanted.person, agency_id=None)
    assert (person.id != known.id, was_known) == (True, False)
