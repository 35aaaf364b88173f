"""What has changed of a seminar for people who know how it was."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from seminar_app.core.values import replace
from seminar_app.seminars.rules import Announced, AnnouncedSession, News, differences, moved_as_a_whole

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
FIRST = AnnouncedSession(
    public_id="a", starts_at=datetime(2026, 6, 3, 14, tzinfo=UTC), ends_at=datetime(2026, 6, 3, 16, tzinfo=UTC), title_es="Uno"
)
SECOND = replace(FIRST, public_id="b", starts_at=FIRST.starts_at + timedelta(days=1), ends_at=FIRST.ends_at + timedelta(days=1))
KNOWN = Announced(
    starts_on=date(2026, 6, 3),
    ends_on=date(2026, 6, 5),
    time_zone="America/Cancun",
    venue="Hotel",
    city="Cancún",
    country="MX",
    sessions=(FIRST, SECOND),
)


def news(after: Announced, before: Announced = KNOWN, at: datetime = AT) -> list[str]:
    return [each.news.value for each in differences(before, after, at=at)]


def shifted(seminar_session: AnnouncedSession, **by: int) -> AnnouncedSession:
    step = timedelta(**by)
    return replace(seminar_session, starts_at=seminar_session.starts_at + step, ends_at=seminar_session.ends_at + step)


def test_what_was_changed_back_and_new_titles_are_no_news() -> None:
    assert news(KNOWN) == []
    assert news(replace(KNOWN, sessions=(replace(FIRST, title_es="Otro", title_en="Other", revision=9), SECOND))) == []


def test_all_changes_come_in_order() -> None:
    after = replace(
        KNOWN,
        ends_on=date(2026, 6, 6),
        venue="Palacio",
        time_zone="America/Merida",
        sessions=(shifted(shifted(FIRST, hours=1), hours=2), shifted(replace(SECOND, public_id="c"), days=1)),
    )
    assert news(after) == [each.value for each in News]


def test_sessions_that_move_along_are_not_named_and_one_that_does_not_is() -> None:
    days: dict[str, Any] = {"starts_on": date(2026, 6, 10), "ends_on": date(2026, 6, 12)}
    along = (shifted(FIRST, days=7), shifted(SECOND, days=7))
    assert news(replace(KNOWN, **days, sessions=along)) == ["days"]
    found = differences(KNOWN, replace(KNOWN, **days, sessions=(along[0], shifted(along[1], hours=1))), at=AT)
    assert [(each.news, each.old, each.new) for each in found[1:]] == [(News.SESSION_MOVED, SECOND, shifted(along[1], hours=1))]


def test_moved_as_a_whole_means_both_days_equally() -> None:
    assert moved_as_a_whole(KNOWN, replace(KNOWN, starts_on=date(2026, 6, 10), ends_on=date(2026, 6, 12))) == 7
    assert moved_as_a_whole(KNOWN, replace(KNOWN, starts_on=date(2026, 6, 4))) == 0


def test_another_zone_is_told_once_and_its_sessions_keep_their_hours() -> None:
    after = replace(KNOWN, time_zone="America/Merida", sessions=(shifted(FIRST, hours=1), shifted(SECOND, hours=1)))
    assert news(after) == ["zone"]
    assert news(replace(KNOWN, time_zone="America/Merida")) == ["zone", "session_moved", "session_moved"]


def test_another_room_is_a_moved_session() -> None:
    assert news(replace(KNOWN, sessions=(replace(FIRST, room="Sala 2"), SECOND))) == ["session_moved"]


@pytest.mark.parametrize("change", [{"city": "Tulum"}, {"venue": None}, {"street": "Calle 5 núm. 10"}, {"country": "BZ"}])
def test_another_place_is_news(change: dict[str, str | None]) -> None:
    assert news(replace(KNOWN, **change)) == ["place"]  # type: ignore[arg-type]


def test_a_correction_of_the_past_is_told_to_nobody() -> None:
    last_minute = datetime(2026, 6, 6, 4, 59, tzinfo=UTC)
    moved = replace(KNOWN, venue="Palacio", sessions=(shifted(FIRST, hours=-1),))
    assert news(moved, at=last_minute) == ["place"], "its sessions are over, the seminar's last day is not"
    assert news(moved, at=last_minute + timedelta(minutes=1)) == []
    future = replace(KNOWN, starts_on=date(2026, 9, 3), ends_on=date(2026, 9, 5), sessions=(shifted(FIRST, days=92),))
    assert news(future, at=last_minute + timedelta(days=1)) == ["days"], "what moves out of the past is news"


def test_it_comes_back_from_the_database_as_it_was() -> None:
    known = replace(KNOWN, street="Calle 5 núm. 10")
    assert Announced.from_json(json.loads(json.dumps(known.as_json()))) == known


def test_what_was_kept_before_seminars_had_a_street_is_read() -> None:
    kept = KNOWN.as_json()
    del kept["street"]
    assert Announced.from_json(kept) == KNOWN
