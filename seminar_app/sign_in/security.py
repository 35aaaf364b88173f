"""Flask-Security on our tables: what it is told, and what stands around its views.

Its views check passwords and links. Around each stand its policy, its limits, and for those that change an account
one unit of work, so that the change, its row in the trail and its mail are committed together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import user_logged_out
from flask_login.utils import _user_context_processor
from flask_security import RoleMixin, Security, UserDatastore, views
from flask_security.signals import password_changed, password_reset, user_authenticated, user_failed_authn
from flask_wtf.csrf import CSRFError
from sqlalchemy import select

from config import PROJECT_ROOT, Mode, Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.core.errors import N_
from seminar_app.core.folding import canonical_email
from seminar_app.sign_in import password_forms, signals
from seminar_app.sign_in.known_browsers import tries_of
from seminar_app.sign_in.sessions import browser_session, half_signed_in, load_actor
from seminar_app.web.access import STAFF_HOME as HOME
from seminar_app.web.access import Audience, Policy, declare, owed_step, policy_of
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.forms import csrf
from seminar_app.web.languages import local_path
from seminar_app.web.limits import limiter

View = Callable[..., Any]

ARGON2 = {"argon2__type": "ID", "argon2__memory_cost": 19_456, "argon2__time_cost": 2, "argon2__parallelism": 1}
"""19 MiB, two passes: OWASP's Password Storage Cheat Sheet; a worker's memory stays below 100 MB."""
ARGON2_IN_TESTS = ARGON2 | {"argon2__memory_cost": 8, "argon2__time_cost": 1}

MESSAGES = {
    "GENERIC_AUTHN_FAILED": (N_("The address or the password is not right. Check both, or ask for a new password below."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        N_("That link has been used, has been replaced by a newer one, or is too old. Ask for a new one here."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your new password is set. Please sign in with it."), "success"),
    "PASSWORD_CHANGE": (N_("Your new password is set. Wherever else you were signed in, you are signed out."), "success"),
    "INVALID_EMAIL_ADDRESS": (N_("This is not a whole e-mail address. It looks like name@example.org."), "error"),
    "INVALID_PASSWORD": (N_("This is not your present password."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Please write your present password."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("The new password is the same as the present one."), "error"),
    "UNAUTHENTICATED": (N_("Please sign in first."), "info"),
    "PASSWORD_RESET_REQUEST": (N_("If an account has this address, a message with a link is on its way to it."), "info"),
    "DISABLED_ACCOUNT": (N_("This account is disabled."), "error"),
    "USER_DOES_NOT_EXIST": (N_("There is no such account."), "error"),
}  # the last two are always replaced by the first


class Accounts(UserDatastore):  # type: ignore[misc, unused-ignore]
    """How Flask-Security finds and keeps accounts. Roles are `role_grant`'s and none of its business; commits are ours."""

    def __init__(self) -> None:
        super().__init__(UserAccount, RoleMixin)

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> UserAccount | None:
        """The account with this e-mail or uniquifier; the one that is signed in is at hand already."""
        if "email" in kwargs:
            kwargs["email"] = canonical_email(str(kwargs["email"]))
        stored = browser_session().stored
        if stored and stored.account and kwargs == {"fs_uniquifier": stored.account.fs_uniquifier}:
            return stored.account
        return session().scalar(select(UserAccount).filter_by(**kwargs))

    def find_role(self, role: str) -> None:
        """None: roles are not kept here."""

    def put(self, model: UserAccount) -> UserAccount:
        """Have the open unit of work keep it."""
        if session().info.get("unit_of_work"):
            session().add(model)
        return model

    def commit(self) -> None:
        """Nothing: the unit of work has committed."""


