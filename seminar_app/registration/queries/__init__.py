"""Read registrations: by personal link, as a roster, as seat counts, and by the people a member of staff may see."""

from seminar_app.registration.queries.people import (
    Participation,
    PersonInReach,
    participations,
    people_by_id_in_reach,
    people_in_reach,
    person_in_reach,
)
from seminar_app.registration.queries.personal import (
    FormPage,
    NoticeRead,
    OwnRegistration,
    PersonalPage,
    form_page,
    notice_read,
    personal_page,
    seminar_for_form,
)
from seminar_app.registration.queries.roster import (
    Roster,
    RosterAccess,
    RosterFilter,
    RosterGroup,
    RosterRow,
    StaffRegistration,
    registration_in_reach,
    roster,
    roster_access,
)
from seminar_app.registration.queries.seats import HeadCount, PoolLine, SeatsOverview, head_count, seats_overview

__all__ = [
    "FormPage",
    "HeadCount",
    "NoticeRead",
    "OwnRegistration",
    "Participation",
    "PersonInReach",
    "PersonalPage",
    "PoolLine",
    "Roster",
    "RosterAccess",
    "RosterFilter",
    "RosterGroup",
    "RosterRow",
    "SeatsOverview",
    "StaffRegistration",
    "form_page",
    "head_count",
    "notice_read",
    "participations",
    "people_by_id_in_reach",
    "people_in_reach",
    "person_in_reach",
    "personal_page",
    "registration_in_reach",
    "roster",
    "roster_access",
    "seats_overview",
    "seminar_for_form",
]
