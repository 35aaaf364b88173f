"""Register a person by hand: look for the record first, and type only a person who has none."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration import services
from seminar_app.registration.adding_pages import Adding, find_page, known_page, new_page, to_found, to_list_if_fixed
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.seminars.rules import is_frozen
from seminar_app.web.access import current_actor, shows_people, staff
from seminar_app.web.database import Session, session


def _register(session: Session, context: ChangeContext, *, seminar: Seminar, form: Any, **who: Any) -> Registration:
    return services.add_by_hand(session, context, seminar_id=seminar.id, **who)


TO_REGISTER = Adding(find=".add", posts=".find", new=".add_new", known=".add_known", back=".roster", enter=_register)


@blueprint.get("/roster/add")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("people.searched")
def add(slug: str) -> ResponseReturnValue:
    """Offer to find a person among those the account may see, and show whom a search found (`find`)."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    return to_list_if_fixed(seminar, TO_REGISTER) if is_frozen(seminar.state) else find_page(seminar, TO_REGISTER)


@blueprint.post("/roster/add")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def find(slug: str) -> ResponseReturnValue:
    """Search a person to register. The words are sent in the request body, because they name people."""
    return to_found(seminar_to_organize(session(), current_actor(), slug), TO_REGISTER)


@blueprint.route("/roster/add/new", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("people.searched", "reserved.opened")
def add_new(slug: str) -> ResponseReturnValue:
    """Register a person who is typed anew. The page asks once whether it is one of the people in reach who resemble."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    fixed = is_frozen(seminar.state) and request.method != "POST"
    return to_list_if_fixed(seminar, TO_REGISTER) if fixed else new_page(seminar, TO_REGISTER)


@blueprint.route("/roster/add/<person_id>", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("person.viewed")
def add_known(slug: str, person_id: str) -> ResponseReturnValue:
    """Register a known person: only agency, unit and position are asked, as of today."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    fixed = is_frozen(seminar.state) and request.method != "POST"
    return to_list_if_fixed(seminar, TO_REGISTER) if fixed else known_page(seminar, TO_REGISTER, person_id)
