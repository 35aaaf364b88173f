"""Flask-Security's forms with our labels, and with what they must refuse before anything is hashed."""

from __future__ import annotations

import secrets
from typing import Any

from flask import current_app, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import ChangePasswordForm, ForgotPasswordForm, LoginForm, PasswordUtil, ResetPasswordForm, hash_password
from flask_security.forms import EmailValidation
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired

from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.queries import account_by_email
from seminar_app.sign_in.passwords import LONGEST, SHORTEST, Weakness, password_weakness
from seminar_app.web.database import session
from seminar_app.web.forms import at_most, clean_text, readable
from seminar_app.web.languages import local_path

MOST = 1_000
"""Characters of a password that anybody reads; longer ones are refused before they cost a hash."""
STAND_IN = "hash_of_nobodys_password"


def _email() -> EmailField:
    validators = [InputRequired(_l("Please write your e-mail address.")), readable, at_most(320), EmailValidation(verify=False)]
    return EmailField(
        _l("E-mail"),
        filters=[clean_text],
        validators=validators,
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


def _password(label: Any, message: Any, *, kind: str = "current-password", description: Any = "") -> PasswordField:
    return PasswordField(
        label, description=description, validators=[InputRequired(message), readable, at_most(MOST)], render_kw={"autocomplete": kind}
    )


def _new_password() -> PasswordField:
    return _password(
        _l("New password"),
        _l("Please write a new password."),
        kind="new-password",
        description=_l("At least 12 characters. Several words that only you would put together are easy to keep and hard to guess."),
    )


def _again(field: str) -> PasswordField:
    return PasswordField(
        _l("New password, once more"),
        validators=[
            InputRequired(_l("Please write the new password once more.")),
            EqualTo(field, _l("This is not the same as the new password above.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


def stand_in(account: UserAccount | None) -> UserAccount:
    """Whom the password of an address is checked against that cannot sign in: nobody's, so that the answer takes as long.

    Args:
        account: the account with this address if there is one; the trail names it.
    """
    kept = current_app.extensions
    if STAND_IN not in kept:
        kept[STAND_IN] = hash_password(secrets.token_urlsafe(32))
    return UserAccount(public_id=account.public_id if account else None, password=kept[STAND_IN], fs_uniquifier="nobody", active=False)


class SignInForm(LoginForm):  # type: ignore[misc, unused-ignore]
    """E-mail and password. A `next` that leads elsewhere is dropped, not complained of."""

    email = _email()
    password = _password(_l("Password"), _l("Please write your password."))
    remember = None  # type: ignore[assignment, unused-ignore]
    shape_errors: tuple[str, ...] = ()
    """What is missing or unreadable; unlike a wrong password it is said as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""

    def validate(self, **kwargs: Any) -> bool:
        """Look at the shape first, so that it can be told from a wrong password; then do the same for every address.

        An account that is disabled, or has no password yet, is nobody's too: one hash is computed, one row left in the trail.
        """
        if not super(LoginForm, self).validate(**kwargs):
            self.shape_errors = tuple(str(message) for field in (self.email, self.password) for message in field.errors)
            return False
        account = account_by_email(session(), str(self.email.data))
        self.user = account if account is not None and account.active and account.password else stand_in(account)
        self.ifield = self.email
        return bool(super().validate(**kwargs))

    def validate_next(self, field: Any) -> None:
        """Keep a path of this site, drop anything else."""
        if field.data and local_path(field.data) != field.data:
            field.data = ""


class AskForResetForm(ForgotPasswordForm):  # type: ignore[misc, unused-ignore]
    """Accepts every well-formed address: what follows is the same whether an account has it or not."""

    email = _email()
    user: UserAccount | None

    def validate(self, **kwargs: Any) -> bool:
        """Find the account, or stand somebody in for it who has none."""
        if not super(ForgotPasswordForm, self).validate(**kwargs):
            self.form_errors.extend(str(message) for message in self.email.errors)  # the view empties the field's own
            return False
        address = str(self.email.data)
        account = account_by_email(session(), address)
        self.user = account if account and account.active else UserAccount(email=address, fs_uniquifier="nobody", password="nobody")  # noqa: S106
        g.reset_asked = True
        return True


class NewPasswordForm(ResetPasswordForm):  # type: ignore[misc, unused-ignore]
    """Behind the link of the mail."""

    password = _new_password()
    password_confirm = _again("password")


class ChangeOwnPasswordForm(ChangePasswordForm):  # type: ignore[misc, unused-ignore]
    """The old password and the new one."""

    password = _password(_l("Present password"), _l("Please write your present password."))
    new_password = _new_password()
    new_password_confirm = _again("new_password")


class PasswordRules(PasswordUtil):  # type: ignore[misc, unused-ignore]
    """Our rule for a new password, in the words of the person."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """(sentences or None, the password in normal form)."""
        normal: str = self.normalize(password)
        user = kwargs.get("user")
        own_words = (user.name, user.email.partition("@")[0]) if user is not None else ()
        weakness = password_weakness(normal, own_words=own_words)
        return ([_sentence(weakness)] if weakness else None), normal


def _sentence(weakness: Weakness) -> str:
    match weakness:
        case Weakness.SHORT:
            return str(_("The new password is too short: at least %(least)d characters.", least=SHORTEST))
        case Weakness.LONG:
            return str(_("The new password is too long: at most %(most)d characters.", most=LONGEST))
        case Weakness.COMMON:
            return str(_("Many people use a password like this one, so it is quickly guessed. Please choose another."))
        case Weakness.PERSONAL:
            return str(_("Your name or your address makes up most of this password. Please choose another."))
