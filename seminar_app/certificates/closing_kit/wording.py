"""What the texts of the kit share: how a seminar is named, and plain text that every system opens."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from babel.lists import format_list
from flask_babel import get_locale

from seminar_app.core.phones import shown_phone
from seminar_app.offices.models import Office
from seminar_app.seminars.models import Seminar
from seminar_app.web.filters import date_range, text_of
from seminar_app.web.places import country_name

WIDTH = 76
"""Characters of a line."""
_WHOLE: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}


def title_of(seminar: Seminar) -> str:
    """Return the seminar's title in the reader's language."""
    return text_of(seminar.title_es, seminar.title_en) or seminar.slug


def when_of(seminar: Seminar) -> str:
    """Return «3 al 5 de junio de 2014»."""
    return date_range(seminar.starts_on, seminar.ends_on)


def where_of(seminar: Seminar) -> str:
    """Return «Cancún, México»."""
    return ", ".join(filter(None, (seminar.city, country_name(seminar.country))))


def contact_of(office: Office) -> list[str]:
    """Return the office and how people reach it, a line each."""
    phone = shown_phone(office.phone) if office.phone else None
    return [text_of(office.name_es, office.name_en) or office.code, *filter(None, (office.email, phone))]


def listed(words: Sequence[str]) -> str:
    """Return «A, B y C»."""
    return str(format_list(list(words), locale=get_locale()))


def item(text: str) -> str:
    """Return a line of a list, broken within the page."""
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent="- ", subsequent_indent="  ", **_WHOLE)


def paragraph(text: str) -> str:
    """Return a paragraph, broken within the page."""
    return textwrap.fill(" ".join(text.split()), WIDTH, **_WHOLE)


def as_text(lines: Sequence[str]) -> bytes:
    """Return a text file that opens on every system: with a byte order mark, and line ends of Windows."""
    return ("\n".join(lines).rstrip() + "\n").replace("\n", "\r\n").encode("utf-8-sig", "replace")
