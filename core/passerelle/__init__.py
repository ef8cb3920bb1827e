"""Passerelle: find the people of an X archive on Bluesky and the fediverse, and follow them.

    archive files, X pages -archive/, graph-> FollowGraph -.
    directory              -directory-> index --------------+-matcher-> Match -plan-> Plan
    names, bios, links     -hints-> Hint -------------------'

    Plan -queue-> requests -networks-> outcomes

Everything here is pure: `engine.py` (browser) and `cli.py` (desktop) hand in clock, network, storage and randomness.
"""

__version__ = "0.1.0"
