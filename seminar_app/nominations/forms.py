"""The forms of a list: its upload, what its columns are for, and what is corrected in it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import FileField, HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from seminar_app.agencies.queries import AgencyChoice
from seminar_app.nominations.corrections import Cell, Corrections
from seminar_app.nominations.limits import FILE_MB
from seminar_app.nominations.shapes import Field, RowKey
from seminar_app.web.forms import BaseForm, choices_of, optional, required
from seminar_app.web.languages import current_language

EACH_ROW = "each-row"
"""Choice of an agency: each row names its own."""
LONGEST_CELL = 400
ORDERS = {"order": "name_order", "dates": "date_order", "m": "m_means"}
"""Controls for how columns are read."""
FIELDS = frozenset(each.value for each in Field)
ROW = re.compile(r"\d{1,3}\.\d{1,6}")


class UploadForm(BaseForm):
    """An agency's list: a file, or cells that were copied and pasted."""

    submission_id = HiddenField(default=lambda: uuid.uuid4().hex, render_kw={"data-kept": ""})  # static/js/page.js
    agency = SelectField(_l("Whose list is it?"), choices=[], validators=[required(_l("Please choose whose list it is."))])
    file = FileField(_l("The file"), render_kw={"accept": ".xlsx,.xls,.ods,.csv,.tsv,.txt"})
    pasted = TextAreaField(
        _l("Or paste the cells"), validators=[optional(), Length(max=FILE_MB << 20)], render_kw={"rows": 4, "wrap": "off"}
    )

    def offer(self, agencies: Sequence[AgencyChoice], *, each_row: bool, chooses: bool) -> None:
        """Set the agencies to choose from.

        Args:
            each_row: the list may also be of several, each row naming its own.
            chooses: none is proposed, because nobody knows whose list comes.
        """
        self.agency.choices = choices_of(*([("", _("Choose…"))] if chooses else []), *whose_choices(agencies, each_row=each_row))

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        """Check that there is a file or something pasted."""
        fine = super().validate(extra_validators)
        if not self.upload and not (self.pasted.data or "").strip():
            self.file.errors = [*self.file.errors, _("Please choose the file, or paste the cells below.")]
            fine = False
        return fine

    @property
    def upload(self) -> FileStorage | None:
        """The file, if one was chosen."""
        chosen = request.files.get(self.file.name)
        return chosen if chosen is not None and chosen.filename else None


def whose_choices(agencies: Sequence[AgencyChoice], *, each_row: bool) -> list[tuple[str, str]]:
    """Return the agencies whose list it may be, each with what is sent; `EACH_ROW` last."""
    language = current_language()
    named = [(each.code, f"{each.code} · {each.name(language)}") for each in agencies]
    return [*named, (EACH_ROW, _("Several: each row names its own"))] if each_row else named


def layout_choices(sent: MultiDict[str, str]) -> dict[str, dict[str, Any]]:
    """Return what the page of the columns says, by key of a table's layout (`choices.with_choices`).

    A control is `<what>-<table>`, of a column `field-<table>-<index>`. `table-<table>` stands beside the box that takes it, because a
    box that is not ticked is not sent.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, value in sent.items():
        kind, _dash, rest = name.partition("-")
        key, _dash, index = rest.partition("-")
        if kind == "table":
            found.setdefault(key, {})["taken"] = f"take-{key}" in sent
        elif kind == "field":
            found.setdefault(key, {}).setdefault("fields", {})[index] = value
        elif kind in ORDERS:
            found.setdefault(key, {})[ORDERS[kind]] = value
    return found


def corrections_in(sent: MultiDict[str, str]) -> Corrections:
    """Return the corrections that a page sends; controls that no page of ours has are passed over.

    A cell is `cell-<row>-<field>` and stands beside `was-<row>-<field>`, what the page showed: a cell that nobody changed is no
    correction. Where one row is sent alone, `row` names it, and nothing else on the page counts. `who-<row>` is who it is about, empty
    to take that back; `say` names the row whose button was pressed. `accept` is «row|field|text», a proposal that is taken; `fix` is
    «field|value as written», with `instead-…` beside it: one fix for all equal values. `fix_all` takes every `instead-…` in which
    something stands. Of empty cells, `rows-…` names the rows.
    """
    cells: dict[Cell, str] = {}
    was: dict[Cell, str] = {}
    choices: dict[RowKey, str] = {}
    alone = sent.get("row")
    for name, text in sent.items():
        kind, _dash, rest = name.partition("-")
        key, _dash, of = rest.partition("-")
        if not ROW.fullmatch(key) or (alone is not None and key != alone):
            continue
        if kind == "cell" and of in FIELDS and text != sent.get(f"was-{rest}"):
            cells[key, Field(of)] = text[:LONGEST_CELL]
        elif kind == "was" and of in FIELDS:
            was[key, Field(of)] = text
        elif kind == "who" and not of:
            choices[key] = sent.getlist(name)[-1][:32]
    for accepted in sent.getlist("accept"):
        key, _bar, rest = accepted.partition("|")
        of, _bar, text = rest.partition("|")
        if ROW.fullmatch(key) and of in FIELDS:
            cells[key, Field(of)] = text[:LONGEST_CELL]
    values = {}
    every = (name.removeprefix("instead-") for name, text in sent.items() if name.startswith("instead-") and text.strip())
    for fix in every if sent.get("fix_all") else sent.getlist("fix"):
        of, _bar, value = fix.partition("|")
        text = sent.get(f"instead-{fix}", "")[:LONGEST_CELL]
        if of in FIELDS and value:
            values[Field(of), value[:LONGEST_CELL]] = text
        elif of in FIELDS:
            cells |= {(key, Field(of)): text for key in sent.get(f"rows-{fix}", "").split() if ROW.fullmatch(key)}
    case, without = sent.get("normal_case"), sent.get("without_address")
    return Corrections(
        cells=cells,
        was=was,
        values=values,
        left_out=frozenset(key for key in sent.getlist("leave_out") if ROW.fullmatch(key)),
        taken_again=frozenset(key for key in sent.getlist("take_again") if ROW.fullmatch(key)),
        people=frozenset(key for key in sent.getlist("is_person") if ROW.fullmatch(key)),
        choices=choices,
        addresses=_addresses(sent),
        unsaid=frozenset(key for key in sent.getlist("say") if ROW.fullmatch(key) and not choices.get(key)),
        normal_case=None if case is None else case == "1",
        without_address=None if without is None else without == "1",
    )


def _addresses(sent: MultiDict[str, str]) -> dict[RowKey, str]:
    """Return what buttons «row|address» say."""
    said = (each.partition("|") for each in sent.getlist("address"))
    return {key: text[:LONGEST_CELL] for key, _bar, text in said if ROW.fullmatch(key)}


__all__ = ["UploadForm", "corrections_in", "layout_choices", "whose_choices"]
