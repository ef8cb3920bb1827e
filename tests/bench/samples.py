"""The archives that are read here: one with 108 MB of tweets, one of 1 GB, most of it videos, and a middling one."""

from __future__ import annotations

from pathlib import Path

from tests.data.archives import chatter, make_archive
from tests.data.people import crowd

# The longest tweets.js measured had 108 MB, an archive has some 6,200 small members, and people with 50,000 tweets
# follow thousands.
TWEETS_BYTES = 108_000_000
MEMBERS = 6_200
PEOPLE = crowd(5_000)
FOLLOWERS = crowd(8_000, first=3_500)  # half of PEOPLE are among them
LARGE_TWEETS = 50_000
LARGE_BYTES = 1_000_000_000
MEDIAN_PEOPLE = PEOPLE[:167]
MEDIAN_TWEETS = 4_058
MEDIAN_BYTES = 150_000_000


def write_tweets(path: Path) -> int:
    """Write a ZIP with TWEETS_BYTES of tweets.js; returns how many tweets that are."""
    sample = sum(len(tweet.encode()) for tweet in chatter(PEOPLE, len(PEOPLE))) / len(PEOPLE)
    count = round(TWEETS_BYTES / sample)
    make_archive(path, following=PEOPLE, followers=FOLLOWERS, tweets=chatter(PEOPLE, count), members=MEMBERS)
    return count


def write_large(path: Path) -> int:
    """Write a ZIP of LARGE_BYTES with LARGE_TWEETS tweets; returns how many tweets that are."""
    tweets = chatter(PEOPLE, LARGE_TWEETS)
    make_archive(path, following=PEOPLE, followers=FOLLOWERS, tweets=tweets, members=MEMBERS, padding=LARGE_BYTES)
    return LARGE_TWEETS


def write_median(path: Path) -> None:
    """Write a ZIP like the median of 51 real exports: 156 MB, 4,058 tweets; MEDIAN_PEOPLE are followed."""
    tweets = chatter(MEDIAN_PEOPLE, MEDIAN_TWEETS)
    make_archive(path, following=MEDIAN_PEOPLE, tweets=tweets, members=MEMBERS, padding=MEDIAN_BYTES)
