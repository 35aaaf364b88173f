"""The page of one registration, for the routes that show it and for forms on it that were refused."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.messages.queries import mail_of
from seminar_app.messages.words import OUTCOME_SIGNS, OUTCOMES, kind_in_words, reason_in_words
from seminar_app.registration import queries
from seminar_app.registration.forms import EndReserveForm, RemovalForm, ReserveForm
from seminar_app.registration.rules import day_there, link_ends, link_has_ended, may_approve, may_decline, may_remove, may_restore
from seminar_app.registration.sections import sections_of
from seminar_app.seminars.header import seminar_header
from seminar_app.web.access import current_actor, shown
from seminar_app.web.database import session
from seminar_app.web.ids import id_needed

FILTERS = ("state", "group", "pool", "mail", "lacks", "find", "page")


def registration_page(
    slug: str,
    registration_id: str,
    form: RemovalForm | None = None,
    *,
    reserve_form: ReserveForm | None = None,
    end_form: EndReserveForm | None = None,
    opened: bool = False,
    refused: Refusal | None = None,
) -> ResponseReturnValue:
    """Return the page of one registration, with the errors of a form on it that was not accepted.

    Args:
        slug: of the seminar.
        registration_id: public id.
        form: the removal that was not accepted.
        reserve_form: the reservation that was not accepted.
        end_form: the end of a reservation that was not accepted.
        opened: show a reserved identity.
        refused: why the form of a section, which is the request, was refused.

    Raises:
        NotFound: no such registration in the account's reach.
    """
    found = queries.registration_in_reach(session(), current_actor(), slug, id_needed(registration_id), opened=opened)
    person, state, change = found.registration.person, found.registration.state, found.access.may_change
    decides = found.access.may_change_list
    hidden, paper_by = person.hidden, found.registration.paper_notice_by
    today = day_there(clock.now(), found.access.seminar.time_zone)
    waits = found.registration.alternate
    place = queries.alternate_place(session(), found.access.seminar, found.registration.id, today=today) if waits else None
    likely = queries.likely_same(session(), queries.organizing(current_actor()), person.id) if opened and change else []
    beside = [each.person.public_id.hex for each in likely]
    shown(f"registration:{found.registration.public_id.hex}", seminar=slug, beside=beside)
    page = render_template(
        "registration/staff/registration.html",
        seminar_header=seminar_header(found.access.seminar),
        found=found,
        filters_now=filters_in(request.args),
        sections=sections_of(found, refused),
        may_see_person=change or found.access.agency_ids is not None,
        asked=None if hidden else queries.name_asked(session(), found.registration.id),
        mail=[] if hidden else mail_of(session(), found.registration.public_id),
        place=place,
        outcomes=OUTCOMES,
        outcome_signs=OUTCOME_SIGNS,
        kind_in_words=kind_in_words,
        reason_in_words=reason_in_words,
        link_ends=link_ends(found.access.seminar.ends_on),
        link_ended=link_has_ended(found.access.seminar.ends_on, today=clock.now().date()),
        paper_by=names_by_audit_name(session(), [paper_by]).get(paper_by) if paper_by else None,
        opened=opened,
        likely=likely,
        joined=change and not hidden and queries.was_joined(session(), found.registration.id),
        form=form or RemovalForm(MultiDict()),
        reserve_form=reserve_form or ReserveForm(MultiDict()),
        end_form=end_form or EndReserveForm(MultiDict()),
        may_approve=decides and may_approve(state),
        may_decline=decides and may_decline(state),
        may_remove=decides and may_remove(state),
        may_restore=decides and may_restore(state),
    )
    faulty = any(sent is not None and sent.has_errors for sent in (form, reserve_form, end_form))
    return page, 422 if faulty or refused else 200


def filters_in(sent: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that came in the address or the request body."""
    return {name: sent[name] for name in FILTERS if sent.get(name)}
