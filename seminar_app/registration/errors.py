"""Refusals about registrations and seats."""

from __future__ import annotations

from seminar_app.core.errors import N_, LinkNotFound, Refusal


class FormClosed(Refusal):
    """The seminar does not take registrations by the form now."""

    sentence = N_("This seminar does not take registrations now.")


class WrongCode(Refusal):
    """The seminar asks for a code, and the one sent is missing or wrong."""

    sentence = N_("This is not the registration code of the seminar. It's in your invitation; please type it again.")
    field = "code"


class FormEnded(Refusal):
    """The form was not confirmed in time, or its seminar was cancelled, completed, or is over."""

    sentence = N_("This form has ended, so it can no longer be confirmed. If registration is open, please fill it in again.")


class NoSuchAgency(Refusal):
    """The chosen agency is not in the directory."""

    sentence = N_("Please choose your agency from the list.")
    field = "agency"


class NotInThisState(Refusal):
    """The registration does not allow this step: it changed meanwhile, or the page was out of date."""

    sentence = N_("This registration has changed since the page was opened, and that can no longer be done with it.")


class SeminarCompleted(Refusal):
    """The list of a completed seminar does not change, because outcomes were settled with it."""

    sentence = N_("This seminar has been completed, so its list no longer changes. Reopen it first, with a reason.")


class SeminarArchived(SeminarCompleted):
    """The list of an archived seminar does not change."""

    sentence = N_("This seminar is archived, so its list no longer changes. Take it out of the archive first.")


class AgencyIsFixed(Refusal):
    """The agency of the registration can no longer be changed by the official."""

    sentence = N_(
        "Your agency cannot be changed here any more, because your place may be your agency's. "
        "Please tell the office: its address and phone stand below."
    )
    field = "agency"


class AlreadyOnTheRoster(Refusal):
    """Staff add a person who has a registration in this seminar already."""

    sentence = N_("%(name)s is on the roster of this seminar already. Open their registration there to change it.")


class ReservedOnTheRoster(Refusal):
    """Staff add a person who has a registration in this seminar already, under a reserved identity."""

    sentence = N_("This person is on the roster of this seminar already.")


class NoReasonToReserve(Refusal):
    """An identity is to be reserved for a reason that only ends it."""

    sentence = N_("Please choose why this identity is reserved.")
    field = "reserve_reason"


class IsErased(Refusal):
    """The name of an erased person cannot be shown again."""

    sentence = N_("The data of this person were erased, so there is no name to show.")


class QuotasAboveCapacity(Refusal):
    """The quotas add up to more seats than the capacity."""

    sentence = N_(
        "The quotas add up to %(seats)d seats, and the seminar has %(capacity)d. "
        "Lower a quota, or raise the capacity to at least %(seats)d."
    )
    field = "capacity"


class ReleasedAtOnce(Refusal):
    """A quota would be released the moment the seats are saved, which cannot be undone."""

    sentence = N_(
        "The release date of %(agency)s has come: when you save, its free seats (%(seats)d) and those kept without a name (up to %(kept)d) "
        "go to who waits, and are open to all. If you want that, save again."
    )


class QuotaBelowTaken(Refusal):
    """The quota would have fewer seats than are held or kept in it."""

    sentence = N_(
        "The quota of %(agency)s cannot be smaller than %(seats)d: so many of its seats are taken, "
        "those kept for names or invitations (%(kept)d) included."
    )


class OpenPoolBelowTaken(Refusal):
    """The open pool would have fewer seats than are held or kept in it."""

    sentence = N_(
        "At least %(seats)d seats must be left outside the quotas: so many are taken, "
        "those kept for names or invitations (%(kept)d) included. Raise the capacity, or lower a quota."
    )
    field = "capacity"


class NoSeatToKeep(Refusal):
    """Fewer seats are free than are to be kept."""

    sentence = N_("Free seats that this agency's people may have: %(seats)d. Nothing was kept; please write a smaller number.")
    field = "seats"


class NoSeatToInvite(Refusal):
    """No seat is free for the person who is to be invited."""

    sentence = N_("No seat is free that this person may have, so none can be kept. Add seats, or name the person as an alternate.")


class KeptTooLong(Refusal):
    """A seat cannot be kept to that day."""

    sentence = N_("A seat can be kept from today until %(last)s: the quota's release, or the end of the seminar, comes then.")
    field = "last_day"


class NoSeatsGivenNow(Refusal):
    """The seminar is cancelled or over, so no seat is kept."""

    sentence = N_("This seminar gives no seats any more: it is cancelled or over.")


class CannotExchange(Refusal):
    """Two people cannot exchange their places."""

    sentence = N_("These two people cannot exchange their places: one of them must wait, and each must be able to have the other's place.")


