"""What is computed from inputs and stored fits its column, whatever a form accepts: also letters that grow when they are folded."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import String

from seminar_app.agencies.models import Agency, AgencyAlias
from seminar_app.agencies.rules import alias_key, search_key
from seminar_app.core.tables import Base
from seminar_app.messages.models import Message
from seminar_app.people.forms import LONGEST_CERTIFICATE_NAME
from seminar_app.people.models import Person
from seminar_app.people.rules import name_key, sort_key
from seminar_app.registration.models import NameRequest

LETTERS = ["x", "ß", "ﷺ", "ñ", "½"]
"""The third grows to 18 when it is folded, the fourth to two in the order of the Spanish alphabet."""


def length_of(model: type[Base], name: str) -> int:
    kind: Any = model.__table__.columns[name].type
    assert isinstance(kind, String)
    return kind.length or 0


@pytest.mark.parametrize("letter", LETTERS)
def test_keys_of_the_longest_names_fit_their_columns(letter: str) -> None:
    parts = {name: letter * length_of(Person, name) for name in ("given_names", "surname1", "surname2")}
    assert len(name_key(*parts.values())) <= length_of(Person, "search_key")
    assert len(sort_key(**parts)) <= length_of(Person, "sort_key")
    names = {name: letter * length_of(Agency, name) for name in ("code", "name_es", "name_en")}
    assert len(search_key(**names)) <= length_of(Agency, "search_key")
    assert len(alias_key(letter * length_of(AgencyAlias, "alias"))) <= length_of(AgencyAlias, "search_key")


def test_the_longest_certificate_name_that_a_form_takes_fits_wherever_it_is_kept() -> None:
    for model, name in ((Person, "certificate_name"), (NameRequest, "certificate_name"), (Message, "to_name")):
        assert length_of(model, name) >= LONGEST_CERTIFICATE_NAME
