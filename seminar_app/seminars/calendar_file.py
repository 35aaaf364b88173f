"""A seminar as an iCalendar file (RFC 5545): one event for each session, in the seminar's own time zone.

A seminar without sessions is one event for its days, because a calendar without any event is refused by those who read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from icalendar import Calendar, Event

from seminar_app.seminars.public_queries import PublicSession, SeminarPage
from seminar_app.seminars.rules import AnnouncedSession, SeminarState
from seminar_app.web.filters import lang_of, text_of
from seminar_app.web.languages import current_language
from seminar_app.web.places import country_name

UID_DOMAIN = "constancia"
A_YEAR = timedelta(days=366)


def calendar_file(seminar: SeminarPage, *, url: str, deleted: Iterable[AnnouncedSession] = ()) -> bytes:
    """Return the file, with CRLF line ends and folded lines.

    When a session is moved, its event keeps its UID and its SEQUENCE rises, so that calendars that have the event move it
    too. The events of a cancelled seminar have the status CANCELLED, which removes them from calendars that follow the file.

    Args:
        seminar: as its page shows it.
        url: address of that page.
        deleted: sessions that are held no more; their events are cancelled as well.
    """
    language = current_language()
    calendar = Calendar()
    calendar.add("prodid", f"-//Constancia//Seminars//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    events = [_event(seminar, each, url=url) for each in seminar.sessions] or [_event_of_days(seminar, url=url)]
    gone = list(deleted)
    events += [_cancelled(seminar, each) for each in gone]
    if len(events) > 1:  # with a name a single appointment becomes a calendar of its own ([MS-OXCICAL] 2.1.3.1.1.13)
        calendar.add("name", text_of(seminar.title_es, seminar.title_en), parameters=_spoken(seminar.title_es, seminar.title_en))
        calendar.add("x-wr-calname", text_of(seminar.title_es, seminar.title_en))
    calendar.add("x-wr-timezone", seminar.time_zone)
    for event in events:
        calendar.add_component(event)
    if times := [(each.starts_at, each.ends_at) for each in seminar.sessions] + [(each.starts_at, each.ends_at) for each in gone]:
        first, last = min(start for start, _end in times).date(), max(end for _start, end in times).date()
        calendar.add_missing_timezones(first_date=first - A_YEAR, last_date=last + A_YEAR)
        _write_onsets_in_the_offset_before(calendar)
    return bytes(calendar.to_ical())


def _write_onsets_in_the_offset_before(calendar: Calendar) -> None:
    """Correct the onsets of a VTIMEZONE where the clocks go forward: the library writes them in the offset after the change.

    Source: RFC 5545, 3.6.5: «the local time … with the UTC offset specified by TZOFFSETFROM».
    """
    parts: list[Any] = [part for zone in calendar.walk("VTIMEZONE") for part in zone.subcomponents]
    for part in parts:
        forward = part["TZOFFSETTO"].td - part["TZOFFSETFROM"].td
        if forward > timedelta():  # where the clocks go back, the library's search ends in the offset before
            more = part.get("RDATE")
            for onset in (part["DTSTART"], *(more.dts if more is not None else ())):
                onset.dt -= forward


def _event_of_days(seminar: SeminarPage, *, url: str) -> Event:
    """Return an event for the whole days of a seminar; the end of such an event is the day after it."""
    event = Event()
    event.add("uid", f"{seminar.public_id.hex}@{UID_DOMAIN}")
    event.add("summary", text_of(seminar.title_es, seminar.title_en), parameters=_spoken(seminar.title_es, seminar.title_en))
    event.add("dtstart", seminar.starts_on)
    event.add("dtend", seminar.ends_on + timedelta(days=1))
    event.add("location", place(seminar))
    event.add("url", url)
    _add_state(event, seminar, changed_at(seminar), sequence=seminar.version - 1)
    return event


def _cancelled(seminar: SeminarPage, gone: AnnouncedSession) -> Event:
    zone = ZoneInfo(seminar.time_zone)
    event = Event()
    event.add("uid", f"{gone.public_id}@{UID_DOMAIN}")
    event.add("summary", text_of(gone.title_es, gone.title_en), parameters=_spoken(gone.title_es, gone.title_en))
    event.add("dtstart", gone.starts_at.astimezone(zone))
    event.add("dtend", gone.ends_at.astimezone(zone))
    _add_state(event, seminar, changed_at(seminar), sequence=max(gone.revision, seminar.version) + 1, held=False)
    return event


def _add_state(event: Event, seminar: SeminarPage, changed: datetime, *, sequence: int, held: bool = True) -> None:
    cancelled = not held or SeminarState.CANCELLED in (seminar.state, seminar.archived_from)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")


def _event(seminar: SeminarPage, seminar_session: PublicSession, *, url: str) -> Event:
    zone = ZoneInfo(seminar.time_zone)
    title, session_title = text_of(seminar.title_es, seminar.title_en), text_of(seminar_session.title_es, seminar_session.title_en)
    event = Event()
    event.add("uid", f"{seminar_session.public_id.hex}@{UID_DOMAIN}")
    event.add("summary", session_title, parameters=_spoken(seminar_session.title_es, seminar_session.title_en))
    event.add("dtstart", seminar_session.starts_at.astimezone(zone))
    event.add("dtend", seminar_session.ends_at.astimezone(zone))
    event.add("location", place(seminar, seminar_session))
    event.add("description", _description(title, seminar_session, url), parameters=_spoken(seminar.title_es, seminar.title_en))
    event.add("url", url)
    _add_state(event, seminar, changed_at(seminar, seminar_session), sequence=seminar.version + seminar_session.version - 2)
    return event


def _spoken(spanish: str | None, english: str | None) -> dict[str, str]:
    """Return the language that a text is shown in: the page's language, or the only one the text has."""
    return {"language": lang_of(spanish, english) or current_language()}


def changed_at(seminar: SeminarPage, seminar_session: PublicSession | None = None) -> datetime:
    """Return when this event was last changed, by its session or by the seminar; UTC, to the second."""
    instants = (seminar.created_at, seminar.changed_at, seminar_session.changed_at if seminar_session is not None else None)
    return max(instant for instant in instants if instant is not None).astimezone(UTC).replace(microsecond=0)


def place(seminar: SeminarPage, seminar_session: PublicSession | None = None) -> str:
    """Return room, venue, street, city and country, as far as they are known."""
    room = seminar_session.room if seminar_session is not None else None
    return ", ".join(filter(None, (room, seminar.venue, seminar.street, seminar.city, country_name(seminar.country))))


def _description(title: str, seminar_session: PublicSession, url: str) -> str:
    speakers = [f"{name} ({affiliation})" if affiliation else name for name, affiliation in seminar_session.speakers]
    lines = [title, *([_("Speakers: %(names)s", names="; ".join(speakers))] if speakers else []), url]
    return "\n".join(lines)
