"""What goes into the kit, in order: each file with its name and how it is made. One is made after the other, so memory holds one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from msgspec import Struct, field
from sqlalchemy.orm import Session

from seminar_app.attendance.export import Format
from seminar_app.attendance.queries import SheetPerson
from seminar_app.certificates.closing_kit.asked import Asked
from seminar_app.certificates.closing_kit.letters import letter_to_liaison
from seminar_app.certificates.closing_kit.names import called, free_name, plain
from seminar_app.certificates.closing_kit.reading import AgencyPart, KitData, OutCertificate, content_of_file
from seminar_app.certificates.closing_kit.readme import Laid, Left, part_words, readme
from seminar_app.certificates.closing_kit.tables import attendance_as, hours_as_csv
from seminar_app.certificates.errors import NobodyOfAgency
from seminar_app.core.pdf import usual_paper
from seminar_app.paper.asked import Asked as Print
from seminar_app.paper.numbering import NumberedSheet, usual_blank_rows
from seminar_app.paper.printing import print_document
from seminar_app.paper.rules import Document


class Evaluation(Struct, frozen=True):
    """The results of the evaluation as a workbook; or why there is none. `sentence`: in English, to be translated."""

    content: bytes | None
    sentence: str | None = None


class Entry(Struct, frozen=True):
    """A file of the kit; `make` returns None where there is nothing to put in."""

    name: str
    make: Callable[[], bytes | None]


class Contents(Struct):
    """The files of a kit.

    Attributes:
        session: to read with.
        kit: what was read.
        asked: what is wanted.
        of_office: the office's language, of letters and of what lies beside them.
        sheets: the sign-in sheets in it, once they were made; `paper.numbering.keep_sheets` keeps those that are new.
        put, unread: certificates that went in, and whose file could not be read.
    """

    session: Session
    kit: KitData
    asked: Asked
    of_office: str
    public_url: str
    evaluation: Evaluation
    sheets: Sequence[NumberedSheet] = ()
    put: int = 0
    unread: int = 0
    _laid: list[Laid] = field(default_factory=list)
    _folders: list[Laid] = field(default_factory=list)

    def entries(self) -> list[Entry]:
        """Return the files that are wanted, in the order in which they are written. The text that describes them comes last.

        Raises:
            NobodyOfAgency: only an agency's folder is wanted, and nobody of it is there.
        """
        if self.asked.agency is not None:
            part = next((each for each in self.kit.parts if each.agency.id == self.asked.agency), None)
            if part is None:
                raise NobodyOfAgency
            return list(self._of_part(part, folder=self._folder(part, set())))
        with force_locale(self.asked.language):
            found = list(self._of_office())
            folders: set[str] = set()
            for part in self.kit.parts:
                folder = self._folder(part, folders)
                self._folders.append(Laid(f"{folder}/", part_words(part, certificates=len(self._files_of(part.people)))))
                found += self._of_part(part, folder=folder)
            return [*found, Entry(called("readme", self.asked.language), self._readme)]

    @property
    def wanted(self) -> list[int]:
        """Ids of the files of certificates that go in."""
        people = [person for part in self.kit.parts for person in part.people if self.asked.agency in (None, part.agency.id)]
        people += self.kit.unplaced if self.asked.agency is None else []
        return [found.file_id for _person, found in self._files_of(people) if found.file_id is not None]

    def _files_of(self, people: Sequence[SheetPerson]) -> list[tuple[SheetPerson, OutCertificate]]:
        return self.kit.files_of(people) if self.asked.certificates else []

    def _of_office(self) -> Iterator[Entry]:
        """Yield what the office keeps; call it in the reader's language."""
        kit, language = self.kit, self.asked.language
        attendance = partial(attendance_as, attendance=kit.attendance, exported=kit.exported, language=language)
        yield self._lies(called("roster", language), _("who held a seat, by agency group"), partial(self._print, Document.ROSTER))
        what = _("everybody's attendance: summary, people, and a page for each session")
        yield self._lies(called("workbook", language), what, partial(attendance, Format.XLSX))
        yield self._lies(called("timetable", language), _("the same on paper"), partial(self._print, Document.ATTENDANCE))
        what = _("a line a person: minutes credited, contact minutes, percent, completed")
        yield self._lies(called("hours", language), what, partial(hours_as_csv, kit.attendance, language=language))
        if self.evaluation.content is not None:
            what = _("the results of the evaluation, as its page shows them")
            yield self._lies(called("evaluation", language), what, lambda: self.evaluation.content)
        if kit.attendance.sessions:
            what = _("sign-in sheets of all sessions")
            yield self._lies(called("sheets", language), what, partial(self._print, Document.SIGN_IN))
        if unplaced := list(self._certificates(self.kit.unplaced, called("unplaced", language))):
            self._laid.append(Laid(f"{called('unplaced', language)}/", _("of people whose agency is not in the directory")))
            yield from unplaced

    def _lies(self, name: str, what: str, make: Callable[[], bytes | None]) -> Entry:
        self._laid.append(Laid(name, what))
        return Entry(name, make)

    def _of_part(self, part: AgencyPart, *, folder: str) -> Iterator[Entry]:
        """Yield what goes to an agency's liaison: in the office's language, in which it writes to her."""
        kit, language = self.kit, self.of_office
        theirs = kit.of_part(part)
        attendance = partial(attendance_as, attendance=theirs, exported=kit.exported, language=language)
        table = f"{folder}/{called('attendance', language)}"
        attached = len(self._files_of(part.people))
        written = partial(letter_to_liaison, kit, part, language=language, attached=attached, public_url=self.public_url)
        yield Entry(f"{folder}/{called('letter', language)}", written)
        yield Entry(f"{table}.xlsx", partial(attendance, Format.XLSX))
        yield Entry(f"{table}.csv", partial(attendance, Format.CSV))
        yield from self._certificates(part.people, f"{folder}/{called('certificates', language)}")

    def _folder(self, part: AgencyPart, taken: set[str]) -> str:
        named = plain(f"{part.agency.code} - {part.agency.name(self.of_office)}")
        return free_name(named or str(part.agency.id), taken)

    def _certificates(self, people: Sequence[SheetPerson], folder: str) -> Iterator[Entry]:
        for person, found in self._files_of(people):
            name = " - ".join(filter(None, (plain(person.name), f"{found.number:06}")))
            yield Entry(f"{folder}/{name}.pdf", partial(self._certificate, found))

    def _certificate(self, found: OutCertificate) -> bytes | None:
        content = content_of_file(self.session, found.file_id) if found.file_id is not None else None
        self.put += content is not None
        self.unread += content is None
        return content

    def _print(self, document: Document) -> bytes:
        seminar = self.kit.seminar
        rows = usual_blank_rows(self.session, seminar.id)
        asked = Print(document, self.asked.language, usual_paper(seminar.country), blank_rows=rows)
        printed = print_document(self.session, seminar, asked, now=self.kit.exported.at)
        self.sheets = printed.sheets or self.sheets
        return printed.content

    def _readme(self) -> bytes:
        with force_locale(self.asked.language):
            why = _(self.evaluation.sentence) if self.evaluation.sentence else None
            return readme(self.kit, self._laid, self._folders, Left(why, self.unread, no_certificates=not self.asked.certificates))


def said_of(*, files: int, certificates: int, reserved: int, waiting: int) -> list[str]:
    """Return the sentences about a kit that is ready, in the reader's language."""
    said = [
        ngettext("The closing kit is ready: %(num)d file.", "The closing kit is ready: %(num)d files.", files),
        ngettext("%(num)d certificate is in it.", "%(num)d certificates are in it.", certificates),
    ]
    if reserved:
        said.append(
            ngettext(
                "%(num)d of a reserved identity is left out: it goes to the person only.",
                "%(num)d of reserved identities are left out: they go to the persons only.",
                reserved,
            )
        )
    if waiting:
        said.append(ngettext("%(num)d PDF is not made yet.", "%(num)d PDFs are not made yet.", waiting))
    return said
