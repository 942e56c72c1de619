"""How far noise moves what is measured of a potential, against the same potential without noise.

``python -m benchmarks.morphology`` measures simulated recordings at several SNRs, prints the error
of each feature and writes ``results.csv`` beside this file; ``--development`` runs the seeds that
rules may be chosen on, and writes nothing.

The truth of a feature is what the same rules give on the noise-free potentials after the same
cleaning, at the thresholds that the noise sets in the recording (``same``): the figure is the
noise's error alone. Amplitude depends on no threshold and is compared with ``ideal``, the rules at
no noise at all; for the other features ``error_ideal`` tells how much the raised thresholds cost
in addition. Potentials are given (times, channels, units), because what detection and sorting
miss is the accuracy study's question. ``average`` rows are units' average potentials
(:func:`emgfasc.measure.averages`) of at least 10 discharges.
"""
