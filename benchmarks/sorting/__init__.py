"""How well potentials are sorted into units, and named: ``python -m benchmarks.sorting``.

Units: recordings of four fasciculating units long enough for ten discharges each. Kinds: needle
recordings with fasciculations and one other kind of activity. Scaling: 20,000 potentials on 64
channels. Contraction: the trains of a real decomposition, where the file is at hand.
"""
