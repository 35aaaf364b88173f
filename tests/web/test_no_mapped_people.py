"""The checking client fails on a page whose template gets a row with a participant's data. Here it must."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, render_template_string

from seminar_app.agencies.models import Agency
from seminar_app.messages.models import Message
from seminar_app.offices.models import Office
from seminar_app.people.identity_models import PersonIdentity
from seminar_app.people.models import Person
from seminar_app.registration.models import NameRequest, Registration, RegistrationHistory
from seminar_app.seminars.models import Seminar
from tests.support.checking_client import PageFault, mapped_people, no_mapped_people


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A page as queries return it."""

    inside: Any


@pytest.mark.parametrize("kind", [Person, PersonIdentity, Registration, RegistrationHistory, NameRequest, Message])
@pytest.mark.parametrize(
    "wrap", [lambda row: row, lambda row: [row], lambda row: {"a": (row,)}, lambda row: Wrapped([Wrapped(row)]), lambda row: deque([row])]
)
def test_a_row_of_a_person_is_found_wherever_it_lies(kind: type[Any], wrap: Any) -> None:
    assert [found.split()[0] for found in mapped_people({"page": wrap(kind()), "other": None})] == [kind.__name__]


def test_rows_of_offices_agencies_and_seminars_may_be_shown() -> None:
    assert list(mapped_people({"page": Wrapped([Seminar(), Office(), Agency()]), "text": "x", "loop": range(3)})) == []


def test_what_lies_within_itself_ends() -> None:
    around: list[Any] = []
    around.append(around)
    assert list(mapped_people({"around": around})) == []


@pytest.mark.sqlite_only
def test_a_template_that_gets_one_fails_the_test(app: Flask) -> None:
    with pytest.raises(PageFault, match=r"gets Person as \.page\.inside"), no_mapped_people(app), app.test_request_context():
        render_template_string("", page=Wrapped(Person()))
