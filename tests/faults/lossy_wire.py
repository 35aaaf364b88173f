"""A TCP relay to PostgreSQL that breaks the connection at a commit: before the COMMIT arrives, or before its answer comes back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

import psycopg.conninfo
from sqlalchemy import make_url

COMMIT = b"COMMIT\0"
BEGIN = b"BEGIN "
READS = b"READ ONLY"
CHUNK = 65_536


class Break(Enum):
    """The side of the COMMIT on which the connection breaks."""

    NOT_ASKED = "not saved"
    NOT_ANSWERED = "saved"


class LossyWire:
    """A relay on a port of its own. It passes everything to the database, and breaks the next commit when told to.

    Args:
        url: of the database, by TCP or Unix socket.
    """

    def __init__(self, url: str) -> None:
        found = psycopg.conninfo.conninfo_to_dict(url)
        self._host, self._port = str(found.get("host") or "127.0.0.1"), int(found.get("port") or 5432)
        self._listening = socket.create_server(("127.0.0.1", 0))
        parts = make_url(url)
        through = parts.set(host="127.0.0.1", port=self._listening.getsockname()[1], query={"sslmode": "disable", "gssencmode": "disable"})
        self.url = through.render_as_string(hide_password=False)
        self._next: Break | None = None
        self.broken: list[Break] = []

    def break_at_next_commit(self, how: Break) -> None:
        """Break the connection at the next commit of a transaction that writes, once."""
        self._next = how

    def carry(self) -> None:
        """Accept connections until closed."""
        with suppress(OSError):
            while True:
                client, _address = self._listening.accept()
                server = self._to_database()
                for work in (self._there, self._back):
                    threading.Thread(target=work, args=(client, server), daemon=True).start()

    def close(self) -> None:
        """Accept no more connections."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _to_database(self) -> socket.socket:
        if not self._host.startswith("/"):
            return socket.create_connection((self._host, self._port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{self._host}/.s.PGSQL.{self._port}")
        return server

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        writes = True
        with suppress(OSError):
            while sent := client.recv(CHUNK):
                if BEGIN in sent:
                    writes = READS not in sent
                how = self._next if writes and COMMIT in sent else None
                if how is None:
                    server.sendall(sent)
                    continue
                self._next = None
                self.broken.append(how)
                client.shutdown(socket.SHUT_RDWR)  # from here on no answer of the database reaches the client
                if how is Break.NOT_ANSWERED:
                    server.sendall(sent)
                break
            server.shutdown(socket.SHUT_WR)  # the database finishes the statement, then finds the connection closed
        client.close()

    def _back(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while answered := server.recv(CHUNK):
                with suppress(OSError):
                    client.sendall(answered)
        _hang_up(client, server)


def _hang_up(*ends: socket.socket | None) -> None:
    for end in ends:
        if end is not None:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def lossy_wire(url: str) -> Iterator[LossyWire]:
    """Run the relay while the block runs; its `url` leads through it."""
    wire = LossyWire(url)
    carrying = threading.Thread(target=wire.carry, daemon=True)
    carrying.start()
    try:
        yield wire
    finally:
        wire.close()
        carrying.join(5)
