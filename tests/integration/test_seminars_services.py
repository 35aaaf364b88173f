"""Making, editing, copying and moving seminars on a real session."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.agencies.services import seed_directory
from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, Refusal, StaleEdit
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.seminars import errors, queries, services
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession, Speaker
from seminar_app.seminars.quotas import quotas_to_share
from seminar_app.seminars.rules import Change, RegistrationMode, SeminarState, local_of
from seminar_app.seminars.services import ProgramLine, SeminarDetails, SeminarEdit, SessionDetails, StateChange
from seminar_app.seminars.services.copying import Shares
from tests.conftest import StatementCount
from tests.support.context import context
from tests.support.factories import Make

BY = "account:test"
TIJUANA = "America/Tijuana"


def details(office_id: int, **values: Any) -> SeminarDetails:
    base: dict[str, Any] = {
        "slug": "cancun-2026",
        "office_id": office_id,
        "title_es": "Trata de personas",
        "city": "Cancún",
        "country": "MX",
        "time_zone": "America/Cancun",
        "starts_on": date(2026, 6, 3),
        "ends_on": date(2026, 6, 5),
    }
    return SeminarDetails(**base | values)


def morning(**values: Any) -> SessionDetails:
    base: dict[str, Any] = {"day": date(2026, 6, 3), "starts": time(9), "ends": time(11), "title_es": "Mañana"}
    return SessionDetails(**base | values)


def create(session: Session, details: SeminarDetails, now: datetime, capacity: int = 90) -> Seminar:
    with unit_of_work(session):
        return services.create_seminar(session, context(now, BY), details=details, capacity=capacity)


def add(session: Session, seminar: Seminar, details: SessionDetails, now: datetime) -> SeminarSession:
    with unit_of_work(session):
        return services.add_session(session, context(now, BY), seminar_id=seminar.id, details=details)


def edit_one(session: Session, seminar: Seminar, row: SeminarSession, details: SessionDetails, now: datetime) -> SeminarSession:
    """Edit a session as somebody does who saw `row`."""
    with unit_of_work(session):
        return services.edit_session(
            session, context(now, BY), seminar_id=seminar.id, public_id=row.public_id, version=row.version, details=details
        )


def change(session: Session, seminar: Seminar, change: Change, now: datetime, reason: str | None = None) -> Seminar:
    with unit_of_work(session):
        return services.change_state(session, context(now, BY), seminar_id=seminar.id, change=change, reason=reason)


def edit(session: Session, seminar: Seminar, details: SeminarDetails, now: datetime, version: int | None = None) -> Seminar:
    with unit_of_work(session):
        return services.edit_seminar(session, context(now, BY), seminar_id=seminar.id, version=version or seminar.version, details=details)


def test_a_new_seminar_is_a_draft_with_one_open_pool_hosted_by_its_office(session: Session, make: Make, now: datetime) -> None:
    office = make.office()
    seminar = create(session, details(office.id), now)
    assert seminar.state is SeminarState.DRAFT
    pools = queries.pools_of(session, seminar.id)
    assert [(line.pool.size, line.agency) for line in pools] == [(90, None)]
    assert [host.id for host in queries.hosts_of(session, [seminar.id])[seminar.id]] == [office.id]
    assert session.scalars(select(AuditRow.action)).all() == ["seminar.created"]


def test_what_makes_no_sense_is_refused_with_its_sentence(session: Session, make: Make, now: datetime) -> None:
    office = make.office()
    taken = make.seminar(office=office, slug="toluca-2026")
    day = datetime.combine(date(2026, 3, 8), time(2, 30))
    wrong: list[tuple[dict[str, Any], type[Refusal]]] = [
        ({"slug": "Cancún 2026"}, errors.SlugMalformed),
        ({"slug": taken.slug}, errors.SlugTaken),
        ({"title_es": ""}, errors.TitleMissing),
        ({"ends_on": date(2026, 6, 2)}, errors.DatesReversed),
        ({"ends_on": date(2027, 6, 4)}, errors.SeminarTooLong),
        ({"starts_on": date(1, 1, 1)}, errors.DatesOutOfReach),
        ({"ends_on": date(9999, 12, 31)}, errors.DatesOutOfReach),
        ({"time_zone": "Mars/Olympus"}, errors.UnknownTimeZone),
        ({"time_zone": "../etc/passwd"}, errors.UnknownTimeZone),
        ({"registration_mode": RegistrationMode.CODE}, errors.CodeMissing),
        ({"threshold_percent": 101}, errors.ThresholdOutOfReach),
        ({"host_ids": [10**9]}, errors.UnknownOffice),
        ({"time_zone": TIJUANA, "registration_opens": day}, errors.TimeSkipped),
        ({"registration_opens": day, "registration_closes": day}, errors.WindowReversed),
        ({"registration_opens": datetime.combine(date.max, time())}, errors.DatesOutOfReach),
    ]
    for values, refusal in wrong:
        with pytest.raises(refusal):
            create(session, details(office.id, **values), now)
    for capacity in (0, -1, 10**20):
        with pytest.raises(errors.SeatsOutOfReach):
            create(session, details(office.id), now, capacity=capacity)
    assert session.scalar(select(func.count()).select_from(Seminar)) == 1


def test_an_edit_is_saved_and_named_in_the_trail_and_a_stale_one_is_refused(session: Session, make: Make, now: datetime) -> None:
    office, other = make.office(), make.office()
    seminar = create(session, details(office.id), now)
    first = details(office.id, city="Toluca", host_ids=[other.id, office.id])
    edited = edit(session, seminar, first, now)
    assert edited.city == "Toluca"
    assert edited.version > seminar.version
    assert [host.id for host in queries.hosts_of(session, [seminar.id])[seminar.id]] == [other.id, office.id]
    trail = session.scalars(select(AuditRow).order_by(AuditRow.sequence)).all()[-1]
    assert (trail.action, trail.details) == ("seminar.edited", {"fields": ["city", "hosts"]})
    with pytest.raises(errors.SeminarChanged):
        edit(session, seminar, details(office.id), now, version=seminar.version)
    again = edit(session, edited, first, now)
    assert again.version == edited.version, "nothing changed, nothing saved"
    only_hosts = edit(session, again, replace(first, host_ids=[office.id]), now)
    assert only_hosts.version > again.version, "the hosts are part of it"


def test_sessions_move_with_the_days_and_keep_their_local_times_in_a_new_zone(session: Session, make: Make, now: datetime) -> None:
    office = make.office()
    seminar = create(session, details(office.id), now)
    seminar_session = add(session, seminar, morning(), now)
    later = details(office.id, starts_on=date(2026, 6, 10), ends_on=date(2026, 6, 12), time_zone=TIJUANA)
    edit(session, seminar, later, now)
    row = session.get_one(SeminarSession, seminar_session.id)
    assert local_of(row.starts_at, TIJUANA) == datetime.combine(date(2026, 6, 10), time(9))
    assert local_of(row.ends_at, TIJUANA) == datetime.combine(date(2026, 6, 10), time(11))
    session.close()
    with pytest.raises(errors.SessionsOutsideDates) as refused:
        edit(session, session.get_one(Seminar, seminar.id), replace(later, starts_on=date(2026, 6, 11)), now)
    assert refused.value.values["day"] == date(2026, 6, 10)


def test_what_people_hold_stays_after_publishing_and_what_certificates_follow_from_after_the_end(
    session: Session, make: Make, now: datetime
) -> None:
    office, other = make.office(), make.office()
    seminar = create(session, details(office.id), now)
    add(session, seminar, morning(), now)
    seminar = change(session, seminar, Change.PUBLISH, now)
    for held in (details(office.id, slug="another"), details(other.id)):
        with pytest.raises(errors.FieldLocked):
            edit(session, seminar, held, now)
    seminar = edit(session, seminar, details(office.id, venue="Centro de Convenciones"), now)
    seminar = change(session, seminar, Change.COMPLETE, datetime(2026, 6, 6, tzinfo=UTC))
    for past in (details(office.id, threshold_percent=10), details(office.id, starts_on=date(2026, 6, 2))):
        with pytest.raises(errors.FieldLocked):
            edit(session, seminar, past, now)
    edit(session, seminar, details(office.id, title_en="Human trafficking"), now)
    with pytest.raises(errors.SessionsFixed):
        add(session, seminar, morning(day=date(2026, 6, 4)), now)


def test_the_life_of_a_seminar_and_the_ways_back(session: Session, make: Make, now: datetime) -> None:
    seminar = create(session, details(make.office().id), now)
    with pytest.raises(errors.NotReady):
        change(session, seminar, Change.PUBLISH, now)
    add(session, seminar, morning(), now)
    after = datetime(2026, 6, 3, 16, 0, tzinfo=UTC)  # when its only session ends
    steps = [
        (Change.PUBLISH, now, SeminarState.PUBLISHED),
        (Change.UNPUBLISH, now, SeminarState.DRAFT),
        (Change.ARCHIVE, now, SeminarState.ARCHIVED),
        (Change.UNARCHIVE, now, SeminarState.DRAFT),
        (Change.PUBLISH, now, SeminarState.PUBLISHED),
        (Change.CLOSE, now, SeminarState.CLOSED),
        (Change.REOPEN, now, SeminarState.PUBLISHED),
        (Change.COMPLETE, after, SeminarState.COMPLETED),
        (Change.RESUME, after, SeminarState.CLOSED),
        (Change.COMPLETE, after, SeminarState.COMPLETED),
        (Change.ARCHIVE, after, SeminarState.ARCHIVED),
        (Change.UNARCHIVE, after, SeminarState.COMPLETED),
    ]
    for what, when, state in steps:
        assert change(session, seminar, what, when, "Faltaba una lista").state is state
    with pytest.raises(errors.NotInThisState):
        change(session, seminar, Change.PUBLISH, now)
    with pytest.raises(errors.NotOverYet):
        change(session, change(session, seminar, Change.RESUME, after, "Otra más"), Change.COMPLETE, after - timedelta(seconds=1))
    assert session.scalar(select(func.count()).where(AuditRow.action == "seminar.published")) == 2


def test_cancelling_needs_a_reason_and_keeps_it_in_the_archive(session: Session, make: Make, now: datetime) -> None:
    seminar = make.seminar()
    for reason in (None, "", "  "):
        with pytest.raises(errors.ReasonMissing):
            change(session, seminar, Change.CANCEL, now, reason)
    assert change(session, seminar, Change.CANCEL, now, " Huracán ").state_reason == "Huracán"
    archived = change(session, seminar, Change.ARCHIVE, now)
    assert (archived.archived_from, archived.state_reason) == (SeminarState.CANCELLED, "Huracán")


def test_a_hook_that_refuses_stops_a_change_of_state(session: Session, make: Make, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_session: Session, _context: ChangeContext, _seminar: Seminar, change: StateChange) -> None:
        if change.change is Change.CLOSE:
            raise errors.PeopleRegistered

    seminar = make.seminar()
    monkeypatch.setattr("seminar_app.seminars.services.events._state_hooks", [refuse])
    with pytest.raises(errors.PeopleRegistered):
        change(session, seminar, Change.CLOSE, now)
    assert session.scalar(select(Seminar.state)) is SeminarState.PUBLISHED


def test_reopening_needs_a_reason_that_the_audit_log_keeps_and_the_public_does_not_read(
    session: Session, make: Make, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[StateChange] = []
    monkeypatch.setattr("seminar_app.seminars.services.events._state_hooks", [lambda *said: told.append(said[-1])])
    seminar = make.seminar(state=SeminarState.COMPLETED)
    for reason in (None, "", "  "):
        with pytest.raises(errors.ReasonMissing):
            change(session, seminar, Change.RESUME, now, reason)
    reopened = change(session, seminar, Change.RESUME, now, " Faltaba una lista ")
    assert (reopened.state, reopened.state_reason) == (SeminarState.CLOSED, None)
    row = session.scalars(select(AuditRow).where(AuditRow.action == "seminar.resumed")).one()
    assert row.details == {"before": "completed", "after": "closed", "reason": "Faltaba una lista"}
    assert told == [StateChange(Change.RESUME, SeminarState.COMPLETED, SeminarState.CLOSED, "Faltaba una lista")]


def test_other_rooms_are_told_which_columns_and_sessions_an_edit_changed(
    session: Session, make: Make, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[SeminarEdit] = []
    monkeypatch.setattr("seminar_app.seminars.services.events._edit_hooks", [lambda *said: told.append(said[-1])])
    office = make.office()
    seminar = create(session, details(office.id), now)
    assert told == [], "nobody is registered in a new seminar"
    first = add(session, seminar, morning(), now)
    second = add(session, seminar, morning(starts=time(11), ends=time(12)), now)
    seminar = edit(session, seminar, details(office.id, threshold_percent=70), now)
    seminar = edit(session, seminar, details(office.id, threshold_percent=70), now)
    later = details(office.id, threshold_percent=70, starts_on=date(2026, 6, 10), ends_on=date(2026, 6, 12))
    seminar = edit(session, seminar, later, now)
    with unit_of_work(session):
        services.delete_session(session, context(now, BY), seminar_id=seminar.id, public_id=first.public_id)
    moved = session.get_one(SeminarSession, second.id, populate_existing=True)
    edit_one(session, seminar, moved, morning(day=date(2026, 6, 11)), now)
    assert told == [
        SeminarEdit(sessions=frozenset({first.id})),
        SeminarEdit(sessions=frozenset({second.id})),
        SeminarEdit(fields=frozenset({"threshold_percent"})),
        SeminarEdit(fields=frozenset({"starts_on", "ends_on"}), sessions=frozenset({first.id, second.id})),
        SeminarEdit(sessions=frozenset({first.id})),
        SeminarEdit(sessions=frozenset({second.id})),
    ]


def test_sessions_that_overlap_lie_outside_or_make_no_sense_are_refused(session: Session, make: Make, now: datetime) -> None:
    seminar = create(session, details(make.office().id, time_zone=TIJUANA, starts_on=date(2026, 10, 31), ends_on=date(2026, 11, 2)), now)
    sunday: dict[str, Any] = {"day": date(2026, 11, 1)}
    add(session, seminar, morning(**sunday), now)
    wrong: list[tuple[dict[str, Any], type[Refusal]]] = [
        ({"starts": time(10, 59), "ends": time(12)}, errors.SessionsOverlap),
        ({"day": date(2026, 11, 3)}, errors.SessionOutsideDates),
        ({"day": date(9999, 12, 31)}, errors.SessionOutsideDates),
        ({"starts": time(13), "ends": time(12)}, errors.SessionReversed),
        ({"starts": time(13), "ends": time(13)}, errors.SessionReversed),
        ({"starts": time(1, 30), "ends": time(3)}, errors.TimeTwice),
        ({"starts": time(13), "ends": time(14), "contact_minutes": 61}, errors.MinutesOutOfReach),
        ({"starts": time(13), "ends": time(14), "contact_minutes": 10**20}, errors.MinutesOutOfReach),
        ({"starts": time(13), "ends": time(14), "contact_minutes": 0}, errors.MinutesOutOfReach),
        ({"starts": time(13), "ends": time(14), "title_es": ""}, errors.LanguageOfTextMissing),
    ]
    for values, refusal in wrong:
        with pytest.raises(refusal):
            add(session, seminar, morning(**sunday | values), now)
    touching = add(session, seminar, morning(**sunday | {"starts": time(11), "ends": time(12)}), now)
    assert touching.contact_minutes == 60
    until_midnight = add(session, seminar, morning(**sunday | {"starts": time(22), "ends": time(0)}), now)
    assert until_midnight.contact_minutes == 120


def test_a_session_is_edited_with_its_speakers_who_stay_the_same_rows(session: Session, make: Make, now: datetime) -> None:
    seminar = create(session, details(make.office().id), now)
    seminar_session = add(session, seminar, morning(speakers=[("Ana", "HSI"), ("Luis", None), ("Eva", "OPDAT")]), now)
    before = {s.name: s.id for s in queries.get_session(session, seminar.id, seminar_session.public_id).speakers}
    edit_one(session, seminar, seminar_session, morning(starts=time(8), speakers=[("Eva", "INL"), ("Ana", "HSI"), ("Zoé", None)]), now)
    line = queries.sessions_of(session, seminar.id)[0]
    assert [(s.name, s.affiliation) for s in line.speakers] == [("Eva", "INL"), ("Ana", "HSI"), ("Zoé", None)]
    assert [s.id for s in line.speakers][:2] == [before["Eva"], before["Ana"]]
    assert line.seminar_session.version > seminar_session.version
    with pytest.raises(StaleEdit):
        edit_one(session, seminar, seminar_session, morning(), now)


def test_a_program_is_saved_as_one_change_or_not_at_all(
    session: Session, make: Make, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[SeminarEdit] = []
    announced: list[tuple[int, int]] = []
    seminar = make.seminar()
    first, second = make.seminar_session(seminar), make.seminar_session(seminar, day=1)
    monkeypatch.setattr("seminar_app.seminars.services.events._edit_hooks", [lambda *said: told.append(said[-1])])
    hook = [lambda *said: announced.append((len(said[-2].sessions), len(said[-1].sessions)))]
    monkeypatch.setattr("seminar_app.seminars.services.events._announced_hooks", hook)
    later, added = morning(starts=time(15), ends=time(17)), morning(day=date(2026, 6, 5))

    def save(*lines: ProgramLine) -> int:
        with unit_of_work(session):
            return services.save_program(session, context(now, BY), seminar_id=seminar.id, lines=lines)

    known: dict[str, Any] = {"public_id": first.public_id, "version": first.version}
    gone = ProgramLine(public_id=second.public_id, version=second.version, delete=True)
    with pytest.raises(errors.LinesRefused) as refused:
        save(gone, ProgramLine(**known, details=later), ProgramLine(details=replace(added, title_es=None)))
    assert [(number, type(fault)) for number, fault in refused.value.faults] == [(2, errors.LanguageOfTextMissing)]
    assert [line.seminar_session.id for line in queries.sessions_of(session, seminar.id)] == [first.id, second.id]
    assert (told, announced) == ([], [])
    assert save(gone, ProgramLine(**known, details=later), ProgramLine(details=added)) == 3
    (edit_of_all,) = told
    assert {first.id, second.id} <= edit_of_all.sessions
    assert announced == [(2, 2)], "one was added and one deleted, and people are told once"
    assert save() == 0
    assert len(told) == 1, "nothing has changed"


def test_attendance_keeps_a_session_in_the_program(session: Session, make: Make, now: datetime) -> None:
    seminar = make.seminar()
    held = make.seminar_session(seminar)
    make.mark(make.registration(seminar, pool=session.scalars(select(SeatPool)).one()), held)
    lines = [ProgramLine(details=morning(day=date(2026, 6, 4))), ProgramLine(public_id=held.public_id, version=held.version, delete=True)]
    with pytest.raises(errors.LinesRefused) as refused, unit_of_work(session):
        services.save_program(session, context(now, BY), seminar_id=seminar.id, lines=lines)
    assert [(number, type(fault)) for number, fault in refused.value.faults] == [(1, errors.SessionHasMarks)]
    assert len(queries.sessions_of(session, seminar.id)) == 1


def test_the_minutes_that_are_said_of_a_session_are_kept_although_its_hours_change(session: Session, make: Make, now: datetime) -> None:
    seminar = create(session, details(make.office().id), now)
    whole = add(session, seminar, morning(), now)
    edit_one(session, seminar, whole, morning(ends=time(12), contact_minutes=120), now)
    assert queries.get_session(session, seminar.id, whole.public_id).seminar_session.contact_minutes == 120


def test_a_session_is_deleted_and_put_back_but_not_when_attendance_was_taken(session: Session, make: Make, now: datetime) -> None:
    seminar = make.seminar()
    pool = session.scalars(select(SeatPool)).one()
    other = make.seminar()
    empty, held = make.seminar_session(seminar), make.seminar_session(seminar, day=1)
    make.mark(make.registration(seminar, pool=pool), held)
    with unit_of_work(session):
        was = services.delete_session(session, context(now, BY), seminar_id=seminar.id, public_id=empty.public_id)
    assert session.get(SeminarSession, empty.id) is None
    session.close()
    with unit_of_work(session):
        back = services.add_session(session, context(now, BY), seminar_id=seminar.id, details=was, public_id=empty.public_id)
    assert (back.starts_at, back.ends_at, back.public_id) == (empty.starts_at, empty.ends_at, empty.public_id)
    with pytest.raises(errors.SessionHasMarks), unit_of_work(session):
        services.delete_session(session, context(now, BY), seminar_id=seminar.id, public_id=held.public_id)
    with pytest.raises(NotFound), unit_of_work(session):
        services.delete_session(session, context(now, BY), seminar_id=other.id, public_id=held.public_id)


def test_a_copy_has_everything_but_the_people(session: Session, make: Make, now: datetime) -> None:
    office, agency = make.office(), make.agency("PGR")
    seminar = create(session, details(office.id, registration_opens=datetime.combine(date(2026, 5, 1), time(8))), now)
    add(session, seminar, morning(speakers=[("Ana", "HSI")]), now)
    pool = make.pool(seminar, agency, 2, release_on=date(2026, 5, 20))
    make.registration(seminar, pool=pool)
    with unit_of_work(session):
        copy = services.copy_seminar(session, context(now, BY), seminar_id=seminar.id, slug="cancun-2027", starts_on=date(2027, 6, 2))
    assert (copy.state, copy.ends_on, copy.title_es) == (SeminarState.DRAFT, date(2027, 6, 4), "Trata de personas")
    assert copy.registration_opens_at is not None
    assert local_of(copy.registration_opens_at, copy.time_zone) == datetime.combine(date(2027, 4, 30), time(8))
    pools = queries.pools_of(session, copy.id)
    assert [(line.pool.size, line.pool.taken, line.pool.release_on) for line in pools] == [(2, 0, date(2027, 5, 19)), (90, 0, None)]
    (line,) = queries.sessions_of(session, copy.id)
    assert local_of(line.seminar_session.starts_at, copy.time_zone) == datetime.combine(date(2027, 6, 2), time(9))
    assert [speaker.name for speaker in line.speakers] == ["Ana"]
    assert session.scalar(select(func.count()).select_from(Speaker)) == 2
    with pytest.raises(errors.SlugTaken), unit_of_work(session):
        services.copy_seminar(session, context(now, BY), seminar_id=seminar.id, slug="cancun-2027", starts_on=date(2028, 6, 2))


@pytest.fixture
def directory(session: Session, now: datetime) -> dict[str, int]:
    """The directory that comes with the program: ids by code."""
    with unit_of_work(session):
        seed_directory(session, context(now))
    return {row.code: row.id for row in session.execute(select(Agency.code, Agency.id))}


def copied(session: Session, seminar: Seminar, now: datetime, starts_on: date, shares: Shares | None = None) -> dict[str | None, int]:
    """Copy the seminar; return the sizes of the copy's pools by the agency's code."""
    with unit_of_work(session):
        copy = services.copy_seminar(
            session, context(now, BY), seminar_id=seminar.id, slug=f"copy-{starts_on}", starts_on=starts_on, shares=shares
        )
    return {line.agency.code if line.agency else None: line.pool.size for line in queries.pools_of(session, copy.id)}


def with_quotas(session: Session, make: Make, directory: dict[str, int], **values: Any) -> Seminar:
    """Return a seminar of June 2014 with quotas for CNS, INM, PGJ and PGR."""
    seminar = make.seminar(seats=1, starts_on=date(2014, 6, 3), ends_on=date(2014, 6, 5), **values)
    for code, size in (("CNS", 18), ("INM", 15), ("PGJ", 31), ("PGR", 28)):
        make.pool(seminar, session.get_one(Agency, directory[code]), size, release_on=date(2014, 5, 20) if code == "PGR" else None)
    return seminar


IN_2027 = date(2027, 9, 7)


def test_a_copy_lists_the_quotas_of_agencies_that_have_ended_with_their_heirs(
    session: Session, make: Make, directory: dict[str, int]
) -> None:
    seminar = with_quotas(session, make, directory)
    listed = quotas_to_share(session, seminar.id, on=IN_2027)
    assert [
        (quota.agency.code, [(party.code if party else None, quota.proposed(party)) for party in quota.parties]) for quota in listed
    ] == [
        ("CNS", [("GN", None), ("SSPC", None), ("CNS", None)]),
        ("PGJ", [("FGE", None), ("PGJ", None)]),
        ("PGR", [("FGR", 28), ("PGR", None)]),
    ]
    assert quotas_to_share(session, seminar.id, on=date(2014, 9, 7)) == []
    assert [quota.agency.code for quota in quotas_to_share(session, seminar.id, on=date(2018, 12, 1))] == ["CNS", "PGJ"]


def test_a_copy_gives_each_heir_its_share_of_a_quota(session: Session, make: Make, directory: dict[str, int], now: datetime) -> None:
    seminar = with_quotas(session, make, directory, registration_mode=RegistrationMode.CODE, registration_code="Llave-7")
    of = directory.__getitem__
    shares: dict[int, dict[int | None, int]] = {
        of("CNS"): {of("GN"): 10, of("SSPC"): 8, of("CNS"): 0},
        of("PGJ"): {of("FGE"): 0, of("PGJ"): 31},
        of("PGR"): {of("FGR"): 28, of("PGR"): 0},
    }
    for missing in shares:
        with pytest.raises(errors.QuotasToShare), unit_of_work(session):
            services.copy_seminar(
                session,
                context(now, BY),
                seminar_id=seminar.id,
                slug="x",
                starts_on=IN_2027,
                shares={key: value for key, value in shares.items() if key != missing},
            )
    wrongs: tuple[dict[int | None, int], ...] = ({of("FGR"): 27}, {of("FGR"): 29, of("PGR"): -1}, {of("INM"): 28}, {None: 28})
    for wrong in wrongs:
        with pytest.raises(errors.SharesDiffer), unit_of_work(session):
            services.copy_seminar(
                session, context(now, BY), seminar_id=seminar.id, slug="x", starts_on=IN_2027, shares=shares | {of("PGR"): wrong}
            )
    assert copied(session, seminar, now, IN_2027, shares) == {"FGR": 28, "GN": 10, "INM": 15, "PGJ": 31, "SSPC": 8, None: 1}
    copy = session.scalars(select(Seminar).where(Seminar.slug == f"copy-{IN_2027}")).one()
    assert copy.registration_code is None
    assert copied(session, seminar, now, date(2014, 9, 7)) == {"CNS": 18, "INM": 15, "PGJ": 31, "PGR": 28, None: 1}


def test_what_two_quotas_leave_to_one_heir_is_one_quota_released_on_the_later_day(session: Session, make: Make, now: datetime) -> None:
    one, other, heir = (
        make.agency("ONE", valid_to=date(2026, 12, 31)),
        make.agency("OTHER", valid_to=date(2026, 12, 31)),
        make.agency("HEIR"),
    )
    with unit_of_work(session):
        session.add_all(AgencySuccession(from_agency_id=old.id, to_agency_id=heir.id, happened_on=date(2027, 1, 1)) for old in (one, other))
    seminar = make.seminar(seats=1)
    for agency, day in ((one, date(2026, 5, 20)), (other, date(2026, 5, 27)), (heir, date(2026, 5, 1))):
        make.pool(seminar, agency, 2, release_on=day)
    shares: Shares = {old.id: {heir.id: 2, old.id: 0} for old in (one, other)}
    assert copied(session, seminar, now, date(2027, 6, 3), shares) == {"HEIR": 6, None: 1}
    (pool,) = session.scalars(select(SeatPool).where(SeatPool.size == 6))
    assert pool.release_on == date(2027, 5, 27)


def test_the_seats_of_an_agency_that_nothing_succeeded_are_open_to_all(session: Session, make: Make, now: datetime) -> None:
    gone = make.agency("GONE", valid_to=date(2026, 12, 31))
    seminar = make.seminar(seats=1)
    make.pool(seminar, gone, 5)
    (quota,) = quotas_to_share(session, seminar.id, on=date(2027, 6, 3))
    assert (quota.parties, quota.proposed(None)) == ((None,), 5)
    assert copied(session, seminar, now, date(2027, 6, 3), {gone.id: {None: 5}}) == {None: 6}


def test_a_seminar_whose_quota_nobody_could_hold_is_not_published(session: Session, make: Make, now: datetime) -> None:
    gone, heir = make.agency("GONE", valid_to=date(2025, 12, 31)), make.agency("HEIR")
    seminar = make.seminar(state=SeminarState.DRAFT)
    make.seminar_session(seminar)
    make.pool(seminar, gone, 5)
    with pytest.raises(errors.QuotaHeldByNobody) as refused:
        change(session, seminar, Change.PUBLISH, now)
    assert refused.value.values["agencies"] == "GONE"
    with unit_of_work(session):
        session.add(AgencySuccession(from_agency_id=gone.id, to_agency_id=heir.id, happened_in=2025))
    assert change(session, seminar, Change.PUBLISH, now).state is SeminarState.PUBLISHED


def actor(*grants: Grant) -> Actor:
    return Actor(user_id=1, public_id=uuid4(), name="A", language="es", grants=grants)


def test_each_sees_their_own_seminars_with_as_many_statements_however_many_there_are(
    session: Session, make: Make, statements: StatementCount
) -> None:
    mine, other = make.office(), make.office()
    first = make.seminar(office=mine, title_es="Trata en Cancún")
    foreign = make.seminar(office=other, city="Bogotá", starts_on=date(2025, 2, 1), ends_on=date(2025, 2, 2))
    organizer = actor(Grant(RoleName.ORGANIZER, office_id=mine.id))
    coordinator = actor(Grant(RoleName.COORDINATOR, seminar_id=foreign.id))
    admin = actor(Grant(RoleName.ADMIN))

    def slugs(who: Actor, **filters: Any) -> list[str]:
        return [line.seminar.slug for line in queries.seminars_for(session, who, queries.Filters(**filters)).lines]

    assert slugs(organizer) == [first.slug]
    assert slugs(coordinator) == [foreign.slug]
    assert slugs(admin) == [first.slug, foreign.slug]
    assert slugs(actor(Grant(RoleName.AUDITOR))) == []
    assert slugs(admin, text="cancun trata") == [first.slug]
    assert slugs(admin, text="BOGOTA") == [foreign.slug]
    assert slugs(admin, text="100%") == []
    assert slugs(admin, year=2025) == [foreign.slug]
    assert slugs(admin, state=SeminarState.DRAFT) == []
    assert queries.years_of(session, admin) == [2026, 2025]
    with pytest.raises(NotFound):
        queries.seminar_to_organize(session, organizer, foreign.slug)
    for _ in range(5):
        make.seminar(office=mine)
    session.close()
    statements.statements.clear()
    assert len(queries.seminars_for(session, organizer).lines) == 6
    assert len(statements) == 1
