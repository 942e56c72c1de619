"""How many simulated fasciculation potentials are found, against plain baselines on the same files.

``python -m benchmarks.accuracy`` runs the whole study and writes ``results.csv``,
``calibration.csv`` and ``results.png`` beside this file; ``--slice`` runs a few recordings of it,
and with ``--check`` fails when the shipped detector has become worse on them.

The truth is simulated, so the study measures detection of potentials as the simulator makes them,
in noise as the simulator makes it. No public recording with labelled fasciculations is known.
"""
