"""What the training record says on paper, in the language of the request or job."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from msgspec import Struct

from seminar_app.certificates.training_record import Record, RecordLine
from seminar_app.core.dates import hours_and_minutes
from seminar_app.web.filters import date_range, local_instant, text_of
from seminar_app.web.languages import current_language
from seminar_app.web.places import country_name, zone_words

TEMPLATE = "training_record"


class RecordHead(Struct, frozen=True):
    """Whose record it is, and how it is printed.

    Attributes:
        name: as on the certificate.
        agency: of the person now; None if it is not known.
        scope: which seminars it lists, as a sentence.
        paper: as `core.pdf.Paper`.
    """

    name: str
    agency: str | None
    scope: str
    paper: str
    time_zone: str
    public_url: str


def record_document(record: Record, head: RecordHead, *, now: datetime) -> dict[str, Any]:
    """Return what the template prints. The title of the file names no person."""
    return {
        "language": current_language(),
        "paper": head.paper,
        "title": _("Training record"),
        "heading": _("Training record"),
        "seminar": head.name,
        "name": head.name,
        "agency": head.agency or "",
        "scope": head.scope,
        "figures": [
            {"word": _("Seminars"), "value": str(len(record.lines))},
            {"word": _("Completed"), "value": str(record.completed)},
            {"word": _("Hours credited"), "value": hours_and_minutes(record.minutes)},
        ],
        "groups": [_year(year, lines) for year, lines in record.years],
        "printed": _("Printed on %(when)s (%(zone)s)", when=local_instant(now, head.time_zone), zone=zone_words(head.time_zone)),
        "verify": _(
            "Anybody can verify a certificate by its number at %(address)s.", address=f"{head.public_url.partition('://')[2]}/verify"
        ),
        "foot": _("Contains personal data"),
        "words": {
            "page": _("Page {page} of {pages}"),
            "continued": _("continued"),
            "seminar": _("Seminar"),
            "hours": _("Hours"),
            "outcome": _("Outcome"),
            "certificate": _("Certificate no."),
        },
    }


def _year(year: int, lines: list[RecordLine]) -> dict[str, Any]:
    count = ngettext("%(num)d seminar", "%(num)d seminars", len(lines))
    name = _("Seminars of %(year)d", year=year)
    return {"name": name, "short": name, "count": count, "rows": [_row(line) for line in lines]}


def _row(line: RecordLine) -> dict[str, Any]:
    seminar = line.seminar
    place = ", ".join(filter(None, (seminar.city, country_name(seminar.country))))
    outcome = _("not final yet") if not line.fixed else _("completed") if line.completed else _("not completed")
    return {
        "title": text_of(seminar.title_es, seminar.title_en) or seminar.slug,
        "when": f"{date_range(seminar.starts_on, seminar.ends_on)} · {place}",
        "hosts": "; ".join(text_of(host.name_es, host.name_en) for host in line.hosts),
        "hours": hours_and_minutes(line.minutes),
        "of": _("of %(hours)s", hours=hours_and_minutes(line.contact_minutes)),
        "outcome": outcome,
        "code": str(line.code) if line.code is not None else "–",
    }