def configure(settings: Settings) -> dict[str, Any]:
    """What Flask-Security is told."""
    options = {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": ["argon2"],
        "PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2_IN_TESTS if settings.mode is Mode.TEST else ARGON2,
        "HASHING_SCHEMES": ["hex_sha256"],  # of what goes into its reset tokens, which we do not use
        "PASSWORD_NORMALIZE_FORM": "NFKC",
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "LOGIN_USER_TEMPLATE": "sign_in/sign_in.html",
        "FORGOT_PASSWORD_TEMPLATE": "sign_in/ask_for_reset.html",
        "RESET_PASSWORD_TEMPLATE": "sign_in/choose_password.html",
        "CHANGE_PASSWORD_TEMPLATE": "sign_in/change_password.html",
        "CHANGE_URL": "/staff/account/password",
        "POST_LOGIN_VIEW": HOME,
        "POST_LOGOUT_VIEW": "/",
        "POST_CHANGE_VIEW": "sign_in.own",
        "POST_RESET_VIEW": "security.login",
        "RESET_PASSWORD_WITHIN": timedelta(days=7),  # how long each really lasts is in `user_account.reset_until`
        "RETURN_GENERIC_RESPONSES": True,
        "API_ENABLED_METHODS": ["session"],
        "FRESHNESS": timedelta(seconds=-1),
        "STATIC_FOLDER": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "CACHE_CONTROL": None,  # web/headers.py says it for every page
        "I18N_DOMAIN": "messages",
        "I18N_DIRNAME": [str(PROJECT_ROOT / "seminar_app" / "translations")],
        "CSRF_HEADER": None,
    } | {f"MSG_{key}": message for key, message in MESSAGES.items()}
    return {f"SECURITY_{key}": value for key, value in options.items()} | {"SESSION_PROTECTION": None}


def _render(template: str, **context: Any) -> str:
    """Its pages are ours; a sentence that two fields share is said once."""
    for form in (value for value in context.values() if hasattr(value, "form_errors")):
        form.form_errors = list(dict.fromkeys(getattr(form, "shape_errors", None) or form.form_errors))
    return render_template(template, **context)


def guarded(view: View, *, whole: bool = False) -> View:
    """Make one of its views answer like ours: 422 where the form is wrong, 303 after a POST.

    Args:
        whole: the view's POST is one unit of work, in which the account is read again under a lock.
    """

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if request.method != "POST":
            result = view(*args, **kwargs)
        elif whole:
            stored = browser_session().stored
            with browser_session().unless_it_fails(), unit_of_work() as database:
                if stored and stored.account:
                    database.add(stored.account)
                    database.refresh(stored.account, with_for_update=True)
                result = view(*args, **kwargs)
        else:
            with browser_session().unless_it_fails():
                result = view(*args, **kwargs)
        response: Response = make_response(result)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        elif response.status_code == 302:
            response.status_code = 303
        return response

    return answer


def _sign_in() -> ResponseReturnValue:
    """Signed in, on to the page that was asked for, if it is one of ours; before it, to the second factor, where one is owed."""
    response: Response = make_response(guarded(views.login)())
    if request.method == "POST" and response.status_code == 303:
        came_for = local_path(request.form.get("next") or request.args.get("next"))
        step = owed_step()
        response.headers["Location"] = (
            url_for(step, next=None if came_for == "/" else came_for) if step else HOME if came_for == "/" else came_for
        )
    return response


def _sign_out() -> ResponseReturnValue:
    """Signs out whoever is signed in; somebody whose session has ended already is not told that a form was too old."""
    if load_actor() is None and half_signed_in() is None:
        return redirect(url_for("security.login"), code=303)
    csrf.protect()
    result: ResponseReturnValue = guarded(views.logout, whole=True)()
    return result


def _ask_for_reset() -> ResponseReturnValue:
    """After a well-formed address, whosever it is, on to the page that says what to do next."""
    response: Response = make_response(guarded(views.forgot_password)())
    if g.get("reset_asked"):  # by password_forms.AskForResetForm
        return redirect(url_for("sign_in.reset_asked"), code=303)
    return response


def _reset(token: str) -> ResponseReturnValue:
    """The page behind the mail's link: told to no other site, kept by no cache."""
    g.secret_link = True
    account = signals.owner_of_link(token)
    invited = account is not None and account.password is None
    response: Response = make_response(guarded(views.reset_password, whole=True)(token))
    if account is not None and invited and g.get("password_reset") and signals.go_on_to_set_up(account.id):
        response.headers["Location"] = url_for("sign_in.set_up")
    return response


