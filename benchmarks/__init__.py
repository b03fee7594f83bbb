"""What is measured, how, and against what. ``./kit run python -m benchmarks`` prints one table.

A figure is a ratio taken in one run on one machine: ours against the bare minimum that does the same work. Absolute
times are printed for orientation and never asserted; nothing here is a test.
"""
