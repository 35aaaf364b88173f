"""What all documents say: the seminar, its hosts, when and by which office it was printed; and a person as a row shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.attendance.exported import Exported
from seminar_app.attendance.queries import SheetGroup, SheetPerson
from seminar_app.paper.asked import Asked
from seminar_app.paper.numbering import NumberedSheet
from seminar_app.seminars.models import Seminar
from seminar_app.web.filters import date_range, local_instant, text_of
from seminar_app.web.places import country_name, zone_words


class Subject(Struct, frozen=True):
    """What is printed, and what it is read from."""

    session: Session
    seminar: Seminar
    asked: Asked
    exported: Exported

    @property
    def name(self) -> str:
        """The seminar's title."""
        return text_of(self.seminar.title_es, self.seminar.title_en) or self.seminar.slug

    @property
    def days(self) -> str:
        """«3 al 5 de junio de 2014»."""
        return date_range(self.seminar.starts_on, self.seminar.ends_on)

    @property
    def place(self) -> str:
        """Venue, street, city and country."""
        seminar = self.seminar
        return ", ".join(filter(None, (seminar.venue, seminar.street, seminar.city, country_name(seminar.country))))

    @property
    def hosts(self) -> list[str]:
        """The hosts by name, in order."""
        return [text_of(host.name_es, host.name_en) for host in self.exported.hosts]

    def document(self, title: str, *, personal: bool = True, **what: Any) -> dict[str, Any]:
        """Return what every template reads, and `what` its own does.

        Args:
            title: of this document, in front of the seminar's.
            personal: it names people, and its foot says so.
        """
        common = {
            "language": self.asked.language,
            "paper": self.asked.paper.value,
            "title": f"{title} · {self.name}",
            "author": text_of(self.exported.office.name_es, self.exported.office.name_en),
            "seminar": self.name,
            "days": self.days,
            "place": self.place,
            "hosts": self.hosts,
            "printed": _("Printed on %(when)s (%(zone)s)", when=self._when, zone=zone_words(self.seminar.time_zone)),
            "foot": _("Contains personal data") if personal else "",
        }
        words = {"page": _("Page {page} of {pages}"), "hosts": _("Hosts"), "continued": _("continued")}
        return common | what | {"words": words | what.get("words", {})}

    @property
    def _when(self) -> str:
        return local_instant(self.exported.at, self.seminar.time_zone)


class Made(Struct, frozen=True):
    """A document's content, and the sign-in sheets that it numbers."""

    document: Mapping[str, Any]
    people: int = 0
    """How many it names."""
    sheets: Sequence[NumberedSheet] = ()


def title_of(subject: Subject, group: SheetGroup) -> dict[str, str]:
    """Return how a group is headed, and how where it goes on on the next page."""
    return {"name": group.agency.full(subject.asked.language), "short": group.agency.short(subject.asked.language)}


def agency_below(subject: Subject, group: SheetGroup, person: SheetPerson) -> str | None:
    """Return what tells a person's agency from the group that the row stands under; None if it is the group itself."""
    agency = person.agency
    if agency.id == group.agency.id and agency.code == group.agency.code:
        return person.shown.state_name
    return agency.short(subject.asked.language)


def note_of(subject: Subject, group: SheetGroup, person: SheetPerson) -> str | None:
    """Return the small line under a name: the agency below the group, and what tells the person from a namesake."""
    words = dict.fromkeys(filter(None, (agency_below(subject, group, person), person.shown.told_apart_by)))
    return " · ".join(words) or None


def position_of(person: SheetPerson) -> str:
    """Return rank and position. Of a reserved identity neither is shown."""
    return ", ".join(filter(None, (person.shown.rank, person.shown.position)))
