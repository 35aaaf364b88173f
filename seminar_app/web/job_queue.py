"""Huey's queue: a file of its own unless `JOBS_URL` names a server. Losing it loses nothing: what is to be done stands in the database."""

from __future__ import annotations

from typing import Any

from config import Settings


def open_queue(settings: Settings) -> Any:
    """Return the queue."""
    import huey  # noqa: PLC0415  a web worker seldom needs it

    options: dict[str, Any] = {"results": False, "utc": True}
    url = settings.jobs_url
    if url is None:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = settings.data_dir / "jobs.sqlite3"
        file.touch(mode=0o600)
        file.chmod(0o600)  # of an earlier version
        return huey.SqliteHuey("constancia", filename=str(file), journal_mode="delete", **options)
    if url.startswith("redis"):
        return huey.RedisHuey("constancia", url=url, **options)
    return huey.PostgresHuey("constancia", dsn=url, **options)
