"""Statistics of a trader's record: resampling in blocks, permutation inside days, families of tests. NumPy only."""
