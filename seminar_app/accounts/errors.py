"""What is refused here, and the sentence for it."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class EmailTaken(Refusal):
    """Two accounts may not have one address."""

    sentence = N_("There is an account with the address %(email)s already.")
    field = "email"


class OwnAccount(Refusal):
    """An administrator would lock themselves out."""

    sentence = N_("This is your own account. Ask another administrator to disable it or to take your role as administrator away.")


class LastAdmin(Refusal):
    """Somebody must be left to look after accounts."""

    sentence = N_("This is the only administrator left. Make somebody else an administrator first.")


class AccountDisabled(Refusal):
    """A disabled account is not sent a way in."""

    sentence = N_("This account is disabled. Enable it first.")


class NotACoordinator(Refusal):
    """Only somebody who is a coordinator, and whose account is enabled, can be assigned."""

    sentence = N_("%(name)s is not a coordinator, or the account is disabled. An administrator can change that.")
