"""What the pages about requests show and do, for the organizer and for liaisons."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _

from seminar_app.agencies.queries import AgencyGroup, agency_groups
from seminar_app.core.errors import NotFound
from seminar_app.nominations.request_rules import Asker
from seminar_app.nominations.services import Asked
from seminar_app.registration.queries import RosterAccess, roster_access
from seminar_app.registration.services import Way
from seminar_app.web.access import current_actor
from seminar_app.web.database import session


@dataclass(frozen=True, slots=True)
class Changer:
    """How an account may change a seminar's list: its organizer, or a liaison for her agencies (`agencies`)."""

    access: RosterAccess
    asker: Asker
    agencies: frozenset[int] | None


def changer(slug: str) -> Changer:
    """Return how the signed-in account may change the seminar's list.

    Raises:
        NotFound: there is no such seminar, or it may not.
    """
    access = roster_access(session(), current_actor(), slug)
    if access.may_change:
        return Changer(access, Asker.ORGANIZER, None)
    if not access.own_agencies:
        raise NotFound
    return Changer(access, Asker.LIAISON, access.own_agencies)


def groups_within(who: Changer) -> list[AgencyGroup]:
    """Return the agencies that a substitute may be of, by group."""
    groups = agency_groups(session(), on=who.access.seminar.starts_on)
    if who.agencies is None:
        return groups
    own = [replace(group, offices=tuple(each for each in group.offices if each.id in who.agencies)) for group in groups]
    return [group for group in own if group.offices]


def said_of_substitute(done: Asked) -> tuple[str, str]:
    """Return what has become of a substitution in words, and the kind of message it is."""
    if not done.done:
        return _("The office decides: your request waits, and the list stays as it is until then."), "info"
    if done.entered is None:
        return _("This substitution was made already."), "info"
    if done.entered.way is Way.TAKEN_OVER:
        return _("Done: the substitute has the seat. Both get a message in two minutes."), "success"
    if done.entered.way is Way.WAITS:
        return _("Done: the seat went to whoever waited for it, and the substitute is on the waiting list."), "info"
    return _("Done: the substitute has a seat. Both get a message in two minutes."), "success"
