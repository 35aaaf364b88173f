"""The numbers of a reconciliation and their differences, in words, and where the roster lists these people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from seminar_app.history.rules import Reason, Stage
from seminar_app.registration.rules import RegistrationState

STAGES: Mapping[Stage, Any] = {
    Stage.ANNOUNCED: _l("Announced"),
    Stage.PLACES: _l("Places offered"),
    Stage.LISTED: _l("Named or registered before the door"),
    Stage.SEATED: _l("With a seat at the end"),
    Stage.ATTENDED: _l("Attended"),
    Stage.COMPLETED: _l("Completed it"),
}
REASONS: Mapping[Reason, Any] = {
    Reason.ANNOUNCED_OTHERWISE: _l("No record says why"),
    Reason.NOT_ASKED_FOR: _l("Places for which nobody was named"),
    Reason.MORE_THAN_PLACES: _l("More names than places"),
    Reason.MERGED: _l("The same person a second time"),
    Reason.WALK_IN: _l("Came without a registration"),
    Reason.CAME_INSTEAD: _l("Came instead of somebody on the list"),
    Reason.SUBSTITUTED: _l("Made way for a substitute"),
    Reason.DECLINED: _l("Declined, or were declined"),
    Reason.WITHDRAWN: _l("Withdrew, or the agency withdrew them"),
    Reason.REMOVED_ADMINISTRATIVE: _l("Removed: administrative"),
    Reason.REMOVED_CANCELLED: _l("Removed: the person or the agency cancelled"),
    Reason.REMOVED_DOCUMENTS: _l("Removed: documents incomplete"),
    Reason.REMOVED_NO_SHOW: _l("Removed: did not come"),
    Reason.REMOVED_PREREQUISITES: _l("Removed: prerequisites not met"),
    Reason.REMOVED_OTHER: _l("Removed: other reasons"),
    Reason.WAITLISTED: _l("Still on the waiting list"),
    Reason.NOMINATED: _l("Nominated and not decided"),
    Reason.INVITED: _l("Invited and not answered"),
    Reason.PENDING: _l("Waiting for approval"),
    Reason.WITHOUT_SEAT: _l("Came and hold no seat at the end"),
    Reason.ABSENT: _l("Did not come, or nobody recorded it"),
    Reason.BELOW_THRESHOLD: _l("Came, and did not reach what completion asks for"),
}
LEADS_TO: Mapping[Stage | Reason, RegistrationState] = {
    Stage.SEATED: RegistrationState.REGISTERED,
    Reason.SUBSTITUTED: RegistrationState.SUBSTITUTED,
    Reason.DECLINED: RegistrationState.DECLINED,
    Reason.WITHDRAWN: RegistrationState.WITHDRAWN,
    **{reason: RegistrationState.REMOVED for reason in Reason if reason.value.startswith("removed_")},
    Reason.WAITLISTED: RegistrationState.WAITLISTED,
    Reason.NOMINATED: RegistrationState.NOMINATED,
    Reason.INVITED: RegistrationState.INVITED,
    Reason.PENDING: RegistrationState.PENDING,
}
"""The state by which the roster is filtered to show these people; where it has no filter, there is no link."""
