"""Each change of an agency's names or group adds a version, and a registration keeps the version of its day."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.agencies import services
from seminar_app.agencies.models import Agency, AgencyVersion
from seminar_app.agencies.queries import agencies_then
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.agencies.services import AgencyFacts
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.registration import services as registrations
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from tests.integration.registration.conftest import entry
from tests.integration.registration.test_merging_races import both
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point


def facts_of(agency: Agency, **values: Any) -> AgencyFacts:
    """Return what an edit sends: the agency's data, apart from these values."""
    return replace(AgencyFacts(**{name: getattr(agency, name) for name in AgencyFacts.__struct_fields__}), **values)


def edit(session: Session, agency: Agency, at: datetime, **values: Any) -> None:
    with unit_of_work(session) as work:
        found = work.get_one(Agency, agency.id)
        services.edit_agency(work, context(at), agency_id=found.id, version=found.version, facts=facts_of(found, **values))


def versions(session: Session) -> list[tuple[Any, ...]]:
    """Return code, Spanish name, the group's code and Spanish name, and whether it is current, oldest first."""
    session.rollback()
    kept = AgencyVersion
    found = session.execute(select(kept.code, kept.name_es, kept.group_code, kept.group_name_es, kept.current).order_by(kept.id))
    return [tuple(row) for row in found]


def add(session: Session, seminar_id: int, agency: Agency, now: datetime, name: str) -> int:
    with unit_of_work(session) as work:
        return registrations.add_by_hand(
            work, context(now), seminar_id=seminar_id, entry=entry(agency, name), submission_id=uuid.uuid4()
        ).id


def test_a_new_agency_has_one_version_with_the_group_at_the_top(session: Session, now: datetime) -> None:
    above: int | None = None
    for code in ("PGJ", "PGJ-ROO", "PGJ-ROO-CUN"):
        with unit_of_work(session) as work:
            facts = AgencyFacts(
                name_es=f"La {code}",
                name_en=code,
                level=AgencyLevel.STATE,
                country="MX",
                state=None,
                parent_id=above,
                valid_from=None,
            )
            above = services.add_agency(work, context(now), code=code, facts=facts).id
    assert versions(session) == [
        ("PGJ", "La PGJ", "PGJ", "La PGJ", True),
        ("PGJ-ROO", "La PGJ-ROO", "PGJ", "La PGJ", True),
        ("PGJ-ROO-CUN", "La PGJ-ROO-CUN", "PGJ", "La PGJ", True),
    ]
    assert set(session.scalars(select(AgencyVersion.since))) == {now}


def test_a_renamed_agency_gets_a_version_and_the_older_one_stays(make: Make, session: Session, now: datetime) -> None:
    inm = make.agency("INM", name_es="Migración")
    edit(session, inm, now, name_es="Instituto de Migración")
    assert versions(session) == [
        ("INM", "Migración", "INM", "Migración", False),
        ("INM", "Instituto de Migración", "INM", "Instituto de Migración", True),
    ]
    assert session.scalars(select(AgencyVersion.since).where(AgencyVersion.current)).one() == now


@pytest.mark.parametrize("values", [{}, {"country": "US"}, {"valid_from": date(2001, 1, 1)}])
def test_an_edit_that_changes_nothing_which_lists_show_adds_no_version(
    make: Make, session: Session, now: datetime, values: dict[str, Any]
) -> None:
    inm = make.agency("INM")
    edit(session, inm, now, **values)
    assert [row[-1] for row in versions(session)] == [True]


@pytest.mark.parametrize("values", [{"name_es": "X"}, {"name_en": "X"}, {"level": AgencyLevel.OTHER}, {"state": "Yucatán"}])
def test_each_value_that_lists_show_makes_a_version(make: Make, session: Session, now: datetime, values: dict[str, Any]) -> None:
    inm = make.agency("INM")
    edit(session, inm, now, **values)
    (name,) = values
    before, after = session.scalars(select(AgencyVersion).order_by(AgencyVersion.id))
    assert getattr(after, name) == values[name] != getattr(before, name)


def test_renaming_a_group_adds_a_version_of_everything_below_and_of_nothing_else(make: Make, session: Session, now: datetime) -> None:
    cns, inm = make.agency("CNS", name_es="Comisión"), make.agency("INM", name_es="Migración")
    police = make.agency("PF", parent=cns, name_es="Policía")
    make.agency("PF-CUN", parent=police, name_es="Estación")
    edit(session, cns, now, name_es="Secretaría")
    assert [row for row in versions(session) if row[-1]] == [
        ("INM", "Migración", "INM", "Migración", True),
        ("CNS", "Secretaría", "CNS", "Secretaría", True),
        ("PF", "Policía", "CNS", "Secretaría", True),
        ("PF-CUN", "Estación", "CNS", "Secretaría", True),
    ]
    edit(session, police, now, name_es="Guardia")
    assert len(versions(session)) == 4 + 3 + 1, "nothing below an office in the middle shows its name"
    edit(session, inm, now, parent_id=cns.id)
    assert versions(session)[-1] == ("INM", "Migración", "CNS", "Secretaría", True)


def test_moving_an_office_moves_what_is_below_to_the_other_group(make: Make, session: Session, now: datetime) -> None:
    cns, sspc = make.agency("CNS"), make.agency("SSPC")
    police = make.agency("PF", parent=cns)
    below = make.agency("PF-CUN", parent=police)
    edit(session, police, now, parent_id=sspc.id)
    groups = {row[0]: row[2] for row in versions(session) if row[-1]}
    assert groups == {"CNS": "CNS", "SSPC": "SSPC", "PF": "SSPC", "PF-CUN": "SSPC"}
    found = agencies_then(session, [make.version_of(below)])[make.version_of(below)]
    assert (found.agency.code, found.group.code) == ("PF-CUN", "SSPC")


