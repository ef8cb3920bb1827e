"""How many of the people asked about have an account at all, estimated from all of their candidates together.

Weights are fitted where half of the people have an account. Where fewer of them have one, the same signs are more often
another person's, so the odds of every candidate are lowered until what is expected fits what is seen. M. Saerens et
al., Adjusting the outputs of a classifier to new a priori probabilities, 2002:
https://doi.org/10.1162/089976602753284446
"""

from __future__ import annotations

from collections.abc import Sequence

from passerelle.matching.weights import FITTED_SHARE

ROUNDS = 25  # of the estimate; it changes by less than a thousandth after some ten
LEAST = 0.05  # of the factor before damping: odds a twentieth of those fitted, about 12 % instead of 73 %
# Power of the factor that is applied. By hand: signs that are missing for another reason (friends who have no account
# either, so that fewer follow) look like people without accounts, and the whole factor would be too much.
DAMPING = 0.5
WEIGHT_OF_FITTED = 30  # sets: how much the fitted share counts beside what is seen, so that few people change little


def estimate_odds(totals: Sequence[float], fitted: float = FITTED_SHARE) -> float:
    """Return the factor, at most 1, for the odds of all candidates; `totals`: each set's sum of e^strength.

    `fitted`: the share of sets with an account where weights were fitted.
    More than 1 is never returned: guesses are not made surer than the truth they were fitted on.

    >>> estimate_odds([])
    1.0
    """
    factor = 1.0
    for _ in range(ROUNDS):
        expected = sum(factor * total / (1 + factor * total) for total in totals)
        share = (expected + WEIGHT_OF_FITTED * fitted) / (len(totals) + WEIGHT_OF_FITTED)
        factor = max(LEAST, min(1.0, _odds(share) / _odds(fitted)))
    return float(factor**DAMPING)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
