"""Organisations' own websites: which accounts their page names, and whether those name the website. docs/harvest.md"""
