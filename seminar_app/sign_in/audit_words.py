"""Words of this feature in the audit log."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.web.labels import word_of


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "account.signed_in": _l("signed in"),
            "account.sign_in_refused": _l("was refused at sign-in"),
            "account.signed_out": _l("signed out"),
            "account.reset_asked": _l("asked for a new password"),
            "account.password_reset": _l("chose a new password by a link"),
            "account.password_changed": _l("changed the password"),
            "account.sessions_ended": _l("signed the account out"),
            "account.factor_added": _l("added a second step for signing in"),
            "account.factor_removed": _l("removed a second step for signing in"),
            "account.factor_reset": _l("removed an account's second step"),
            "account.proof_refused": _l("was refused a code, a passkey or a password after signing in had begun"),
            "account.recovery_codes_made": _l("made new recovery codes"),
            "account.recovery_code_used": _l("used a recovery code"),
        },
        numbers={
            "left": lambda n: ngettext("%(num)d left", "%(num)d left", n),
            "sessions_ended": lambda n: ngettext("%(num)d browser signed out", "%(num)d browsers signed out", n),
        },
        texts={
            "factor": lambda value: word_of("FactorKind", value) or _how(value),
            "how": _how,
            "why": _why,
        },
    )


def _how(value: str) -> str:
    words = {"code": _("a code"), "passkey": _("a passkey"), "password": _("the password")}
    return str(words.get(value, value))


def _why(value: str) -> str:
    words = {"wrong": _("wrong"), "used": _("used before"), "resting": _("too many wrong ones")}
    return str(words.get(value, value))
