"""Candidates: accounts that may be a person's, from four sources with the same shape (sources.py)."""
