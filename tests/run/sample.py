"""The sample of `make run`: an archive and an x.com of people with ordinary names; hostile ones are for the tests."""

from __future__ import annotations

from pathlib import Path

from tests.data.archives import make_archive, tweet
from tests.data.people import ADA, BRUNO, CHLOE, FRIENDLY, NILS, OWNER, Someone, neighbours
from tests.world.fake_x import Cast
from tests.world.residents import EXPORTED

EVERYONE = neighbours(340)
NEIGHBOURS, OTHERS = EVERYONE[:180], EVERYONE[180:]
FOLLOWING = (*FRIENDLY, NILS, *NEIGHBOURS)
FOLLOWERS = (*FRIENDLY[:9], *NEIGHBOURS[40:100], *OTHERS[:25])
CAST = Cast(
    shown=(OWNER, *FRIENDLY[:12]),
    crowd=OTHERS,
    lists={"Following": FOLLOWING, "Followers": FOLLOWERS},
)
# Tweets name people: everyone on the pages, and a third of the others, as in real archives.
NAMED = (*FRIENDLY, NILS, *NEIGHBOURS[::3])


def write_sample(path: Path) -> Path:
    """Write the sample archive and return its path."""
    tweets = [tweet(number, f"Bonjour @{one.screen_name}", mentions=[one]) for number, one in enumerate(NAMED)]
    answers = [tweet(1_000 + number, _thanks(one), reply_to=one) for number, one in enumerate((ADA, BRUNO, CHLOE))]
    return make_archive(path, following=FOLLOWING, followers=FOLLOWERS, tweets=[*tweets, *answers], exported=EXPORTED)


def _thanks(one: Someone) -> str:
    return f"@{one.screen_name} merci"
