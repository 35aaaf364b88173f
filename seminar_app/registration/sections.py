"""Sections that other rooms add to the page of a registration (attendance, certificates) and to the page of a person."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app
from markupsafe import Markup

from seminar_app.core.errors import Refusal
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.queries import StaffRegistration

Section = Callable[[StaffRegistration, Refusal | None], Markup]
"""Return the section as HTML that begins with a heading of level 2; empty where it has nothing to say.

With a refusal, the request is the section's own form: the section says why, and shows what was typed.
"""


def add_section(app: Flask, section: Section) -> None:
    """Add a section at the end of the page."""
    app.extensions.setdefault("registration_sections", []).append(section)


def sections_of(found: StaffRegistration, refused: Refusal | None = None) -> list[Markup]:
    """Return the sections of one registration, in the order in which the rooms added them."""
    sections: list[Section] = current_app.extensions.get("registration_sections", [])
    return [html for section in sections if (html := section(found, refused))]


PersonSection = Callable[[ShownPerson], Markup]
"""Return the section of a person's page as HTML that begins with a heading of level 2; empty where it has nothing to say."""


def add_person_section(app: Flask, section: PersonSection) -> None:
    """Add a section to the page of a person, below the seminars."""
    app.extensions.setdefault("person_sections", []).append(section)


def sections_of_person(person: ShownPerson) -> list[Markup]:
    """Return the sections of one person, in the order in which the rooms added them."""
    sections: list[PersonSection] = current_app.extensions.get("person_sections", [])
    return [html for section in sections if (html := section(person))]
