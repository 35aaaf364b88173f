"""The first file of the kit: what lies where, by which rule it is counted, the figures, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from msgspec import Struct

from seminar_app.attendance.outcome_section import Figures
from seminar_app.attendance.workbook_words import rule_in_words
from seminar_app.certificates.closing_kit.reading import AgencyPart, KitData
from seminar_app.certificates.closing_kit.wording import as_text, item, listed, paragraph, title_of, when_of, where_of
from seminar_app.people.rules import CountedAs
from seminar_app.web.filters import day_and_date, local_date, local_instant, local_time, text_of
from seminar_app.web.languages import current_language
from seminar_app.web.places import zone_words


class Laid(Struct, frozen=True):
    """A file or a folder of the kit, and what it is."""

    name: str
    what: str


class Left(Struct, frozen=True):
    """What did not go in.

    Attributes:
        no_evaluation: why the evaluation is not in it; None if it is.
        unread: certificates whose file could not be read.
        no_certificates: nobody asked for them.
    """

    no_evaluation: str | None
    unread: int = 0
    no_certificates: bool = False


def readme(kit: KitData, laid: Sequence[Laid], folders: Sequence[Laid], left: Left) -> bytes:
    """Write the text in the reader's language."""
    seminar, office = kit.seminar, kit.exported.office
    when, zone = local_instant(kit.exported.at, seminar.time_zone), zone_words(seminar.time_zone)
    made_by = text_of(office.name_es, office.name_en) or office.code
    return as_text(
        [
            _("Closing kit").upper(),
            title_of(seminar),
            f"{when_of(seminar)} · {where_of(seminar)}",
            "",
            paragraph(_("Made on %(when)s (%(zone)s) by %(office)s.", when=when, zone=zone, office=made_by)),
            paragraph(_("It names people. Keep it where your office keeps such files, and send a folder to that agency's liaison only.")),
            *_headed(_("What lies where"), [*_lying(laid), *_folders(folders)]),
            *_headed(_("How it is counted"), _rules(kit)),
            *_headed(_("Figures"), _table(kit)),
            *_headed(_("What is missing"), [item(each) for each in missing(kit, left)] or [_("Nothing that the program knows of.")]),
        ]
    )


def _headed(heading: str, lines: Sequence[str]) -> list[str]:
    return ["", heading.upper(), "-" * len(heading), *lines]


def _lying(laid: Sequence[Laid]) -> list[str]:
    return [line for each in laid for line in (each.name, f"    {each.what}")]


def _folders(folders: Sequence[Laid]) -> list[str]:
    said = paragraph(_("And a folder for each agency, for its liaison, with nobody of another agency: letter, attendance, certificates."))
    return ["", said, *_lying(folders)] if folders else []


def _rules(kit: KitData) -> list[str]:
    return [
        paragraph(rule_in_words(kit.seminar)),
        item(_("Registered: who held a seat at the end.")),
        item(_("Attended: of these, who was at one session at least that counts.")),
        item(_("Completed: of these, who reached what the seminar asks.")),
        item(_("Person-hours: contact minutes credited to all of them, in hours.")),
    ]


def _table(kit: KitData) -> list[str]:
    rows = [(group.code or group.name(current_language()), *_values(found)) for group, found in kit.groups]
    rows = [("", _("Registered"), _("Attended"), _("Completed"), _("Person-hours")), *rows, (_("Total"), *_values(kit.whole))]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(each.rjust(width) for each, width in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    ]


def _values(found: Figures) -> tuple[str, ...]:
    return tuple(f"{value:,}" for value in (found.registered, found.attended, found.completed, found.hours))


def missing(kit: KitData, left: Left) -> list[str]:
    """Return a sentence for each thing that is missing, in the reader's language."""
    return [*_of_attendance(kit), *_of_people(kit), *_of_certificates(kit, left), *([left.no_evaluation] if left.no_evaluation else [])]


def _of_attendance(kit: KitData) -> list[str]:
    zone, seated, said = kit.seminar.time_zone, kit.seated, []
    for place, held in enumerate(kit.attendance.sessions):
        marked = sum(kit.attendance.marks_of(person)[place] is not None for person in seated)
        title = text_of(held.title_es, held.title_en)
        day = f"{day_and_date(local_date(held.starts_at, zone))}, {local_time(held.starts_at, zone)}"
        named = {"number": held.number, "what": ", ".join(filter(None, (title, day)))}
        if seated and not marked:
            said.append(_("Session %(number)d (%(what)s) has no attendance.", **named))
        elif marked < len(seated):
            gap = ngettext("%(num)d person has no mark", "%(num)d people have no mark", len(seated) - marked)
            said.append(_("Session %(number)d (%(what)s): %(gap)s.", gap=gap, **named))
    return said


def _of_people(kit: KitData) -> list[str]:
    said = []
    if unsaid := [person.name for person in kit.seated if person.counted_as is CountedAs.NOT_SAID]:
        said.append(
            ngettext(
                "The sex of %(num)d person is not known: %(who)s.",
                "The sex of %(num)d people is not known: %(who)s.",
                len(unsaid),
                who="; ".join(unsaid),
            )
        )
    if kit.unplaced:
        said.append(
            ngettext(
                "%(num)d person has no agency of the directory, so no folder is theirs: %(who)s.",
                "%(num)d people have no agency of the directory, so no folder is theirs: %(who)s.",
                len(kit.unplaced),
                who="; ".join(person.name for person in kit.unplaced),
            )
        )
    if alone := [part.agency.code for part in kit.parts if not part.liaisons]:
        said.append(_("Nobody has an account as liaison of %(agencies)s.", agencies=listed(alone)))
    return said


def _of_certificates(kit: KitData, left: Left) -> list[str]:
    everybody = [*(person for part in kit.parts for person in part.people), *kit.unplaced]
    reserved, waiting = kit.reserved_of(everybody), kit.waiting_of(everybody)
    said = []
    if left.no_certificates:
        return [_("The certificates were left out, as asked.")]
    if reserved:
        said.append(
            ngettext(
                "%(num)d certificate of a reserved identity is left out: it goes to the person only.",
                "%(num)d certificates of reserved identities are left out: they go to the persons only.",
                reserved,
            )
        )
    if waiting:
        said.append(
            ngettext(
                "The PDF of %(num)d certificate is not made yet: issue certificates, and make the kit anew.",
                "The PDFs of %(num)d certificates are not made yet: issue certificates, and make the kit anew.",
                waiting,
            )
        )
    if left.unread:
        said.append(
            ngettext("The file of %(num)d certificate cannot be read.", "The files of %(num)d certificates cannot be read.", left.unread)
        )
    return said


def part_words(part: AgencyPart, *, certificates: int) -> str:
    """Return what lies in an agency's folder, in the reader's language: «28 people, 22 certificates»."""
    people = ngettext("%(num)d person", "%(num)d people", len(part.people))
    files = ngettext("%(num)d certificate", "%(num)d certificates", certificates)
    return f"{people}, {files}"