def test_seeding_adds_a_version_of_each_agency_and_none_the_second_time(session: Session, now: datetime) -> None:
    for later in range(2):
        with unit_of_work(session) as work:
            services.seed_directory(work, context(now + timedelta(days=later)))
    agencies = session.scalars(select(Agency.code).order_by(Agency.id)).all()
    found = versions(session)
    assert [row[0] for row in found] == list(agencies)
    assert all(row[-1] for row in found)
    assert {row[0]: row[2] for row in found}["PF"] == "CNS"
    assert set(session.scalars(select(AgencyVersion.since))) == {now}


def test_a_directory_from_a_file_has_versions(app: Flask, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "agencies.csv"
    head = "code,name_es,name_en,level,country,parent\n"
    file.write_text(f"{head}MP,Ministerio,Ministry,federal,GT,\nMP-1,Fiscalía,Office,federal,GT,MP\n", encoding="utf-8")
    for _ in range(2):
        assert app.test_cli_runner().invoke(args=["agencies", "import", str(file)]).exit_code == 0
    assert [row[:3] for row in versions(session)] == [("MP", "Ministerio", "MP"), ("MP-1", "Fiscalía", "MP")]


def test_registrations_keep_the_version_of_their_day(make: Make, session: Session, now: datetime) -> None:
    seminar, agency = make.seminar(), make.agency("INM", name_es="Migración")
    before = add(session, seminar.id, agency, now, "Ana")
    edit(session, agency, now, name_es="Instituto")
    after = add(session, seminar.id, agency, now, "Eva")
    then = agencies_then(session)
    assert [then[session.get_one(Registration, each).agency_version_id].agency.name_es for each in (before, after)] == [
        "Migración",
        "Instituto",
    ]


def test_whoever_withdrew_and_comes_back_has_the_agency_of_that_day(make: Make, session: Session, now: datetime) -> None:
    seminar, agency = make.seminar(), make.agency("INM")
    first = add(session, seminar.id, agency, now, "Ana")
    with unit_of_work(session) as work:
        registrations.withdraw(work, context(now), registration_id=first)
    edit(session, agency, now, name_es="Instituto")
    assert add(session, seminar.id, agency, now, "Ana") == first
    assert session.get_one(Registration, first).agency_version_id == make.version_of(agency)


@pytest.mark.parametrize("moves", [True, False])
def test_a_corrected_agency_is_as_of_today_and_another_correction_leaves_it(
    make: Make, session: Session, now: datetime, moves: bool
) -> None:
    seminar, agency, other = make.seminar(), make.agency("INM"), make.agency("PGR")
    made = add(session, seminar.id, agency, now, "Ana")
    before = make.version_of(agency)
    edit(session, agency, now, name_es="Instituto")
    edit(session, other, now, name_es="Fiscalía")
    chosen = other if moves else agency
    correction = registrations.StaffCorrection(person=entry(agency, "Ana").person, agency_id=chosen.id, unit="Otra", position=None)
    with unit_of_work(session) as work:
        registrations.correct(work, context(now), seminar_id=seminar.id, registration_id=made, correction=correction, opened="1.1")
    now_at = session.get_one(Registration, made).agency_version_id
    assert now_at == (make.version_of(other) if moves else before)


def test_an_official_who_moves_before_the_approval_has_the_new_agency_as_of_today(make: Make, session: Session, now: datetime) -> None:
    seminar, agency, other = make.seminar(), make.agency("INM"), make.agency("PGR")
    made = make.registration(seminar, make.person(email="ana@pgr.example"), agency=agency, state=RegistrationState.PENDING)
    edit(session, other, now, name_es="Fiscalía")
    correction = registrations.Correction(person=entry(other, "Ana").person, agency_id=other.id, unit=None, position=None)
    with unit_of_work(session) as work:
        registrations.edit(work, context(now), registration_id=made.id, correction=correction, opened="1.1")
    found = session.get_one(Registration, made.id)
    assert (found.agency_id, found.agency_version_id) == (other.id, make.version_of(other))


@pytest.mark.postgresql_only
@pytest.mark.parametrize("locked", [True, False], ids=["as it is", "broken"])
def test_a_group_is_renamed_at_the_moment_in_which_an_office_leaves_it(
    app: Flask, make: Make, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    group, other = make.agency("CNS", name_es="Comisión"), make.agency("SSPC", name_es="Secretaría")
    office = make.agency("PF", parent=group, name_es="Policía")
    edits = [(facts_of(office, parent_id=other.id), office.id), (facts_of(group, name_es="Comisionado"), group.id)]
    session.rollback()
    if not locked:
        monkeypatch.setattr("seminar_app.core.unit_of_work.ATTEMPTS", 1)
        monkeypatch.setattr(services, "lock_versions", lambda _session: None)
    point = Point()
    monkeypatch.setattr(services, "_note", point.before(services._note))
    change = ChangeContext(now, "account:test")
    works = [
        lambda work, facts=facts, agency_id=agency_id: services.edit_agency(work, change, agency_id=agency_id, version=1, facts=facts).id
        for facts, agency_id in edits
    ]
    early, late = both(app, point, *works)
    assert early == office.id
    if not locked:
        assert isinstance(late, IntegrityError)
        return
    assert late == group.id
    assert {row[0]: row[2:4] for row in versions(session) if row[-1]} == {
        "CNS": ("CNS", "Comisionado"),
        "SSPC": ("SSPC", "Secretaría"),
        "PF": ("SSPC", "Secretaría"),
    }
