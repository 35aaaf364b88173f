"""Labels for the states and settings of a seminar."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.seminars.rules import (
    Approval,
    Asked,
    ExcusedRule,
    Need,
    NextStep,
    Places,
    RegistrationMode,
    SeminarState,
    SubstitutesBy,
    Window,
)
from seminar_app.web.labels import register


def init_app() -> None:
    """Register the labels."""
    register(
        SeminarState,
        {
            SeminarState.DRAFT: _l("Draft"),
            SeminarState.PUBLISHED: _l("Published"),
            SeminarState.CLOSED: _l("Registration closed"),
            SeminarState.COMPLETED: _l("Completed"),
            SeminarState.CANCELLED: _l("Cancelled"),
            SeminarState.ARCHIVED: _l("Archived"),
        },
    )
    register(
        RegistrationMode,
        {
            RegistrationMode.OPEN: _l("Open to anybody who has the address"),
            RegistrationMode.CODE: _l("With a code that you give out"),
            RegistrationMode.INVITATION: _l("By invitation only"),
            RegistrationMode.NOMINATION: _l("Nominated by their agency only"),
        },
    )
    register(
        Approval,
        {
            Approval.AUTOMATIC: _l("Automatic: whoever registers has a seat while there are seats"),
            Approval.MANUAL: _l("By hand: your office says yes to each person"),
        },
    )
    register(
        SubstitutesBy,
        {SubstitutesBy.LIAISON: _l("The liaison of the agency, or your office"), SubstitutesBy.ORGANIZER: _l("Only your office")},
    )
    register(
        ExcusedRule,
        {
            ExcusedRule.NOT_COUNTED: _l("The session is left out of that person's total"),
            ExcusedRule.CREDITED: _l("It counts as if the person had been present"),
            ExcusedRule.ABSENT: _l("It counts as an absence"),
        },
    )
    register(
        Asked, {Asked.NO: _l("Not asked"), Asked.OPTIONAL: _l("Asked, may be left empty"), Asked.REQUIRED: _l("Asked, must be filled in")}
    )
    register(Places, {Places.SOME: _l("There are places"), Places.FEW: _l("Few places left"), Places.NONE: _l("Full")})
    register(
        Window,
        {
            Window.NOT_YET: _l("Registration is not open yet"),
            Window.OPEN: _l("Registration is open"),
            Window.CLOSED: _l("Registration is closed"),
        },
    )
    register(
        Need,
        {
            Need.TITLE: _l("A title in one of the two languages"),
            Need.SESSIONS: _l("At least one session"),
            Need.SEATS: _l("Seats"),
            Need.CODE: _l("The code that people type to register"),
            Need.QUOTAS: _l("Quotas that somebody can hold"),
            Need.CONTACT: _l("E-mail address and phone of the office"),
        },
    )
    register(
        NextStep,
        {
            NextStep.ADD_SESSIONS: _l("Add the sessions"),
            NextStep.PUBLISH: _l("Publish it"),
            NextStep.WAIT_TO_OPEN: _l("Registration opens"),
            NextStep.FILL: _l("People are registering"),
            NextStep.PREPARE: _l("Prepare the door"),
            NextStep.ATTEND: _l("Take attendance"),
            NextStep.COMPLETE: _l("Check attendance and complete it"),
            NextStep.ARCHIVE: _l("Archive it when you no longer need it"),
            NextStep.NOTHING: _l("Nothing"),
        },
    )
