"""`flask backup` and `flask restore`: the whole database in one file, and back. Why so: docs/decisions/0017-backups.md."""
