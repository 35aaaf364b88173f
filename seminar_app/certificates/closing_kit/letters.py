"""The letter that goes with an agency's folder to its liaison, as text that the office puts on its own paper or into a mail."""

from __future__ import annotations

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from seminar_app.attendance.workbook_words import rule_in_words
from seminar_app.certificates.closing_kit.reading import AgencyPart, KitData
from seminar_app.certificates.closing_kit.wording import as_text, contact_of, item, listed, paragraph, title_of, when_of, where_of


def letter_to_liaison(kit: KitData, part: AgencyPart, *, language: str, attached: int, public_url: str) -> bytes:
    """Write the letter. It names nobody but the liaison: the people stand in the tables beside it.

    Args:
        kit: the seminar.
        part: the agency.
        language: of the office.
        attached: how many certificates lie beside the letter.
        public_url: where certificates are verified.
    """
    with force_locale(language):
        seminar, agency = kit.seminar, part.agency
        who = listed(part.liaisons) if part.liaisons else _("To the liaison")
        held = {"seminar": title_of(seminar), "days": when_of(seminar), "place": where_of(seminar)}
        lines = [
            _("Subject: outcome of the seminar %(seminar)s, %(days)s", **held),
            "",
            who,
            agency.full(language),
            "",
            paragraph(_("We send you the outcome of your people in the seminar %(seminar)s, held in %(place)s (%(days)s).", **held)),
            "",
            paragraph(" ".join([*_figures(kit, part), rule_in_words(seminar)])),
            "",
            _("Attached:"),
            item(_("attendance of your people, session by session, as an Excel file and as CSV")),
            *([item(ngettext("%(num)d certificate as PDF", "%(num)d certificates as PDF", attached))] if attached else []),
            "",
            *_about_certificates(kit, part, attached=attached, public_url=public_url),
            paragraph(_("These files name people. Please hand them on only to those who need them.")),
            "",
            _("Sincerely,"),
            "",
            *contact_of(kit.exported.office),
        ]
        return as_text(lines)


def _figures(kit: KitData, part: AgencyPart) -> list[str]:
    seated = part.seated
    came = sum(person.registration_id in kit.attended for person in seated)
    completed = sum(kit.attendance.completes(person) for person in seated)
    return [
        ngettext("%(num)d person of your agency was registered.", "%(num)d people of your agency were registered.", len(seated)),
        ngettext("%(num)d attended at least one session.", "%(num)d attended at least one session.", came),
        ngettext("%(num)d completed the seminar.", "%(num)d completed the seminar.", completed),
    ]


def _about_certificates(kit: KitData, part: AgencyPart, *, attached: int, public_url: str) -> list[str]:
    said = []
    if attached:
        said.append(_("Anybody can verify a certificate by its number at %(address)s.", address=f"{public_url}/verify"))
    if reserved := kit.reserved_of(part.people):
        said.append(
            ngettext(
                "%(num)d certificate of a reserved identity is not attached: it goes to the person only.",
                "%(num)d certificates of reserved identities are not attached: they go to the persons only.",
                reserved,
            )
        )
    return [paragraph(" ".join(said)), ""] if said else []
