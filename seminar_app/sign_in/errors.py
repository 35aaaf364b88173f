"""Refusals at sign-in and when a second factor is set up, each with its sentence."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class AccountJustChanged(Refusal):
    """The account was disabled, or its password changed, between the password check and the sign-in."""

    sentence = N_("Your account was changed while you were signing in. Please sign in again.")


class WrongSetupCode(Refusal):
    """The code does not match the secret that the app was given."""

    sentence = N_("This is not the code that the app shows now. Codes change every 30 seconds; the phone's clock must be right.")
    field = "code"


class PasskeyRefused(Refusal):
    """The browser's answer is not a passkey made for this page."""

    sentence = N_("The passkey could not be checked. Please try again.")


class PasskeyKnown(Refusal):
    """The passkey belongs to an account already."""

    sentence = N_("This passkey is in use already.")


class EnoughFactors(Refusal):
    """The account has the maximum number of second factors."""

    sentence = N_("You have %(most)d passkeys and apps already. Remove one that you no longer use.")


class OwnSecondFactor(Refusal):
    """Administrators cannot reset their own second factor; they prove it like all other users."""

    sentence = N_(
        "This is your own account. You change your second step on the page of your account, and another administrator can remove it."
    )


class LastFactor(Refusal):
    """The last second factor cannot be removed where one is required."""

    sentence = N_("This is your only second step. Add another one first.")
