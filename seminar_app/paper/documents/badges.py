"""Badges: the name as it is worn, the agency, and the pass as a QR code; four or eight a page, with marks where to cut."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from seminar_app.attendance import queries
from seminar_app.attendance.queries import SheetPerson
from seminar_app.core.errors import NotFound
from seminar_app.core.installation import installation_of
from seminar_app.core.pdf import Picture
from seminar_app.core.qr import qr_svg
from seminar_app.messages.rendering import address_of
from seminar_app.paper.documents.subject import Made, Subject
from seminar_app.paper.rules import worn_name
from seminar_app.registration.passes import pass_code


def badges(subject: Subject) -> Made:
    """Write the badges of all people who hold a seat, or one person's.

    Raises:
        NotFound: the person holds no seat in this seminar.
    """
    wanted = subject.asked.registration
    groups = queries.people_by_group(subject.session, subject.seminar.id)
    made = [_badge(subject, person) for group in groups for person in group.people if wanted in (None, person.public_id)]
    if wanted is not None and not made:
        raise NotFound
    document = subject.document(
        _("Badges"),
        heading=_("Badges"),
        badges=made,
        across=2,
        down=subject.asked.badges_a_page // 2,
        words={"nobody": _("Nobody holds a seat yet.")},
    )
    return Made(document, len(made))


def _badge(subject: Subject, person: SheetPerson) -> dict[str, Any]:
    shown, agency, language = person.shown, person.agency, subject.asked.language
    first, second = shown.name, ""
    if not shown.hidden and shown.given_names is not None:
        first, second = worn_name(given_names=shown.given_names, surname1=shown.surname1, surname2=shown.surname2)
    settings = installation_of(subject.session).settings
    code = pass_code(subject.session, person.public_id)
    address = address_of(current_app, settings, "attendance_pass.read", pass_code=code)
    return {
        "first": first,
        "second": second,
        "agency": agency.code or agency.name(language),
        "agency_name": agency.name(language) if agency.code else "",
        "qr": Picture(qr_svg(address)),
        "alt": _("QR code of the pass of %(name)s", name=shown.name),
    }
