"""Staff's two buttons for changes that wait to be told: tell them now, and tell nobody."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.services import change_notices
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work

ORGANIZERS = (RoleName.ADMIN, RoleName.ORGANIZER)
LONGEST_REASON = 300


@blueprint.post("/changes/tell")
@staff(*ORGANIZERS)
def tell_changes(slug: str) -> ResponseReturnValue:
    """Tell people of the changes at once."""
    told = _press(slug, change_notices.tell_now)
    if told:
        flash(ngettext("%(num)d person is being told.", "%(num)d people are being told.", told), "success")
    return redirect(url_for("seminars_staff.overview", slug=slug), code=303)


@blueprint.post("/changes/keep-quiet")
@staff(*ORGANIZERS)
def keep_quiet(slug: str) -> ResponseReturnValue:
    """Tell nobody of the changes; why may be said."""
    reason = "".join(c if c.isprintable() else " " for c in request.form.get("reason", ""))[:LONGEST_REASON]
    if _press(slug, change_notices.tell_nobody, reason=reason):
        flash(_("Nobody is told of these changes."), "success")
    return redirect(url_for("seminars_staff.overview", slug=slug), code=303)


def _press(slug: str, action: Callable[..., int], **values: Any) -> int:
    """Do it to the changes that the page showed. Return 0, with a sentence on the next page, if they are no longer those."""
    notice, version = _shown()

    def work(session: Session) -> int:
        seminar = seminar_to_organize(session, current_actor(), slug)
        return action(session, change_context(), seminar_id=seminar.id, public_id=notice, version=version, **values)

    try:
        done = in_unit_of_work(work)
    except StaleEdit:
        flash(_("More has changed since you opened the page. Look at the list again, then decide."), "error")
        return 0
    if not done:
        flash(_("These changes do not wait any more."), "info")
    return done


def _shown() -> tuple[uuid.UUID, int]:
    try:
        return uuid.UUID(request.form.get("notice", "")), int(request.form.get("version", ""))
    except ValueError as error:
        raise NotFound from error
