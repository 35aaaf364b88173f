from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencyAlias, AgencySuccession
from seminar_app.agencies.queries import agency_groups, agency_path, find_agency_by_code
from seminar_app.agencies.services import seed_directory
from seminar_app.core.unit_of_work import unit_of_work
from tests.support.context import context


def seed(session: Session, now: datetime) -> int:
    with unit_of_work(session) as open_session:
        return seed_directory(open_session, context(now))


def test_the_directory_is_seeded_once_and_what_somebody_changed_stays(session: Session, now: datetime) -> None:
    assert seed(session, now) > 40
    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Agency, AgencyAlias, AgencySuccession)]
    with unit_of_work(session) as open_session:
        row = find_agency_by_code(open_session, "INM")
        assert row is not None
        row.name_en = "Our own name"
    assert seed(session, now) == 0
    assert [session.scalar(select(func.count()).select_from(table)) for table in (Agency, AgencyAlias, AgencySuccession)] == counts
    row = find_agency_by_code(session, " inm ")
    assert row is not None
    assert row.name_en == "Our own name"


def test_the_groups_of_a_day_hold_what_existed_then(session: Session, now: datetime) -> None:
    seed(session, now)
    then = {group.code: group for group in agency_groups(session, date(2014, 6, 3))}
    assert {"PGR", "PGJ", "CNS", "INM"} <= then.keys()
    assert not {"FGR", "GN", "SSPC"} & then.keys()
    assert [office.code for office in then["CNS"].offices] == ["CNS", "PF"]
    assert "PGJ-ROO" in {office.code for office in then["PGJ"].offices}
    assert "PGJ" not in {office.code for office in then["PGJ"].offices}, "nobody works in a heading"
    ever = {group.code: group for group in agency_groups(session)}
    assert len(ever["PGJ"].offices) == 32
    states = [office.state for office in ever["PGJ"].offices]
    assert states[:2] == ["Aguascalientes", "Baja California"]
    today = {group.code: group for group in agency_groups(session, date(2026, 3, 2))}
    assert not {"PGR", "CNS"} & today.keys()
    assert {"FGR", "GN", "FGE"} <= today.keys()


def test_an_agency_that_a_record_names_stays_in_the_list(session: Session, now: datetime) -> None:
    seed(session, now)
    pgr = find_agency_by_code(session, "PGR")
    assert pgr is not None
    assert "PGR" in {group.code for group in agency_groups(session, date(2026, 3, 2), also=pgr.id)}


def test_paths_lead_to_the_group(session: Session, now: datetime) -> None:
    seed(session, now)
    police, commission = find_agency_by_code(session, "PF"), find_agency_by_code(session, "CNS")
    assert police is not None
    assert commission is not None
    assert agency_path(session, police.id) == (police.id, commission.id)
    assert agency_path(session, commission.id) == (commission.id,)
    assert agency_path(session, 10**9) == ()


def test_every_succession_of_the_directory_has_a_source_and_agrees_with_the_agencies_dates(session: Session, now: datetime) -> None:
    seed(session, now)
    agencies = {row.id: row for row in session.scalars(select(Agency))}
    rows = session.scalars(select(AgencySuccession)).all()
    assert len(rows) > 25
    for row in rows:
        before, after = agencies[row.from_agency_id], agencies[row.to_agency_id]
        assert row.source, before.code
        if row.happened_on is not None:
            assert before.valid_to is not None
            assert after.valid_from is not None
            assert before.valid_to < row.happened_on, before.code
            assert after.valid_from <= row.happened_on, after.code
