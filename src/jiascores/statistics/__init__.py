"""Exact tests, rates, proportions and paired change: plain counts in, numbers out.

scipy and statsmodels underneath; each function loads them when it is called.
"""
