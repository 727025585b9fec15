"""One runnable script per number that the README claims: `python -m benchmarks.NAME`."""
