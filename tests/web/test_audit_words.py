"""The details of the audit log, as an auditor reads them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from seminar_app.oversight.audit_details import details_words

CODES = {"office": {1: "HSI"}, "agency": {9: "INM", 5: "CNS"}}
ID = "3576a571feef4d66bdf6d3b8cc4d1339"


@pytest.mark.parametrize(
    ("action", "details", "words"),
    [
        ("registration.withdrawn", {"from": "registered", "to": "withdrawn"}, "Con lugar → Se retiró"),
        ("registration.registered", {"from": None, "to": "registered"}, "Con lugar"),
        ("attendance.marked", {"session": ID, "changed": 2, "to": {"present": 2}}, "Presente 2, sesión 3576A571, 2 marcas"),
        ("seminar.published", {"before": "draft", "after": "published"}, "Borrador → Publicado"),
        (
            "seminar.resumed",
            {"before": "completed", "after": "closed", "reason": "Llegó tarde la lista del segundo día."},
            "Concluido → Inscripciones cerradas, Llegó tarde la lista del segundo día.",
        ),
        (
            "seats.changed",
            {"before": {"None": 9, "9": 0, "5": 3}, "after": {"None": 1, "9": 8, "5": 3}},
            "Abierto a todos 9 → 1, INM 0 → 8",
        ),
        ("messages.viewed", {"state": None, "kind": None, "searched": False}, ""),
        ("message.viewed", {"kind": "registered"}, "Inscripción confirmada"),
        ("account.role_given", {"role": "organizer", "office": 1}, "Organizador, HSI"),
        ("account.role_given", {"role": "coordinator", "seminar_id": 1}, "Coordinador"),
        ("registration.edited", {"columns": ["position", "phone"]}, "Cargo, Teléfono"),
        ("something.new", {"unheard_of": ID}, "unheard_of 3576A571"),
    ],
)
def test_details_are_said_in_the_readers_words(app: Flask, action: str, details: dict[str, Any], words: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "es"}):
        app.preprocess_request()
        assert details_words(action, details, CODES) == words
