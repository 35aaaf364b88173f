"""What an administrator reads of an agency's people before it is retired: numbers, no names."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.registration.queries import people_of_agency


def people_concerned(session: Session, agency_id: int, today: date) -> list[str]:
    """Say how many people registered with the agency, how many hold or held a seat, and how many are on a list still to come."""
    people = people_of_agency(session, agency_id, today=today)
    if not people.registered:
        return [_("Nobody has registered with it so far.")]
    said = [
        ngettext("%(num)d person has registered with it", "%(num)d people have registered with it", people.registered)
        + ngettext("; %(num)d of them got a seat.", "; %(num)d of them got a seat.", people.seated)
    ]
    if people.coming:
        said.append(
            ngettext(
                "%(num)d person is on the list of a seminar that is not over, and stays there.",
                "%(num)d people are on the list of a seminar that is not over, and stay there.",
                people.coming,
            )
        )
    return said
