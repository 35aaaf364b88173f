"""The calendar, a seminar's page and its calendar file, as strangers see them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.seminars.models import Seminar, SeminarHost, Speaker
from seminar_app.seminars.rules import RegistrationMode, SeminarState
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""


@pytest.fixture(autouse=True)
def at_a_fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def host(make: Make, seminar: Seminar, *names: str) -> None:
    for position, name in enumerate(names):
        office = make.office(name_es=name, name_en=name)
        make._add(SeminarHost(seminar_id=seminar.id, office_id=office.id, position=position))


def speak(make: Make, seminar_session: Any, *names: str) -> None:
    for position, name in enumerate(names):
        make._add(
            Speaker(public_id=make.person().public_id, session_id=seminar_session.id, position=position, name=name, affiliation="HSI")
        )


@pytest.mark.both_engines
def test_the_calendar_shows_what_is_coming_then_what_was_and_no_draft(client: CheckingClient, make: Make) -> None:
    empty = client.get("/")
    assert "No seminar is announced just now" in empty.text
    later = make.seminar(title_en="Money laundering", starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 2), city="Toluca")
    sooner = make.seminar(title_en="Human trafficking")
    host(make, sooner, "HSI", "OPDAT")
    make.seminar(title_en="Gone", starts_on=date(2025, 5, 1), ends_on=date(2025, 5, 2), state=SeminarState.COMPLETED)
    make.seminar(title_en="Hidden", state=SeminarState.DRAFT)
    make.seminar(title_en="Put away", state=SeminarState.ARCHIVED, archived_from=SeminarState.COMPLETED)
    make.seminar(title_en="Called off", state=SeminarState.CANCELLED, starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 2))
    page = client.get("/")
    titles = [node.to_text().strip() for node in page.select("main h2, main h3")]
    assert titles == ["Human trafficking", "Called off", "Money laundering", "Past seminars", "Gone"]
    assert "June 3–5, 2026" in page.text
    assert "HSI; OPDAT" in page.text
    assert "Cancún, Mexico" in page.text
    assert "Cancelled" in page.text
    assert later.slug in page.response.get_data(as_text=True)
    assert "Hidden" not in page.text
    client.language = "es"
    assert "3 al 5 de junio de 2026" in client.get("/").text


@pytest.mark.both_engines
def test_the_calendar_takes_as_many_statements_for_many_seminars_and_pages_through_them(
    client: CheckingClient, make: Make, statements: StatementCount
) -> None:
    host(make, make.seminar(), "HSI")
    make.seminar(starts_on=date(2025, 5, 1), ends_on=date(2025, 5, 2))
    statements.statements.clear()
    client.get("/")
    few = len(statements)
    for n in range(32):
        host(make, make.seminar(starts_on=date(2026, 7, 1) + timedelta(days=n), ends_on=date(2026, 9, 1)), "HSI")
    for n in range(7):
        make.seminar(starts_on=date(2025, 1, 1 + n), ends_on=date(2025, 1, 1 + n))
    statements.statements.clear()
    page = client.get("/")
    assert len(statements) == few <= 3
    assert len(page.select(".invitation")) == 30 + 5
    assert len(client.get("/?page=2").select(".invitation")) == 3
    past = client.get("/?show=past")
    assert len(past.select(".invitation")) == 8
    for strange in ("/?page=0", "/?page=99999999999999999999", "/?page=x", "/?page=%C2%B2", "/?show=past&page=9000"):
        client.get(strange)


def test_a_street_is_shown_with_a_map_that_is_asked_only_by_who_presses_it(client: CheckingClient, make: Make) -> None:
    without, seminar = make.seminar(), make.seminar(venue="Hotel Xcaret", street="Av. Tulum 5 & 7")
    assert client.get(f"/seminars/{without.slug}").select("a[href*=openstreetmap]") == []
    page = client.get(f"/seminars/{seminar.slug}")
    assert "Hotel Xcaret, Av. Tulum 5 & 7, Cancún, Mexico" in page.text
    link = page.one("a[href*=openstreetmap]")
    assert link.attrs["href"] == "https://www.openstreetmap.org/search?query=Av.+Tulum+5+%26+7%2C+Canc%C3%BAn%2C+Mexico"
    assert link.attrs["rel"] == "noreferrer"
    assert "openstreetmap" not in page.response.headers["Content-Security-Policy"]
    calendar = client.get(f"/seminars/{seminar.slug}/calendar.ics?language=en").response.get_data(as_text=True)
    assert "LOCATION:Hotel Xcaret\\, Av. Tulum 5 & 7\\, Cancún\\, Mexico" in calendar.replace("\r\n ", "")


def test_a_seminar_reads_as_an_invitation_in_four_statements_at_most(
    client: CheckingClient, make: Make, statements: StatementCount
) -> None:
    seminar = make.seminar(
        topic_en="Three days of real cases", objectives_en="First.\n\n- One\n- Two", audience_en="Prosecutors", venue="Convention Center"
    )
    host(make, seminar, "Homeland Security Investigations", "INL")
    for day in range(3):
        speak(make, make.seminar_session(seminar, day=day, title_en=f"Session of day {day}", room="Salon A"), "Ana Núñez", "Luis Peña")
    statements.statements.clear()
    page = client.get(f"/seminars/{seminar.slug}")
    assert len(statements) <= 3
    assert [" ".join(node.to_text().split()) for node in page.select("main h3")] == [
        "Wednesday, June 3, 2026",
        "Thursday, June 4, 2026",
        "Friday, June 5, 2026",
    ]
    for words in (
        "Begins at 9:00, Cancún time",
        "Convention Center, Cancún, Mexico",
        "Homeland Security Investigations; INL",
        "Prosecutors",
    ):
        assert words in page.text
    assert "Ana Núñez, HSI" in page.text
    assert page.one("a.usa-button").attrs["href"].endswith(f"/seminars/{seminar.slug}/register")
    assert len(page.select(".prose li")) == 2


def test_seats_left_are_said_without_a_number(client: CheckingClient, make: Make, session: Session) -> None:
    seminar = make.seminar(seats=0)
    pool = make.pool(seminar, make.agency(), 7777)
    assert "7777" not in client.get(f"/seminars/{seminar.slug}").response.get_data(as_text=True)
    few = make.seminar(seats=4)
    assert "Few places left" in client.get(f"/seminars/{few.slug}").text
    full = make.seminar(seats=0)
    only = make.pool(full, make.agency(), 1)
    make.registration(full, pool=only)
    page = client.get(f"/seminars/{full.slug}")
    assert "All places are taken" in page.text
    assert page.one("a.usa-button").to_text() == "Join the waiting list"
    assert pool.size == 7777


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"registration_opens_at": datetime(2026, 4, 1, 14, tzinfo=UTC)}, "Registration opens on April 1, 2026, 9:00, Cancún time."),
        ({"registration_closes_at": datetime(2026, 2, 1, 14, tzinfo=UTC)}, "Registration closed on February 1, 2026, 9:00, Cancún time."),
        ({"state": SeminarState.CLOSED}, "Registration is closed."),
        ({"state": SeminarState.COMPLETED}, "This seminar is over."),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 2)}, "This seminar is over."),
        ({"registration_mode": RegistrationMode.INVITATION}, "Registration is by invitation."),
        ({"registration_mode": RegistrationMode.NOMINATION}, "Agencies nominate who takes part."),
        ({"state": SeminarState.CANCELLED, "state_reason": "Huracán"}, "This seminar was cancelled. Huracán"),
        (
            {"state": SeminarState.ARCHIVED, "archived_from": SeminarState.CANCELLED, "state_reason": "Huracán"},
            "This seminar was cancelled. Huracán",
        ),
    ],
)
def test_where_nobody_may_register_a_sentence_stands_instead_of_the_button(
    client: CheckingClient, make: Make, values: dict[str, Any], sentence: str
) -> None:
    page = client.get(f"/seminars/{make.seminar(**values).slug}")
    assert sentence in page.text
    assert page.select("a.usa-button") == []


def test_a_seminar_by_code_says_that_it_takes_one(client: CheckingClient, make: Make) -> None:
    page = client.get(f"/seminars/{make.seminar(registration_mode=RegistrationMode.CODE, registration_code='SECRETO-7').slug}")
    assert "the code that your agency gave you" in page.text
    assert "SECRETO" not in page.response.get_data(as_text=True)


def test_a_text_in_one_language_is_shown_in_it_and_said_to_be(client: CheckingClient, make: Make) -> None:
    seminar = make.seminar(title_en=None, title_es="Trata de personas", objectives_es="Uno", objectives_en="One")
    page = client.get(f"/seminars/{seminar.slug}")
    assert page.one("h1").attrs["lang"] == "es"
    assert "Available in Spanish only" in page.text
    assert len(page.select(".prose[lang]")) == 0
    assert "Available in Spanish only" in client.get("/").text
    client.language = "es"
    spanish = client.get(f"/seminars/{seminar.slug}")
    assert "lang" not in spanish.one("h1").attrs
    assert "Disponible solo en" not in spanish.text


def test_drafts_and_what_does_not_exist_are_not_found(client: CheckingClient, make: Make) -> None:
    hidden = [make.seminar(state=SeminarState.DRAFT), make.seminar(state=SeminarState.ARCHIVED, archived_from=SeminarState.DRAFT)]
    for slug in [*(seminar.slug for seminar in hidden), "nothing", "x" * 5000, "🎓", "..%5c", "%ED%A0%80"]:
        for path in (f"/seminars/{slug}", f"/seminars/{slug}/calendar.ics"):
            response = client.flask.get(path)
            assert response.status_code in (400, 404), path


def test_the_calendar_file_is_read_by_another_library(client: CheckingClient, make: Make) -> None:
    seminar = make.seminar(
        title_en="Human trafficking: from the first report to the sentence, with those who worked the cases, and more 🎓"
    )
    first, second = make.seminar_session(seminar, title_en="Morning, part; one\\two"), make.seminar_session(seminar, day=1)
    speak(make, first, "Ana Núñez")
    response = client.get(f"/seminars/{seminar.slug}/calendar.ics?language=en").response
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    body = response.get_data()
    lines = body.split(b"\r\n")
    assert b"\n" not in b"".join(lines), "every line ends with CRLF"
    assert max(len(line) for line in lines) <= 75
    read = vobject.readOne(body.decode())
    events = list(read.vevent_list)
    assert [event.uid.value for event in events] == [f"{s.public_id.hex}@constancia" for s in (first, second)]
    assert events[0].summary.value == "Morning, part; one\\two"
    assert events[0].dtstart.value.astimezone(UTC) == first.starts_at
    assert events[0].dtend.value.astimezone(UTC) == first.ends_at
    assert "Ana Núñez" in events[0].description.value
    assert events[0].location.value == "Cancún, Mexico"
    assert events[1].summary.params["LANGUAGE"] == ["es"], "that session has only a Spanish title"
    assert read.vtimezone.tzid.value == "America/Cancun"
    assert events[0].last_modified.value == events[0].dtstamp.value
    again = Calendar.from_ical(body)
    assert [str(e["STATUS"]) for e in again.walk("VEVENT")] == ["CONFIRMED", "CONFIRMED"]


def test_the_calendar_file_speaks_the_links_language_and_knows_a_change_of_clocks(client: CheckingClient, make: Make) -> None:
    seminar = make.seminar(time_zone="America/Tijuana", starts_on=date(2026, 10, 31), ends_on=date(2026, 11, 2), city="Tijuana")
    for day in (0, 2):
        make.seminar_session(seminar, day=day, hour=12)
    body = client.get(f"/seminars/{seminar.slug}/calendar.ics?language=es").response.get_data(as_text=True)
    assert "Tijuana\\, México" in body
    read = vobject.readOne(body)
    offsets = [event.dtstart.value.utcoffset() for event in read.vevent_list]
    assert offsets == [timedelta(hours=-7), timedelta(hours=-8)]
    assert "Tijuana\\, Mexico" in client.get(f"/seminars/{seminar.slug}/calendar.ics?language=xx").response.get_data(as_text=True)


def test_a_cancelled_seminar_takes_its_events_out_of_calendars(client: CheckingClient, make: Make) -> None:
    seminar = make.seminar(state=SeminarState.CANCELLED)
    make.seminar_session(seminar)
    assert "STATUS:CANCELLED" in client.get(f"/seminars/{seminar.slug}/calendar.ics").response.get_data(as_text=True)
    client.get(f"/seminars/{make.seminar().slug}/calendar.ics")


def parts(body: bytes | str, name: str) -> list[Any]:
    return list(Calendar.from_ical(body).walk(name))


def test_a_seminar_without_sessions_is_one_event_of_whole_days(client: CheckingClient, make: Make) -> None:
    seminar = make.seminar(title_en="Trafficking", starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 3))
    body = client.get(f"/seminars/{seminar.slug}/calendar.ics?language=en").response.get_data()
    (event,) = parts(body, "VEVENT")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 3, 1), date(2027, 3, 4)), "the end is the day after"
    assert (str(event["SUMMARY"]), str(event["UID"])) == ("Trafficking", f"{seminar.public_id.hex}@constancia")


def test_only_a_calendar_of_several_events_has_a_name(client: CheckingClient, make: Make) -> None:
    """With a name, Outlook makes a calendar of its own out of one appointment ([MS-OXCICAL])."""
    seminar = make.seminar()
    url = f"/seminars/{seminar.slug}/calendar.ics"
    make.seminar_session(seminar)
    one = client.get(url).response.get_data(as_text=True)
    assert not {"NAME", "X-WR-CALNAME"} & set(Calendar.from_ical(one))
    make.seminar_session(seminar, day=1)
    assert {"NAME", "X-WR-CALNAME"} <= set(Calendar.from_ical(client.get(url).response.get_data(as_text=True)))


@pytest.mark.parametrize(
    ("zone", "day", "onsets"),
    [
        ("America/Mexico_City", date(2014, 6, 3), {"20140406T020000", "20150405T020000", "20131027T020000"}),
        ("America/Cancun", date(2015, 6, 3), {"20150201T020000"}),
    ],
)
def test_a_change_of_clocks_is_written_in_the_offset_before_it(
    client: CheckingClient, make: Make, zone: str, day: date, onsets: set[str]
) -> None:
    """Each onset, read in the offset before it, is the instant at which the clocks change (RFC 5545, 3.6.5)."""
    seminar = make.seminar(time_zone=zone, starts_on=day, ends_on=day)
    make.seminar_session(seminar)
    body = client.get(f"/seminars/{seminar.slug}/calendar.ics").response.get_data(as_text=True)
    written = set()
    for part in parts(body, "VTIMEZONE")[0].subcomponents:
        before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
        more = part.get("RDATE", [])
        starts = [part["DTSTART"].dt, *(each.dt for each in (more.dts if hasattr(more, "dts") else [d for m in more for d in m.dts]))]
        for start in starts if before != after else ():
            instant = (start - before).replace(tzinfo=UTC)
            assert (instant - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).utcoffset() == before
            assert instant.astimezone(ZoneInfo(zone)).utcoffset() == after
            written.add(start.strftime("%Y%m%dT%H%M%S"))
    assert onsets <= written


def test_a_link_to_the_page_shows_what_when_and_where(client: CheckingClient, make: Make) -> None:
    make.seminar(slug="cancun-2026", title_en="Human trafficking and borders", topic_en="Human trafficking")
    page = client.get("/seminars/cancun-2026")
    shown = {each.attrs["property"]: each.attrs["content"] or "" for each in page.select("meta[property]")}
    assert shown["og:title"] == "Human trafficking and borders"
    assert shown["og:description"].startswith("June 3–5, 2026 · Cancún · ")
    assert shown["og:url"].endswith("/seminars/cancun-2026")
    assert page.text.count("Human trafficking") == 1, "the title says the topic already"


def test_a_seminar_that_is_over_says_so_first_and_offers_no_calendar(client: CheckingClient, make: Make) -> None:
    seminar = make.seminar(slug="past", state=SeminarState.COMPLETED, starts_on=date(2025, 6, 3), ends_on=date(2025, 6, 5))
    make.seminar_session(seminar)
    page = client.get("/seminars/past")
    assert not page.select("a[href*='calendar.ics']")
    assert "Begins at" not in page.text
    assert page.text.index("This seminar is over.") < page.text.index("When")
