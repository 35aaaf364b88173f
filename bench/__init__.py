"""What BAR asks to be measured. `python -m bench` prints the rows; with `--write` they go to docs/benchmarks.md."""
