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


class InvitedOneself(Refusal):
    """Roles come from somebody else."""

    sentence = N_("%(email)s is your own address. Ask a colleague or an administrator to give you this role.")
    field = "email"


class CannotBeInvited(Refusal):
    """The account is disabled; the organizer is not told more about it."""

    sentence = N_("%(email)s cannot be invited. Ask an administrator.")
    field = "email"


class InvitationAccepted(Refusal):
    """The account has a password, so another invitation would be a reset of it."""

    sentence = N_("%(name)s has chosen a password already, and can ask for a new one on the sign-in page.")


class NotACoordinator(Refusal):
    """The account is not a coordinator's, or is disabled, so it cannot be assigned."""

    sentence = N_("%(name)s is not a coordinator, or the account is disabled. An administrator can change that.")
