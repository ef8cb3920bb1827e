"""Wikidata: items that state an X account and one on Bluesky or the fediverse. docs/harvest.md"""
