"""Names of the states and kinds of mail on staff pages."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from seminar_app.messages.headers import NOT_READABLE
from seminar_app.messages.rules import MessageState, Outcome, WhyNotSent, why_not_sent
from seminar_app.messages.services import HELD

STATES: dict[MessageState, Any] = {
    MessageState.WAITING: _l("Waiting"),
    MessageState.SENDING: _l("Being sent"),
    MessageState.SENT: _l("Sent"),
    MessageState.FAILED: _l("Given up"),
}

SIGNS = {MessageState.WAITING: "waiting", MessageState.SENDING: "open", MessageState.SENT: "done", MessageState.FAILED: "stopped"}
"""Kind of the status sign for each state."""

OUTCOMES: dict[Outcome, Any] = {
    Outcome.SENT: _l("Sent"),
    Outcome.WAITING: _l("Waiting"),
    Outcome.DEFERRED: _l("Put off"),
    Outcome.FAILED: _l("Not delivered"),
}
OUTCOME_SIGNS = {Outcome.SENT: "done", Outcome.WAITING: "waiting", Outcome.DEFERRED: "open", Outcome.FAILED: "stopped"}
"""Kind of the status sign for each outcome."""

WHY: dict[WhyNotSent, Any] = {
    WhyNotSent.NO_MAILBOX: _l("There is no mailbox with this address. Please check how it is written."),
    WhyNotSent.FULL: _l("The mailbox is full."),
    WhyNotSent.REFUSED: _l("The receiver's mail server refuses the message. Another address may work, or a call."),
    WhyNotSent.LATER: _l("The receiver's mail server asked to try again later."),
    WhyNotSent.OUR_SERVER: _l("The mail server could not be reached. An administrator can see why."),
    WhyNotSent.UNWRITABLE: _l("The message could not be written. An administrator can see why."),
}

KINDS: dict[str, Any] = {
    "account_invitation": _l("Invitation to an account"),
    "account_invited": _l("Organizer invited a person"),
    "address_replaced": _l("Address replaced"),
    "alternate": _l("Alternate of the agency"),
    "already_registered": _l("Registered already"),
    "approved": _l("Registration approved"),
    "certificate": _l("Certificate issued"),
    "certificate_revoked": _l("Certificate revoked"),
    "declined": _l("Registration declined"),
    "erasure_declined": _l("Data kept at a request to erase"),
    "feedback_opened": _l("Feedback opened"),
    "feedback_reminder": _l("Reminder of feedback"),
    "access_alert": _l("Unusual access to personal data"),
    "exchanged": _l("Place exchanged by the agency"),
    "form_sent": _l("Button to confirm a registration"),
    "invitation": _l("Invitation to a seminar"),
    "invitation_reminder": _l("Reminder of an invitation"),
    "letter": _l("Message of the office"),
    "letter_unanswered": _l("Message of the office about feedback"),
    "link": _l("Personal link"),
    "links": _l("Personal links asked for again"),
    "name_accepted": _l("Change of name accepted"),
    "name_declined": _l("Change of name declined"),
    "nominated": _l("Nominated by the agency"),
    "password_changed": _l("Password changed"),
    "password_reset": _l("New password"),
    "pending": _l("Registration under review"),
    "registered": _l("Registration confirmed"),
    "release_near": _l("Quota released soon, to a liaison"),
    "removed": _l("Registration removed"),
    "request_decided": _l("Request about the list decided"),
    "request_made": _l("Request about the list"),
    "role_given": _l("New role"),
    "seat_given": _l("A seat came free"),
    "seminar_changed": _l("Seminar changed"),
    "seminar_changed_liaison": _l("Seminar changed, to a liaison"),
    "seminar_cancelled": _l("Seminar cancelled"),
    "substituted": _l("Somebody else comes instead"),
    "test_mail": _l("Test message"),
    "waitlisted": _l("On the waiting list"),
    "withdrawn": _l("Registration withdrawn"),
    "withdrawn_by_agency": _l("Withdrawn by the agency"),
}


def kind_in_words(kind: str) -> str:
    """Return the name of a kind. A kind without a name yet is shown by its key, never hidden."""
    return str(KINDS.get(kind) or kind.replace("_", " ").capitalize())


def reason_in_words(error: str) -> str:
    """Return the mail server's answer in plain words; it may hold an address, which these never do."""
    return str(_(error)) if error in (HELD, NOT_READABLE) else str(WHY[why_not_sent(error)])
