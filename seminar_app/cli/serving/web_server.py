"""The web server: granian, with dead workers restarted as often as they die, unless none could ever start."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from seminar_app.cli.serving.processes import begin_worker, settle_memory

log = logging.getLogger("granian")

SHORTEST_PAUSE_SECONDS = 0.1
"""Not zero: workers that end because the whole server ends must not be restarted."""
LONGEST_PAUSE_SECONDS = 2.0
WELL_AFTER_SECONDS = 5.0
"""A worker that has lived this long works; when it dies, the next one starts after the shortest pause."""
HOPELESS_DEATHS = 5
"""Failed starts for each worker, before any has ever worked, after which the server gives up and ends."""


class WebServer(Granian):  # type: ignore[misc, valid-type]  # which of its servers Granian is depends on the platform
    """Granian with its own supervision of the workers.

    Granian ends the whole server when a worker dies within 5.5 seconds of its restart, and may miss one of two workers that
    die at the same instant. Here the system is asked each time which workers have died, and only the pause before a restart grows.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deaths: dict[int, int] = {}
        self._due: dict[int, float] = {}
        self._failed_starts = 0
        self._has_worked = False

    def _spawn_worker(self, idx: int, target: Callable[..., None], callback_loader: Callable[..., Any]) -> Any:
        return super()._spawn_worker(idx, target, partial(_load_as_a_worker, callback_loader))

    def _serve_loop(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> None:
        while True:
            self.main_loop_interrupt.wait(timeout=self._next_look())
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                return
            if self.reload_signal:
                self._reload(spawn_target, target_loader)
            self.interrupt_children.clear()
            self._note_deaths()
            if not self._has_worked and self._failed_starts >= HOPELESS_DEATHS * self.workers:
                log.error("No worker could start; see what stands above.")
                self.interrupt_children.append(0)  # any entry means a failing exit code
                return
            self._bring_back(spawn_target, target_loader)

    def _next_look(self) -> float | None:
        """Return the seconds until the next restart is due; None to wait for the next death."""
        return max(0.0, min(self._due.values()) - time.monotonic()) if self._due else None

    def _note_deaths(self) -> None:
        now = time.monotonic()
        for index, worker in enumerate(self.wrks):
            if worker.is_alive() or index in self._due:
                continue
            lived = now - worker.birth
            if lived >= WELL_AFTER_SECONDS:
                self._has_worked = True
                self._deaths[index] = 0
            deaths = self._deaths[index] = self._deaths.get(index, 0) + 1
            self._failed_starts += (worker.inner.exitcode or 0) > 0  # a negative exit code means killed by a signal
            pause = min(SHORTEST_PAUSE_SECONDS * 2.0 ** min(deaths - 1, 10), LONGEST_PAUSE_SECONDS)
            log.warning("Worker %d died after %.1f s; the next begins in %.1f s.", index + 1, lived, pause)
            self._due[index] = now + pause
        self._has_worked = self._has_worked or any(w.is_alive() and now - w.birth >= WELL_AFTER_SECONDS for w in self.wrks)

    def _bring_back(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> None:
        now = time.monotonic()
        for index in [index for index, due in self._due.items() if due <= now]:
            del self._due[index]
            self.wrks[index].join()
            self.wrks[index] = worker = self._spawn_worker(idx=index, target=spawn_target, callback_loader=target_loader)
            worker.start()


def _load_as_a_worker(load: Callable[..., Any]) -> Any:
    """Load the app in a worker. Until granian handles signals in this fork, SIGTERM and SIGINT must end it."""
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, signal.SIG_DFL)
    return load()


def web_server(target: str, *, host: str, port: int, workers: int, threads: int, stop_seconds: int, working_dir: Path) -> WebServer:
    """Return the program's web server, not started yet.

    Args:
        target: `module:app`.
        threads: requests that each worker answers at once.
        stop_seconds: time for requests in progress when a worker is told to end.
    """
    return WebServer(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=stop_seconds,
        log_level=LogLevels.error,
        working_dir=working_dir,
    )


def serve_app(server: WebServer, app: Flask) -> None:
    """Serve until the server is told to end.

    The workers are forks and share the memory of the app, which is made once. Where processes cannot be forked, each makes its own.
    """
    if multiprocessing.get_start_method() != "fork":
        server.serve()
        return
    settle_memory()
    server.serve(target_loader=partial(_take_over, app), wrap_loader=False)


def _take_over(app: Flask) -> Flask:
    """Begin a worker with the app that the server made. The server has closed its connections to the database."""
    begin_worker(app.extensions["settings"])
    return app
