"""What the benchmarks share: a Limner of their own, a library full of pictures, and the table they print."""
