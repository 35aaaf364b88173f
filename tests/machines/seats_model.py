"""A second, independent statement of the rules of seats: plain Python that shares only the names of states with the app.

Source: docs/decisions/0004-seat-pools.md and the refusals of `registration`'s services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

PARENT = {"PGR": None, "PGR-A": "PGR", "PGR-A1": "PGR-A", "CNS": None, "INM": None}
OLD, NEW = "PGR-A", "INM"
"""The only succession that may be recorded: the new agency's people may then have the seats of the old one and of its parent, too."""
NOT_LISTED = "?"
"""The agency of people who wrote one that is not in the directory: they may have a seat of the open pool, and no other."""
STANDING = ("pending", "nominated", "invited", "registered", "waitlisted")


class Refused(Exception):
    """The name of the refusal that the product must answer with."""


@dataclass(eq=False)
class Human:
    """Somebody, known by address and name; in all seminars the same."""

    email: str
    name: str


@dataclass(eq=False)
class Entry:
    """A registration. `pool` is the agency whose seat is held, "" for one of the open pool; `queue` grows by arrival."""

    human: Human
    agency: str = ""
    state: str = ""
    pool: str | None = None
    queue: int | None = None
    form: tuple[int, str, str] | None = None
    undo_until: datetime | None = None
    told_last: str = ""
    """The kind of the mail that an undo deletes."""
    nominated: bool = False
    named: bool = False
    """By staff or the agency, and not by the form: a seat that is kept for a name of the agency is theirs."""
    own_only: bool = False
    """Draws from its agency's seats only."""
    last_queue: int | None = None
    came_from: str = ""
    moved_by: str = ""

    @property
    def who(self) -> tuple[str, str]:
        return self.human.email, self.human.name


@dataclass(eq=False)
class Mail:
    """What somebody was told: as who they were then, about which seminar."""

    kind: str
    entry: Entry
    email: str
    name: str
    seminar: str


@dataclass
class Pool:
    size: int
    release_on: date | None = None
    released: bool = False

    @property
    def kept(self) -> bool:
        return self.size > 0 or self.release_on is not None


@dataclass(eq=False)
class Hold:
    """A seat of `pool` that is kept to the end of a day, for the next name of `agency` or for somebody invited."""

    pool: str
    last_day: date
    agency: str = ""
    invited: Entry | None = None


@dataclass
class Happened:
    """What the last step must have left behind, in order."""

    history: list[tuple[str, str, str | None, str, str | None]] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    unsaid: list[tuple[str, Entry]] = field(default_factory=list)
    succeeded: bool = False

    def clear(self) -> None:
        for said in (self.history, self.mails, self.unsaid):
            said.clear()


