"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.filters import short_id


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "seminar.created": _l("created the seminar"),
            "seminar.copied": _l("copied a seminar"),
            "seminar.edited": _l("changed the seminar"),
            "seminar.published": _l("published the seminar"),
            "seminar.unpublished": _l("withdrew the seminar from the calendar"),
            "seminar.closed": _l("closed registration"),
            "seminar.reopened": _l("reopened registration"),
            "seminar.resumed": _l("reopened the completed seminar"),
            "seminar.completed": _l("completed the seminar"),
            "seminar.cancelled": _l("cancelled the seminar"),
            "seminar.archived": _l("archived the seminar"),
            "seminar.unarchived": _l("took the seminar out of the archive"),
            "session.added": _l("added a session"),
            "session.edited": _l("changed a session"),
            "session.deleted": _l("deleted a session"),
        },
        kinds={
            "seminar": _l("seminar"),
            "seminar_session": _l("session"),
        },
        fields={
            "slug": _l("Address"),
            "office_id": _l("Office"),
            "city": _l("City"),
            "venue": _l("Venue"),
            "street": _l("Street address"),
            "time_zone": _l("Time zone"),
            "starts_on": _l("First day"),
            "ends_on": _l("Last day"),
            "title_es": _l("Title in Spanish"),
            "title_en": _l("Title in English"),
            "topic_es": _l("Topic in Spanish"),
            "topic_en": _l("Topic in English"),
            "objectives_es": _l("Objectives in Spanish"),
            "objectives_en": _l("Objectives in English"),
            "audience_es": _l("Audience in Spanish"),
            "audience_en": _l("Audience in English"),
            "hosts": _l("Hosts"),
            "funding_source": _l("Funding source"),
            "registration_mode": _l("Registration"),
            "registration_code": _l("Registration code"),
            "approval": _l("Approval"),
            "registration_opens_at": _l("Registration opens"),
            "registration_closes_at": _l("Registration closes"),
            "list_freezes_on": _l("List frozen from"),
            "substitutes_by": _l("Who decides about substitutes"),
            "threshold_percent": _l("Threshold"),
            "excused_rule": _l("Excused sessions"),
            "asks_birth": _l("Asks for birth data"),
            "asks_curp": _l("Asks for the CURP"),
            "asks_passport": _l("Asks for the passport"),
            "identity_reason_es": _l("Why it asks, in Spanish"),
            "identity_reason_en": _l("Why it asks, in English"),
            "offers_reserved": _l("Offers a reserved identity"),
            "extra_at_door": _l("Extra seats at the door"),
        },
        states={"seminar": SeminarState},
        numbers={
            "minutes": lambda n: ngettext("%(num)d minute", "%(num)d minutes", n),
        },
        texts={
            "session": lambda value: str(_("session %(code)s", code=short_id(value))),
        },
    )
