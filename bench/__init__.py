"""The measurements that BAR.md asks for. `python -m bench` prints the rows; with `--write` they go to docs/benchmarks.md."""
