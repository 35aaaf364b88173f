"""Refusals about registrations and seats."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class FormClosed(Refusal):
    """The form does not take registrations now."""

    sentence = N_("This seminar does not take registrations now.")


class WrongCode(Refusal):
    """The seminar asks for a code, and this is not it."""

    sentence = N_("This is not the registration code of the seminar. It stands in your invitation; please type it again.")
    field = "code"


class NoSuchAgency(Refusal):
    """The chosen agency is not in the directory."""

    sentence = N_("Please choose your agency from the list.")
    field = "agency"


class NotInThisState(Refusal):
    """Somebody else was quicker, or the page was old."""

    sentence = N_("This registration has changed since the page was opened, and that can no longer be done with it.")


class AgencyIsFixed(Refusal):
    """The agency of somebody seated or waiting stays."""

    sentence = N_("Your agency cannot be changed here any more, because your place may be your agency's. Please write to the organizers.")
    field = "agency"


class AlreadyOnTheRoster(Refusal):
    """Staff add somebody who is there already."""

    sentence = N_("%(name)s is on the roster of this seminar already. Open their registration there to change it.")


class QuotasAboveCapacity(Refusal):
    """The quotas add up to more seats than there are."""

    sentence = N_(
        "The quotas add up to %(seats)d seats, and the seminar has %(capacity)d. "
        "Lower a quota, or raise the capacity to at least %(seats)d."
    )
    field = "capacity"


class QuotaBelowTaken(Refusal):
    """People would lose their seats."""

    sentence = N_("%(seats)d people hold seats of the quota of %(agency)s, so it cannot be smaller than %(seats)d.")


class OpenPoolBelowTaken(Refusal):
    """People would lose their seats in the open pool."""

    sentence = N_(
        "%(seats)d people hold seats outside the quotas, so at least %(seats)d seats must be left for them. "
        "Raise the capacity, or lower a quota."
    )
    field = "capacity"


class AgencyTwice(Refusal):
    """Two quotas for the same agency."""

    sentence = N_("%(agency)s has two quotas. Please put all of its seats into one.")
