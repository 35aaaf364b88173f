"""What a list held goes with its time, and with the erasure of somebody whom it brought; nobody is erased with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from config import DaysKept
from seminar_app.core import sealed_files
from seminar_app.core.actor import RULE
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.nominations.models import NominationList
from seminar_app.people.models import Person
from seminar_app.retention.applying import apply_all
from seminar_app.retention.erasing import erase_person
from tests.integration.nominations.conftest import Desk, person, rows
from tests.support.context import context


def files(desk: Desk) -> int:
    desk.session.rollback()
    return desk.session.scalar(select(func.count()).select_from(SealedFile)) or 0


def test_the_files_of_a_list_go_when_somebody_whom_it_brought_is_erased(desk: Desk) -> None:
    brought = desk.keep(rows(person(1), person(2)), "INM", name="Soto.csv")
    other = desk.keep(rows(person(3)), "INM")
    desk.bring(brought)
    desk.bring(other)
    assert files(desk) == 6
    erased = desk.session.scalars(select(Person.public_id).where(Person.id == desk.roster()[0].person_id)).one()
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        erase_person(work, context(desk.now), public_id=erased)
    assert files(desk) == 3
    left = {each.name: each.work_id for each in desk.session.scalars(select(NominationList).execution_options(populate_existing=True))}
    assert left[""] is None
    assert left["list.csv"] is not None
    assert len(desk.roster()) == 3


def test_the_files_of_lists_go_ninety_days_after_the_seminar(desk: Desk) -> None:
    kept = DaysKept()
    desk.bring(desk.keep(rows(person(1)), "INM"))
    ended = max(datetime.combine(desk.seminar.ends_on, desk.now.timetz()), desk.now)
    desk.session.rollback()
    assert apply_all(context(ended + timedelta(days=kept.lists - 1), RULE), kept=kept)["lists"] == 0
    assert apply_all(context(ended + timedelta(days=kept.lists + 2), RULE), kept=kept)["lists"] == 1
    assert apply_all(context(ended + timedelta(days=kept.lists + 2), RULE), kept=kept)["lists"] == 0
    assert files(desk) == 0
    assert len(desk.roster()) == 1


def test_files_are_sealed_again_with_the_newest_key(desk: Desk) -> None:
    desk.keep(rows(person(1)), "INM")
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        for each in work.scalars(select(SealedFile)):
            each.key_id = "an older key"
        work.flush()
        contents = [sealed_files.content_of(work, each) for each in work.scalars(select(SealedFile).order_by(SealedFile.id))]
    with unit_of_work(desk.session) as work:
        turned = sealed_files.rotate(work, after=0, limit=2)
        assert (turned.done, turned.failed) == (2, 0)
        assert sealed_files.rotate(work, after=turned.last or 0, limit=2).done == 1
        assert set(sealed_files.count_by_key(work).values()) == {3}
        again = work.scalars(select(SealedFile).order_by(SealedFile.id).execution_options(populate_existing=True))
        assert [sealed_files.content_of(work, each) for each in again] == contents
