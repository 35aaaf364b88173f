"""The two ways of README to run it for real, line by line, by a user whose umask is 022."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import PROJECT_ROOT
from tests.support.mail import ScriptedServer
from tests.support.server import free_port

NAME = "seminarios.office.example"
HOSTED = {"Host": NAME, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
CLONE = "git clone ADDRESS-OF-THE-REPOSITORY "
START_SECONDS = 40
CLONED, FROM_PIP = 0, 1
"""Places of the two ways in README."""


def blocks() -> list[list[str]]:
    """The indented blocks of README's last chapter, each a list of commands."""
    chapter = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8").split("## Run it for real", 1)[1]
    return [[line[4:] for line in block.splitlines()] for block in re.findall(r"(?:^    .+\n)+", chapter, re.MULTILINE)]


class Installer:
    """Types lines into a shell of its own user-like surroundings: umask 022, an empty home, nothing set.

    Args:
        real: download every package, as README's reader does; else the ones of this environment are lent.
    """

    def __init__(self, folder: Path, *, real: bool) -> None:
        self.folder, self.real, self.port = folder, real, free_port()
        self.environment = {
            "PATH": f"{Path(sys.base_prefix) / 'bin'}:{os.environ['PATH']}",
            "HOME": str(folder),
            "CONSTANCIA_SETTINGS": str(folder / "settings" / "env"),
            "PORT": str(self.port),
            "CONSTANCIA_USER": getpass.getuser(),  # root need not give all of it to a user `constancia` of this machine
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "REQUESTS_"))},
        }
        if not real:
            self.environment |= {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1"}

    def type(self, line: str, answers: str = "") -> str:
        """Run one line to its end, and return its output."""
        if line.startswith("cd "):
            self.folder /= line.removeprefix("cd ")
            return ""
        if line.startswith(CLONE):
            self._clone(self.folder / line.removeprefix(CLONE))
            return ""
        done = subprocess.run(
            ["sh", "-c", f"umask 022; {line}"],
            cwd=self.folder, env=self.environment, input=answers, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        if " -m venv " in line and not self.real:
            self._lend(self.folder / line.rsplit(maxsplit=1)[-1])
        return done.stdout

    @contextmanager
    def running(self, line: str) -> Iterator[None]:
        """Start a line that does not end by itself, wait until it is ready, and stop it afterwards."""
        with (self.folder / "log").open("wb") as log:
            server = subprocess.Popen(
                ["sh", "-c", f"umask 022; exec {line}"], cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )  # fmt: skip
        try:
            until = time.monotonic() + START_SECONDS
            while not self.get("/readyz"):
                assert server.poll() is None, self.log()
                assert time.monotonic() < until, self.log()
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            assert server.wait(60) == 0, self.log()

    def log(self) -> str:
        """What the line that runs has written."""
        return (self.folder / "log").read_text(errors="replace")

    def get(self, path: str) -> str:
        """Ask as the proxy does; empty without a page."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=HOSTED)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  our own loopback address
                return str(answer.read().decode())
        except OSError:
            return ""

    def _clone(self, target: Path) -> None:
        """What a clone of the work as it stands would hold."""
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=PROJECT_ROOT, check=True, capture_output=True
        )
        for name in listed.stdout.decode().split("\0"):
            if name and (PROJECT_ROOT / name).is_file() and not name.startswith(("tests/", "docs/", "bench/", "assets/")):
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(PROJECT_ROOT / name, target / name)
        if not self.real:
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", target / ".venv"], check=True)
            self._lend(target / ".venv")
            pip = target / ".venv" / "bin" / "pip"  # of the lent packages
            pip.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n', encoding="utf-8")
            pip.chmod(0o755)
            time.sleep(0.01)
            (target / ".venv" / "ready").touch()

    @staticmethod
    def _lend(environment: Path) -> None:
        packages = next(environment.glob("lib/python3*/site-packages"))
        for old in packages.glob("setuptools*"):  # of the interpreter; the pinned one is among the lent
            shutil.rmtree(old)
        (packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("way", "real"),
    [
        pytest.param(CLONED, False, id="clone", marks=pytest.mark.full),
        pytest.param(FROM_PIP, False, id="pip", marks=pytest.mark.full),
        pytest.param(CLONED, True, id="clone, with every package downloaded", marks=pytest.mark.full),
        pytest.param(FROM_PIP, True, id="pip, with every package downloaded", marks=pytest.mark.full),
    ],
)
def test_readme_leads_from_nothing_to_a_page_in_spanish_and_a_mail(tmp_path: Path, way: int, *, real: bool) -> None:
    *lines, setting_up, serving = blocks()[way]
    assert setting_up.endswith("constancia setup")
    assert serving.endswith("constancia serve")
    installer = Installer(tmp_path, real=real)
    for line in lines:
        installer.type(line)
    data = tmp_path / "data"
    with ScriptedServer() as mail:
        answers = (f"https://{NAME}", "127.0.0.1", "", str(mail.port), "", "", "", "", str(data), "", "ana@office.example", "Ana Ruiz")
        said = installer.type(setting_up, "\n".join(answers) + "\n")
        link = re.search(rf"https://{re.escape(NAME)}(/reset/\S+)", said)
        assert link is not None, said
        assert "71 agencies added" in said
        assert {path.stat().st_mode & 0o777 for path in (data, tmp_path / "data-anchor")} == {0o700}
        assert (tmp_path / "settings" / "env").stat().st_mode & 0o777 == 0o600
        with installer.running(serving):
            page = installer.get("/")
            assert "Seminarios de capacitación" in page
            style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page)
            assert style is not None
            assert installer.get(style[1])
            assert installer.get(link[1])
            installer.type(serving.replace("serve", "messages test ana@office.example"))
            until = time.monotonic() + START_SECONDS
            while not mail.taken:
                assert time.monotonic() < until, installer.log()
                time.sleep(0.1)


def test_a_clone_is_installed_so_that_its_command_answers(tmp_path: Path) -> None:
    """README's lines for a clone up to the set-up, which is the same program that pip installs: the test above goes on from there."""
    *lines, setting_up, serving = blocks()[CLONED]
    installed, of_pip = [line.removesuffix(" setup") for line in (setting_up, blocks()[FROM_PIP][-2])]
    assert serving == f"{installed} serve"
    assert Path(installed).name == Path(of_pip).name == "constancia"
    installer = Installer(tmp_path, real=False)
    for line in lines:
        installer.type(line)
    assert installer.type(f"{installed} --version").startswith("Constancia ")
