"""What is refused here, and the sentence for it."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class AccountJustChanged(Refusal):
    """Disabled, or given another password, between the check of the password and the sign-in."""

    sentence = N_("Your account was changed while you were signing in. Please sign in again.")


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


class CodeTaken(Refusal):
    """Two offices may not have one code."""

    sentence = N_("There is an office with the code %(code)s already.")
    field = "code"


class NotACoordinator(Refusal):
    """Only somebody who is a coordinator, and whose account is enabled, can be assigned."""

    sentence = N_("%(name)s is not a coordinator, or the account is disabled. An administrator can change that.")


class WrongSetupCode(Refusal):
    """The app shows other codes than we expect."""

    sentence = N_("This is not the code that the app shows now. Codes change every 30 seconds; the phone's clock must be right.")
    field = "code"


class PasskeyRefused(Refusal):
    """What the browser sent is no passkey made for this page."""

    sentence = N_("The passkey could not be checked. Please try again.")


class PasskeyKnown(Refusal):
    """One passkey, one account."""

    sentence = N_("This passkey is in use already.")


class EnoughFactors(Refusal):
    """There is an end to it."""

    sentence = N_("You have %(most)d passkeys and apps already. Remove one that you no longer use.")


class OwnSecondFactor(Refusal):
    """An administrator proves their own like everybody else."""

    sentence = N_(
        "This is your own account. You change your second step on the page of your account, and another administrator can remove it."
    )


class LastFactor(Refusal):
    """Where everybody must have one, the last one stays."""

    sentence = N_("This is your only second step. Add another one first.")
