"""What is refused while somebody signs in or sets up a second factor, and the sentence for it."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class AccountJustChanged(Refusal):
    """Disabled, or given another password, between the check of the password and the sign-in."""

    sentence = N_("Your account was changed while you were signing in. Please sign in again.")


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
