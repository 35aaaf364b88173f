"""A parser given any bytes, or nearly valid input, returns a result or refuses in its documented way."""

from __future__ import annotations

import io
import json
import string
import sys
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineError

from config import Settings, SettingsError, file_system_of, key_weakness
from seminar_app.attendance.forms import entries_of
from seminar_app.audit.anchor import AnchorBroken, read_anchors
from seminar_app.audit.chain import ChainKeys
from seminar_app.cli.backup.envelope import MAGIC, BackupFault, BackupReader, BackupWriter, Header
from seminar_app.core.errors import Refusal
from seminar_app.core.key_ring import CannotOpen, KeyRing
from seminar_app.core.phones import readable_phone, shown_phone
from seminar_app.feedback.editing import changed
from seminar_app.nominations import reading, table_reader
from seminar_app.nominations.layout import propose
from seminar_app.nominations.limits import Refused
from seminar_app.nominations.shapes import FileFormat, Table, Tables
from seminar_app.seminars.rules import parse_speakers
from seminar_app.web.languages import local_path
from seminar_app.web.logs import request_id_of
from tests.fuzz.hostile import ANY_TEXT, HOSTILE

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
CHAIN_KEYS = ChainKeys(audit_keys=(), secret_keys=("a secret key of at least thirty-two letters",))
INPUTS = [pytest.param(150, id="short"), pytest.param(3_000, id="full", marks=pytest.mark.full)]
TEXT = st.sampled_from(HOSTILE) | ANY_TEXT | st.text(string.printable, max_size=60)
BYTES = st.binary(max_size=200)


def fuzzed(inputs: int) -> settings:
    """Return settings for `inputs` examples, the same ones in each run."""
    quiet = list(HealthCheck)
    return settings(
        max_examples=inputs, deadline=None, database=None, derandomize=True, suppress_health_check=quiet, report_multiple_bugs=False
    )


URLS = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        ["", "smtp://", "smtps://", "postgresql://", "sqlite:///", "sqlite:////", "redis://", "unix://", "https://", "memory://"]
    ),
    st.sampled_from(["", "host", "u:p@host", "[::1]", "[", "host:0", "host:99999", "host:x", "/x"]) | TEXT,
    st.sampled_from(["", "?tls=none", "?host=/tmp", "#x", "/x"]),
)
NUMBERS = st.integers(-2, 130).map(str) | st.integers(0, 12).map(lambda zeros: "0" * zeros + "77777") | st.just("0" * 5000 + "1") | TEXT
KEYS = st.sampled_from(["k1:" + "ab3$" * 9, "k1:" + "x" * 40, "a:b,c:d", "q7Wz-rT5y_uI9oP1aS3dF6gH8jK0lZ2x"]) | TEXT


