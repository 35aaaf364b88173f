"""`deploy/keep-serving` and `deploy/logrotate`, with a small program in the place of Constancia."""

from __future__ import annotations

import getpass
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import PROJECT_ROOT
from tests.support.foreign_tools import found

DEPLOY = PROJECT_ROOT / "deploy"
PROGRAM = """#!/bin/sh
trap 'sleep 0.3; echo "finished $$"; exit 0' TERM
echo "began $1 $$"
while :; do sleep 0.05; done
"""
MOST_SECONDS = 10.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    program = tmp_path / ".venv" / "bin" / "constancia"
    program.parent.mkdir(parents=True)
    program.write_text(PROGRAM, encoding="ascii")
    program.chmod(0o755)
    return tmp_path


@pytest.fixture
def keeper(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a shell cannot trap a signal that it begins with ignoring, as under nohup
    process = subprocess.Popen(
        [str(DEPLOY / "keep-serving"), str(folder / "log"), str(folder / "pid")],
        env=os.environ | {"CONSTANCIA": str(folder)},
    )
    signal.signal(signal.SIGHUP, before)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(MOST_SECONDS)


def log_with(folder: Path, right: Callable[[str], bool]) -> str:
    """Return the program's log as soon as it is right."""
    deadline, text = time.monotonic() + MOST_SECONDS, ""
    while time.monotonic() < deadline:
        text = (folder / "log").read_text(encoding="utf-8") if (folder / "log").exists() else ""
        if right(text):
            return text
        time.sleep(0.05)
    raise AssertionError(text)


def test_the_keeper_restarts_what_died_and_ends_with_finished_work(folder: Path, keeper: subprocess.Popen[bytes]) -> None:
    first = re.findall(r"began serve (\d+)", log_with(folder, lambda text: "began" in text))[0]
    assert (folder / "pid").read_text(encoding="ascii").strip() == str(keeper.pid)
    os.kill(int(first), signal.SIGKILL)
    log_with(folder, lambda text: text.count("began serve") == 2)
    keeper.send_signal(signal.SIGHUP)  # as for new code
    log_with(folder, lambda text: text.count("began serve") == 3)
    keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(MOST_SECONDS) == 0
    text = (folder / "log").read_text(encoding="utf-8")
    assert text.count("finished") == 2, "each had its time to finish"
    assert text.rstrip().splitlines()[-1].startswith("finished")
    assert not (folder / "pid").exists()


def test_a_log_that_was_rotated_goes_on_at_its_beginning(folder: Path) -> None:
    logrotate, log = found("logrotate", "/usr/sbin/logrotate"), folder / "constancia.log"
    text = (DEPLOY / "logrotate").read_text(encoding="utf-8")
    assert "su constancia constancia" in text
    assert "/var/log/constancia/*.log" in text
    group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
    rules = folder / "rules"
    rules.write_text(
        text.replace("su constancia constancia", f"su {getpass.getuser()} {group}").replace("/var/log/constancia", str(folder)),
        encoding="utf-8",
    )
    rules.chmod(0o644)
    with log.open("ab") as appended:  # as `>>` of the shell opens it
        writer = subprocess.Popen(["sh", "-c", "echo before; read ready; echo after"], stdin=subprocess.PIPE, stdout=appended)
        deadline = time.monotonic() + MOST_SECONDS
        while log.read_bytes() != b"before\n":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        done = subprocess.run([logrotate, "-f", "-s", str(folder / "state"), str(rules)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert log.read_bytes() == b""
        writer.communicate(b"\n", timeout=MOST_SECONDS)
    assert log.read_bytes() == b"after\n"
    assert len(list(folder.glob("constancia.log.1*"))) == 1
