"""Issue many certificates and set their PDFs, in parts: each part is one transaction, and whatever is interrupted is taken up again.

Each part issues to the next few people and sets what is missing then, so nobody waits for their PDF until all others have theirs.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from sqlalchemy.orm import Session

from seminar_app.certificates import services
from seminar_app.certificates.queries import plan_of, standings
from seminar_app.certificates.rules import CertificateRule, Standing
from seminar_app.certificates.setting import SetPage, Setter, keep_set, missing
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.key_ring import CannotOpen
from seminar_app.web.database import session

log = logging.getLogger(__name__)
AT_ONCE = 25
"""People in a part: so many are issued in one transaction, and so many PDFs are sealed and kept in another."""
ISSUING = "issuing"
"""Stage of the work."""
ISSUED, DONE, GAPS, FAILED = "issued", "set", "gaps", "failed"
"""What has been done so far: certificates issued, PDFs set, of these with a sign that no font has in the name, and PDFs not set."""

Work = Callable[[Session, ChangeContext], Mapping[str, Any]]


class InParts(Protocol):
    """What does the parts: a job of the worker, or a command."""

    so_far: dict[str, Any]

    def part(self, work: Work) -> None:
        """Do a part in a transaction, and keep in `so_far` what it returns."""

    def step(self, stage: str, done: int, total: int) -> None:
        """Say how far the work is; may raise to end it."""


def issue_to_all(run: InParts, seminar_id: int) -> None:
    """Issue certificates to everybody who earns one, and set the PDFs that are missing.

    Raises:
        NotFound, NotCompletedYet, GivesNone: the seminar gives none, or no more.
    """
    plan = plan_of(session(), seminar_id)
    rule = plan.rule if plan is not None else CertificateRule.NONE
    earn = sum(each is Standing.EARNS for each in standings(session(), seminar_id, rule).values())
    begun = run.so_far.get(DONE, 0) + run.so_far.get(FAILED, 0)
    total = begun + earn + len(missing(session(), seminar_id))
    setter, failed = Setter(session()), set[int]()
    while True:
        run.step(ISSUING, run.so_far.get(DONE, 0) + run.so_far.get(FAILED, 0), total)
        before = run.so_far.get(ISSUED, 0)
        run.part(partial(_issued, seminar_id=seminar_id, before=before))
        wanted = [each for each in missing(session(), seminar_id) if each not in failed]
        if not wanted and run.so_far[ISSUED] == before:
            return
        failed |= _set(run, setter, wanted, total=total)


def issue_to(run: InParts, seminar_id: int, registrations: Sequence[uuid.UUID], *, asked_at: datetime) -> None:
    """Issue certificates to the people who were chosen, and set the PDFs of theirs that are missing.

    Raises:
        NotFound, NotCompletedYet, GivesNone, NobodyEarnsOne: as `services.issue_asked`.
    """
    total = len(registrations)
    run.step(ISSUING, 0, total)
    before = run.so_far.get(ISSUED, 0)

    def issue(work: Session, context: ChangeContext) -> Mapping[str, int]:
        made = services.issue_asked(work, context, seminar_id=seminar_id, registrations=registrations, asked_at=asked_at)
        return {ISSUED: before + len(made)}

    run.part(issue)
    _set(run, Setter(session()), missing(session(), seminar_id, registrations=registrations), total=total)


def _issued(work: Session, context: ChangeContext, *, seminar_id: int, before: int) -> Mapping[str, int]:
    return {ISSUED: before + len(services.issue_next(work, context, seminar_id=seminar_id, most=AT_ONCE))}


def _set(run: InParts, setter: Setter, wanted: Sequence[int], *, total: int) -> set[int]:
    """Set these certificates and keep their PDFs, a part at a time. Return the ids of those that could not be set."""
    failed: set[int] = set()
    for begin in range(0, len(wanted), AT_ONCE):
        pages: list[SetPage] = []
        before, some = dict(run.so_far), wanted[begin : begin + AT_ONCE]
        for one, _printed in setter.read(some):
            run.step(ISSUING, before.get(DONE, 0) + before.get(FAILED, 0) + len(pages), total)
            try:
                page = setter.set(one)
            except (CannotOpen, RuntimeError) as error:  # typst's errors are such; what is wrong with one stops no other
                log.error("A certificate could not be set: %s.", type(error).__name__)  # noqa: TRY400  no values in the log
                failed.add(one.id)
                continue
            pages.extend([page] if page is not None else [])
        lost = len(failed & set(some))
        run.part(partial(_kept, pages=pages, before=before, lost=lost))
    return failed


def _kept(work: Session, context: ChangeContext, *, pages: Sequence[SetPage], before: Mapping[str, int], lost: int) -> Mapping[str, int]:
    return {
        DONE: before.get(DONE, 0) + keep_set(work, context, pages),
        GAPS: before.get(GAPS, 0) + sum(page.gaps for page in pages),
        FAILED: before.get(FAILED, 0) + lost,
    }