def _address_key() -> str:
    return tries_of(request.form.get("email", ""))


def _actor_key() -> str:
    actor = load_actor()
    return actor.audit_name if actor else "nobody"


def _refused(response: Response) -> bool:
    return response.status_code == 422


def _limited(view: View, *limits: tuple[str, dict[str, Any]]) -> View:
    for rate, options in limits:
        view = limiter.limit(rate, methods=["POST"], **options)(view)
    return view


SIGN_IN = _limited(
    _sign_in,
    ("60 per minute", {}),
    ("30 per 10 minutes", {"deduct_when": _refused}),
    ("5 per minute; 30 per hour", {"key_func": _address_key}),  # counted before it is looked at, so that a hundred at once are not one
)
ASK_FOR_RESET = _limited(_ask_for_reset, ("10 per minute; 40 per hour", {}), ("4 per hour", {"key_func": _address_key}))
RESET = _limited(_reset, ("20 per minute", {}))
CHANGE = _limited(guarded(views.change_password, whole=True), ("10 per 10 minutes", {"key_func": _actor_key}))

VIEWS: dict[str, tuple[View, Policy]] = {
    "security.login": (SIGN_IN, Policy(Audience.PUBLIC)),
    "security.logout": (_sign_out, Policy(Audience.PUBLIC)),
    "security.forgot_password": (ASK_FOR_RESET, Policy(Audience.PUBLIC)),
    "security.reset_password": (RESET, Policy(Audience.LINK)),
    "security.change_password": (CHANGE, Policy(Audience.STAFF, fresh=frozenset({"GET", "POST"}))),
}


def init_app(app: Flask, settings: Settings) -> None:
    """Add sign-in, sign-out, reset and change of password."""
    app.config.update(configure(settings))
    security = Security(
        app,
        Accounts(),
        login_form=password_forms.SignInForm,
        forgot_password_form=password_forms.AskForResetForm,
        reset_password_form=password_forms.NewPasswordForm,
        change_password_form=password_forms.ChangeOwnPasswordForm,
        mail_util_cls=signals.OutboxMail,
        password_util_cls=password_forms.PasswordRules,
        render_template=_render,
    )
    security.want_json(lambda _request: False)  # pages only: no second door to guard
    security.reset_serializer = signals.ResetLinks()  # type: ignore[assignment, unused-ignore]
    security.login_manager.request_loader(None)  # no tokens
    app.template_context_processors[None].remove(_user_context_processor)  # `current_actor` says who is signed in
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    for endpoint, (view, policy) in VIEWS.items():
        app.view_functions[endpoint] = view
        declare(app, endpoint, policy)
    csrf.exempt(_sign_out)  # checks it itself
    csrf.exempt(f"{_sign_out.__module__}.{_sign_out.__name__}")
    for signal, follow in (
        (user_authenticated, signals.on_authenticated),
        (user_logged_out, signals.on_signed_out),
        (password_changed, signals.on_password_changed),
        (password_reset, signals.on_password_reset),
        (user_failed_authn, signals.on_failed),
    ):
        signal.connect(follow, app)
    app.register_error_handler(CSRFError, _form_too_old(app))


def _form_too_old(app: Flask) -> Callable[[CSRFError], ResponseReturnValue]:
    """A form of staff's that was open until its session ended leads back to sign-in; any other is explained."""
    explain = app.error_handler_spec[None][400][CSRFError]

    def answer(error: CSRFError) -> ResponseReturnValue:
        policy = policy_of(app, request.endpoint or "")
        if policy is None or policy.audience is not Audience.STAFF or load_actor() is not None:
            result: ResponseReturnValue = explain(error)  # type: ignore[assignment]
            return result
        flash(_("You were signed out because the page had rested for 30 minutes, so it was not saved. Please sign in again."), "warning")
        came_from = request.referrer if request.referrer and request.referrer.startswith(request.host_url) else ""
        back = local_path("/" + came_from.removeprefix(request.host_url)) if came_from else HOME
        return redirect(url_for("security.login", next=back), code=303)

    return answer
