"""`python -m tools.browsers` (`make browsers`): the main journeys in Firefox, on a temporary demonstration.

Needs Debian's firefox-esr (or FIREFOX with its path) and node; npm installs what tests/firefox/package-lock.json names. Not a part of
`make test`: the journeys in Chromium are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from config import Settings
from seminar_app import create_app
from seminar_app.core import clock
from seminar_app.core.actor import COMMAND
from seminar_app.core.change_context import ChangeContext
from seminar_app.demo.state import PASSWORD
from seminar_app.feedback.services import open_form
from seminar_app.offices.models import Office
from seminar_app.registration.links import issue_link, personal_token
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool
from seminar_app.web.database import session, unit_of_work
from tests.support.factories import Make
from tools.screens import ROOT, demonstration

FOLDER = ROOT / "tests" / "firefox"


def main() -> int:
    """Run the journeys; return 1 if one failed."""
    firefox = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None or shutil.which("npm") is None:
        raise SystemExit("Firefox and npm are needed: install Debian's packages firefox-esr and npm.")
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=FOLDER, check=True)
    with demonstration() as (url, folder):
        links = [f"/registrations/{token}/feedback" for token in held_since_yesterday(folder)]
        environment = os.environ | {"FIREFOX": firefox, "DEMO_PASSWORD": PASSWORD}
        return subprocess.run(["node", "journeys.mjs", url, *links], cwd=FOLDER, env=environment, check=False).returncode


def held_since_yesterday(folder: Path) -> list[str]:
    """Add a seminar whose sheets take marks and whose form takes answers; return the personal links of its people."""
    with create_app(Settings.from_environment({"SEMINAR_DATA_DIR": str(folder)})).app_context():
        make, day = Make(session()), clock.now().date() - timedelta(days=1)
        office = session().scalars(select(Office).where(Office.code == "HSI")).one()
        seminar = make.seminar(slug="yesterday", office=office, starts_on=day, ends_on=day)
        make.seminar_session(seminar)
        pool = session().scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        people = [make.registration(seminar, pool=pool) for _ in range(2)]
        with unit_of_work() as work:
            open_form(work, ChangeContext(clock.now(), COMMAND), seminar_id=seminar.id)
            for registration in people:
                issue_link(work, work.get_one(Registration, registration.id))
        return [personal_token(session(), session().get_one(Registration, registration.id)) for registration in people]


if __name__ == "__main__":
    sys.exit(main())
