"""What a batch bears and how fast it is.

``python -m benchmarks.batch kill`` kills it at random moments and goes on, and checks every file
after every kill; ``speedup``, ``throughput`` and ``load`` measure.
"""
