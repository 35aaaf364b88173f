"""What has changed of a seminar, in the reader's language: old and new side by side."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from msgspec import Struct

from seminar_app.seminars.rules import Announced, AnnouncedSession, News, differences, moved_as_a_whole
from seminar_app.web.filters import date_range, local_instant, local_time, text_of
from seminar_app.web.places import country_name, zone_words


class ChangeLine(Struct, frozen=True):
    """One change. `old` is None for what is new, `new` for what is no more."""

    what: str
    old: str | None
    new: str | None
    note: str | None = None


def lines_of(before: Announced, after: Announced, *, at: datetime) -> list[ChangeLine]:
    """Return the changes in the order in which people read them."""
    abroad = before.country != after.country
    found = []
    for each in differences(before, after, at=at):
        match each.news:
            case News.DAYS:
                along = _("The sessions move along and keep their hours, unless it says otherwise below.")
                note = along if moved_as_a_whole(before, after) and after.sessions else None
                found.append(ChangeLine(_("Days"), _days(before), _days(after), note))
            case News.PLACE:
                found.append(ChangeLine(_("Place"), _place(before, abroad=abroad), _place(after, abroad=abroad)))
            case News.ZONE:
                note = _("The hours stay as they were, by the clock of the new zone.")
                found.append(ChangeLine(_("Time zone"), zone_words(before.time_zone), zone_words(after.time_zone), note))
            case News.SESSION_MOVED if each.old and each.new:
                rooms = each.old.room != each.new.room
                old, new = _times(each.old, before.time_zone, room=rooms), _times(each.new, after.time_zone, room=rooms)
                found.append(ChangeLine(_title(each.new), old, new))
            case News.SESSION_ADDED if each.new:
                found.append(ChangeLine(_("New session: %(title)s", title=_title(each.new)), None, _times(each.new, after.time_zone)))
            case News.SESSION_DELETED if each.old:
                title = _("Not held: %(title)s", title=_title(each.old))
                found.append(ChangeLine(title, _times(each.old, before.time_zone), None))
    return found


def _days(announced: Announced) -> str:
    return date_range(announced.starts_on, announced.ends_on)


def _place(announced: Announced, *, abroad: bool) -> str:
    country = country_name(announced.country) if abroad else None
    return ", ".join(filter(None, (announced.venue, announced.street, announced.city, country)))


def _title(seminar_session: AnnouncedSession) -> str:
    return text_of(seminar_session.title_es, seminar_session.title_en)


def _times(seminar_session: AnnouncedSession, time_zone: str, *, room: bool = True) -> str:
    """Return «3 de junio de 2014, 9:00 a 11:00, Sala 2»; a session ends on its own day, or at the midnight after it."""
    said = _(
        "%(day_and_start)s to %(end)s",
        day_and_start=local_instant(seminar_session.starts_at, time_zone),
        end=local_time(seminar_session.ends_at, time_zone),
    )
    return ", ".join(filter(None, (said, seminar_session.room if room else None)))
