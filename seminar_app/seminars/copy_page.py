"""The page that copies a seminar: the new first day, and who gets the seats of agencies that have ended by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flask import request
from flask_babel import gettext as _
from wtforms import IntegerField
from wtforms.fields import Field
from wtforms.validators import NumberRange
from wtforms.widgets import TextInput

from seminar_app.agencies.queries import AgencyChoice
from seminar_app.seminars.errors import SharesDiffer
from seminar_app.seminars.forms import LONGEST_SLUG, CopyForm
from seminar_app.seminars.quotas import QuotaToShare, quotas_to_share
from seminar_app.seminars.rules import FIRST_DAY, LAST_DAY, MOST_SEATS
from seminar_app.seminars.services.copying import Shares
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of
from seminar_app.web.forms import optional
from seminar_app.web.languages import current_language

OPEN = "open"


class CopyPage:
    """The form with a field for each agency that may get seats of a quota, once a first day is known.

    The day comes from the form, or from the URL to which the first step leads.
    """

    def __init__(self, seminar_id: int) -> None:
        first = CopyForm(data={"starts_on": _day(request.args.get("starts_on", "")), "slug": _line(request.args.get("address", ""))})
        day = first.starts_on.data
        self.starts_on: date | None = day if day is not None and FIRST_DAY <= day <= LAST_DAY else None
        self.quotas = quotas_to_share(session(), seminar_id, on=self.starts_on) if self.starts_on is not None else []
        self.form = _with_fields(self.quotas, first)

    @property
    def is_first_step(self) -> bool:
        """Whether the sent form showed none of the fields that this day needs."""
        return (
            request.method == "POST"
            and bool(self.quotas)
            and not any(name in request.form for quota in self.quotas for name in _names(quota))
        )

    def fields(self, quota: QuotaToShare) -> Iterator[Field]:
        """Return the fields of a quota."""
        return (self.form[name] for name in _names(quota))

    def accepts(self) -> bool:
        """Whether this is a POST, every field is well formed, and the shares of each quota add up to it."""
        if not self.form.accepts():
            return False
        for quota in self.quotas:
            total = sum(field.data or 0 for field in self.fields(quota))
            if total != quota.size:
                field = next(self.fields(quota))
                field.errors = [sentence_of(SharesDiffer(agency=quota.agency.code, seats=quota.size, sum=total))]
        return not self.form.has_errors

    def shares(self) -> Shares:
        """Return what was typed. A quota whose fields the form did not show is missing."""
        return {
            quota.agency.id: {_id(party): self.form[name].data or 0 for party, name in zip(quota.parties, _names(quota), strict=True)}
            for quota in self.quotas
            if all(name in request.form for name in _names(quota))
        }


def _with_fields(quotas: Sequence[QuotaToShare], first: CopyForm) -> CopyForm:
    fields = {name: _field(quota, party) for quota in quotas for party, name in zip(quota.parties, _names(quota), strict=True)}
    kind = type("CopyFormWithQuotas", (CopyForm,), fields)
    form: CopyForm = kind(data={"starts_on": first.starts_on.data, "slug": first.slug.data})
    return form


def _field(quota: QuotaToShare, party: AgencyChoice | None) -> IntegerField:
    return IntegerField(
        _label(quota, party),
        default=quota.proposed(party),
        validators=[optional(), NumberRange(0, MOST_SEATS, _("Please write a number of seats from 0 to %(max)s."))],
        widget=TextInput(),
        render_kw={"inputmode": "numeric"},
    )


def _label(quota: QuotaToShare, party: AgencyChoice | None) -> str:
    if party is None:
        return str(_("Open to all"))
    if party == quota.agency and quota.lives_on:
        return str(_("%(agency)s, as before: shared by its offices and all who succeeded them", agency=party.code))
    if party == quota.agency:
        return str(_("%(agency)s, as before: shared by all who succeeded it", agency=party.code))
    return f"{party.code} · {party.name(current_language())}"


def _names(quota: QuotaToShare) -> list[str]:
    return [f"seats-{quota.agency.code}-to-{OPEN if party is None else party.code}" for party in quota.parties]


def _id(party: AgencyChoice | None) -> int | None:
    return None if party is None else party.id


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _line(text: str) -> str:
    return text[:LONGEST_SLUG] if text.isprintable() else ""
