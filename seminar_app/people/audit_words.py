"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register
from seminar_app.web.labels import word_of


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "person.edited": _l("changed a person's record"),
            "person.viewed": _l("looked at a person's record"),
            "person.reserved": _l("reserved a person's identity"),
            "person.shown_again": _l("ended a reserved identity"),
            "people.searched": _l("looked for people"),
            "match.proposed": _l("proposed that two records may be one person"),
            "match.reopened": _l("took back that two records are two people"),
            "proposals.viewed": _l("looked at records that may be one person"),
            "match.rejected": _l("decided that two records are two people"),
            "identity.kept": _l("changed birth data, CURP or passport"),
            "identity.viewed": _l("opened birth data, CURP or passport"),
        },
        kinds={
            "person": _l("person"),
            "match_proposal": _l("proposal"),
        },
        fields={
            "given_names": _l("Given names"),
            "surname1": _l("First surname"),
            "surname2": _l("Second surname"),
            "certificate_name": _l("Name on the certificate"),
            "sex": _l("Sex"),
            "email": _l("E-mail"),
            "phone": _l("Phone"),
            "language": _l("Language"),
            "curp": _l("CURP"),
            "birth_date": _l("Date of birth"),
            "birth_place": _l("Place of birth"),
            "passport": _l("Passport"),
        },
        texts={
            "reserved_because": lambda value: word_of("ReservedReason", value) or value,
        },
    )
