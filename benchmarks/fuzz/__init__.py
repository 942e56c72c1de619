"""Hostile files for every reader: an `EmgfascError` or a recording, and nothing else.

``python -m benchmarks.fuzz random --minutes 10`` edits valid files at random, each in a process
that may crash; ``python -m benchmarks.fuzz atheris --seed edf --minutes 10`` lets the coverage
guide the edits (``pip install atheris``). Both keep what they find in ``--keep``.
"""
