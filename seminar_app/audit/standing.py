"""How far the audit log is known to be whole: by checking its chain where that is quick, else by the newest line of its anchor."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.anchor import Anchor, AnchorBroken, read_anchors
from seminar_app.audit.chain import chain_keys
from seminar_app.audit.models import AuditHead
from seminar_app.audit.verifying import verify
from seminar_app.core.installation import installation_of

QUICK = 25_000
"""Rows that a page may check: about a second."""


class Standing(Struct, frozen=True):
    """What is known of the audit log.

    Attributes:
        last: sequence number of its last row.
        checked: whether the whole chain was checked now.
        intact: what the check found; None where none was made.
        anchored: the newest line of the anchor, if there is one that can be read.
        anchor_broken: whether the anchor is not as it was written.
    """

    last: int
    checked: bool
    intact: bool | None
    anchored: Anchor | None
    anchor_broken: bool


def standing_of(session: Session) -> Standing:
    """Return what is known; the chain is checked if it has at most `QUICK` rows."""
    anchors, broken = _anchors(session)
    last = session.scalar(select(AuditHead.sequence).where(AuditHead.id == 1)) or 0
    checked = last <= QUICK
    intact = verify(session, anchors).intact if checked else None
    return Standing(last, checked, intact, anchors[-1] if anchors else None, broken)


def _anchors(session: Session) -> tuple[Sequence[Anchor], bool]:
    path, found = installation_of(session).settings.audit_anchor, []
    if path is None:
        return [], False
    try:
        for each in read_anchors(path, chain_keys(session)):
            found.append(each)
    except FileNotFoundError:
        return [], False
    except (AnchorBroken, OSError):
        return found, True
    return found, False
