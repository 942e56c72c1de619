"""Compiled kernels: arrays in, arrays out. Each has a slow readable twin in ``tests/naive.py``."""
