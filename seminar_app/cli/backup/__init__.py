"""`flask backup` and `flask restore`: everything in one file, and back. Why so: docs/decisions/0017-backups.md."""
