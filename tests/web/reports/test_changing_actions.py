"""Every action of the audit log is known as one that changes figures, or as one that does not."""

from __future__ import annotations

import pytest
from flask import Flask

from seminar_app.audit.words import all_actions
from seminar_app.reports.rules.changing_actions import CHANGING, NOT_CHANGING

pytestmark = pytest.mark.sqlite_first


def test_of_every_action_is_said_whether_it_changes_figures(app: Flask) -> None:
    with app.test_request_context("/"):
        registered = {action for action, _words in all_actions()}
    assert set() == CHANGING & NOT_CHANGING
    assert registered - CHANGING - NOT_CHANGING == set(), "name a new action in reports/rules/changing_actions.py"
    assert (CHANGING | NOT_CHANGING) - registered == set(), "no room has this action any more"
