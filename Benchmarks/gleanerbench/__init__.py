"""Measures a release Gleaner beside the bare provider and beside nginx. See docs/benchmarks.md."""
