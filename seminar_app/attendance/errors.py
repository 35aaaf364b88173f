"""Why a mark is not taken."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NotOnTheSheet(Refusal):
    """The registration is of another seminar, or its person holds no seat any more."""

    sentence = N_("This person is no longer on the sheet: they hold no seat in this seminar. Nothing was saved for them.")


class MinutesOutOfRange(Refusal):
    """More minutes than the session has, or fewer than none."""

    sentence = N_("Minutes go from 0 to %(contact_minutes)d, the length of this session; you typed %(minutes)s.")


class AttendanceIsShut(Refusal):
    """The seminar is a draft or archived."""

    sentence = N_("Attendance of this seminar cannot be changed now: it is a draft, or it has been archived.")
