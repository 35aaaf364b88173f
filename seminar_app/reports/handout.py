"""Figures on their way out of the page: one, or two side by side, with what a file of them says besides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from msgspec import Struct

from seminar_app.reports.figure import Figure, Lack, Language
from seminar_app.reports.queries.gaps import Lacking
from seminar_app.reports.rules import Dimension, Names
from seminar_app.reports.wording import broken_down_by, narrowed, notes_of, rule_of
from seminar_app.web.filters import local_instant
from seminar_app.web.labels import label
from seminar_app.web.places import zone_words
from seminar_app.web.version import program_version

HIDDEN = "–"
"""Stands for a number that is hidden."""


class Handout(Struct, frozen=True):
    """Figures, and the circumstances of the file that takes them along.

    Attributes:
        figures: one or two.
        language: of the file.
        scope: whose seminars and people are counted, in words of that language.
        hides: whether small cells are hidden.
        made_at: instant.
        zone: in which `made_at` is said.
        made_by: who made it, in words.
        site: address of the installation without a slash at the end, where the file may lead to its pages; else None.
    """

    figures: Sequence[Figure]
    language: Language
    scope: str
    hides: bool
    made_at: datetime
    zone: str
    made_by: str
    site: str | None = None

    @property
    def spoken(self) -> str:
        """The language of its sentences: keys have none, so Spanish stands with them."""
        return "en" if self.language is Language.ENGLISH else "es"

    @property
    def file_stem(self) -> str:
        """The file's name without its ending: what is counted, and the day it was made."""
        first, day = self.figures[0].definition, self.made_at.astimezone(ZoneInfo(self.zone)).date()
        with force_locale(self.spoken):
            words = f"{label(first.count)} {label(first.status)}".lower()
        return f"{'-'.join(words.split())}-{day.isoformat()}"

    def title_of(self, figure: Figure) -> str:
        """Return «People · Completed»."""
        return f"{label(figure.definition.count)} · {label(figure.definition.status)}"

    def rule_of(self, figure: Figure) -> str:
        """Return the counting rule, with whose seminars count."""
        return f"{rule_of(figure.definition, language=self.spoken)} {self.scope}."

    def breakdown_of(self, figure: Figure) -> str:
        """Return the heading of the breakdown: «By agency group and sex»."""
        return broken_down_by(figure.definition)

    def narrowed(self, figure: Figure) -> list[tuple[Dimension, str]]:
        """Return what the figure is narrowed down to: dimension, and its values in words."""
        return narrowed(figure.table, language=self.spoken)

    @property
    def small_cells(self) -> str:
        """How small cells are treated."""
        if not self.hides:
            return str(_("All numbers are shown, small ones too: this file stays within the office."))
        return str(
            _(
                "A number that tells of fewer than five people is hidden, and as many others as it takes that it cannot be found by "
                "subtracting. A dash or an empty cell stands for it. Hidden rows stand after the others, in the order of their names."
            )
        )

    @property
    def made(self) -> str:
        """When and by whom the file was made."""
        when, zone = local_instant(self.made_at, self.zone), zone_words(self.zone)
        return str(_("Made on %(when)s (%(zone)s) by %(who)s", when=when, zone=zone, who=self.made_by))

    @property
    def program(self) -> str:
        """The program and its version."""
        return f"Constancia {program_version()}"

    def without_names(self, figure: Figure) -> str | None:
        """Return how many only headcounts know, in a sentence; None where there are none, or it is hidden."""
        number = figure.without_names
        if not number:
            return None
        said = ngettext("%(num)s participation", "%(num)s participations", number)
        return str(_("Without names, known from headcounts only: %(participations)s.", participations=said))

    def explained(self, figure: Figure) -> Iterator[tuple[str, str]]:
        """Yield what is to be known to read a figure: what about, and the sentence."""
        definition = figure.definition
        yield str(_("Rule")), rule_of(definition, language=self.spoken)
        yield str(_("Whose")), f"{self.scope}."
        yield str(_("Ended in")), self.period_of(figure)
        for dimension, words in self.narrowed(figure):
            yield str(label(dimension)), words
        if definition.least_minutes:
            yield str(_("Least")), str(_("%(number)s credited minutes in each participation", number=f"{definition.least_minutes:,}"))
        yield str(_("Names of agencies")), str(label(Names(definition.names)))
        for note in notes_of(definition):
            yield str(_("Note")), note
        if (sentence := self.without_names(figure)) is not None:
            yield str(_("Note")), sentence

    def period_of(self, figure: Figure) -> str:
        """Return the days between which the seminars that count ended."""
        first, last = figure.definition.first, figure.definition.last
        if first is None and last is None:
            return str(_("All years"))
        return f"{first.isoformat() if first else '…'} – {last.isoformat() if last else '…'}"

    def title_of_seminar(self, seminar: Lacking) -> str:
        """Return a seminar's title in the file's language, else in the other."""
        titles = (seminar.title_en, seminar.title_es) if self.spoken == "en" else (seminar.title_es, seminar.title_en)
        return next(filter(None, titles), seminar.slug)

    def people_of(self, lack: Lack, seminar: Lacking) -> int | None:
        """Return how many participations of a seminar lack something; None where the seminar as a whole does, or it is hidden."""
        return None if self.hides else seminar.people or None
