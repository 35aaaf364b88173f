"""Between the password and the staff's pages: the second factor is proved or, the first time, set up. And the question who somebody is."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from seminar_app.sign_in import passkeys, setting_up
from seminar_app.sign_in.blueprints import own_blueprint as blueprint
from seminar_app.sign_in.factor_forms import ProofForm
from seminar_app.sign_in.proving import prove, question
from seminar_app.sign_in.sessions import browser_session, half_signed_in
from seminar_app.web import access
from seminar_app.web.access import STAFF_HOME, staff
from seminar_app.web.languages import local_path


def owed_step() -> str | None:
    """Where a browser must go in which the password was right and no more."""
    stored = half_signed_in()
    if stored is None:
        return None
    return "sign_in.second_step" if stored.has_factor else "sign_in.set_up"


def came_for(name: str = "next") -> str:
    """The page of ours that somebody was going to, else the staff's first."""
    target = local_path(request.values.get(name))
    return STAFF_HOME if target == "/" else target


@blueprint.route("/login/second-step", methods=["GET", "POST"])
@access.half_signed_in
def second_step() -> ResponseReturnValue:
    """Ask for the second factor of somebody whose password was right."""
    stored, paper = half_signed_in(), "paper" in request.args
    if stored is None or not stored.has_factor:
        return redirect(url_for("sign_in.set_up", next=request.args.get("next")), code=303)
    form = ProofForm(paper=paper)
    if request.method == "POST" and prove(form):
        return redirect(came_for(), code=303)
    asked = question(browser_session().stored or stored)
    page = render_template("sign_in/second_step.html", form=form, question=asked, paper=paper, came_for=request.args.get("next"))
    return page, 422 if form.has_errors else 200


@blueprint.get("/login/set-up")
@access.half_signed_in
def set_up() -> ResponseReturnValue:
    """Choose the first second factor."""
    if owed_step() != "sign_in.set_up":
        return redirect(url_for("sign_in.second_step", next=request.args.get("next")), code=303)
    return render_template("sign_in/set_up.html", passkeys=passkeys.origin() is not None, came_for=request.args.get("next"))


@blueprint.route("/login/set-up/app", methods=["GET", "POST"])
@access.half_signed_in
def set_up_app() -> ResponseReturnValue:
    """The first second factor: an app."""
    if owed_step() != "sign_in.set_up":
        return redirect(url_for("sign_in.second_step"), code=303)
    return setting_up.app_page(entering=True)


@blueprint.route("/login/set-up/passkey", methods=["GET", "POST"])
@access.half_signed_in
def set_up_passkey() -> ResponseReturnValue:
    """The first second factor: a passkey."""
    if owed_step() != "sign_in.set_up":
        return redirect(url_for("sign_in.second_step"), code=303)
    return setting_up.passkey_page(entering=True)


@blueprint.route("/staff/account/confirm", methods=["GET", "POST"])
@staff()
def confirm() -> ResponseReturnValue:
    """Ask staff again who they are, and lead on to what they were about to do."""
    form, target = ProofForm(), came_for()
    if request.method == "POST" and prove(form):
        if _gives_file(target):
            return redirect(url_for("sign_in.file_ready", next=target, back=came_for("back")), code=303)
        return redirect(target, code=303)
    stored = browser_session().stored
    if stored is None:
        return redirect(url_for("sign_in.login"), code=303)
    page = render_template("sign_in/confirm.html", form=form, question=question(stored), back=came_for("back"), waiting=False)
    return page, 422 if form.has_errors else 200


@blueprint.get("/staff/account/file")
@staff()
def file_ready() -> ResponseReturnValue:
    """A page that stays while a file comes, after its reader was asked who they are."""
    target = came_for()
    if not _gives_file(target):
        return redirect(target, code=303)
    return render_template("sign_in/file_ready.html", file=target, back=came_for("back"))


def _gives_file(target: str) -> bool:
    try:
        endpoint, _values = current_app.create_url_adapter(request).match(target.partition("?")[0], method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    policy = access.policy_of(current_app, str(endpoint))
    return policy is not None and policy.gives_file
