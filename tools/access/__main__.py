"""`python -m tools.access`: generate docs/access.md from the policy table and the program's URLs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from config import Settings
from seminar_app import create_app
from tools.access.table import PAGE, page


def main() -> None:
    """Write the page to docs/access.md."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings.from_environment({"SEMINAR_MODE": "test", "SEMINAR_DATA_DIR": folder}))
        PAGE.write_text(page(app), encoding="utf-8")
    print(f"{PAGE.relative_to(Path.cwd())} is printed.")


if __name__ == "__main__":
    main()
