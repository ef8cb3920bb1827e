"""Passerelle: find the people of an X archive on Bluesky and the fediverse, and follow them.

    archive files, X pages -archive/, graph-> FollowGraph -.
    directory              -directory-> index --------------+-matcher-> Match -plan-> Plan -queue-> requests -networks-> outcomes
    names, bios, links     -hints-> Hint -------------------'

Everything here is pure: clock, network, storage and randomness are handed in by `engine.py` (browser) or `cli.py` (desktop).
"""

__version__ = "0.1.0"
