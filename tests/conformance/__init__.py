"""The check values that ship with the package, written by exact arithmetic.

``python -m tests.conformance`` writes them. Every expected value comes from tests/exact.py and the
rules written out here from the papers, never from the library. The numbers of the definitions
stand here a second time on purpose: a number that is changed in the library no longer agrees with
its check values.
"""
