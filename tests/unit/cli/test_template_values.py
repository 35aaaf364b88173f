from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seminar_app.cli.template_values import template_values
from seminar_app.core.values import replace
from tests.conftest import settings_for

OURS = replace(
    settings_for("sqlite:////x", Path("/x")),
    public_url="https://seminarios.fgr.example",
    smtp_url="smtps://ana:p%40ss@mail.fgr.example",
    mail_from="Constancia <no-reply@fgr.example>",
)


def test_values_of_ones_own_are_left_alone() -> None:
    assert list(template_values(OURS)) == []
    assert list(template_values(replace(OURS, smtp_url=None))) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"public_url": "https://seminars.example.org"}, "PUBLIC_URL still names seminars.example.org"),
        ({"smtp_url": "smtps://ana:p@mail.example.org"}, "SMTP_URL still names mail.example.org"),
        ({"smtp_url": "smtps://user:password@mail.fgr.example"}, "SMTP_URL still has the example's user and password"),
        ({"mail_from": "Constancia <no-reply@example.org>"}, "MAIL_FROM still names example.org"),
        ({"mail_from": "no-reply@example.com"}, "MAIL_FROM still names example.com"),
        ({"smtp_url": "smtps://mail.…"}, "SMTP_URL still has a …"),
    ],
)
def test_a_value_of_the_template_is_named(changed: dict[str, Any], said: str) -> None:
    (sentence,) = template_values(replace(OURS, **changed))
    assert said in sentence
    assert "password@" not in sentence
