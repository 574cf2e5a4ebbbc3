"""Speed and cost, measured: `python -m benchmarks` writes benchmarks/results.md."""
