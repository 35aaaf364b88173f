"""Refusals about accounts, each with its sentence."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class EmailTaken(Refusal):
    """Another account has this address."""

    sentence = N_("There is an account with the address %(email)s already.")
    field = "email"


class NotAnAddress(Refusal):
    """The text is no address that mail can be sent to."""

    sentence = N_("This is not a whole e-mail address. It looks like name@example.org.")
    field = "email"


class OwnAccount(Refusal):
    """Administrators must not lock themselves out."""

    sentence = N_("This is your own account. Ask another administrator to disable it or to take your role as administrator away.")


class LastAdmin(Refusal):
    """At least one administrator must remain."""

    sentence = N_("This is the only administrator left. Make somebody else an administrator first.")


class AccountDisabled(Refusal):
    """A disabled account is not sent a link for choosing a password."""

    sentence = N_("This account is disabled. Enable it first.")


class NotACoordinator(Refusal):
    """The account is not a coordinator's, or is disabled, so it cannot be assigned."""

    sentence = N_("%(name)s is not a coordinator, or the account is disabled. An administrator can change that.")
