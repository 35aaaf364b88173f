"""Refusals of certificates."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NotCompletedYet(Refusal):
    """Certificates read the outcomes of a completed seminar only."""

    sentence = N_("Certificates are issued once the seminar is completed. Complete it first; its outcomes are then fixed.")


class GivesNone(Refusal):
    """The seminar has no rule for certificates."""

    sentence = N_("This seminar gives no certificates. Choose the rule first.")


class NobodyEarnsOne(Refusal):
    """Nobody of those chosen earns a certificate that is not out yet."""

    sentence = N_("Nobody of those chosen earns a certificate that is not out yet.")


class DoesNotStand(Refusal):
    """It was replaced or revoked already."""

    sentence = N_("This certificate was replaced or revoked already.")


class NotEarned(Refusal):
    """The person does not earn one."""

    sentence = N_("This person does not earn a certificate by the seminar's rule.")


class ReasonNeeded(Refusal):
    """A certificate is revoked with a reason."""

    sentence = N_("Please say why: the history keeps it, and the person reads it.")
    field = "reason"


class RuleIsNeeded(Refusal):
    """The evaluation is asked for, and the seminar has none."""

    sentence = N_("The seminar has no evaluation that people could answer. Make one, or choose completion only.")
    field = "rule"


class NoCertificates(Refusal):
    """None of the certificates asked for can be given."""

    sentence = N_("There is no certificate to download: none is out, or they are of reserved identities and go to the person only.")


class EmptyRecord(Refusal):
    """Nothing is in the training record."""

    sentence = N_("There is nothing in the training record yet: no attendance was taken in a seminar in which the person held a seat.")


class KitTooLarge(Refusal):
    """The closing kit would have more bytes than a file that a job makes may have."""

    sentence = N_("The kit would have more than %(most)d MB. Make it without the certificates, or for one agency at a time.")


class NoKitYet(Refusal):
    """The closing kit is that of a completed seminar."""

    sentence = N_("The closing kit is made once the seminar is completed: its outcomes are then fixed.")


class NobodyOfAgency(Refusal):
    """The agency has nobody in the seminar any more."""

    sentence = N_("Nobody of this agency took part in the seminar. Choose another one.")
