"""Mail to officials, with the facts of the seminar and their personal link."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.dates import date_range
from seminar_app.messages.models import Message
from seminar_app.messages.services import QUIET, enqueue
from seminar_app.offices.mail_facts import HasContact, office_facts
from seminar_app.people.rules import reserved_name
from seminar_app.registration.links import ENDPOINT, issue_link
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.form_page import FormSeminar
from seminar_app.registration.rules import has_form
from seminar_app.seminars.models import Seminar


def tell(
    session: Session,
    context: ChangeContext,
    *,
    kind: str,
    seminar: Seminar,
    office: HasContact,
    registration: Registration,
    dedupe_key: str | None = None,
    **more: object,
) -> Message | None:
    """Put a mail to the official into the outbox.

    Args:
        registration: with `registration.person` loaded.
        dedupe_key: a mail with this key is put into the outbox only once.
        **more: facts that only this kind of mail states.

    Returns:
        The message, or None if the person has no e-mail address, the key was used before, or nothing is sent about the seminar.
    """
    person = registration.person
    if person.email is None:
        return None
    return enqueue(
        session,
        context,
        kind=kind,
        language=registration.language,
        to_address=person.email,
        to_name=person.certificate_name,
        facts=facts(seminar, office, registration.language) | facts_of(registration) | more,
        link=issue_link(session, registration),
        link_endpoint=ENDPOINT,
        dedupe_key=dedupe_key,
    )


def facts_of(registration: Registration) -> dict[str, str]:
    """Return what a mail to the official states about the registration itself."""
    code = reserved_name(registration.reserved_code) if registration.person.reserved else ""
    nominated = "yes" if registration.agency_seats_only else ""
    return {"state": registration.state.value, "code": code, "nominated": nominated}


def tell_withdrawn(
    session: Session, context: ChangeContext, *, seminar: Seminar, office: HasContact, registration: Registration, invited: bool
) -> None:
    """Tell somebody that they withdrew, or declined an invitation (`invited`), and how they could come after all."""
    more = {"invited": "yes" if invited else "", "by_form": "yes" if has_form(seminar.registration_mode) else ""}
    tell(session, context, kind="withdrawn", seminar=seminar, office=office, registration=registration, **more)


def tell_former_address(
    session: Session, context: ChangeContext, *, address: str | None, seminar: Seminar, office: HasContact, registration: Registration
) -> None:
    """Tell the former address of a person that it was replaced. The mail has neither name nor link, as the address may be a stranger's."""
    if address is not None:
        enqueue(
            session,
            context,
            kind="address_replaced",
            language=registration.language,
            to_address=address,
            to_name="",
            facts=facts(seminar, office, registration.language),
        )


def facts(seminar: Seminar | FormSeminar, office: HasContact, language: str) -> dict[str, str]:
    """Return the facts of the seminar that every mail states, in the reader's language: title, days, place, office.

    The office's address and phone stand at the end of the mail, and answers go to the address (`messages.rendering`). Nothing is
    sent about a seminar that was held before it was entered.
    """
    spanish = language == "es"
    titles = (seminar.title_es, seminar.title_en) if spanish else (seminar.title_en, seminar.title_es)
    return {
        "title": next(title for title in titles if title),
        "days": date_range(seminar.starts_on, seminar.ends_on, language),
        "place": ", ".join(filter(None, (seminar.venue, seminar.street, seminar.city))),
        "slug": seminar.slug,
        "reason": seminar.state_reason or "",
        **({QUIET: "yes"} if seminar.from_before else {}),
    } | office_facts(office, language)
