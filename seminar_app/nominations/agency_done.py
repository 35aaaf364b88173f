"""What a liaison has just done, in the words on top of her page for a seminar, with the way to take it back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import request, url_for
from flask_babel import gettext as _
from msgspec import Struct, field

from seminar_app.core import clock
from seminar_app.nominations.agency_people import AgencyList, OwnPerson
from seminar_app.nominations.agency_queries import AgencyAccess
from seminar_app.nominations.agency_steps import Step, last_steps_of, seated_by
from seminar_app.nominations.request_rules import RequestKind
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.access import current_actor
from seminar_app.web.database import session
from seminar_app.web.ids import id_in

MOVED = ("moved-up", "moved-down")
SEATED, WAITS, WITHDRAWN = RegistrationState.REGISTERED, RegistrationState.WAITLISTED, RegistrationState.WITHDRAWN


class Done(Struct, frozen=True):
    """What was done.

    Attributes:
        message: in words.
        undo: address of the form that takes it back, with its `fields` and the `label` of its button; None if nothing does.
        off_list: whether it took somebody off the list, so that those who left are shown.
        moved: public id of the alternate who has moved: the message then stands in that row, and its button `did` has the focus.
    """

    message: str
    undo: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None
    off_list: bool = False
    moved: uuid.UUID | None = None
    did: str = ""


def done_in(access: AgencyAccess, listed: AgencyList) -> Done | None:
    """Return what the address of the page says was done; None if nothing was, or it has changed since."""
    did = request.args.get("did", "")
    if did in _PLAIN:
        return Done(_PLAIN[did]())
    person, other = (listed.find(id_in(request.args.get(name))) for name in ("of", "other"))
    if not did or person is None:
        return None
    if did in MOVED and person.number:
        said = _("%(name)s is alternate number %(number)d now.", name=person.name, number=person.number)
        return Done(said, moved=person.public_id, did=did)
    if did == "exchanged" and other is not None:
        return Done(" ".join((_stands_now(person), _stands_now(other))))
    steps = last_steps_of(session(), current_actor(), person.id, now=clock.now())
    if not steps or steps[0].to_state is not person.state:
        return None
    if did == "named":
        return _named(access, person, steps[0])
    if did == "withdrawn" and steps[0].undoable and person.state is WITHDRAWN:
        return _withdrawn(access, listed, person, steps[0])
    return Done(_restored(access, listed, person, steps)) if did == "restored" else None


_PLAIN = {
    "asked": lambda: _("The organizer has been asked, and decides. Until then nothing changes; the request stands below."),
    "kept": lambda: _("The seats are kept. Whoever you name next takes one of them."),
    "given-up": lambda: _("The seats are no longer kept. Whoever waits for one has it now; the others are empty."),
}


def _stands_now(person: OwnPerson) -> str:
    """Return where somebody stands now, in a sentence."""
    if person.state is SEATED:
        return str(_("%(name)s has a seat now.", name=person.name))
    if person.number:
        return str(_("%(name)s is alternate number %(number)d now.", name=person.name, number=person.number))
    return str(_("%(name)s waits for a seat now.", name=person.name))


def _at(endpoint: str, access: AgencyAccess, person: OwnPerson) -> str:
    return url_for(f"agency_staff.{endpoint}", slug=access.seminar.slug, registration_id=person.public_id.hex)


def _named(access: AgencyAccess, person: OwnPerson, step: Step) -> Done:
    told = bool(person.person.email)
    if person.state is SEATED:
        outcome = _("%(name)s has a seat.", name=person.name)
    elif person.number:
        outcome = _("%(name)s is alternate number %(number)d.", name=person.name, number=person.number)
    elif person.state is RegistrationState.NOMINATED:
        outcome = _("%(name)s waits for the organizer, who approves.", name=person.name)
    else:
        outcome = _("%(name)s is on the waiting list.", name=person.name)
    if told:
        next_step = _("A message with the personal link is on its way.")
    elif person.state is RegistrationState.NOMINATED:
        next_step = _("There is no e-mail address: once the organizer has decided, please tell this person yourself.")
    else:
        next_step = _("There is no e-mail address, so please tell this person yourself.")
    if not (person.changeable and step.undoable and access.at_once(RequestKind.WITHDRAW)):
        return Done(f"{outcome} {next_step}")
    fields, label = {"withdrawing": uuid.uuid4().hex}, _("Take off the list")
    return Done(f"{outcome} {next_step}", undo=_at("withdraw", access, person), fields=fields, label=label)


def _withdrawn(access: AgencyAccess, listed: AgencyList, person: OwnPerson, step: Step) -> Done:
    """Say that somebody is off the list, who has the seat now, and what Undo would do."""
    said = [_("%(name)s is off the list.", name=person.name)]
    if person.person.email or person.hidden:
        said.append(_("The message about it leaves in two minutes."))
    else:
        said.append(_("There is no e-mail address, so please tell this person yourself."))
    if step.from_state is SEATED:
        gone, heir = _heir(access, listed, step)
        if heir is not None:
            said.append(_("%(name)s has the seat now.", name=heir.name))
            said.append(_("Undo puts %(name)s on the list again, to wait: %(other)s keeps the seat.", name=person.name, other=heir.name))
        elif gone:
            said.append(_("The seat has gone to the next in line."))
            said.append(_("Undo puts %(name)s on the list again, to wait: the seat does not come back.", name=person.name))
        else:
            said.append(_("The seat is empty."))
    return Done(" ".join(said), undo=_at("restore", access, person), off_list=True)


def _restored(access: AgencyAccess, listed: AgencyList, person: OwnPerson, steps: list[Step]) -> str:
    """Say where somebody stands whose withdrawal was undone."""
    if person.state is SEATED:
        return str(_("Undone: %(name)s has a seat.", name=person.name))
    before = steps[-1]
    if person.state is not WAITS or before.to_state is not WITHDRAWN or before.from_state is not SEATED:
        return str(_("Undone: %(name)s is on the list as before.", name=person.name))
    if person.number:
        said = _("%(name)s is on the list again, as alternate number %(number)d.", name=person.name, number=person.number)
    else:
        said = _("%(name)s is on the list again, and waits for a seat.", name=person.name)
    _gone, heir = _heir(access, listed, before)
    kept = _("%(name)s keeps the seat.", name=heir.name) if heir is not None else _("The seat had gone to the next in line.")
    return f"{said} {kept}"


def _heir(access: AgencyAccess, listed: AgencyList, step: Step) -> tuple[bool, OwnPerson | None]:
    """Return whether the seat that a step freed has gone to somebody, and who that is, if the liaison may know."""
    given = seated_by(session(), access.seminar.id, step)
    return bool(given), next((each for each in listed.everybody if each.id in given and not each.hidden), None)