class InvitationEnded(Refusal):
    """An invitation is answered after its day, or was taken back."""

    sentence = N_(
        "This invitation has ended, and the place is kept no longer. If you would still like to come, please write to the office."
    )


class AgencyTwice(Refusal):
    """Two quotas name the same agency."""

    sentence = N_("%(agency)s has two quotas. Please put all of its seats into one.")


class NoAddress(Refusal):
    """The person has no e-mail address to which a link could be sent."""

    sentence = N_("There is no e-mail address on file. Correct the data and add one, or tell this person by phone.")


class LinkEnded(Refusal):
    """The personal links of this seminar have ended."""

    sentence = N_("The personal links of this seminar have ended: they work until 18 months after its last day.")


class PersonIsErased(Refusal):
    """The person's data were erased, and nothing is left to change."""

    sentence = N_("The data of this person were erased. Nothing is left to change.")


class MergeWithItself(Refusal):
    """The two records to merge are one."""

    sentence = N_("This is one and the same record. Please choose another one to merge it with.")


class MergeOfErased(Refusal):
    """One of the people was erased, so nothing can be merged or separated any more."""

    sentence = N_("One of these two people was erased, so the records can be neither merged nor separated.")


class MergedAlready(Refusal):
    """One of the records was merged meanwhile."""

    sentence = N_("One of these two records has been merged meanwhile. Please look for the person again.")


class ChangedSinceCompared(Refusal):
    """One of the records changed after the page that compares them was opened."""

    sentence = N_("One of these two records has changed since you opened this page. Nothing was merged. Please look again.")


class MergeUndone(Refusal):
    """The merge was undone before."""

    sentence = N_("This merge has been undone already.")


class MergedSince(Refusal):
    """One of the records took part in a later merge."""

    sentence = N_("One of these records was merged again later. Please undo the later merge first.")


class SeatTaken(Refusal):
    """Undoing a merge needs a seat, and there is none."""

    sentence = N_("The seat that became free by the merge in «%(seminar)s» was given to somebody else, and no other one is free.")


class PeopleChanged(Refusal):
    """A registration of one of the people came in at the same moment."""

    sentence = N_("A registration of one of these people has just come in. Nothing has been changed; please press the button again.")


class NotJoined(Refusal):
    """The registration cannot be split off."""

    sentence = N_("This registration was not given to a known person, or it has been split off already.")


class SamePersonAgain(Refusal):
    """The new record would have the known person's name and address."""

    sentence = N_("With this name and this address it would be the same person again. Please change one of them.")
    field = "given_names"


class OnlyAdministrators(Refusal):
    """The person is also registered with another office, whose lists and mail the change would reach."""

    sentence = N_(
        "This person is also registered with another office, so only an administrator can change the name or the address. "
        "Agency, unit, position, sex and phone you can correct here."
    )
    field = "email"


class OnlyAdministratorsEnd(Refusal):
    """The person is also registered with another office, on whose lists the name would stand again."""

    sentence = N_("This person is also registered with another office, so only an administrator can show the name again.")


class RecordExists(Refusal):
    """Another record has this name and this address."""

    sentence = N_(
        "Another record has this name and this address already. If it is the same person, merge the two records; "
        "if you do not find it among the people, ask an administrator."
    )
    field = "surname1"


class DoorIsShut(Refusal):
    """It is none of the seminar's days, or the seminar is not held: people are entered at the door on its days only."""

    sentence = N_("People are entered at the door on the seminar's days only. On other days the organizer adds them on the roster.")


class CannotBeReplaced(Refusal):
    """The person instead of whom somebody comes holds no seat, or no longer."""

    sentence = N_(
        "This person no longer holds a seat, so nobody can come instead. Enter whoever has come as arrived without a registration."
    )
    field = "instead_of"


class WaitsForTheOrganizer(Refusal):
    """The person at the door has a registration that the organizer has not decided yet."""

    sentence = N_("This person is registered already, and waits for the organizer to approve. Please ask the organizer.")


class TakenOffTheList(Refusal):
    """The person at the door had a registration that the organizer declined or removed."""

    sentence = N_("This person was taken off the list, and only the organizer can put them back. Please ask the organizer.")


class TooLateToTakeBack(Refusal):
    """The entry was made some minutes ago, and its mail has left."""

    sentence = N_("This can no longer be undone here, because the message about it has left. The organizer can take it back on the roster.")


class SeatGoneMeanwhile(Refusal):
    """The entry cannot be taken back, because the seat of the person who made way was given to somebody else."""

    sentence = N_("The seat has gone to somebody who waited, so this cannot be undone. Nothing has been changed.")


class NoSeatAsked(Refusal):
    """The door asks for no seat for this person, or no longer."""

    sentence = N_("Nobody waits at the door with this registration any more.")


class NotOpenedYet(LinkNotFound):
    """The personal link is right, and its page is not open: `first_opening_routes` answers with what comes first."""
