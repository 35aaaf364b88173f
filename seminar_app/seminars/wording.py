"""Sentences about a seminar for the public: whether they can register, and until when."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext
from msgspec import Struct

from seminar_app.seminars.public_queries import Invitation
from seminar_app.seminars.rules import (
    Places,
    RegistrationMode,
    SeminarState,
    Window,
    is_over,
    registration_closes,
    registration_window,
)
from seminar_app.web.filters import local_instant
from seminar_app.web.labels import label
from seminar_app.web.places import zone_words


def _(sentence: str, **values: str) -> str:
    return str(gettext(sentence, **values))


class Door(Struct, frozen=True):
    """The public state of registration. `button` is the label of the one button; None if there is none, and `sentence` says why."""

    status: str
    sentence: str | None = None
    button: str | None = None
    concerns_registration: bool = True
    """False for a seminar that is over or cancelled, where the state of registration does not matter."""


def door(seminar: Invitation, *, now: datetime) -> Door:
    """Return what the public reads about registration at `now`."""
    if seminar.state is SeminarState.CANCELLED or seminar.archived_from is SeminarState.CANCELLED:
        return Door(_("Cancelled"), _("This seminar was cancelled."), concerns_registration=False)
    if seminar.state in (SeminarState.COMPLETED, SeminarState.ARCHIVED) or is_over(seminar, now=now):
        return Door(_("Held"), _("This seminar is over."), concerns_registration=False)
    window = registration_window(seminar, now=now)
    if window is Window.CLOSED:
        return Door(_("Registration is closed"), _closed(seminar, now=now))
    if seminar.registration_mode is RegistrationMode.INVITATION:
        return Door(_("By invitation"), _("Registration is by invitation. If you were invited, use the link in the message you received."))
    if seminar.registration_mode is RegistrationMode.NOMINATION:
        return Door(_("By nomination"), _("Agencies nominate who takes part. If you wish to, ask the liaison of your agency."))
    if window is Window.NOT_YET and seminar.registration_opens_at is not None:
        opens = local_instant(seminar.registration_opens_at, seminar.time_zone)
        sentence = _("Registration opens on %(when)s, %(zone)s.", when=opens, zone=zone_words(seminar.time_zone))
        return Door(_("Registration is not open yet"), sentence)
    if seminar.places is Places.NONE:
        full = _("All places are taken. If somebody withdraws, the place goes to the first person waiting who may hold it.")
        return Door(_("Full, with a waiting list"), full, _("Join the waiting list"))
    status = label(Places.FEW) if seminar.places is Places.FEW else _("Registration is open")
    return Door(status, _how(seminar), _("Register"))


def _how(seminar: Invitation) -> str:
    when = local_instant(registration_closes(seminar), seminar.time_zone)
    zone = zone_words(seminar.time_zone)
    if seminar.registration_mode is RegistrationMode.CODE:
        return _(
            "It takes about two minutes and the code that your agency gave you. Registration closes on %(when)s, %(zone)s.",
            when=when,
            zone=zone,
        )
    if seminar.registration_closes_at is None:
        return _("It takes about two minutes.")
    return _("It takes about two minutes. Registration closes on %(when)s, %(zone)s.", when=when, zone=zone)


def _closed(seminar: Invitation, *, now: datetime) -> str:
    closes = seminar.registration_closes_at
    if closes is not None and closes <= now:
        when = local_instant(closes, seminar.time_zone)
        return _("Registration closed on %(when)s, %(zone)s.", when=when, zone=zone_words(seminar.time_zone))
    return _("Registration is closed.")
