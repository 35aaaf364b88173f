"""Pages where staff manage their own second factors and recovery codes."""

from __future__ import annotations

import uuid

from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as flask_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from seminar_app.core.errors import NotFound, Refusal
from seminar_app.sign_in import app_codes, queries, services, sessions, setting_up
from seminar_app.sign_in.blueprints import own_blueprint as blueprint
from seminar_app.sign_in.errors import AccountJustChanged
from seminar_app.sign_in.services.factor_mail import tell_owner
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.errors import sentence_of
from seminar_app.web.languages import current_language, local_path


@blueprint.route("/staff/account/second-step/app", methods=["GET", "POST"])
@staff(fresh="GET POST")
def add_app() -> ResponseReturnValue:
    """Add an app."""
    return setting_up.app_page(entering=False)


@blueprint.route("/staff/account/second-step/passkey", methods=["GET", "POST"])
@staff(fresh="GET POST")
def add_passkey() -> ResponseReturnValue:
    """Add a passkey."""
    return setting_up.passkey_page(entering=False)


@blueprint.post("/staff/account/second-step/<uuid:factor_id>/remove")
@staff(fresh="POST")
def remove_factor(factor_id: uuid.UUID) -> ResponseReturnValue:
    """Remove one of the account's own second factors."""
    required: bool = current_app.extensions["settings"].second_factor
    try:
        with unit_of_work() as database:
            services.remove_factor(database, change_context(), account_id=current_actor().user_id, factor_id=factor_id, required=required)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(_("It is removed. It opens nothing any more."), "success")
    return redirect(url_for("sign_in.own"), code=303)


@blueprint.route("/staff/account/recovery-codes", methods=["GET", "POST"])
@staff(fresh="GET POST")
def recovery_codes() -> ResponseReturnValue:
    """Show new recovery codes until the owner confirms that they are on paper; on POST, make new ones."""
    account = setting_up.the_account()
    if not queries.factors_of(session(), account.id):
        return redirect(url_for("sign_in.own"), code=303)
    if request.method == "POST":
        context = change_context()
        with unit_of_work() as database:
            replaced = queries.recovery_codes_left(database, account.id) > 0
            codes = services.make_recovery_codes(database, context, account_id=account.id)
            tell_owner(database, context, account, "codes_made")
            if not sessions.move_on(database, with_factor=False, keep=setting_up.keep_codes(account, codes, replaced=replaced)):
                raise AccountJustChanged
        return redirect(url_for("sign_in.recovery_codes"), code=303)
    return render_template(
        "sign_in/recovery_codes.html",
        codes=setting_up.kept_codes(account),
        replaced=bool(flask_session.get(setting_up.REPLACED_KEY)),
        left=queries.recovery_codes_left(session(), account.id),
        of=app_codes.RECOVERY_CODES,
        came_for=request.args.get("next"),
    )


@blueprint.get("/staff/account/recovery-codes.txt")
@staff(fresh="GET", gives_file=True)
def recovery_codes_file() -> ResponseReturnValue:
    """Download the new recovery codes as a text file."""
    account = setting_up.the_account()
    codes = setting_up.kept_codes(account)
    if not codes:
        raise NotFound
    heading = _("Recovery codes for Constancia, %(email)s. Each works once.", email=account.email)
    text = "\r\n".join([heading, "", *codes, ""])
    name = "constancia-codigos.txt" if current_language() == "es" else "constancia-codes.txt"
    return Response(text, content_type="text/plain; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.post("/staff/account/recovery-codes/kept")
@staff()
def recovery_codes_kept() -> ResponseReturnValue:
    """Remove the new codes from the session, because their owner has written them down."""
    flask_session.pop(setting_up.CODES_KEY, None)
    flask_session.pop(setting_up.REPLACED_KEY, None)
    target = local_path(request.form.get("next"))
    return redirect(url_for("sign_in.own") if target == "/" else target, code=303)
