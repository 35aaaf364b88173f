"""Forms for signing in and for asking for, choosing and changing a password. They check the shape only."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired

from seminar_app.accounts.models import UserAccount
from seminar_app.sign_in.passwords import LONGEST, SHORTEST, Weakness, normalize_password, password_weakness
from seminar_app.web.forms import BaseForm, at_most, clean_text, readable, whole_address

MOST = 1_000
"""Maximum length of a password field; longer input is refused before it costs a hash."""


def _email() -> EmailField:
    return EmailField(
        _l("E-mail"),
        filters=[clean_text],
        validators=[InputRequired(_l("Please write your e-mail address.")), readable, at_most(320), whole_address],
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


class SignInForm(BaseForm):
    """E-mail and password, and the page to open afterwards."""

    next = HiddenField()
    email = _email()
    password = _password(_l("Password"), _l("Please write your password."))


class AskForResetForm(BaseForm):
    """Accepts every well-formed address; the answer is the same whether an account has it or not."""

    email = _email()


class _NewPasswordForm(BaseForm):
    """Base of the forms that set a password: the rule for a new one."""

    def is_weak(self, field: PasswordField, account: UserAccount) -> bool:
        """Whether the password is too weak for this account; if so, put the reason on the field."""
        own_words = (account.name, account.email.partition("@")[0])
        weakness = password_weakness(normalize_password(str(field.data)), own_words=own_words)
        if weakness is not None:
            field.errors = [*field.errors, _sentence(weakness)]
        return weakness is not None


class NewPasswordForm(_NewPasswordForm):
    """The new password, chosen by the link from the mail."""

    password = _new_password()
    password_confirm = _again("password")


class ChangeOwnPasswordForm(_NewPasswordForm):
    """The present password and the new one."""

    password = _password(_l("Present password"), _l("Please write your present password."))
    new_password = _new_password()
    new_password_confirm = _again("new_password")


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
