"""What a list held goes with its time; of somebody who is erased, what names them goes from every list, and the other rows stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from config import DaysKept
from seminar_app.core import sealed_files
from seminar_app.core.actor import RULE
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.rules import Outcome
from seminar_app.nominations.shapes import Field
from seminar_app.people.models import Person
from seminar_app.retention.applying import apply_all
from seminar_app.retention.erasing import erase_person
from tests.integration.nominations.conftest import Desk, person, rows
from tests.support.context import context


def files(desk: Desk) -> int:
    desk.session.rollback()
    return desk.session.scalar(select(func.count()).select_from(SealedFile)) or 0


def erase(desk: Desk, person_id: int) -> None:
    desk.session.rollback()
    public_id = desk.session.scalars(select(Person.public_id).where(Person.id == person_id)).one()
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        erase_person(work, context(desk.now), public_id=public_id)


def kept(desk: Desk, found: NominationList) -> str:
    """Return all that is kept of a list, opened."""
    desk.session.rollback()
    found = desk.session.get_one(NominationList, found.id, populate_existing=True)
    ids = [each for each in (found.original_id, found.tables_id, found.work_id) if each is not None]
    return "".join(
        sealed_files.content_of(desk.session, each).decode()
        for each in desk.session.scalars(select(SealedFile).where(SealedFile.id.in_(ids)))
    )


def test_an_erasure_takes_the_person_out_of_lists_and_leaves_the_others(desk: Desk) -> None:
    desk.pool("INM", 5)
    brought = desk.keep(rows(person(1), person(2), person(3, email="p3 agencia.example")), "INM", name="Sotob.csv")
    other = desk.keep(rows(person(5)), "INM", name="others.csv")
    desk.correct(brought, lambda work: work.with_cell("0.2", Field.POSITION, "a word about her").with_cell("0.4", Field.POSITION, "Jefe"))
    desk.correct(brought, lambda work: work.with_value(Field.EMAIL, "p1@agencia.example", "p1@agencia.example"))
    desk.bring(brought)
    erase(desk, desk.roster()[0].person_id)
    left = kept(desk, brought)
    assert not [word for word in ("Sotob", "p1@agencia", "a word about her") if word in left]
    assert [word for word in ("Sotoc", "Sotod", "p3 agencia.example", "Jefe") if word in left] == [
        "Sotoc",
        "Sotod",
        "p3 agencia.example",
        "Jefe",
    ]
    assert files(desk) == 2 + 3
    assert desk.session.get_one(NominationList, brought.id, populate_existing=True).name == ""
    assert [(each.row.key, each.outcome) for each in desk.look(brought)] == [("0.3", Outcome.TAKEN), ("0.4", Outcome.FAULTY)]
    assert len(kept(desk, other)) > 0
    desk.correct(brought, lambda work: work.with_cell("0.4", Field.EMAIL, "p3@agencia.example"))
    assert desk.bring(brought).came == 1


def test_an_erasure_takes_the_person_out_of_lists_that_did_not_bring_them(desk: Desk) -> None:
    desk.pool("INM", 5)
    desk.bring(desk.keep(rows(person(1)), "INM"))
    again = desk.keep(rows(person(1), person(2)), "INM", name="again.csv")
    chosen = desk.keep(rows(person(1, email="other@agencia.example"), person(3)), "INM", name="chosen.csv")
    (made,) = [each.person_id for each in desk.roster()]
    code = desk.session.get_one(Person, made).public_id.hex
    desk.correct(chosen, lambda work: work.with_choice("0.2", code))
    erase(desk, made)
    for found, others in ((again, "Sotoc"), (chosen, "Sotod")):
        assert "Sotob" not in kept(desk, found)
        assert others in kept(desk, found)


def test_somebody_else_of_that_name_stays(desk: Desk) -> None:
    desk.pool("INM", 5)
    desk.bring(desk.keep(rows(person(1)), "INM"))
    namesake = desk.keep(rows(person(1, email="another@agencia.example")), "INM", name="again.csv")
    erase(desk, desk.roster()[0].person_id)
    assert "another@agencia.example" in kept(desk, namesake)


def test_the_files_of_lists_go_ninety_days_after_the_seminar(desk: Desk) -> None:
    days = DaysKept()
    desk.bring(desk.keep(rows(person(1)), "INM"))
    ended = max(datetime.combine(desk.seminar.ends_on, desk.now.timetz()), desk.now)
    desk.session.rollback()
    assert apply_all(context(ended + timedelta(days=days.lists - 1), RULE), kept=days)["lists"] == 0
    assert apply_all(context(ended + timedelta(days=days.lists + 2), RULE), kept=days)["lists"] == 1
    assert apply_all(context(ended + timedelta(days=days.lists + 2), RULE), kept=days)["lists"] == 0
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
