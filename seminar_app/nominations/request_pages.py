"""What the pages about requests show and do, for the organizer and for liaisons."""

from __future__ import annotations

from flask_babel import gettext as _
from msgspec import Struct

from seminar_app.agencies.queries import AgencyGroup, agency_groups
from seminar_app.core.errors import NotFound
from seminar_app.core.values import replace
from seminar_app.nominations.request_rules import Asker
from seminar_app.nominations.services import Asked
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.queries import RosterAccess, roster_access
from seminar_app.registration.services import Way
from seminar_app.web.access import current_actor
from seminar_app.web.database import session


class Changer(Struct, frozen=True):
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


def said_of_substitute(done: Asked, leaving: ShownPerson) -> tuple[str, str]:
    """Return what has become of a substitution in words, and the kind of message it is.

    Args:
        leaving: the person instead of whom somebody comes.
    """
    if not done.done:
        return _("The office decides: your request waits, and the list stays as it is until then."), "info"
    if done.entered is None:
        return _("This substitution was made already."), "info"
    person, way = done.entered.registration.person, done.entered.way
    coming = _("The substitute") if person.reserved else person.certificate_name
    left = leaving.name if leaving.hidden else leaving.full_name
    if way is Way.TAKEN_OVER:
        said = _("%(coming)s has the seat of %(left)s.", coming=coming, left=left)
    elif way is Way.WAITS:
        said = _("The seat of %(left)s went to the next in line, and %(coming)s is on the waiting list.", coming=coming, left=left)
    else:
        said = _("%(coming)s has a seat, and comes instead of %(left)s.", coming=coming, left=left)
    told = _who_is_told(coming, left, coming_is=bool(person.email), left_is=bool(leaving.email) or leaving.hidden)
    return f"{said} {told}", "info" if way is Way.WAITS else "success"


def _who_is_told(coming: str, left: str, *, coming_is: bool, left_is: bool) -> str:
    """Say who gets a message, and who has no address."""
    if coming_is and left_is:
        return str(_("Both get a message in two minutes."))
    if not coming_is and not left_is:
        return str(_("Neither has an e-mail address, so please tell both yourself."))
    told, untold = (coming, left) if coming_is else (left, coming)
    said = _(
        "%(told)s gets a message in two minutes; %(untold)s has no e-mail address, so please tell this person yourself.",
        told=told,
        untold=untold,
    )
    return str(said)
