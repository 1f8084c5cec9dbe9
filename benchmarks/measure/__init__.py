"""What the benchmarks share: a Limner of their own, and the table they print."""
