"""How fast emgfasc is, as ratios within one run; every result is checked in the run that times it.

``python -m benchmarks.speed`` prints each line as ``name ratio target``; ``--quick`` takes smaller
arrays and stays under a minute. Seconds mean little on a shared machine: each ratio is the median
over pairs that were timed one right after the other.
"""
