"""Training that others held, on the page of a person."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.history import queries
from seminar_app.history.rules import TrainingState
from seminar_app.people.shown import ShownPerson
from seminar_app.web.access import current_actor
from seminar_app.web.database import session


def section(person: ShownPerson) -> Markup:
    """Return the section; empty of an erased person."""
    if person.erased:
        return Markup()
    found = queries.trainings_of(session(), person)
    names = names_by_audit_name(session(), {each.reported_by for each in found} | {each.decided_by for each in found if each.decided_by})
    return Markup(  # noqa: S704  a template, which escapes  # nosec B704
        render_template(
            "history/staff/_person.html",
            person=person,
            found=found,
            names=names,
            own=current_actor().audit_name,
            decides=bool(found) and queries.may_decide(session(), current_actor(), person.id),
            minutes=sum(each.minutes for each in found if each.state is TrainingState.APPROVED),
        )
    )
