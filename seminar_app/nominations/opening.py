"""What the routes of lists share: how the account may nominate, the list it opens, and the refusals."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.core import clock
from seminar_app.core.errors import NotFound
from seminar_app.nominations import queries
from seminar_app.nominations.blueprints import blueprint
from seminar_app.nominations.errors import ListDiscarded, ListsNotTaken
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.queries import Nominating
from seminar_app.web.access import current_actor, needs_no_access_row
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_needed


def found_list(who: Nominating, list_id: str) -> NominationList:
    """Return a list that the account may open.

    Raises:
        NotFound: there is no such list, or it is another agency's.
        ListDiscarded: there was one.
    """
    public_id = id_needed(list_id)
    try:
        return queries.get_list(session(), who, public_id)
    except NotFound:
        if queries.was_discarded(session(), who, public_id):
            raise ListDiscarded from None
        raise


@blueprint.errorhandler(ListDiscarded)
def _to_lists(refusal: ListDiscarded) -> ResponseReturnValue:
    """Lead to the lists there are; where a row was sent alone, htmx does it."""
    flash(sentence_of(refusal), "info")
    needs_no_access_row("it shows nobody")
    there = url_for(".index", slug=(request.view_args or {})["slug"])
    return ("", 204, {"HX-Redirect": there}) if "HX-Request" in request.headers else redirect(there, code=303)


def current_nominating(slug: str) -> Nominating:
    """Return how the signed-in account may nominate for the seminar.

    Raises:
        NotFound: there is no such seminar, or the account may not nominate for it.
    """
    return queries.nominating(session(), current_actor(), slug, now=clock.now())


def refuse_unless_taken(who: Nominating) -> None:
    """Refuse a change while the seminar takes no lists from the account.

    Raises:
        ListsNotTaken: the seminar takes none now.
    """
    if not who.standing.takes_lists:
        raise ListsNotTaken


def to_list(slug: str, found: NominationList) -> ResponseReturnValue:
    """Lead to the list's page."""
    return redirect(url_for(".show", slug=slug, list_id=found.public_id.hex), code=303)
