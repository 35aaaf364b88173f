"""Reasons to refuse a mark."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NotOnTheSheet(Refusal):
    """The registration belongs to another seminar, or its person no longer holds a seat."""

    sentence = N_("This person is no longer on the sheet: they hold no seat in this seminar. Nothing was saved for them.")


class MinutesOutOfRange(Refusal):
    """The minutes are below 0 or above the contact minutes of the session."""

    sentence = N_("Minutes go from 0 to %(contact_minutes)d, the length of this session; you typed %(minutes)s.")


class AttendanceIsShut(Refusal):
    """The seminar is a draft, completed or archived."""

    sentence = N_("Attendance of this seminar cannot be changed now: it is a draft, or it has been completed or archived.")


class TooEarly(Refusal):
    """Somebody cannot be present more than 60 minutes before a session."""

    sentence = N_(
        "This session has not begun: present, late and left early can be marked from %(day)s at %(time)s on. Nothing was saved. "
        "Excused and absent can be marked now."
    )


class ObservationDiffers(Refusal):
    """An observation with the same id, but other values, was stored before."""

    sentence = N_("These marks were saved before with other values. Please open the page again and mark them there.")
