"""What a person changes in the proposal, and what it is refused for."""

from __future__ import annotations

import json

import pytest

from seminar_app.nominations.choices import LayoutFaultCode, faults_of, from_json, to_json, to_remember, with_choices
from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import DateOrder, Field, NameOrder
from tests.support.read_lists import tables_of

LIST = tables_of(
    [
        ("Nombre completo", "Correo", "Dato", "Observaciones"),
        ("Ana Ruiz Peña", "ana@b.example", "03/04/1980", "—"),
        ("Noé Dzul Pech", "noe@b.example", "04/05/1981", ""),
    ]
)
PROPOSED = propose(LIST)


def test_an_unplaced_column_is_refused_until_it_is_placed_or_left_out_on_purpose() -> None:
    assert [(fault.code, fault.columns) for fault in faults_of(PROPOSED)] == [(LayoutFaultCode.UNPLACED, (2,))]
    for field in ("birth_date", "left_out"):
        layout, faults = with_choices(PROPOSED, {"0": {"fields": {"2": field}}})
        assert faults == ()
        assert layout.unplaced == []


def test_a_date_that_is_placed_by_hand_gets_its_order_from_the_column() -> None:
    layout, _faults = with_choices(PROPOSED, {"0": {"fields": {"2": "birth_date"}}}, tables=LIST)
    assert layout.tables[0].date_order is DateOrder.DAY_FIRST
    other, faults = with_choices(layout, {"0": {"date_order": "month_first"}}, tables=LIST)
    assert faults == ()
    dates = [[row.nominee.birth_date.isoformat() for row in read(LIST, each).rows if row.nominee.birth_date] for each in (layout, other)]
    assert dates == [["1980-04-03", "1981-05-04"], ["1980-03-04", "1981-04-05"]]


def test_a_field_for_two_columns_is_refused_with_both() -> None:
    layout, faults = with_choices(PROPOSED, {"0": {"fields": {"2": "email"}}})
    assert [(fault.code, fault.table, fault.field, fault.columns) for fault in faults] == [
        (LayoutFaultCode.FIELD_TWICE, "0", Field.EMAIL, (1, 2))
    ]
    assert layout.tables[0].columns[2].field is Field.EMAIL  # shown again as chosen


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"0": {"taken": False}}, LayoutFaultCode.NOTHING_TAKEN),
        ({"0": {"fields": {"0": "left_out", "2": "left_out"}}}, LayoutFaultCode.NO_NAME),
        ({"0": {"fields": {"2": "surname1"}}}, LayoutFaultCode.NAME_TWICE),
        ({"0": {"fields": {"9": "phone", "2": "left_out"}}}, LayoutFaultCode.NO_SUCH_CHOICE),
        ({"0": {"fields": {"2": "shoe size"}}}, LayoutFaultCode.NO_SUCH_CHOICE),
        ({"0": {"fields": {"2": "left_out"}, "name_order": "alphabetical"}}, LayoutFaultCode.NO_SUCH_CHOICE),
        ({"0": {"fields": {"2": "left_out"}, "m_means": "X"}}, LayoutFaultCode.NO_SUCH_CHOICE),
        ({"7": {"taken": True}, "0": {"fields": {"2": "left_out"}}}, LayoutFaultCode.NO_SUCH_CHOICE),
    ],
)
def test_what_cannot_be_read_is_named(choices: dict[str, dict[str, object]], code: LayoutFaultCode) -> None:
    assert code in {fault.code for fault in with_choices(PROPOSED, choices)[1]}


def test_the_order_of_a_name_follows_the_person() -> None:
    layout, _faults = with_choices(PROPOSED, {"0": {"name_order": "surnames_first", "fields": {"2": "left_out"}}})
    assert layout.tables[0].name_order is NameOrder.SURNAMES_FIRST
    assert read(LIST, layout).rows[0].nominee.surname1 == "Ana"


def test_a_layout_is_kept_without_the_samples_and_comes_back() -> None:
    kept = json.loads(json.dumps(to_json(PROPOSED)))
    assert "Ana" not in json.dumps(kept)
    again = from_json(kept)
    assert [(c.index, c.heading, c.field) for c in again.tables[0].columns] == [
        (c.index, c.heading, c.field) for c in PROPOSED.tables[0].columns
    ]
    assert read(LIST, again) == read(LIST, PROPOSED)


def test_what_was_confirmed_is_proposed_for_the_same_headings_in_any_order() -> None:
    confirmed, _faults = with_choices(PROPOSED, {"0": {"fields": {"2": "birth_date"}}}, tables=LIST)
    remembered = {confirmed.tables[0].fingerprint: to_remember(confirmed.tables[0])}
    turned = tables_of([tuple(reversed(row)) for row in LIST.tables[0].rows])
    layout = propose(turned, remembered).tables[0]
    assert layout.fingerprint == confirmed.tables[0].fingerprint
    assert [column.field for column in layout.columns] == [Field.LEFT_OUT, Field.BIRTH_DATE, Field.EMAIL, Field.FULL_NAME]
    assert layout.date_order is DateOrder.DAY_FIRST


def test_a_heading_that_nothing_tells_is_placed_as_in_every_other_list() -> None:
    remembered = {"another list": {"dato": Field.BIRTH_DATE}}
    assert propose(LIST, remembered).tables[0].columns[2].field is Field.BIRTH_DATE
    doubtful = {"another list": {"dato": Field.BIRTH_DATE}, "a third": {"dato": Field.PHONE}}
    assert propose(LIST, doubtful).tables[0].columns[2].field is None


def test_a_confirmed_choice_stands_before_what_the_heading_says() -> None:
    mark = PROPOSED.tables[0].fingerprint
    layout = propose(LIST, {mark: {"dato": Field.EMAIL, "correo": Field.LEFT_OUT}}).tables[0]
    assert [column.field for column in layout.columns] == [Field.FULL_NAME, Field.LEFT_OUT, Field.EMAIL, Field.LEFT_OUT]
