"""The lines of `reports rows` made again: tables read whole with the bare driver, and put together in dictionaries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from typing import Any

import psycopg

from seminar_app.core.sqlite import sqlite_module

Line = tuple[str, ...]
Table = dict[int, dict[str, Any]]
TABLES = ("registration", "participation", "person", "seminar", "agency", "agency_version", "office", "headcount")
COLUMNS = (
    *("kind", "seminar", "office", "hosts", "topic", "funding_source", "country", "starts_on", "ends_on", "frozen"),
    *("agency_then", "group_then", "level_then", "state_then", "agency_now", "group_now", "level_now", "state_now"),
    *("sex", "registered", "attended", "completed", "minutes"),
)
"""All but the pseudonym, of which only can be said whose lines have the same."""
HIDDEN = "reserved"
GROUPS = (1, 5)
"""Where the groups stand among what agencies say, then and now."""


def lines_of(rows: Iterable[Mapping[str, str]]) -> tuple[Counter[Line], Counter[tuple[Line, ...]]]:
    """Return the lines of a file of rows, and the groups of lines that one pseudonym has."""
    return _gathered((row["pseudonym"], tuple(row[name] for name in COLUMNS)) for row in rows)


def lines_again(url: str, *, today: date) -> tuple[Counter[Line], Counter[tuple[Line, ...]]]:
    """Return the same from the tables of a database."""
    tables, hosts, successions = _read(url)
    place = Directory(tables["agency"], tables["agency_version"], successions, today)
    return _gathered([*_named(tables, hosts, place), *_headcounts(tables, hosts, place)])


def _gathered(lines: Iterable[tuple[str, Line]]) -> tuple[Counter[Line], Counter[tuple[Line, ...]]]:
    whose: dict[str, list[Line]] = defaultdict(list)
    for person, line in lines:
        whose[person].append(line)
    return Counter(line for each in whose.values() for line in each), Counter(tuple(sorted(each)) for each in whose.values())


def _read(url: str) -> tuple[dict[str, Table], dict[int, list[int]], list[dict[str, Any]]]:
    if url.startswith("sqlite"):
        connection: Any = sqlite_module().connect(url.removeprefix("sqlite:///"))
    else:
        connection = psycopg.connect(url)
    with closing(connection):

        def all_of(table: str) -> list[dict[str, Any]]:
            cursor = connection.cursor()
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  our own names
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        hosts: dict[int, list[int]] = defaultdict(list)
        for row in sorted(all_of("seminar_host"), key=lambda row: int(row["position"])):
            hosts[row["seminar_id"]].append(row["office_id"])
        return {name: {row["id"]: row for row in all_of(name)} for name in TABLES}, hosts, all_of("agency_succession")


def _is_held(seminar: Mapping[str, Any]) -> bool:
    decided = (seminar["archived_from"] or seminar["state"]) if seminar["state"] == "archived" else seminar["state"]
    return decided not in ("draft", "cancelled")


def _of_seminar(tables: dict[str, Table], seminar: Mapping[str, Any], hosts: Mapping[int, list[int]]) -> Line:
    own, codes = seminar["office_id"], {office_id: office["code"] for office_id, office in tables["office"].items()}
    return (
        seminar["slug"],
        codes[own],
        " ".join(codes[each] for each in (own, *(each for each in hosts[seminar["id"]] if each != own))),
        seminar["topic_es"] or seminar["topic_en"] or "",
        seminar["funding_source"] or "",
        seminar["country"],
        str(seminar["starts_on"]),
        str(seminar["ends_on"]),
    )


def _named(tables: dict[str, Table], hosts: Mapping[int, list[int]], place: Directory) -> Iterator[tuple[str, Line]]:
    for outcome in tables["participation"].values():
        registration = tables["registration"][outcome["registration_id"]]
        seminar = tables["seminar"][registration["seminar_id"]]
        seat = registration["state"] == "registered"
        if not outcome["current"] or outcome["superseded"] or not _is_held(seminar) or not (seat or outcome["attended"]):
            continue
        person = tables["person"][registration["person_id"]]
        while person["merged_into_id"] is not None:
            person = tables["person"][person["merged_into_id"]]
        hidden = bool(person["reserved"]) or person["erased_at"] is not None
        places = [*place.then(outcome["agency_version_id"]), *place.now(outcome["agency_version_id"])]
        if hidden:
            places = [value if at in GROUPS else HIDDEN for at, value in enumerate(places)]
        line = (
            "named",
            *_of_seminar(tables, seminar, hosts),
            "no" if outcome["frozen_at"] is None else "yes",
            *places,
            HIDDEN if hidden else person["sex"] or "",
            "1",
            str(int(outcome["attended"])),
            str(int(outcome["completed"])),
            str(outcome["minutes_credited"]),
        )
        yield str(person["id"]), line


def _headcounts(tables: dict[str, Table], hosts: Mapping[int, list[int]], place: Directory) -> Iterator[tuple[str, Line]]:
    for row in tables["headcount"].values():
        seminar, version_id = tables["seminar"][row["seminar_id"]], row["agency_version_id"]
        if _is_held(seminar):
            numbers = (str(row[name]) for name in ("registered", "attended", "completed", "minutes"))
            places = *place.then(version_id), *place.now(version_id)
            yield "", ("headcount", *_of_seminar(tables, seminar, hosts), "yes", *places, row["sex"] or "", *numbers)


class Directory:
    """Agencies as of then and as they are today."""

    def __init__(self, agencies: Table, versions: Table, successions: Iterable[Mapping[str, Any]], today: date) -> None:
        self._agencies, self._versions = agencies, versions
        self._heirs: dict[int, set[int]] = defaultdict(set)
        for row in successions:
            year = row["happened_in"]
            happened = row["happened_on"] or (f"{year}-12-31" if year is not None else "9999-12-31")
            if str(happened) <= today.isoformat():
                self._heirs[row["from_agency_id"]].add(row["to_agency_id"])

    def then(self, version_id: int | None) -> tuple[str, str, str, str]:
        """Return code, group, level and state of the version."""
        if version_id is None:
            return "", "", "", ""
        row = self._versions[version_id]
        return row["code"], row["group_code"], row["level"], row["state"] or ""

    def now(self, version_id: int | None) -> tuple[str, str, str, str]:
        """Return those of the agency that is its one heir today."""
        if version_id is None:
            return "", "", "", ""
        here = self._versions[version_id]["agency_id"]
        while len(self._heirs[here]) == 1:
            (here,) = self._heirs[here]
        row = top = self._agencies[here]
        while top["parent_id"] is not None:
            top = self._agencies[top["parent_id"]]
        return row["code"], top["code"], row["level"], row["state"] or ""
