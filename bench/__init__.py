"""The measurements of docs/benchmarks.md. `python -m bench` prints the rows."""
