"""Benchmarks, a file each; see scripts/bench."""
