"""A liaison's page for one seminar and the page of one of her people there, for the routes that show them and for refused forms."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from seminar_app.agencies.queries import AgencyChoice, all_agencies
from seminar_app.attendance.agency_queries import NOBODY, AgencyOutcome, attended_in, outcomes_of_agencies
from seminar_app.core import clock
from seminar_app.nominations.agency_done import done_in
from seminar_app.nominations.agency_forms import ExchangeForm, KeepForm, WithdrawForm
from seminar_app.nominations.agency_people import AgencyList, OwnPerson, agency_list
from seminar_app.nominations.agency_queries import AgencyAccess, AgencyHome, agencies_to_name, agency_access
from seminar_app.nominations.agency_requests import open_about, own_requests, proposals_waiting
from seminar_app.nominations.request_rules import Asker, RequestKind, liaison_decides, takes_changes
from seminar_app.registration.labels import state_in_words
from seminar_app.registration.next_in_line import next_in_line
from seminar_app.registration.rules import RegistrationState, day_there, is_list_frozen
from seminar_app.seminars.header import seminar_header
from seminar_app.web.access import current_actor, shown
from seminar_app.web.database import session
from seminar_app.web.ids import id_needed


def current_access(slug: str) -> AgencyAccess:
    """Return how the signed-in liaison may open her part of the seminar.

    Raises:
        NotFound: there is no such seminar, or it is a draft.
    """
    return agency_access(session(), current_actor(), slug, now=clock.now())


def own_person(access: AgencyAccess, registration_id: str) -> tuple[AgencyList, OwnPerson]:
    """Return the liaison's people, and the one with this registration.

    Raises:
        NotFound: there is none, or it is another agency's.
    """
    listed = agency_list(session(), access)
    return listed, listed.get(id_needed(registration_id))


def own_agencies(access: AgencyAccess) -> list[AgencyChoice]:
    """Return the agencies for which the liaison names people."""
    return agencies_to_name(all_agencies(session(), with_aliases=False), access)


def to_seminar(access: AgencyAccess, did: str, of: uuid.UUID | None = None, other: uuid.UUID | None = None) -> ResponseReturnValue:
    """Go to the seminar's page, which says what was done."""
    values: dict[str, Any] = {"did": did, "of": of.hex if of else None, "other": other.hex if other else None}
    return redirect(url_for("agency_staff.seminar", slug=access.seminar.slug, **values), code=303)


def seminar_page(access: AgencyAccess, keep: KeepForm | None = None) -> str:
    """Return the liaison's page for the seminar, with the errors of the form for kept seats that was not accepted."""
    listed = agency_list(session(), access)
    seminar, people = access.seminar, listed.everybody
    shown(f"seminar:{seminar.public_id.hex}", seminar=seminar.slug, action="roster.viewed", agencies=True)
    figures = outcomes_of_agencies(session(), [seminar.id], access.own) if access.has_begun else {}
    hers = access.changes and access.at_once(RequestKind.SUBSTITUTE)
    proposals = proposals_waiting(session(), [seminar.id], access.own).get(seminar.id, 0) if hers else 0
    return _render(
        "seminar",
        access,
        listed=listed,
        done=done_in(access, listed),
        keep=keep or _keep_form(access, listed),
        keeps=access.names and not access.frozen and any(quota.left and not quota.released for quota in listed.quotas),
        requests=own_requests(session(), current_actor(), seminar, people),
        proposals=proposals,
        attended=attended_in(session(), seminar.id, access.own) if access.has_begun else {},
        outcome=figures.get(seminar.id, NOBODY),
    )


def past_outcomes(home: AgencyHome) -> Mapping[int, AgencyOutcome]:
    """Return how many of the liaison's people came to each earlier seminar and completed it."""
    return outcomes_of_agencies(session(), [line.seminar.id for line in home.past], home.own)


def waiting_proposals(home: AgencyHome) -> Mapping[int, int]:
    """Return how many proposals of her people wait for the liaison's answer, by seminar to come."""
    now, kind = clock.now(), RequestKind.SUBSTITUTE
    hers = []
    for seminar in (line.seminar for line in home.to_come):
        frozen = is_list_frozen(seminar.list_freezes_on, today=day_there(now, seminar.time_zone))
        if takes_changes(seminar, now=now) and liaison_decides(kind, Asker.OFFICIAL, frozen=frozen, substitutes_by=seminar.substitutes_by):
            hers.append(seminar.id)
    return proposals_waiting(session(), hers, home.own)


def _keep_form(access: AgencyAccess, listed: AgencyList) -> KeepForm:
    """Return the form for kept seats, with the latest day that a quota with free seats allows."""
    days = [each.release_on - timedelta(days=1) for each in listed.quotas if each.left and each.release_on is not None]
    form = KeepForm(MultiDict(), data={"last_day": max(access.today, min([*days, access.seminar.ends_on]))})
    form.agency.offer(own_agencies(access))
    return form


def person_page(
    access: AgencyAccess, registration_id: str, *, withdraw: WithdrawForm | None = None, exchange: ExchangeForm | None = None
) -> str:
    """Return the page on which the place of one of the liaison's people is changed, with the errors of a form that was not accepted.

    Raises:
        NotFound: there is no such registration, or it is another agency's.
    """
    listed, person = own_person(access, registration_id)
    shown(f"registration:{person.public_id.hex}", seminar=access.seminar.slug, action="registration.viewed")
    mine = [each for each in own_requests(session(), current_actor(), access.seminar, listed.everybody) if each.is_open]
    mine = [each for each in mine if person in (each.about, each.other)]
    seated = person.state is RegistrationState.REGISTERED
    heir = next_in_line(session(), access.seminar, person.pool_id, now=clock.now()) if person.pool_id is not None else None
    return _render(
        "person",
        access,
        person=person,
        withdraw_form=withdraw or WithdrawForm(MultiDict()),
        exchange_form=exchange or exchange_form(listed, person, MultiDict()),
        partners=listed.partners(person),
        is_taken=heir is not None,
        heir=next((each for each in listed.everybody if each.id == heir and not each.hidden), None),
        requests=mine,
        others_ask=not mine and open_about(session(), person.id),
        replaceable=seated,
        may_change=access.changes and person.hers,
    )


def exchange_form(listed: AgencyList, person: OwnPerson, sent: MultiDict[str, str] | None = None) -> ExchangeForm:
    """Return the form that exchanges a person's place, with whom it can be exchanged."""
    form = ExchangeForm(sent)
    form.offer([(each, place_in_words(each)) for each in listed.partners(person)])
    return form


def place_in_words(person: OwnPerson) -> str:
    """Return where somebody stands: «Alternate 3», «Registered», «Waiting for approval»."""
    if person.state in (RegistrationState.NOMINATED, RegistrationState.PENDING):
        return str(_("Waiting for approval"))
    if not person.alternate:
        return state_in_words(person.state, by_agency=person.by_agency)
    return str(_("Alternate %(number)d", number=person.number) if person.number else _("Alternate"))


def _render(name: str, access: AgencyAccess, **values: Any) -> str:
    return render_template(
        f"nominations/agency/{name}.html",
        seminar=access.seminar,
        seminar_header=seminar_header(access.seminar),
        access=access,
        RequestKind=RequestKind,
        place_in_words=place_in_words,
        fresh_id=lambda: uuid.uuid4().hex,
        **values,
    )
