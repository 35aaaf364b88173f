"""A seminar as an iCalendar file (RFC 5545): one event for each session, in the seminar's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from icalendar import Calendar, Event

from seminar_app.seminars.public_queries import PublicSession, SeminarPage
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.filters import lang_of, text_of
from seminar_app.web.languages import current_language
from seminar_app.web.places import country_name

UID_DOMAIN = "constancia"
A_YEAR = timedelta(days=366)


def calendar_file(seminar: SeminarPage, *, url: str) -> bytes:
    """Return the file, with CRLF line ends and folded lines.

    When a session is moved, its event keeps its UID and its SEQUENCE rises, so that calendars that have the event move it
    too. The events of a cancelled seminar have the status CANCELLED, which removes them from calendars that follow the file.
    """
    language = current_language()
    calendar = Calendar()
    calendar.add("prodid", f"-//Constancia//Seminars//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", text_of(seminar.title_es, seminar.title_en), parameters=_spoken(seminar.title_es, seminar.title_en))
    calendar.add("x-wr-calname", text_of(seminar.title_es, seminar.title_en))
    calendar.add("x-wr-timezone", seminar.time_zone)
    for seminar_session in seminar.sessions:
        calendar.add_component(_event(seminar, seminar_session, url=url))
    if seminar.sessions:
        first = seminar.sessions[0].starts_at.date() - A_YEAR
        last = seminar.sessions[-1].ends_at.date() + A_YEAR
        calendar.add_missing_timezones(first_date=first, last_date=last)
    return bytes(calendar.to_ical())


def _event(seminar: SeminarPage, seminar_session: PublicSession, *, url: str) -> Event:
    zone = ZoneInfo(seminar.time_zone)
    cancelled = SeminarState.CANCELLED in (seminar.state, seminar.archived_from)
    title, session_title = text_of(seminar.title_es, seminar.title_en), text_of(seminar_session.title_es, seminar_session.title_en)
    event = Event()
    event.add("uid", f"{seminar_session.public_id.hex}@{UID_DOMAIN}")
    event.add("summary", session_title, parameters=_spoken(seminar_session.title_es, seminar_session.title_en))
    event.add("dtstart", seminar_session.starts_at.astimezone(zone))
    event.add("dtend", seminar_session.ends_at.astimezone(zone))
    event.add("location", place(seminar, seminar_session))
    event.add("description", _description(title, seminar_session, url), parameters=_spoken(seminar.title_es, seminar.title_en))
    event.add("url", url)
    changed = changed_at(seminar, seminar_session)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", seminar.version + seminar_session.version - 2)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event


def _spoken(spanish: str | None, english: str | None) -> dict[str, str]:
    """Return the language that a text is shown in: the page's language, or the only one the text has."""
    return {"language": lang_of(spanish, english) or current_language()}


def changed_at(seminar: SeminarPage, seminar_session: PublicSession) -> datetime:
    """Return when this event was last changed, by its session or by the seminar; UTC, to the second."""
    instants = (seminar.created_at, seminar.changed_at, seminar_session.changed_at)
    return max(instant for instant in instants if instant is not None).astimezone(UTC).replace(microsecond=0)


def place(seminar: SeminarPage, seminar_session: PublicSession | None = None) -> str:
    """Return room, venue, city and country, as far as they are known."""
    room = seminar_session.room if seminar_session is not None else None
    return ", ".join(filter(None, (room, seminar.venue, seminar.city, country_name(seminar.country))))


def _description(title: str, seminar_session: PublicSession, url: str) -> str:
    speakers = [f"{name} ({affiliation})" if affiliation else name for name, affiliation in seminar_session.speakers]
    lines = [title, *([_("Speakers: %(names)s", names="; ".join(speakers))] if speakers else []), url]
    return "\n".join(lines)