@dataclass
class SeminarModel:
    """One seminar: its pools, its people, and the only rules by which they move."""

    slug: str
    hours_from_utc: int
    last_day: date
    manual: bool
    code: str | None
    pools: dict[str, Pool]
    state: str = "published"
    before_archive: str = ""
    entries: list[Entry] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    freezes_on: date | None = None
    sent: dict[tuple[object, ...], tuple[datetime, Entry | None]] = field(default_factory=dict)
    """When a form was last sent, by what it said, and what its button led to; None once it is void."""
    happened: Happened = field(default_factory=Happened)

    def snapshot(self) -> Callable[[], None]:
        """Return what brings the seminar back to how it is now: a refused step changes nothing, also not what settling would have."""
        pools = {agency: replace(pool) for agency, pool in self.pools.items()}
        holds, days = list(self.holds), [hold.last_day for hold in self.holds]
        entries, sent = [(entry, dict(vars(entry))) for entry in self.entries], dict(self.sent)

        def restore() -> None:
            self.pools, self.holds, self.sent = pools, holds, sent
            self.entries[:] = [entry for entry, _was in entries]
            for entry, was in entries:
                vars(entry).update(was)
            for hold, day in zip(holds, days, strict=True):
                hold.last_day = day

        return restore

    # What one may ask.

    def today(self, now: datetime) -> date:
        return (now + timedelta(hours=self.hours_from_utc)).date()

    def is_over(self, now: datetime) -> bool:
        return self.today(now) > self.last_day

    def refuse_if_frozen(self) -> None:
        if self.state in ("completed", "archived"):
            raise Refused(f"Seminar{self.state.capitalize()}")

    def gives_seats(self, now: datetime) -> bool:
        return self.state in ("draft", "published", "closed") and not self.is_over(now)

    def held(self, pool: str) -> int:
        return sum(entry.pool == pool for entry in self.entries) + self.kept(pool)

    def kept(self, pool: str) -> int:
        return sum(hold.pool == pool for hold in self.holds)

    def by_hand(self, now: datetime) -> bool:
        """Whether the organizer approves each."""
        return self.manual or (self.freezes_on is not None and self.freezes_on <= self.today(now))

    def waiting(self) -> list[Entry]:
        return sorted((entry for entry in self.entries if entry.state == "waitlisted"), key=lambda entry: entry.queue or 0)

    def quotas(self, agency: str) -> list[str]:
        """Of an agency, the nearest first."""
        own = [] if agency == NOT_LISTED else list(self._up(agency))
        return own + (list(self._up(OLD)) if agency == NEW and self.happened.succeeded else [])

    def steps(self, agency: str) -> list[str]:
        """Agencies whose quotas the agency's people may have, if there were any; none where the seminar never had a quota."""
        if agency == NOT_LISTED or set(self.pools) == {""}:
            return []
        own, former = self._all_up(agency), self._all_up(OLD) if agency == NEW and self.happened.succeeded else []
        return own + former

    @staticmethod
    def _all_up(agency: str) -> list[str]:
        step, found = agency, [agency]
        while (step := PARENT[step] or "") != "":
            found.append(step)
        return found

    def has_quota(self, agency: str) -> bool:
        return any(self.pools[pool].kept for pool in self.quotas(agency))

    def may_hold(self, entry: Entry, now: datetime, *, served: bool = False) -> list[str]:
        """Pools, the nearest first and the open one last. `served`: a quota counts as released once its alternates were served."""
        quotas = self.quotas(entry.agency)
        kept = [self.pools[pool] for pool in quotas if self.pools[pool].kept]
        came = [
            pool for pool in kept if pool.release_on is not None and pool.release_on <= self.today(now) and (pool.released or not served)
        ]
        return quotas if entry.own_only and kept and not came else [*quotas, ""]

    def _up(self, agency: str) -> Iterator[str]:
        step: str | None = agency
        while step is not None:
            if step in self.pools:
                yield step
            step = PARENT[step]

    def free_for(self, entry: Entry, now: datetime, *, served: bool = False) -> str | None:
        for pool in self.may_hold(entry, now, served=served):
            if self.pools[pool].size > self.held(pool):
                return pool
        return None

    def entry_of(self, human: Human) -> Entry | None:
        return next((entry for entry in self.entries if entry.human is human), None)

    def standing(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state in STANDING]

    # What follows by itself.

    def due(self, now: datetime) -> list[str]:
        """Quotas that must give up seats today, or whose alternates are to be served."""
        return [
            agency
            for agency, pool in self.pools.items()
            if pool.release_on is not None and pool.release_on <= self.today(now) and (pool.size > self.held(agency) or not pool.released)
        ]

    def ending(self, hold: Hold, now: datetime) -> bool:
        day = self.pools[hold.pool].release_on
        released = hold.pool != "" and hold.invited is None and day is not None and day <= self.today(now)
        return self.today(now) > hold.last_day or released

    def end_holds(self, now: datetime) -> None:
        self.holds[:] = [hold for hold in self.holds if not self.ending(hold, now)]

    def let_go(self, entry: Entry) -> None:
        self.holds[:] = [hold for hold in self.holds if hold.invited is not entry]

    def take_kept(self, entry: Entry) -> str | None:
        """The pool of the seat that is kept for this person, who takes it."""
        theirs = [hold for hold in self.holds if hold.invited is entry]
        if not theirs and entry.named and entry.agency != NOT_LISTED:
            order = [entry.agency, *self.steps(entry.agency)]
            own = [hold for hold in self.holds if hold.invited is None and hold.agency in order]
            theirs = sorted(own, key=lambda hold: (order.index(hold.agency), hold.last_day, self.holds.index(hold)))
        if not theirs:
            return None
        self.holds.remove(theirs[0])
        return theirs[0].pool

    def settle(self, now: datetime) -> None:
        if not self.gives_seats(now):
            return
        self.end_holds(now)
        for agency in self.due(now):
            self.pools[""].size += self.pools[agency].size - self.held(agency)
            self.pools[agency].size, self.pools[agency].released = self.held(agency), True
        while (lucky := next((entry for entry in self.waiting() if self.free_for(entry, now) is not None), None)) is not None:
            self._move(lucky, "registered", by="rule", pool=self.free_for(lucky, now))
            self._tell("seat_given", lucky)

    def _move(self, entry: Entry, state: str, *, by: str, pool: str | None = None, queue: int | None = None) -> None:
        self.happened.history.append((*entry.who, entry.state or None, state, by))
        entry.came_from, entry.moved_by = entry.state, by
        entry.state, entry.pool, entry.queue, entry.undo_until = state, pool, queue, None
        entry.last_queue = queue or entry.last_queue

    def _tell(self, kind: str, entry: Entry) -> None:
        self.happened.mails.append(Mail(kind, entry, *entry.who, self.slug))

    def _seat_or_queue(self, entry: Entry, *, by: str, now: datetime) -> None:
        pool = self.take_kept(entry)
        pool = self.free_for(entry, now) if pool is None else pool
        if pool is not None:
            self._move(entry, "registered", by=by, pool=pool)
        else:
            self._move(entry, "waitlisted", by=by, queue=self._next_place())

    def _next_place(self) -> int:
        return max((waiting.queue or 0 for waiting in self.waiting()), default=0) + 1

    def _tell_state(self, entry: Entry) -> None:
        self._tell("alternate" if entry.state == "waitlisted" and entry.own_only else entry.state, entry)

    # What people do.

    def register(
        self, human: Human, agency: str, form: tuple[int, str, str], *, code: str | None, typed: str | None, now: datetime
    ) -> None:
        """A form is sent, and its mail's button pressed at once. `typed`: the code as it was typed."""
        if self.state != "published" or self.is_over(now):
            raise Refused("FormClosed")
        if self.code is not None and code != self.code:
            raise Refused("WrongCode")
        said = (form, agency, typed)
        if said in self.sent and now - self.sent[said][0] < timedelta(minutes=1):
            if self.sent[said][1] is None:
                raise Refused("FormEnded")
            return
        self.sent[said] = (now, self._pressed(human, agency, form, now))

    def _pressed(self, human: Human, agency: str, form: tuple[int, str, str], now: datetime) -> Entry:
        """What the button of the form's mail leads to."""
        self._settle_due(now)
        for made in self.entries:
            if made.form == form:
                return made
        entry = self.entry_of(human)
        if entry is not None and entry.state not in ("withdrawn", "invited"):
            return entry
        invited = entry is not None and any(hold.invited is entry for hold in self.holds)
        entry = self._written(entry, human, agency, form)
        if self.by_hand(now) and not invited:
            self._move(entry, "pending", by="public")
        else:
            self._seat_or_queue(entry, by="public", now=now)
        self._tell_state(entry)
        return entry

    def void_forms(self, entry: Entry) -> None:
        self.sent = {said: (at, None if made is entry else made) for said, (at, made) in self.sent.items()}

    def add_by_hand(self, human: Human, agency: str, form: tuple[int, str, str], *, now: datetime, nominates: bool = False) -> None:
        entry = self.entry_of(human)
        sent_before = any(other.form == form for other in self.entries)
        if not sent_before:
            self.refuse_if_frozen()
        if not sent_before and entry is not None and entry.state != "withdrawn":
            raise Refused("AlreadyOnTheRoster")
        self._settle_due(now)
        if sent_before:
            return
        entry = self._written(entry, human, agency, form)
        entry.named = True
        if nominates:
            entry.nominated, entry.own_only = True, self.has_quota(agency)
        if nominates and (self.by_hand(now) or not entry.own_only):
            self._move(entry, "nominated", by="account")
        else:
            self._seat_or_queue(entry, by="account", now=now)
        self._tell_state(entry)

    def _settle_due(self, now: datetime) -> None:
        if self.due(now) or any(self.ending(hold, now) for hold in self.holds):
            self.settle(now)

    def _written(self, entry: Entry | None, human: Human, agency: str, form: tuple[int, str, str]) -> Entry:
        if entry is None:
            entry = Entry(human)
            self.entries.append(entry)
        entry.agency, entry.form, entry.own_only, entry.named, entry.nominated = agency, form, False, False, False
        return entry

    def withdraw(self, entry: Entry, *, now: datetime) -> None:
        if entry.state == "withdrawn":
            return
        if entry.state not in STANDING or self.is_over(now) or self.state in ("completed", "archived"):
            raise Refused("NotInThisState")
        entry.form = None
        self.void_forms(entry)
        self.let_go(entry)
        self._move(entry, "withdrawn", by="registration")
        self._tell("withdrawn", entry)
        self.settle(now)

    def invite(self, human: Human, agency: str, form: tuple[int, str, str], last_day: date, *, now: datetime) -> None:
        self._refuse_without_seats(now)
        entry = self.entry_of(human)
        if entry is not None and entry.state != "withdrawn":
            raise Refused("AlreadyOnTheRoster")
        asks = Entry(human, agency)
        self._refuse_too_long(self.free_for(asks, now), last_day, now, none="NoSeatToInvite")
        pool = self.free_for(asks, now)
        entry = self._written(entry, human, agency, form)
        entry.named = True
        self._move(entry, "invited", by="account")
        self.holds.append(Hold(pool or "", last_day, invited=entry))
        self._tell("invitation", entry)

    def accept(self, entry: Entry, *, now: datetime) -> None:
        if entry.state == "registered":
            return
        self._refuse_unless_invited(entry, now)
        self._seat_or_queue(entry, by="registration", now=now)
        self._tell("registered", entry)

    def decline_invitation(self, entry: Entry, *, now: datetime) -> None:
        if entry.state == "withdrawn":
            return
        self._refuse_unless_invited(entry, now)
        self.let_go(entry)
        self._move(entry, "withdrawn", by="registration")
        self._tell("withdrawn", entry)
        self.settle(now)

    def _refuse_unless_invited(self, entry: Entry, now: datetime) -> None:
        if entry.state != "invited":
            raise Refused("NotInThisState")
        hold = next((hold for hold in self.holds if hold.invited is entry), None)
        if hold is None or self.today(now) > hold.last_day or not self.gives_seats(now):
            raise Refused("InvitationEnded")

    def _refuse_without_seats(self, now: datetime) -> None:
        self.refuse_if_frozen()
        if not self.gives_seats(now):
            raise Refused("NoSeatsGivenNow")
        self.settle(now)

    def _refuse_too_long(self, pool: str | None, last_day: date, now: datetime, *, none: str) -> None:
        if pool is None:
            raise Refused(none)
        day = self.pools[pool].release_on
        last = min(self.last_day, day - timedelta(days=1)) if day is not None else self.last_day
        if not self.today(now) <= last_day <= last:
            raise Refused("KeptTooLong")

    def correct_agency(self, entry: Entry, agency: str, *, now: datetime) -> None:
        if entry.state not in STANDING:
            raise Refused("NotInThisState")
        if agency == entry.agency:
            return
        if entry.state not in ("pending", "waitlisted") or entry.own_only:
            raise Refused("AgencyIsFixed")
        entry.agency = agency
        self.settle(now)

    # What staff do.

    def approve(self, entry: Entry, *, now: datetime) -> None:
        self.refuse_if_frozen()
        if entry.state not in ("pending", "nominated", "invited"):
            raise Refused("NotInThisState")
        self.settle(now)
        if entry.state == "nominated":
            entry.own_only = self.has_quota(entry.agency)
        self._seat_or_queue(entry, by="account", now=now)
        if entry.state == "registered":
            self._tell("approved", entry)
        else:
            self._tell_state(entry)

    def decline(self, entry: Entry, *, now: datetime) -> None:
        self.refuse_if_frozen()
        if entry.state not in ("pending", "nominated", "invited"):
            raise Refused("NotInThisState")
        invited = entry.state == "invited"
        self.let_go(entry)
        self._move(entry, "declined", by="account")
        self._tell("declined", entry)
        if invited:
            self.settle(now)
        self._may_be_undone(entry, "declined", now)

    def remove(self, entry: Entry, *, now: datetime) -> None:
        self.refuse_if_frozen()
        if entry.state not in STANDING:
            raise Refused("NotInThisState")
        self.let_go(entry)
        self._move(entry, "removed", by="account")
        self._tell("removed", entry)
        self.settle(now)
        self._may_be_undone(entry, "removed", now)

    @staticmethod
    def _may_be_undone(entry: Entry, kind: str, now: datetime) -> None:
        entry.undo_until, entry.told_last = now + timedelta(minutes=2), kind

    def withdraw_named(self, entry: Entry, *, now: datetime) -> None:
        self.refuse_if_frozen()
        if entry.state not in STANDING:
            raise Refused("NotInThisState")
        entry.form = None
        self.void_forms(entry)
        self.let_go(entry)
        self._move(entry, "withdrawn", by="account")
        self._tell("withdrawn_by_agency", entry)
        self.settle(now)
        self._may_be_undone(entry, "withdrawn_by_agency", now)

    def keep_seats(self, agency: str, seats: int, last_day: date, *, quota_only: bool, now: datetime) -> None:
        self._refuse_without_seats(now)
        within = self.quotas(agency) + ([] if quota_only else [""])
        free = [pool for pool in within for _ in range(self.pools[pool].size - self.held(pool))]
        if len(free) < seats:
            raise Refused("NoSeatToKeep")
        for pool in free[:seats]:
            self._refuse_too_long(pool, last_day, now, none="NoSeatToKeep")
        self.holds += [Hold(pool, last_day, agency=agency) for pool in free[:seats]]

    def give_up(self, agency: str, *, now: datetime) -> None:
        self.holds[:] = [hold for hold in self.holds if hold.agency != agency or hold.invited is not None]
        self.settle(now)

    def exchange(self, one: Entry, other: Entry, *, now: datetime) -> None:
        self.refuse_if_frozen()
        self.settle(now)
        if one.state == "waitlisted" != other.state:
            one, other = other, one
        if one is other or other.state != "waitlisted" or one.state not in ("waitlisted", "registered"):
            raise Refused("CannotExchange")
        alike = self._pools_of(one, now) == self._pools_of(other, now)
        if one.state == "waitlisted":
            if not alike:
                raise Refused("CannotExchange")
            for each, place in ((other, one.queue), (one, other.queue)):
                self._move(each, "waitlisted", by="account", queue=place)
        else:
            self._hand_over(one, other, alike=alike, now=now)
        self.settle(now)

    def _hand_over(self, one: Entry, other: Entry, *, alike: bool, now: datetime) -> None:
        freed, theirs, own = one.pool or "", self._sized(one.agency), self._sized(other.agency)
        passes = freed in own if freed else bool(theirs & own) or not (theirs | own)
        if not passes:
            raise Refused("CannotExchange")
        self._move(one, "waitlisted", by="account", queue=other.queue if alike else self._next_place() + 1)
        self._move(other, "registered", by="account", pool=freed)
        for kind, entry in (("exchanged", one), ("seat_given", other)):
            self._tell(kind, entry)
            self._may_be_undone(entry, kind, now)

    def _sized(self, agency: str) -> set[str]:
        return {pool for pool in self.quotas(agency) if self.pools[pool].size > 0}

    def _pools_of(self, entry: Entry, now: datetime) -> set[str]:
        return {pool for pool in self.may_hold(entry, now) if not pool or self.pools[pool].kept}

    def restore(self, entry: Entry, *, now: datetime) -> None:
        self.refuse_if_frozen()
        if entry.state not in ("removed", "declined", "withdrawn"):
            raise Refused("NotInThisState")
        silent = entry.undo_until is not None and now < entry.undo_until
        if silent:
            self.happened.unsaid.append((entry.told_last, entry))
        self.settle(now)
        self._seat_or_queue(entry, by="account", now=now)
        if entry.state == "waitlisted":
            self._tell_state(entry)
        elif not silent:
            self._tell("approved", entry)

    def open_seats(self, entry: Entry, *, now: datetime) -> None:
        self.refuse_if_frozen()
        if entry.state != "waitlisted" or not entry.own_only:
            raise Refused("NotInThisState")
        self.settle(now)
        if entry.state == "registered":
            return
        entry.own_only = False
        pool = self.free_for(entry, now)
        if pool is not None:
            self._move(entry, "registered", by="account", pool=pool)
            self._tell("seat_given", entry)
            self._may_be_undone(entry, "seat_given", now)

    def close_seats(self, entry: Entry, *, now: datetime) -> None:
        self.refuse_if_frozen()
        if not entry.nominated or entry.own_only:
            raise Refused("NotInThisState")
        if entry.state == "waitlisted":
            entry.own_only = True
            return
        if (entry.came_from, entry.state, entry.moved_by) != ("waitlisted", "registered", "account"):
            raise Refused("NotInThisState")
        if entry.undo_until is None or now >= entry.undo_until:
            raise Refused("TooLateToTakeBack")
        self.happened.unsaid.append(("seat_given", entry))
        entry.own_only = True
        place = entry.last_queue if all(other.queue != entry.last_queue for other in self.waiting()) else None
        self._move(entry, "waitlisted", by="account", queue=place or self._next_place())
        self.settle(now)

    def resize(self, capacity: int, wished: list[tuple[str, int, date | None]], *, now: datetime) -> None:
        """The first fault in the order in which the quotas were written, then the capacity, then who would lose a seat."""
        self.refuse_if_frozen()
        agencies = [agency for agency, _, _ in wished]
        if len(set(agencies)) < len(agencies):
            raise Refused("AgencyTwice")
        left = capacity - sum(size for _, size, _ in wished)
        if left < 0:
            raise Refused("QuotasAboveCapacity")
        sizes = {agency: size for agency, size, _ in wished} | {"": left}
        too_small = {pool for pool in self.pools if sizes.get(pool, 0) < self.held(pool)}
        if too_small:
            raise Refused("OpenPoolBelowTaken" if too_small == {""} else "QuotaBelowTaken" if "" not in too_small else "BelowTaken")
        done = {agency for agency, pool in self.pools.items() if pool.released}
        for pool in self.pools.values():
            pool.size, pool.release_on, pool.released = 0, None, False
        for agency, size, release_on in [*wished, ("", left, None)]:
            came = release_on is not None and release_on <= self.today(now)
            self.pools[agency] = Pool(size, release_on, released=came and agency in done)
        for hold in self.holds:
            day = self.pools[hold.pool].release_on
            if hold.invited is None and day is not None:
                hold.last_day = min(hold.last_day, day - timedelta(days=1))
        self.settle(now)

    def change(self, change: str, *, now: datetime) -> None:
        allowed = {
            "unpublish": (("published",), "draft"),
            "close": (("published",), "closed"),
            "reopen": (("closed",), "published"),
            "complete": (("published", "closed"), "completed"),
            "resume": (("completed",), "closed"),
            "cancel": (("published", "closed"), "cancelled"),
            "archive": (("completed", "cancelled"), "archived"),
            "unarchive": (("archived",), self.before_archive),
        }
        before, after = allowed[change]
        if self.state not in before:
            raise Refused("NotInThisState")
        if change == "complete" and not self.is_over(now):
            raise Refused("NotOverYet")
        if change == "unpublish":
            raise Refused("PeopleRegistered")
        self.before_archive = self.state if change == "archive" else ""
        self.state = after
        if change == "cancel":
            for entry in self.standing():
                self._tell("seminar_cancelled", entry)


LAST_DAY = date(2026, 6, 5)
BEGIN = datetime(2026, 5, 28, 15, 0, tzinfo=UTC)