def possible(text: str) -> str:
    """Return the text without characters that the system refuses in an environment or a path: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


VALUES: dict[str, st.SearchStrategy[str]] = {
    "SEMINAR_MODE": st.sampled_from(["demo", "production", "production", "test"]) | TEXT,
    "PUBLIC_URL": URLS,
    "PORT": NUMBERS,
    **dict.fromkeys(("SMTP_URL", "DATABASE_URL", "JOBS_URL", "LIMITER_STORAGE"), URLS),
    **dict.fromkeys(("SECRET_KEY", "SECRET_KEY_BEFORE", "BACKUP_KEY", "IDENTITY_KEYS", "AUDIT_KEYS"), KEYS),
    **dict.fromkeys(("WEB_THREADS", "WAITING_WRITERS", "TRUSTED_PROXIES", "DRAIN_SECONDS", "ALERT_ROSTERS", "RETAIN_PHONE"), NUMBERS),
    **dict.fromkeys(("MAIL_FROM", "DEFAULT_LANGUAGE", "DEFAULT_TIME_ZONE", "LOG_REQUESTS", "LOG_FORMAT", "SECOND_FACTOR"), TEXT),
    **dict.fromkeys(("AUDIT_ANCHOR", "RETAIN_WHATEVER", "FLASK_DEBUG"), TEXT),
}
ENVIRONMENT = st.fixed_dictionaries({}, optional={name: values.map(possible) for name, values in VALUES.items()})


@pytest.mark.parametrize("inputs", INPUTS)
def test_any_environment_is_settings_or_sentences(inputs: int, tmp_path: Path) -> None:
    @fuzzed(inputs)
    @given(ENVIRONMENT)
    def read(environment: dict[str, str]) -> None:
        try:
            found = Settings.from_environment(environment | {"SEMINAR_DATA_DIR": str(tmp_path)})
        except SettingsError as error:
            sentences = str(error).splitlines()
            if sentences[0] != "Constancia cannot start:" or len(sentences) < 2:
                raise
            return
        assert 0 <= found.trusted_proxies <= 5
        assert 0 <= found.drain_seconds <= 120
        assert 1 <= found.waiting_writers <= 64
        assert found.secure_cookies or found.mode.value != "production"

    read()


PATHS = st.text(st.sampled_from("/\\.:@?#%[]ab\t\n\r é\ud800")) | TEXT.map("/{}".format) | TEXT


@pytest.mark.parametrize("inputs", INPUTS)
def test_where_to_go_next_is_always_here(inputs: int) -> None:
    app = Flask(__name__)

    @fuzzed(inputs)
    @given(PATHS)
    @example("/\ud800")
    @example("//x.example")
    @example("/[//")
    def read(target: str) -> None:
        path = local_path(target)
        assert path.startswith("/")
        assert not path.startswith(("//", "/\\"))
        with app.test_request_context():
            app.make_response(("", 303, {"Location": path.encode("utf-8", "replace").decode()}))

    read()


TEXT_READERS: list[Callable[[str], Any]] = [
    parse_speakers,
    lambda text: changed([{"key": "a"}, {"key": "b"}], text),
    request_id_of,
    key_weakness,
    lambda text: file_system_of(Path("/" + possible(text))),
    lambda text: entries_of({f"was-{text}": text, f"mark-{text}": text, f"minutes-{text}": text, "page": text}, uuid.UUID(int=9)),
    lambda text: entries_of(
        {f"was-{uuid.UUID(int=7)}": "", f"mark-{uuid.UUID(int=7)}": "late", f"minutes-{uuid.UUID(int=7)}": text}, uuid.UUID(int=9)
    ),
    lambda text: shown_phone(readable_phone(text)),
]


@pytest.mark.parametrize("inputs", INPUTS)
def test_every_reader_answers_or_refuses(inputs: int) -> None:
    @fuzzed(inputs)
    @given(TEXT)
    def read(text: str) -> None:
        for reader in TEXT_READERS:
            try:
                reader(text)
            except Refusal:
                continue

    read()


@pytest.mark.parametrize("inputs", INPUTS)
def test_speakers_written_one_a_line_are_read_as_they_are(inputs: int) -> None:
    word = st.text(st.characters(categories=("L", "Nd", "P", "S")), min_size=1).filter(lambda text: "," not in text)

    @fuzzed(inputs)
    @given(st.lists(st.tuples(word, st.none() | word)))
    def read(speakers: list[tuple[str, str | None]]) -> None:
        lines = "\n".join(", ".join(filter(None, speaker)) for speaker in speakers)
        assert parse_speakers(lines) == tuple(speakers)

    read()


RING = KeyRing(["new:" + "n3w$" * 9, "old:" + "0ld$" * 9])


@pytest.mark.parametrize("inputs", INPUTS)
def test_what_was_sealed_opens_and_nothing_else_does(inputs: int) -> None:
    @fuzzed(inputs)
    @given(BYTES, st.integers(0, 300), st.integers(1, 255), BYTES)
    def read(plain: bytes, place: int, change: int, junk: bytes) -> None:
        sealed = RING.seal(plain, about="person|curp|1")
        assert RING.open(sealed, about="person|curp|1") == plain
        spoiled = bytearray(sealed)
        spoiled[place % len(sealed)] ^= change
        for wrong in (bytes(spoiled), sealed[: place % len(sealed)], junk, sealed + b"\0"):
            with pytest.raises(CannotOpen):
                RING.open(wrong, about="person|curp|1")

    read()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.just("\ud800") | st.just(1e999),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["at", "sequence", "digest", "mac", "salt", "x"]), inner),
    max_leaves=6,
)
ANCHOR = st.fixed_dictionaries({"at": JSON, "sequence": JSON, "digest": JSON, "mac": JSON})
LINES = (ANCHOR | JSON).map(json.dumps) | st.just("[" * 5000) | st.just('{"at":1,"sequence":' + "9" * 5000 + "}") | TEXT


@pytest.mark.sqlite_only
@pytest.mark.parametrize("inputs", INPUTS)
def test_a_file_of_anchors_is_read_or_is_broken(inputs: int, tmp_path: Path, app: Flask) -> None:
    path = tmp_path / "anchors"

    @fuzzed(inputs)
    @given(st.lists(LINES, max_size=3))
    def read(lines: list[str]) -> None:
        path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"))
        with app.app_context():
            if lines:
                with pytest.raises(AnchorBroken):
                    list(read_anchors(path, CHAIN_KEYS))
            else:
                assert list(read_anchors(path, CHAIN_KEYS)) == []

    read()


PLAIN = Header(made_at="2026-03-02", app_version="1", schema="0001", engine="sqlite")
HEADERS = st.fixed_dictionaries(
    dict.fromkeys(("made_at", "app_version", "schema", "engine"), JSON), optional={"salt": JSON, "key_check": JSON}
)


def backup(*pieces: bytes) -> bytes:
    out = io.BytesIO()
    writer = BackupWriter(out, PLAIN, key=None, secret="s3cret" * 6)
    writer.manifest({"tables": ["x"]})
    writer.section({"table": "x"})
    for piece in pieces:
        writer.data(piece)
    writer.end()
    return out.getvalue()


def read_backup(content: bytes) -> list[bytes]:
    reader = BackupReader(io.BytesIO(content), keys=["k3y$" * 9], secrets=["s3cret" * 6], allow_unauthenticated=True)
    assert isinstance(reader.manifest, dict)
    return [piece for kind, piece in reader.pieces() if kind == b"D"]


@pytest.mark.parametrize("inputs", INPUTS)
def test_a_backup_is_read_whole_or_is_at_fault(inputs: int) -> None:
    @fuzzed(inputs)
    @given(st.lists(BYTES, max_size=3), st.integers(0, 600), st.integers(1, 255), HEADERS.map(json.dumps) | LINES, BYTES)
    def read(pieces: list[bytes], place: int, change: int, header: str, junk: bytes) -> None:
        whole = backup(*pieces)
        assert read_backup(whole) == pieces
        spoiled = bytearray(whole)
        spoiled[place % len(whole)] ^= change
        line = header.encode("utf-8", "replace").replace(b"\n", b" ")
        for wrong in (bytes(spoiled), whole[:place], MAGIC + line + b"\n" + junk, MAGIC + junk, junk, whole + junk):
            try:
                read_backup(wrong)
            except BackupFault:
                continue

    read()


XML = st.sampled_from(
    ["<row/>", "<c t='s'><v>99</v></c>", "<c><v>1e999</v></c>", "&x;", "<!DOCTYPE a>", "</row>", "\0", "<c r='A1048577'/>"]
)


def workbook(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content.encode("utf-8", "replace"))
    return out.getvalue()


BOOKS = st.dictionaries(
    st.sampled_from(
        ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"]
    ),
    st.lists(XML, max_size=4).map("".join) | TEXT,
).map(workbook)
HEADED = "correo;nombre;apellido paterno;sexo;fecha de nacimiento;curp\n"
"""First line of every list."""
ROWS = st.builds(
    "{}@b.example;{};{};{};{};{}\n".format,
    st.sampled_from("abc"),
    st.sampled_from(["Ana", '"', "", "Núñez"]) | TEXT,
    st.sampled_from(["Ruiz", "de la Cruz Peña"]) | TEXT,
    st.sampled_from(["F", "M", "?"]) | TEXT,
    st.sampled_from(["2000-01-01", "31/02/1990", "45000"]) | TEXT,
    TEXT,
)
LISTS = (
    st.lists(ROWS, max_size=4).map(lambda rows: (HEADED + "".join(rows)).encode("utf-8", "replace"))
    | st.tuples(st.lists(ROWS, max_size=2), st.sampled_from(["utf-16", "cp1252", "utf-8-sig"])).map(
        lambda made: (HEADED + "".join(made[0])).encode(made[1], "replace")
    )
    | BOOKS
    | BYTES
)


def read_file(content: bytes) -> None:
    """Read a list in this process. An unreadable one must be refused, or raise the workbook reader's error, which ends its own process."""
    try:
        answer = table_reader.read(content, None)
    except (Refused, CalamineError):
        return
    found = [
        Table(each["name"], tuple(tuple("" if isinstance(c, dict) else c for c in row) for row in each["rows"]))
        for each in answer["tables"]
    ]
    tables = Tables(FileFormat(answer["format"]), tuple(found))
    nominations_read = reading.read(tables, propose(tables))
    assert all(isinstance(row.nominee.birth_date, date | None) for row in nominations_read.rows)


@pytest.mark.parametrize("inputs", INPUTS)
def test_any_file_is_a_list_or_none(inputs: int) -> None:
    @fuzzed(inputs)
    @given(LISTS)
    def read(content: bytes) -> None:
        read_file(content)

    read()


def test_a_reader_that_trips_over_a_cell_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: an unknown sex raises KeyError instead of being asked for."""
    monkeypatch.setattr(reading, "sex_of", lambda text, _m_means: {"F": "F", "M": "M"}[text])
    quick = settings(fuzzed(60), phases=[Phase.generate])  # the smallest list that trips it would take seconds to find
    monkeypatch.setattr(sys.modules[__name__], "fuzzed", lambda _inputs: quick)
    with pytest.raises(KeyError):
        test_any_file_is_a_list_or_none(60)
