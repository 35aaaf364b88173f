"""One commit a request (docs/decisions/0003-one-commit-a-request.md): only the unit of work ends a transaction."""

from __future__ import annotations

import ast
from pathlib import Path

from config import PROJECT_ROOT

ENDS = frozenset({"commit", "rollback"})
ROOMS = sorted(path for path in (PROJECT_ROOT / "seminar_app").iterdir() if path.is_dir() and path.name not in ("cli", "core", "static"))
THEIR_REASONS = {
    "seminar_app/audit/anchor.py": "reads again after it waited for the anchor's file, outside any unit of work",
    "seminar_app/long_jobs/telling.py": "waits for a job between short reads, after the only change was committed",
    "seminar_app/web/errors.py": "lets go of what a view that failed left open",
}


def ends_in(source: str) -> list[int]:
    """Return the lines that end a transaction."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in ENDS]


def files() -> list[Path]:
    return [path for room in ROOMS for path in room.rglob("*.py")]


def test_no_room_ends_a_transaction_by_itself() -> None:
    found = {str(path.relative_to(PROJECT_ROOT)): lines for path in files() if (lines := ends_in(path.read_text(encoding="utf-8")))}
    assert len(files()) > 100
    assert found.keys() == THEIR_REASONS.keys(), found


def test_a_service_that_does_is_noticed() -> None:
    assert ends_in("def service(session):\n    session.flush()\n    session.commit()\n") == [3]
