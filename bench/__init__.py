"""Benchmarks: ratios measured side by side in one run; absolute times tell little on shared machines."""
