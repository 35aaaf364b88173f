"""For any input, typed or in a list of nominees, the readers answer or refuse; they never fail otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_app.audit.anchor import AnchorBroken, read_anchors
from seminar_app.audit.chain import ChainKeys
from seminar_app.certificates.rules import address_of_code, read_code
from seminar_app.core.addresses import counting_key, fault_of_address, normal_address, search_form
from seminar_app.core.folding import fold
from seminar_app.core.links import token_hash
from seminar_app.core.phones import readable_phone, shown_phone
from seminar_app.nominations.names import split_surnames
from seminar_app.people.identity_rules import doubt_about_curp
from seminar_app.people.rules import is_name, name_key
from seminar_app.registration.services.forms_sent import same_code

KEYS = ChainKeys(audit_keys=(), secret_keys=("a secret key of at least thirty-two letters",))
TEXT = st.text(st.characters(codec=None, categories=None), max_size=60) | st.sampled_from(
    ("", "\0", "1" + "0" * 20, "[1]", "\ud800", "\u202e\u200b", "🎓" * 60, "x" * 5_000, "+52 998 123 4567", "a@b", "a@[1]", "@", "٣", "²")
)
INPUTS = [pytest.param(40, id="short"), pytest.param(2_000, id="full", marks=pytest.mark.full)]
READERS: list[Callable[[str], Any]] = [
    fold,
    normal_address,
    counting_key,
    search_form,
    token_hash,
    is_name,
    name_key,
    fault_of_address,
    readable_phone,
    shown_phone,
    doubt_about_curp,
    split_surnames,
    read_code,
    address_of_code,
    lambda text: same_code(text, "Cancún"),
]


@pytest.mark.parametrize("inputs", INPUTS)
def test_every_reader_answers_to_any_text(inputs: int) -> None:
    @settings(max_examples=inputs, deadline=None, database=None)
    @given(TEXT)
    def read(text: str) -> None:
        for reader in READERS:
            reader(text)

    read()


@pytest.mark.parametrize("sequence", ["1e999", '"\\ud800"', "[" * 500])
def test_a_line_that_is_no_anchor_breaks_the_file(tmp_path: Path, sequence: str) -> None:
    line = f'{{"at": "\\ud800", "sequence": {sequence}, "digest": "", "mac": ""}}\n'
    (tmp_path / "anchors").write_text(line, encoding="ascii")
    with pytest.raises(AnchorBroken):
        list(read_anchors(tmp_path / "anchors", KEYS))
