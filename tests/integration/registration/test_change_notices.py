"""People are told of changes once, collected, with old and new; what is changed back is told to nobody."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import StaleEdit
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.jobs import run_job
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import attached_to, mail_of, write
from seminar_app.registration.jobs import TELL_CHANGES
from seminar_app.registration.models import ChangeNotice
from seminar_app.registration.queries import told
from seminar_app.registration.rules import NoticeState, RegistrationState, RemovalReason
from seminar_app.registration.services import change_notices
from seminar_app.seminars import services
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import TOLD_AFTER, Change, SeminarState, local_of
from seminar_app.seminars.services import SeminarDetails, SessionDetails
from tests.conftest import TestDatabase
from tests.faults.steps import run_to_the_end
from tests.integration.registration.conftest import Register
from tests.support.context import context
from tests.support.factories import Make

BY = "account:test"
COPIED = ("slug", "office_id", "city", "country", "time_zone", "starts_on", "ends_on", "title_es", "title_en", "venue", "street")


@dataclass
class Stage:
    """A published seminar with a session, and people in every state."""

    app: Flask
    session: Session
    make: Make
    now: datetime
    seminar: Seminar
    first: SeminarSession

    def edit(self, minutes: int = 0, **values: Any) -> None:
        with unit_of_work(self.session) as work:
            row = work.get_one(Seminar, self.seminar.id, populate_existing=True)
            details = SeminarDetails(**{name: getattr(row, name) for name in COPIED} | values)
            services.edit_seminar(work, self.at(minutes), seminar_id=row.id, version=row.version, details=details)

    def edit_session(self, minutes: int = 0, **values: Any) -> None:
        with unit_of_work(self.session) as work:
            row = work.get_one(SeminarSession, self.first.id, populate_existing=True)
            begins, ends = (local_of(instant, "America/Cancun") for instant in (row.starts_at, row.ends_at))
            kept: dict[str, Any] = {"day": begins.date(), "starts": begins.time(), "ends": ends.time()}
            kept |= {"title_es": row.title_es, "room": row.room}
            which: dict[str, Any] = {"seminar_id": self.seminar.id, "public_id": row.public_id, "version": row.version}
            services.edit_session(work, self.at(minutes), **which, details=SessionDetails(**kept | values))

    def change(self, change: Change, minutes: int = 0, **values: Any) -> None:
        with unit_of_work(self.session) as work:
            services.change_state(work, self.at(minutes), seminar_id=self.seminar.id, change=change, **values)

    def at(self, minutes: int) -> Any:
        return context(self.now + timedelta(minutes=minutes), BY)

    def run(self, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
        self.session.rollback()
        monkeypatch.setattr(clock, "now", lambda: self.now + timedelta(minutes=minutes))
        run_job(self.app, TELL_CHANGES.name)

    def mails(self, kind: str = change_notices.KIND) -> list[Message]:
        self.session.rollback()
        return list(self.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))

    def text(self, message: Message) -> str:
        return write(self.app, message).body

    def notice(self) -> ChangeNotice | None:
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalars(select(ChangeNotice).order_by(ChangeNotice.id.desc()).limit(1)).one_or_none()

    def actions(self) -> list[str]:
        self.session.rollback()
        return list(self.session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))


@pytest.fixture
def stage(app: Flask, session: Session, make: Make, now: datetime) -> Stage:
    seminar = make.seminar(seats=2, venue="Hotel Xcaret")
    first = make.seminar_session(seminar, room="Coral")
    agency = make.agency("PGR")
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    states = RegistrationState
    for place, state in enumerate(
        (states.NOMINATED, states.INVITED, states.PENDING, states.WAITLISTED, states.DECLINED, states.WITHDRAWN, states.SUBSTITUTED)
    ):
        make.registration(seminar, agency=agency, state=state, queue_place=place if state is states.WAITLISTED else None)
    make.registration(seminar, agency=agency, state=states.REMOVED, removal_reason=RemovalReason.OTHER)
    make.registration(seminar, make.person(email=None), agency=agency, pool=pool)
    make.registration(seminar, make.person("Ana", email="ana@pgr.example"), agency=agency, pool=pool, language="en")
    return Stage(app, session, make, now, seminar, first)


def test_all_concerned_are_told_once_with_old_and_new_when_the_minutes_are_over(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.edit(starts_on=date(2026, 7, 7), ends_on=date(2026, 7, 9), venue="Palacio de Gobierno")
    stage.edit_session(4, room="Caracol")
    stage.run(monkeypatch, 13)
    assert stage.mails() == [], "ten minutes have not gone by since the last change"
    stage.run(monkeypatch, 14)
    stage.run(monkeypatch, 15)
    mails = stage.mails()
    assert len(mails) == 5
    assert {mail.context["state"] for mail in mails} == {"nominated", "invited", "pending", "registered", "waitlisted"}
    spanish, english = stage.text(mails[0]), stage.text(mails[-1])
    assert "Antes: 3 al 5 de junio de 2026\nAhora: 7 al 9 de julio de 2026" in spanish
    assert "Before: Hotel Xcaret, Cancún\nNow: Palacio de Gobierno, Cancún" in english
    assert "Before: June 3, 2026, 9:00 to 12:00, Coral\nNow: July 7, 2026, 9:00 to 12:00, Caracol" in english
    assert "http://localhost/" in english.partition("Your personal link:")[2]
    notice = stage.notice()
    assert notice is not None
    assert (notice.state, notice.people, notice.liaisons) == (NoticeState.TOLD, 5, 0)
    assert stage.actions().count("changes.told") == 1


def test_what_concerns_nobody_tells_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.edit(title_es="Otro título", threshold_percent=70, objectives_es="Algo")
    stage.edit_session(title_es="Otra")
    assert stage.notice() is None
    stage.run(monkeypatch, 60)
    assert stage.mails() == []


def test_what_is_changed_back_tells_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.edit(time_zone="America/Merida")
    stage.edit(1, venue="Palacio")
    assert stage.notice() is not None
    stage.edit(2, time_zone="America/Cancun", venue="Hotel Xcaret")
    assert stage.notice() is None
    stage.run(monkeypatch, 60)
    assert stage.mails() == []


def test_a_deleted_session_is_told_and_one_that_is_restored_is_not(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def delete() -> SessionDetails:
        with unit_of_work(stage.session) as work:
            return services.delete_session(work, stage.at(0), seminar_id=stage.seminar.id, public_id=stage.first.public_id)

    was = delete()
    with unit_of_work(stage.session) as work:
        services.add_session(work, stage.at(1), seminar_id=stage.seminar.id, details=was, public_id=stage.first.public_id)
    assert stage.notice() is None
    delete()
    stage.run(monkeypatch, 60)
    text = stage.text(stage.mails()[-1])
    assert "Not held: Sesión" in text
    assert "Before: June 3, 2026, 9:00 to 12:00, Coral" in text
    assert "Now: June" not in text


def test_a_second_change_after_the_mail_is_told_from_there(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.edit(venue="Palacio")
    stage.run(monkeypatch, 10)
    stage.edit(20, venue="Hotel Xcaret")
    stage.run(monkeypatch, 30)
    assert len(stage.mails()) == 10
    assert "Before: Palacio, Cancún\nNow: Hotel Xcaret, Cancún" in stage.text(stage.mails()[-1])


def test_who_registers_after_the_last_change_knows_it_already(stage: Stage, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    agency = stage.make.agency("FGR")
    stage.edit(venue="Palacio")
    register(stage.seminar, agency, "Eva", now=stage.now)  # the clock of her transaction may be behind that of the edit
    stage.run(monkeypatch, 10)
    assert "eva@pgr.example" not in {mail.to_address for mail in stage.mails()}
    assert len(stage.mails()) == 5
    stage.edit(20, venue="Hotel")
    stage.run(monkeypatch, 30)
    assert "eva@pgr.example" in {mail.to_address for mail in stage.mails()}


def test_liaisons_of_their_agencies_are_told_without_names(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    other = stage.make.agency("INM")
    hers = stage.session.scalars(select(Agency).where(Agency.code == "PGR")).one()
    told = stage.make.account((RoleName.LIAISON, {"agency_id": hers.id}), email="liaison@pgr.example")
    stage.make.account((RoleName.LIAISON, {"agency_id": hers.id}), active=False)
    stage.make.account((RoleName.LIAISON, {"agency_id": other.id}))
    stage.edit(venue="Palacio")
    stage.run(monkeypatch, 10)
    (mail,) = stage.mails(change_notices.LIAISON_KIND)
    assert mail.to_address == told.email
    text = stage.text(mail)
    assert "Now: Palacio, Cancún" in text
    assert "Ana" not in text
    assert f"/staff/seminars/{stage.seminar.slug}/roster" in text


def test_a_cancelled_seminar_sends_its_own_mail_only(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.edit(venue="Palacio")
    stage.change(Change.CANCEL, 1, reason="Huracán")
    stage.run(monkeypatch, 60)
    assert stage.mails() == []
    assert len(stage.mails("seminar_cancelled")) == 5
    notice = stage.notice()
    assert notice is not None
    assert notice.state is NoticeState.DROPPED


def test_changes_of_a_draft_wait_until_it_is_published(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with unit_of_work(stage.session) as work:
        work.get_one(Seminar, stage.seminar.id).state = SeminarState.DRAFT
    stage.edit(venue="Palacio")
    stage.edit(60, starts_on=date(2026, 6, 2))
    stage.run(monkeypatch, 600)
    assert stage.mails() == []
    stage.change(Change.PUBLISH, 700)
    stage.run(monkeypatch, 709)
    assert stage.mails() == []
    stage.run(monkeypatch, 710)
    assert len(stage.mails()) == 5


def test_a_seminar_of_the_past_is_corrected_in_silence(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    a_year = 60 * 24 * 365
    stage.edit(a_year, venue="Palacio")
    assert stage.notice() is None


def test_it_leaves_at_once_or_never_as_the_organizer_says(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(action: Callable[..., object], seen: tuple[uuid.UUID, int], **values: Any) -> object:
        with unit_of_work(stage.session) as work:
            which: dict[str, Any] = {"seminar_id": stage.seminar.id, "public_id": seen[0], "version": seen[1]}
            return action(work, stage.at(5), **which, **values)

    def shown() -> tuple[uuid.UUID, int]:
        notice = stage.notice()
        assert notice is not None
        return notice.public_id, notice.version

    stage.edit(venue="Palacio")
    early = shown()
    stage.edit(1, venue="Ayuntamiento")
    for action in (change_notices.tell_now, change_notices.tell_nobody):
        with pytest.raises(StaleEdit):
            press(action, early)
    late = shown()
    assert press(change_notices.tell_now, late) == 5
    assert press(change_notices.tell_now, late) == 0, "pressed twice"
    assert press(change_notices.tell_nobody, late) is False
    stage.edit(20, venue="Hotel")
    assert press(change_notices.tell_nobody, shown(), reason=" Solo una errata ") is True
    stage.run(monkeypatch, 90)
    assert len(stage.mails()) == 5
    notice = stage.notice()
    assert notice is not None
    assert (notice.state, notice.reason) == (NoticeState.KEPT_QUIET, "Solo una errata")
    assert [action for action in stage.actions() if action.startswith("changes.")] == ["changes.told", "changes.kept_quiet"]


def test_the_mail_brings_the_calendar_up_to_date(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = stage.make.seminar_session(stage.seminar, day=1)
    stage.edit_session(starts=time(10))
    with unit_of_work(stage.session) as work:
        services.delete_session(work, stage.at(1), seminar_id=stage.seminar.id, public_id=gone.public_id)
    stage.run(monkeypatch, 60)
    for message in (stage.mails()[-1], *stage.mails(change_notices.LIAISON_KIND)):
        letter = write(stage.app, message)
        attached = attached_to(stage.app, message, letter)
        mail = mail_of(letter, message, sender="Constancia <a@b.example>", now=stage.now, attached=attached)
        file: Any = next(iter(mail.iter_attachments()))
        assert file.get_content_type() == "text/calendar"
        assert file.get_filename() == f"{stage.seminar.slug}.ics"
        assert file["Content-Type"].params["method"] == "PUBLISH"
        assert mail["Content-Language"] == "en"
        text = mail.get_body(("plain",))
        assert text is not None
        assert "The attached file" in text.get_content()
        found: list[Any] = list(Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT"))
        events = {str(event["UID"]): event for event in found}
        moved, cancelled = (events[f"{each.public_id.hex}@constancia"] for each in (stage.first, gone))
        assert (moved["DTSTART"].dt.hour, str(moved["STATUS"]), moved["SEQUENCE"]) == (10, "CONFIRMED", 1)
        assert (str(cancelled["STATUS"]), cancelled["SEQUENCE"] > 0) == ("CANCELLED", True)


def test_the_mail_of_a_seat_has_the_calendar_and_others_have_none(
    stage: Stage, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    seminar = stage.make.seminar(seats=1)
    for name in ("Eva", "Luz"):
        register(seminar, stage.make.agency(), name)
    seated, waits = stage.mails("registered")[0], stage.mails("waitlisted")[0]
    assert [each.name for each in attached_to(stage.app, seated, write(stage.app, seated))] == [f"{seminar.slug}.ics"]
    assert attached_to(stage.app, waits, write(stage.app, waits)) == []


@pytest.fixture
def _runs_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The note of a run is no step of the job."""
    monkeypatch.setattr("seminar_app.jobs.note_run", lambda *_what, **_how: None)


@pytest.mark.usefixtures("_runs_not_noted")
def test_a_job_that_dies_anywhere_tells_each_once(stage: Stage, database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.edit(venue="Palacio")
    stage.session.rollback()
    monkeypatch.setattr(clock, "now", lambda: stage.now + TOLD_AFTER)
    assert run_to_the_end(lambda: run_job(stage.app, TELL_CHANGES.name), database) > len(stage.mails())
    assert len(stage.mails()) == 5


@pytest.mark.usefixtures("_runs_not_noted")
def test_a_job_that_commits_half_way_is_found_out(stage: Stage, database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: the mails leave before the notice says that they did."""

    def too_early(session: Session, *values: Any, **named: Any) -> Any:
        session.flush()
        session.connection().connection.driver_connection.commit()  # type: ignore[union-attr]
        return end(session, *values, **named)

    end = told.liaisons_to_tell
    stage.edit(venue="Palacio")
    stage.session.rollback()
    monkeypatch.setattr(clock, "now", lambda: stage.now + TOLD_AFTER)
    monkeypatch.setattr(change_notices, "liaisons_to_tell", too_early)
    with pytest.raises(AssertionError, match="left half of a step"):
        run_to_the_end(lambda: run_job(stage.app, TELL_CHANGES.name), database)
