"""Curated lists in their own formats, read through a small mapping for each source. docs/harvest.md"""
