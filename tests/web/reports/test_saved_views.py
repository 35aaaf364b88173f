"""Views of figures: saved, renamed, deleted and brought back, for the account alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.reports.models import SavedView
from seminar_app.reports.services import views
from tests.web.reports.conftest import ReadAs

FIGURES = "/staff/reports/?by=group&beside=1&b.count=hours"
SAVE = "form[action='/staff/reports/views']"


def kept(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    return [(each.name, each.address) for each in session.scalars(select(SavedView).order_by(SavedView.name))]


def test_a_view_is_saved_renamed_deleted_and_brought_back(read_as: ReadAs, session: Session) -> None:
    client = read_as("organizer")
    client.submit(FIGURES, {"name": "Groups and hours"}, form=SAVE)
    assert kept(session) == [("Groups and hours", "by=group&b.count=hours&beside=1")]
    page = client.get(FIGURES)
    assert page.one(".views li > a").attrs["href"] == "/staff/reports/?by=group&b.count=hours&beside=1"
    assert client.submit(FIGURES, {"name": "Groups and hours"}, form=SAVE, status=422).text.count("already") >= 1
    client.submit(page.one(".view-actions a").attrs["href"], {"name": "Groups"})
    assert [name for name, _address in kept(session)] == ["Groups"]
    gone = client.follow(client.submit(FIGURES, form=".view-actions form"))
    assert "The view «Groups» is deleted." in gone.text
    assert kept(session) == []
    values = gone.fields(".notice-undo form")
    client.post(gone.one(".notice-undo form").attrs["action"], {name: value[0] for name, value in values.items()})
    assert kept(session) == [("Groups", "by=group&b.count=hours&beside=1")]
    actions = session.scalars(select(AuditRow.action).where(AuditRow.action.startswith("view.")).order_by(AuditRow.sequence)).all()
    assert actions == ["view.saved", "view.renamed", "view.deleted", "view.saved"]


@pytest.mark.sqlite_first
def test_one_account_never_sees_anothers_view_and_keeps_no_more_than_it_may(
    read_as: ReadAs, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_VIEWS", 1)
    client = read_as("organizer")
    client.submit(FIGURES, {"name": "Mine"}, form=SAVE)
    assert "You keep 1 views already" in client.submit(FIGURES, {"name": "One more"}, form=SAVE, status=422).text
    mine = client.get(FIGURES).one(".view-actions a").attrs["href"]
    assert "Mine" not in read_as("admin").get(FIGURES).text
    client.get(mine, status=404)
    assert len(kept(session)) == 1
