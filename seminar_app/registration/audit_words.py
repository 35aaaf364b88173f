"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.labels import word_of


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "seats.changed": _l("changed the seats"),
            "quota.released": _l("released a quota"),
            "registration.registered": _l("registered for the seminar"),
            "registration.repeated": _l("registered again"),
            "form.sent": _l("sent a registration form"),
            "form.confirmed": _l("confirmed a registration form"),
            "forms.searched": _l("looked for a registration form"),
            "links.asked": _l("asked for lost personal links"),
            "registration.edited": _l("changed a registration"),
            "registration.withdrawn": _l("withdrew a registration"),
            "registration.removed": _l("removed a registration"),
            "registration.restored": _l("restored a registration"),
            "registration.approved": _l("approved a registration"),
            "registration.declined": _l("declined a registration"),
            "registration.promoted": _l("gave a seat to somebody waiting"),
            "registration.waitlisted": _l("joined the waiting list"),
            "registration.nominated": _l("nominated somebody"),
            "registration.seats_opened": _l("let an alternate have an open seat"),
            "registration.seats_closed": _l("let an alternate wait for the agency's seats again"),
            "registration.substituted": _l("let somebody come instead of a person"),
            "registration.invited": _l("invited somebody"),
            "invitation.reminded": _l("sent an invitation again"),
            "hold.kept": _l("kept a seat"),
            "hold.used": _l("used a kept seat"),
            "hold.expired": _l("kept a seat no longer, as its day had passed"),
            "hold.released": _l("kept a seat no longer, as its quota was released"),
            "hold.given_up": _l("gave up a kept seat"),
            "hold.declined": _l("gave back the seat of an invitation"),
            "quota.release_told": _l("told liaisons of a release that is near"),
            "registration.exchanged": _l("exchanged the places of two people"),
            "registration.seat_asked": _l("asked the organizer for a seat at the door"),
            "registration.no_seat": _l("had no seat for somebody at the door"),
            "seats.grown": _l("added a seat for a person"),
            "seats.shrunk": _l("took an added seat away again"),
            "registration.link_sent": _l("sent a personal link again"),
            "registration.link_replaced": _l("replaced a personal link"),
            "registration.link_ended": _l("typed the fifth wrong surname, which ended a personal link"),
            "registration.page_opened": _l("opened the personal page for the first time"),
            "person.name_asked": _l("asked for another name"),
            "person.name_accepted": _l("accepted another name"),
            "person.name_declined": _l("declined another name"),
            "registration.split": _l("split a registration off a person's record"),
            "person.merged": _l("merged two records of one person"),
            "person.separated": _l("undid a merge of two records"),
            "registration.viewed": _l("looked at a registration"),
            "reserved.opened": _l("opened the record of a reserved identity"),
            "changes.told": _l("told people what has changed"),
            "changes.kept_quiet": _l("told nobody what has changed"),
            "roster.viewed": _l("looked at the roster"),
            "roster.exported": _l("exported the roster"),
        },
        kinds={
            "seat_pool": _l("seats"),
            "hold": _l("kept seat"),
            "registration": _l("registration"),
            "form_sent": _l("registration form"),
            "change_notice": _l("changes of a seminar"),
        },
        fields={
            "agency_id": _l("Agency"),
            "agency_text": _l("Agency not in the list"),
            "unit": _l("Unit"),
            "position": _l("Position"),
        },
        states={"registration": RegistrationState},
        numbers={
            "registrations": lambda n: ngettext("%(num)d registration", "%(num)d registrations", n),
            "liaisons": lambda n: ngettext("%(num)d liaison", "%(num)d liaisons", n),
            "seats": lambda n: ngettext("%(num)d seat", "%(num)d seats", n),
        },
        texts={
            "reason": lambda value: word_of("RemovalReason", value) or value,
        },
    )
