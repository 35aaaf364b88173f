"""Pages for signing in and out, and for asking for, choosing and changing a password."""

from __future__ import annotations

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts.queries import account_by_email
from seminar_app.core.actor import PUBLIC
from seminar_app.core.errors import Refusal
from seminar_app.sign_in import signing
from seminar_app.sign_in.blueprints import own_blueprint as blueprint
from seminar_app.sign_in.hashing import dummy_hash, hash_password, is_outdated, verify_password
from seminar_app.sign_in.known_browsers import remember_browser, tries_of
from seminar_app.sign_in.password_forms import AskForResetForm, ChangeOwnPasswordForm, NewPasswordForm, SignInForm
from seminar_app.sign_in.proving import second_factor_required
from seminar_app.sign_in.sessions import browser_session, half_signed_in, load_actor
from seminar_app.web.access import STAFF_HOME, needs_no_token, owed_step, personal_link, public, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.forms import csrf
from seminar_app.web.languages import local_path
from seminar_app.web.limits import account_key, limiter
from seminar_app.web.sending_site import comes_from_our_page


def _address_key() -> str:
    email = request.form.get("email", "")
    account = account_by_email(session(), email)
    return tries_of(email, account_id=account.public_id if account else None)


def _refused(response: Response) -> bool:
    return response.status_code == 422


@blueprint.route("/login", methods=["GET", "POST"])
@public
@limiter.limit("60 per minute", methods=["POST"])
@limiter.limit("30 per 10 minutes", methods=["POST"], deduct_when=_refused)
@limiter.limit("5 per minute; 30 per hour", methods=["POST"], key_func=_address_key)  # counted first, so that a hundred at once are not one
def login() -> ResponseReturnValue:
    """Sign in and open the requested page, or first the page of the second factor where one is owed."""
    if load_actor() is not None or half_signed_in() is not None:
        return redirect(STAFF_HOME, code=303)
    form = SignInForm(data={"next": _came_for(request.args.get("next"))})
    if form.accepts():
        try:
            signed_in = _sign_in(str(form.email.data), str(form.password.data))
        except Refusal as refusal:
            form.show(refusal)
        else:
            if signed_in:
                return redirect(_after_sign_in(_came_for(form.next.data)), code=303)
            form.form_errors.append(_("The address or the password is not right. Check both, or ask for a new password below."))
    return render_template("sign_in/sign_in.html", form=form), 422 if form.has_errors else 200


def _sign_in(email: str, password: str) -> bool:
    """Check the password and sign in. A known and an unknown address both cost one hash and one audit row.

    An account that is disabled, or has no password yet, is treated as an unknown address.
    """
    account = account_by_email(session(), email)
    usable = account is not None and account.active and account.password is not None
    kept = account.password if account is not None and usable and account.password else dummy_hash()
    right = verify_password(password, kept) and usable
    new_hash = hash_password(password) if right and is_outdated(kept) else None
    context = change_context(PUBLIC)
    with browser_session().unless_it_fails(), unit_of_work() as database:
        if not right or account is None:
            signing.refuse(database, context, account)
            return False
        signing.sign_in(database, context, account, new_hash=new_hash)
    return True


def _came_for(target: str | None) -> str | None:
    """Return the requested path if it is on this site, else None."""
    path = local_path(target)
    return None if path == "/" else path


def _after_sign_in(came_for: str | None) -> str:
    step = owed_step()
    return url_for(step, next=came_for) if step is not None else came_for or STAFF_HOME


@blueprint.post("/logout")
@needs_no_token
@public
def logout() -> ResponseReturnValue:
    """Sign this browser out. A token is asked for only where a session exists, so an expired session does not show an error."""
    if load_actor() is None and half_signed_in() is None:
        return redirect(url_for("sign_in.login"), code=303)
    if not comes_from_our_page():
        csrf.protect()
    with browser_session().unless_it_fails(), unit_of_work() as database:
        signing.sign_out(database, change_context(PUBLIC))
    return redirect("/", code=303)


