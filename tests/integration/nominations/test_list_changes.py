"""Changes of an agency's part of the list: made at once, or asked for and decided."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant
from seminar_app.agencies.models import Agency
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.nominations import services
from seminar_app.nominations.errors import NoPlaceChanges, NotTheLiaisons, OnlyTheOrganizer, RequestGone, RequestOpen
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_queries import requests_of
from seminar_app.nominations.request_rules import Asker, RequestKind, RequestState
from seminar_app.nominations.services import Asked, Wish
from seminar_app.nominations.services.requests import proposed
from seminar_app.registration.errors import AlreadyOnTheRoster
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.registration.services import Entry, Way, add_by_hand, restore, withdraw
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState, SubstitutesBy
from tests.integration.registration.conftest import entry
from tests.support.context import context
from tests.support.factories import Make


@dataclass
class Desk:
    """A seminar with two seats of PGR and one open seat; Ana and Eva of PGR have the seats, Iris and Olga are its alternates."""

    session: Session
    make: Make
    now: datetime
    seminar: Seminar
    liaison: str
    organizer: str
    people: dict[str, Registration]
    agency: Agency

    def ask(self, kind: RequestKind, who: str, *, asker: Asker = Asker.LIAISON, **values: Any) -> Asked:
        actor = {Asker.LIAISON: self.liaison, Asker.ORGANIZER: self.organizer}.get(asker) or self.people[who].audit_name
        other = values.pop("other", None)
        wish = Wish(
            kind=kind,
            registration=self.people[who].public_id,
            other=self.people[other].public_id if other else None,
            entry=values.pop("entry", None),
            reason="Otra comisión",
        )
        with unit_of_work(self.session) as work:
            return services.ask(
                work,
                context(values.pop("now", self.now), actor),
                seminar=self.seminar,
                asker=asker,
                agencies=values.pop("agencies", {self.agency.id}) if asker is Asker.LIAISON else None,
                wish=wish,
                submission_id=values.pop("submission", None) or uuid.uuid4(),
            )

    def decide(self, asked: Asked, *, accept: bool, agencies: frozenset[int] | None = None) -> ListRequest:
        with unit_of_work(self.session) as work:
            by = context(self.now, self.organizer if agencies is None else self.liaison)
            return services.decide(
                work, by, seminar=self.seminar, public_id=asked.request.public_id, agencies=agencies, accept=accept, answer="No procede"
            )

    def states(self) -> dict[str, RegistrationState]:
        self.session.rollback()
        self.session.expire_all()
        return {name: self.session.get_one(Registration, each.id).state for name, each in self.people.items()}

    def kinds(self) -> list[str]:
        self.session.rollback()
        return list(self.session.scalars(select(Message.kind).order_by(Message.id)))

    def set(self, **values: Any) -> None:
        with unit_of_work(self.session) as work:
            work.execute(update(Seminar).where(Seminar.id == self.seminar.id).values(**values))
        self.session.expire_all()


@pytest.fixture
def desk(app: Flask, session: Session, make: Make, now: datetime) -> Desk:
    office, pgr = make.office(), make.agency("PGR")
    seminar = make.seminar(office=office, seats=1, starts_on=(now + timedelta(days=20)).date(), ends_on=(now + timedelta(days=22)).date())
    make.pool(seminar, pgr, 2)
    liaison = make.account((RoleName.LIAISON, {"agency_id": pgr.id}))
    organizer = make.account((RoleName.ORGANIZER, {"office_id": office.id}))
    people = {}
    with app.app_context():
        for name in ("Ana", "Eva", "Iris", "Olga"):
            with unit_of_work(session) as work:
                people[name] = add_by_hand(
                    work,
                    context(now),
                    seminar_id=seminar.id,
                    entry=entry(pgr, name),
                    submission_id=uuid.uuid4(),
                    source=Source.NOMINATION,
                )
    return Desk(session, make, now, seminar, f"account:{liaison.public_id.hex}", f"account:{organizer.public_id.hex}", people, pgr)


@pytest.fixture(autouse=True)
def _in_context(app: Flask, desk: Desk) -> Any:
    with app.app_context():
        yield


def rosa(desk: Desk, **values: Any) -> Entry:
    return Entry(person=entry(desk.agency, "Rosa").person, agency_id=desk.agency.id, **values)


R = RegistrationState


def test_a_liaison_withdraws_her_nominee_and_the_seat_goes_to_the_next_alternate(desk: Desk) -> None:
    assert desk.ask(RequestKind.WITHDRAW, "Ana").done
    assert desk.states() == {"Ana": R.WITHDRAWN, "Eva": R.REGISTERED, "Iris": R.REGISTERED, "Olga": R.WAITLISTED}
    assert desk.kinds()[-2:] == ["withdrawn_by_agency", "seat_given"]
    note = desk.session.scalars(select(RegistrationHistory.note).where(RegistrationHistory.to_state == R.WITHDRAWN)).one()
    assert note == "Otra comisión"


def test_a_liaison_exchanges_places_past_nobody(desk: Desk) -> None:
    desk.ask(RequestKind.EXCHANGE, "Ana", other="Olga")
    assert desk.states() == {"Ana": R.WAITLISTED, "Eva": R.REGISTERED, "Iris": R.WAITLISTED, "Olga": R.REGISTERED}
    desk.ask(RequestKind.WITHDRAW, "Eva")
    assert desk.states()["Iris"] is R.REGISTERED, "Iris keeps her turn before Ana"


def test_the_same_exchange_sent_twice_is_made_once(desk: Desk) -> None:
    form = uuid.uuid4()
    for _ in range(2):
        assert desk.ask(RequestKind.EXCHANGE, "Ana", other="Olga", submission=form).done
    assert desk.states()["Olga"] is R.REGISTERED


def test_alternates_exchange_their_turns(desk: Desk) -> None:
    desk.ask(RequestKind.EXCHANGE, "Olga", other="Iris")
    desk.ask(RequestKind.WITHDRAW, "Ana")
    assert desk.states()["Olga"] is R.REGISTERED


def test_a_substitute_takes_the_seat_and_the_notice_is_asked_again(desk: Desk) -> None:
    done = desk.ask(RequestKind.SUBSTITUTE, "Ana", entry=rosa(desk))
    assert done.entered is not None
    assert done.entered.way is Way.TAKEN_OVER
    assert desk.states()["Ana"] is R.SUBSTITUTED
    new = desk.session.get_one(Registration, done.entered.registration.id)
    assert (new.state, new.notice_at, new.source) == (R.REGISTERED, None, Source.NOMINATION)
    notes = desk.session.scalars(select(RegistrationHistory.note).where(RegistrationHistory.to_state == R.SUBSTITUTED)).all()
    assert notes == ["Otra comisión"]


def test_a_substitute_of_another_agency_or_a_place_of_another_agency_is_not_found(desk: Desk) -> None:
    cns = desk.make.agency("CNS")
    foreign = desk.make.registration(desk.seminar, agency=cns, state=R.PENDING)
    desk.people["Otra"] = foreign
    with pytest.raises(NotFound):
        desk.ask(RequestKind.WITHDRAW, "Otra")
    with pytest.raises(NotFound):
        desk.ask(RequestKind.SUBSTITUTE, "Ana", entry=Entry(person=rosa(desk).person, agency_id=cns.id))


def test_who_registered_alone_for_an_open_seat_is_not_the_liaisons(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        alone = add_by_hand(
            work,
            context(desk.now),
            seminar_id=desk.seminar.id,
            entry=Entry(person=entry(desk.agency, "Sola").person, agency_id=desk.agency.id),
            submission_id=uuid.uuid4(),
            source=Source.FORM,
        )
    desk.people["Sola"] = alone
    with pytest.raises(NotTheLiaisons):
        desk.ask(RequestKind.WITHDRAW, "Sola")


@pytest.mark.parametrize("accept", [True, False])
def test_a_frozen_list_asks_the_organizer(desk: Desk, accept: bool) -> None:
    desk.set(list_freezes_on=desk.now.date())
    asked = desk.ask(RequestKind.WITHDRAW, "Ana")
    assert not asked.done
    assert desk.states()["Ana"] is R.REGISTERED
    assert desk.kinds()[-1] == "request_made"
    with pytest.raises(RequestOpen):
        desk.ask(RequestKind.WITHDRAW, "Ana")
    with pytest.raises(NotFound):
        desk.decide(asked, accept=True, agencies=frozenset({desk.agency.id}))
    desk.decide(asked, accept=accept)
    assert desk.states()["Ana"] is (R.WITHDRAWN if accept else R.REGISTERED)
    assert desk.kinds()[-1] == "request_decided"
    with pytest.raises(RequestGone):
        desk.decide(asked, accept=True)


def test_where_the_organizer_decides_on_substitutes_the_liaison_asks(desk: Desk) -> None:
    desk.set(substitutes_by=SubstitutesBy.ORGANIZER)
    assert not desk.ask(RequestKind.SUBSTITUTE, "Ana", entry=rosa(desk)).done
    assert desk.ask(RequestKind.WITHDRAW, "Eva").done


def test_an_officials_proposal_is_the_liaisons_to_decide_and_its_data_go_with_the_decision(desk: Desk) -> None:
    asked = desk.ask(RequestKind.SUBSTITUTE, "Ana", asker=Asker.OFFICIAL, entry=rosa(desk))
    assert not asked.done
    assert proposed(desk.session, asked.request) == rosa(desk)
    desk.decide(asked, accept=True, agencies=frozenset({desk.agency.id}))
    assert desk.states()["Ana"] is R.SUBSTITUTED
    assert desk.session.scalar(select(func.count()).select_from(SealedFile)) == 0
    assert desk.session.scalars(select(Registration.state).order_by(Registration.id.desc()).limit(1)).one() is R.REGISTERED


def test_a_request_about_somebody_who_leaves_no_longer_applies(desk: Desk) -> None:
    asked = desk.ask(RequestKind.SUBSTITUTE, "Ana", asker=Asker.OFFICIAL, entry=rosa(desk))
    with unit_of_work(desk.session) as work:
        withdraw(work, context(desk.now, desk.people["Ana"].audit_name), registration_id=desk.people["Ana"].id)
    desk.session.expire_all()
    assert desk.session.get_one(ListRequest, asked.request.id).state is RequestState.VOID
    assert desk.session.scalar(select(func.count()).select_from(SealedFile)) == 0


def test_a_substitute_who_is_registered_elsewhere_becomes_a_request_so_that_the_liaison_learns_nothing(desk: Desk) -> None:
    cns = desk.make.agency("CNS")
    with unit_of_work(desk.session) as work:
        there = Entry(person=rosa(desk).person, agency_id=cns.id)
        add_by_hand(work, context(desk.now), seminar_id=desk.seminar.id, entry=there, submission_id=uuid.uuid4(), source=Source.STAFF)
    assert not desk.ask(RequestKind.SUBSTITUTE, "Ana", entry=rosa(desk)).done
    with pytest.raises(Refusal):
        desk.ask(RequestKind.SUBSTITUTE, "Eva", asker=Asker.ORGANIZER, entry=rosa(desk))
    with pytest.raises(Refusal):  # one of her own people: she may know
        desk.ask(RequestKind.SUBSTITUTE, "Eva", entry=Entry(person=entry(cns, "Ana").person, agency_id=desk.agency.id))


@pytest.mark.parametrize("state", [R.DECLINED, R.PENDING])
def test_what_was_decided_about_a_substitute_of_another_agency_is_not_told_either(desk: Desk, state: RegistrationState) -> None:
    there = Entry(person=rosa(desk).person, agency_id=desk.make.agency("CNS").id)
    with unit_of_work(desk.session) as work:
        made = add_by_hand(
            work, context(desk.now), seminar_id=desk.seminar.id, entry=there, submission_id=uuid.uuid4(), source=Source.STAFF
        )
        made.state, made.seat_pool_id, made.queue_place = state, None, None
    assert not desk.ask(RequestKind.SUBSTITUTE, "Ana", entry=rosa(desk)).done


def test_only_who_asked_takes_a_request_back(desk: Desk) -> None:
    asked = desk.ask(RequestKind.SUBSTITUTE, "Ana", asker=Asker.OFFICIAL, entry=rosa(desk))
    with pytest.raises(NotFound), unit_of_work(desk.session) as work:
        services.take_back_request(work, context(desk.now, desk.liaison), seminar=desk.seminar, public_id=asked.request.public_id)
    with unit_of_work(desk.session) as work:
        services.take_back_request(
            work, context(desk.now, desk.people["Ana"].audit_name), seminar=desk.seminar, public_id=asked.request.public_id
        )
    with pytest.raises(RequestGone):
        desk.decide(asked, accept=True)


def test_a_liaison_who_accepts_a_proposal_does_not_learn_who_is_registered_elsewhere(desk: Desk) -> None:
    asked = desk.ask(RequestKind.SUBSTITUTE, "Ana", asker=Asker.OFFICIAL, entry=rosa(desk))
    there = Entry(person=rosa(desk).person, agency_id=desk.make.agency("CNS").id)
    with unit_of_work(desk.session) as work:
        add_by_hand(work, context(desk.now), seminar_id=desk.seminar.id, entry=there, submission_id=uuid.uuid4(), source=Source.STAFF)
    with pytest.raises(OnlyTheOrganizer):
        desk.decide(asked, accept=True, agencies=frozenset({desk.agency.id}))
    with pytest.raises(AlreadyOnTheRoster):
        desk.decide(asked, accept=True)
    assert desk.states()["Ana"] is R.REGISTERED


@pytest.mark.parametrize("values", [{"state": SeminarState.CANCELLED}, {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 4)}])
def test_of_a_seminar_that_is_cancelled_or_over_a_liaison_changes_no_place(desk: Desk, values: dict[str, Any]) -> None:
    asked = desk.ask(RequestKind.SUBSTITUTE, "Eva", asker=Asker.OFFICIAL, entry=rosa(desk))
    desk.set(**values)
    for kind, more in (
        (RequestKind.WITHDRAW, {}),
        (RequestKind.EXCHANGE, {"other": "Olga"}),
        (RequestKind.SUBSTITUTE, {"entry": rosa(desk)}),
    ):
        with pytest.raises(NoPlaceChanges):
            desk.ask(kind, "Ana", **more)
    with pytest.raises(NoPlaceChanges):
        desk.decide(asked, accept=True, agencies=frozenset({desk.agency.id}))
    assert desk.ask(RequestKind.WITHDRAW, "Ana", asker=Asker.ORGANIZER).done


@pytest.mark.parametrize("asker", [Asker.LIAISON, Asker.ORGANIZER])
def test_a_proposal_that_waits_does_not_keep_who_decides_from_a_change_at_once(desk: Desk, asker: Asker) -> None:
    asked = desk.ask(RequestKind.SUBSTITUTE, "Ana", asker=Asker.OFFICIAL, entry=rosa(desk))
    assert desk.ask(RequestKind.WITHDRAW, "Ana", asker=asker).done
    assert desk.session.get_one(ListRequest, asked.request.id, populate_existing=True).state is RequestState.VOID


def test_an_alternate_who_was_moved_up_and_comes_back_by_an_undo_has_the_new_turn(desk: Desk) -> None:
    desk.ask(RequestKind.EXCHANGE, "Olga", other="Iris")
    notes = select(RegistrationHistory.note).where(
        RegistrationHistory.registration_id.in_([desk.people[who].id for who in ("Olga", "Iris")])
    )
    assert desk.session.scalars(notes.where(RegistrationHistory.note.is_not(None))).all() == ["Otra comisión"] * 2
    desk.ask(RequestKind.WITHDRAW, "Olga")
    with unit_of_work(desk.session) as work:
        by = context(desk.now, desk.liaison)
        restore(work, by, seminar_id=desk.seminar.id, registration_id=desk.people["Olga"].id, undo=True)
    desk.ask(RequestKind.WITHDRAW, "Ana")
    assert desk.states()["Olga"] is R.REGISTERED


def test_a_liaison_does_not_see_whom_a_request_names_once_they_are_another_agencys(desk: Desk) -> None:
    desk.set(list_freezes_on=desk.now.date())
    desk.ask(RequestKind.EXCHANGE, "Ana", other="Olga")
    proposal = desk.ask(RequestKind.SUBSTITUTE, "Eva", asker=Asker.OFFICIAL, entry=rosa(desk))
    desk.set(list_freezes_on=None)
    cns = desk.make.agency("CNS")
    version = desk.make.registration(desk.make.seminar(), agency=cns).agency_version_id
    with unit_of_work(desk.session) as work:
        for who in ("Olga", "Eva"):
            moved = work.get_one(Registration, desk.people[who].id)
            moved.agency_id, moved.agency_version_id = cns.id, version

    def seen(agencies: frozenset[int] | None) -> list[tuple[bool, bool, bool]]:
        found = requests_of(desk.session, desk.seminar, agencies=agencies, reader=desk.liaison, today=desk.now.date())[0]
        return [(each.other is not None, each.proposed is not None, each.may_decide) for each in found]

    assert seen(None) == [(True, False, True), (False, True, True)]
    assert seen(frozenset({desk.agency.id})) == [(False, False, False)]
    assert seen(frozenset({cns.id})) == [(False, False, False)]
    with pytest.raises(NotFound):
        desk.decide(proposal, accept=True, agencies=frozenset({cns.id}))


def test_a_seat_of_another_agencys_quota_is_not_the_liaisons(desk: Desk) -> None:
    """It stays with somebody whose agency was corrected, where no other seat is free."""
    quota = desk.make.pool(desk.seminar, desk.make.agency("CNS"), 1)
    desk.people["Sola"] = desk.make.registration(desk.seminar, agency=desk.agency, pool=quota, source=Source.FORM)
    with pytest.raises(NotTheLiaisons):
        desk.ask(RequestKind.WITHDRAW, "Sola")


def test_a_liaison_whose_agency_was_taken_is_not_told_how_it_was_decided(desk: Desk) -> None:
    desk.set(list_freezes_on=desk.now.date())
    asked = desk.ask(RequestKind.WITHDRAW, "Ana")
    with unit_of_work(desk.session) as work:
        work.execute(delete(RoleGrant).where(RoleGrant.role == RoleName.LIAISON))
    desk.decide(asked, accept=True)
    assert "request_decided" not in desk.kinds()


def test_whoever_is_erased_is_proposed_by_nobody_any_more(desk: Desk) -> None:
    asked = desk.ask(RequestKind.SUBSTITUTE, "Ana", asker=Asker.OFFICIAL, entry=rosa(desk))
    other = desk.ask(RequestKind.SUBSTITUTE, "Eva", asker=Asker.OFFICIAL, entry=entry(desk.agency, "Luz"))
    typed = rosa(desk).person
    person = desk.make.person(typed.given_names, typed.surname1 or "", typed.surname2, email=typed.email)
    with unit_of_work(desk.session) as work:
        erase_person(work, context(desk.now), public_id=person.public_id)
    void, waits = (desk.session.get_one(ListRequest, each.request.id, populate_existing=True) for each in (asked, other))
    assert (void.state, void.file_id, void.reason) == (RequestState.VOID, None, None)
    assert (waits.state, waits.file_id is None) == (RequestState.OPEN, False)
