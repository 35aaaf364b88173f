"""The page of the signed-in person's own account."""

from __future__ import annotations

import uuid

from flask import current_app, flash, redirect, render_template, url_for
from flask import session as flask_session
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from seminar_app.accounts.queries import grants_of
from seminar_app.accounts.services import choose_language
from seminar_app.accounts.words import grants_in_short
from seminar_app.core import clock
from seminar_app.sign_in import passkeys, queries, services
from seminar_app.sign_in.blueprints import own_blueprint as blueprint
from seminar_app.sign_in.forms import OwnLanguageForm
from seminar_app.sign_in.sessions import browser_session
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work


@blueprint.route("/staff/account/", methods=["GET", "POST"])
@staff()
def own() -> ResponseReturnValue:
    """Show the account's language, password, second factors and open sessions; on POST, change the language."""
    actor = current_actor()
    form = OwnLanguageForm(data={"language": actor.language})
    if form.accepts():
        with unit_of_work() as database:
            choose_language(database, change_context(), account_id=actor.user_id, language=form.language.data)
        flask_session["language"] = form.language.data
        with force_locale(form.language.data):
            flash(_("From now on your pages and mail are in English."), "success")
        return redirect(url_for("sign_in.own"), code=303)
    stored = browser_session().stored
    page = render_template(
        "sign_in/own.html",
        form=form,
        account=stored.account if stored else None,
        held=grants_in_short(grants_of(session(), [actor.user_id]).get(actor.user_id, ())) or _("Nothing yet"),
        time_zone=current_app.extensions["settings"].default_time_zone,
        this_session=stored.public_id if stored else None,
        open_sessions=queries.sessions_of(session(), actor.user_id, now=clock.now()),
        factors=queries.factors_of(session(), actor.user_id),
        codes_left=queries.recovery_codes_left(session(), actor.user_id),
        passkeys=passkeys.origin() is not None,
        required=current_app.extensions["settings"].second_factor,
    )
    return page, 422 if form.has_errors else 200


@blueprint.post("/staff/account/sessions/<uuid:session_id>/end")
@staff()
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """Sign one of the account's own browsers out."""
    with unit_of_work() as database:
        services.end_one_session(database, change_context(), account_id=current_actor().user_id, session_id=session_id)
    flash(_("That browser is signed out."), "success")
    return redirect(url_for("sign_in.own"), code=303)


@blueprint.post("/staff/account/sessions/end-others")
@staff()
def end_other_sessions() -> ResponseReturnValue:
    """Sign all of the account's browsers out except this one."""
    stored = browser_session().stored
    with unit_of_work() as database:
        ended = services.end_other_sessions(
            database, change_context(), account_id=current_actor().user_id, this=stored.id_hash if stored else b""
        )
    flash(ngettext("%(num)d browser is signed out.", "%(num)d browsers are signed out.", ended), "success")
    return redirect(url_for("sign_in.own"), code=303)