@blueprint.route("/reset", methods=["GET", "POST"])
@public
@limiter.limit("10 per minute; 40 per hour", methods=["POST"])
@limiter.limit("4 per hour", methods=["POST"], key_func=_address_key)
def ask_for_reset() -> ResponseReturnValue:
    """Send a link for choosing a password. The answer is the same for every well-formed address."""
    if load_actor() is not None or half_signed_in() is not None:
        return redirect(STAFF_HOME, code=303)
    form = AskForResetForm()
    if form.accepts():
        with unit_of_work() as database:
            signing.ask_for_reset(database, change_context(PUBLIC), str(form.email.data))
        flash(_("If an account has this address, a message with a link is on its way to it."), "info")
        return redirect(url_for("sign_in.reset_asked"), code=303)
    return render_template("sign_in/ask_for_reset.html", form=form), 422 if form.has_errors else 200


@blueprint.get("/reset/sent")
@public
def reset_asked() -> ResponseReturnValue:
    """Explain what happens next; the page is the same whether the account exists or not."""
    return render_template("sign_in/reset_asked.html")


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@personal_link
@limiter.limit("20 per minute", methods=["POST"])
def reset_password(token: str) -> ResponseReturnValue:
    """Choose a password by the link from the mail. The response sends no referrer and is not cached."""
    g.secret_link = True
    account = signing.owner_of_link(session(), token)
    if account is None:
        return _link_is_over()
    invited, form = account.password is None, NewPasswordForm()
    if not form.accepts() or form.is_weak(form.password, account):
        return render_template("sign_in/choose_password.html", form=form, token=token), 422 if form.has_errors else 200
    new_hash = hash_password(str(form.password.data))
    with unit_of_work() as database:
        owner = signing.owner_of_link(database, token, lock=True)
        if owner is not None:
            signing.reset_password(database, change_context(PUBLIC), owner, new_hash)
    if owner is None:
        return _link_is_over()
    remember_browser(owner.email)  # if attackers used up the attempts at this address, the mail's link lets the owner in again
    flash(_("Your new password is set. Please sign in with it."), "success")
    return redirect(url_for("sign_in.set_up" if invited and _goes_on(owner.id) else "sign_in.login"), code=303)


def _goes_on(account_id: int) -> bool:
    """Sign a newly invited owner in for setting up the second factor, if one is required; return whether that was done."""
    if not second_factor_required():
        return False
    with unit_of_work() as database:
        return signing.enter_after_invitation(database, account_id)


def _link_is_over() -> ResponseReturnValue:
    flash(_("That link has been used, has been replaced by a newer one, or is too old. Ask for a new one here."), "error")
    return redirect(url_for("sign_in.ask_for_reset"), code=303)


@blueprint.route("/staff/account/password", methods=["GET", "POST"])
@staff(fresh="GET POST")
@limiter.limit("10 per 10 minutes", methods=["POST"], key_func=account_key)
def change_password() -> ResponseReturnValue:
    """Change the password and sign the account's other browsers out."""
    form, stored = ChangeOwnPasswordForm(), browser_session().stored
    account = stored.account if stored else None
    if (
        account is not None
        and form.accepts()
        and _may_change(form, account.password or "")
        and not form.is_weak(form.new_password, account)
    ):
        new_hash = hash_password(str(form.new_password.data))
        try:
            with browser_session().unless_it_fails(), unit_of_work() as database:
                signing.change_password(database, change_context(), account, new_hash)
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("Your new password is set. Wherever else you were signed in, you are signed out."), "success")
            return redirect(url_for("sign_in.own"), code=303)
    return render_template("sign_in/change_password.html", form=form), 422 if form.has_errors else 200


def _may_change(form: ChangeOwnPasswordForm, kept: str) -> bool:
    """Put an error on the form if the present password is wrong or the new one is the same; return whether there is none."""
    if not verify_password(str(form.password.data), kept):
        form.password.errors = [_("This is not your present password.")]
    elif form.new_password.data == form.password.data:
        form.new_password.errors = [_("The new password is the same as the present one.")]
    return not form.has_errors
