"""Pages between the password and the staff pages: prove or set up the second factor. Also the page that asks for proof again."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.sign_in import passkeys, setting_up
from seminar_app.sign_in.blueprints import own_blueprint as blueprint
from seminar_app.sign_in.factor_forms import ProofForm
from seminar_app.sign_in.proving import prove, question
from seminar_app.sign_in.sessions import browser_session, half_signed_in
from seminar_app.web import access
from seminar_app.web.access import STAFF_HOME, staff
from seminar_app.web.languages import local_path


def owed_step() -> str | None:
    """Return the endpoint that a browser with only the password proved must go to, else None."""
    stored = half_signed_in()
    if stored is None:
        return None
    return "sign_in.second_step" if stored.has_factor else "sign_in.set_up"


def came_for(name: str = "next") -> str:
    """Return the requested page of this site, else the staff home page."""
    target = local_path(request.values.get(name))
    return STAFF_HOME if target == "/" else target


@blueprint.route("/login/second-step", methods=["GET", "POST"])
@access.half_signed_in
def second_step() -> ResponseReturnValue:
    """Ask for the second factor after the correct password."""
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
    """Offer the kinds of second factor for the first set-up."""
    if owed_step() != "sign_in.set_up":
        return redirect(url_for("sign_in.second_step", next=request.args.get("next")), code=303)
    return render_template("sign_in/set_up.html", passkeys=passkeys.origin() is not None, came_for=request.args.get("next"))


@blueprint.route("/login/set-up/app", methods=["GET", "POST"])
@access.half_signed_in
def set_up_app() -> ResponseReturnValue:
    """Set up an app as the first second factor."""
    if owed_step() != "sign_in.set_up":
        return redirect(url_for("sign_in.second_step"), code=303)
    return setting_up.app_page(entering=True)


@blueprint.route("/login/set-up/passkey", methods=["GET", "POST"])
@access.half_signed_in
def set_up_passkey() -> ResponseReturnValue:
    """Set up a passkey as the first second factor."""
    if owed_step() != "sign_in.set_up":
        return redirect(url_for("sign_in.second_step"), code=303)
    return setting_up.passkey_page(entering=True)


@blueprint.route("/staff/account/confirm", methods=["GET", "POST"])
@staff()
def confirm() -> ResponseReturnValue:
    """Ask a signed-in member of staff for proof of identity, then continue to the requested page."""
    form, target = ProofForm(), came_for()
    if request.method == "POST" and prove(form):
        if access.gives_file(target):
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
    """Stay as a page while a file downloads after the proof of identity."""
    target = came_for()
    if not access.gives_file(target):
        return redirect(target, code=303)
    return render_template("sign_in/file_ready.html", file=target, back=came_for("back"))
