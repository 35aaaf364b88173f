from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment

FOLDER = Path(__file__).parents[2] / "templates" / "email"
KINDS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.txt") if not path.name.startswith("_")})


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_mail_has_both_languages_a_subject_that_names_nobody_and_a_body(kind: str) -> None:
    for language in ("es", "en"):
        text = (FOLDER / f"{kind}.{language}.txt").read_text(encoding="utf-8")
        Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(text)
        subject, gap, body = text.partition("\n\n")
        assert gap
        assert body.strip()
        assert "\n" not in subject.strip()
        assert "to_name" not in subject
