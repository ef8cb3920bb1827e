"""`python -m tests.reach.fit TRUTH.csv POOL.csv`: fit the weights of signs on the half of the pairs that is not tested.

Prints the lines for core/passerelle/matching/weights.py. Maximum likelihood of the conditional logit model of
core/passerelle/matching/score.py with a small quadratic penalty, by gradient descent (AdaGrad). Weights set by hand
stay.

Weights decide who is searched for and whose follows are read, so worlds are looked through with the weights fitted
last, and weights are fitted again, until they stay.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log, sqrt
from pathlib import Path

from passerelle.matching.base_rate import estimate_odds
from passerelle.matching.signs import Sign
from passerelle.matching.weights import BIAS, FITTED_SHARE, MODEL, WEIGHTS, Model

from tests.reach.inputs import PoolAccount, read_pairs, read_pool, split_of
from tests.reach.search import Answers, is_theirs, look_for
from tests.reach.servers import Servers
from tests.reach.world import World, make_world

SEEDS = tuple(f"fit {number}" for number in range(12))
ABSENT = 0.5  # the base rate that the weights are fitted for
FOUND = 500
ROUNDS = 150
RATE = 0.6  # first step; later ones shrink with the slopes seen (AdaGrad)
EDGES = (0.0, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.01)  # of raw probability, for the knots
LEAST = 500  # candidates of one knot: its share is then known to within two points
STEPS = (
    0.1,
    0.2,
    0.5,
    0.8,
    0.9,
)  # shares between which one is said: what is shown begins at 50 %, what is probable at 80 %
MOST_FITS = 6
STABLE = 0.05  # change of the largest weight: a twentieth of the odds
PENALTY = 1.0  # of the square of a weight, beside the sum of log likelihoods

# The candidates of one person on one network: the signs of each, and whether it is theirs.
Choice = Sequence[tuple[frozenset[Sign], bool]]
Weights = dict[str, float]
Knot = tuple[float, float]  # raw probability, share that is right
Block = tuple[int, float, int]  # candidates: how many, the sum of their probabilities, how many are right


def fit(choices: Sequence[Choice], fixed: Mapping[str, float]) -> Weights:
    """Return bias ("") and weights that make the observed choices most likely."""
    weights: Weights = {"": BIAS.value, **{sign: weight.value for sign, weight in WEIGHTS.items()}, **fixed}
    seen = dict.fromkeys(weights, 1e-9)
    for _ in range(ROUNDS):
        slope = dict.fromkeys(weights, 0.0)
        for choice in choices:
            for signs, error in _errors(choice, weights):
                for sign in ("", *signs):
                    slope[sign] += error
        for sign, value in weights.items():
            if sign not in fixed:
                step = slope[sign] + PENALTY * value
                seen[sign] += step * step
                weights[sign] = value - RATE * step / sqrt(seen[sign])
    return weights


def likelihood(choices: Iterable[Choice], weights: Weights) -> float:
    """Return the mean log likelihood of the observed choices."""
    logs = [log(max(1e-12, _truth(_shares(choice, weights), choice))) for choice in choices]
    return sum(logs) / len(logs)


def _errors(choice: Choice, weights: Weights) -> Iterator[tuple[frozenset[Sign], float]]:
    """Yield the derivative of the negative log likelihood by each candidate's strength."""
    shares = _shares(choice, weights)
    truth = _truth(shares, choice)
    is_there = any(is_true for _, is_true in choice)
    for (signs, is_true), share in zip(choice, shares, strict=True):
        yield signs, share - (share / truth if is_there and is_true else 0.0)


def _shares(choice: Choice, weights: Weights, odds: float = 1.0) -> list[float]:
    powers = _powers(choice, weights)
    return [odds * power / (1 + odds * sum(powers)) for power in powers]


def _powers(choice: Choice, weights: Weights) -> list[float]:
    return [exp(weights[""] + sum(weights[sign] for sign in signs)) for signs, _ in choice]


def _truth(shares: Sequence[float], choice: Choice) -> float:
    """Return the probability of what is true: one of the person's accounts, or none."""
    theirs = sum(share for share, (_, is_true) in zip(shares, choice, strict=True) if is_true)
    return theirs if any(is_true for _, is_true in choice) else 1 - sum(shares)


def find_knots(
    worlds: Iterable[Sequence[Choice]], weights: Weights, share: float = FITTED_SHARE, least: int = LEAST
) -> list[Knot]:
    """Return raw probabilities and the shares that are true there, never falling (pool adjacent violators).

    Each knot stands for `least` candidates or more. As in the product, the odds of a world are those that its
    candidates suggest.
    """
    points = sorted(point for choices in worlds for point in _points(choices, weights, share))
    parts = [[one for one in points if low <= one[0] < high] for low, high in pairwise(EDGES)]
    blocks = [(len(some), sum(p for p, _ in some), sum(q for _, q in some)) for some in parts if some]
    pooled: list[Block] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and (pooled[-2][0] < least or _share(pooled[-2]) > _share(pooled[-1])):
            _join_last(pooled)
    while len(pooled) > 1 and pooled[-1][0] < least:
        _join_last(pooled)
    return [(round(p / n, 3), round(q / n, 3)) for n, p, q in pooled]


def find_steps(worlds: Iterable[Sequence[Choice]], weights: Weights, knots: Sequence[Knot], share: float) -> list[Knot]:
    """Return the knots with one step instead of those between each two of STEPS: the share of all candidates there.

    In the middle are few people, so that a share is known to five points only for several tenths together.
    """
    points = [point for choices in worlds for point in _points(choices, weights, share)]
    edges = [_raw_of(knots, step) for step in STEPS]
    steps = list[Knot]()
    for (low, least), (high, most) in pairwise(zip(edges, STEPS, strict=True)):
        some = [is_true for raw, is_true in points if low <= raw < high]
        if some:
            level = round(min(max(sum(some) / len(some), least), most), 3)  # shares never fall
            steps += [(round(low, 3), level), (round(high, 3), level)]
    below = [one for one in knots if one[0] < edges[0]] + [(round(edges[0], 3), STEPS[0])]
    return below + steps + [(round(edges[-1], 3), STEPS[-1])] + [one for one in knots if one[0] > edges[-1]]


def _raw_of(knots: Sequence[Knot], share: float) -> float:
    """Return the raw probability whose share is this one, by interpolation."""
    (low, start), (high, end) = next(pair for pair in pairwise(knots) if pair[1][1] >= share)
    return low + (high - low) * (share - start) / (end - start)


def _join_last(blocks: list[Block]) -> None:
    (n, p, q), (m, r, s) = blocks.pop(), blocks.pop()
    blocks.append((n + m, p + r, q + s))


def _share(block: Block) -> float:
    return block[2] / block[0]


def _points(choices: Sequence[Choice], weights: Weights, fitted: float) -> Iterator[tuple[float, bool]]:
    """Yield the raw probability of each candidate of a world, and whether it is right."""
    odds = estimate_odds([sum(_powers(choice, weights)) for choice in choices], fitted)
    for choice in choices:
        for share, (_, is_true) in zip(_shares(choice, weights, odds), choice, strict=True):
            yield share, is_true


@dataclass
class FitWorld:
    """A world to fit on, with the answers of its servers so far."""

    world: World
    servers: Servers
    known: Sequence[str]
    answers: Answers = field(default_factory=dict)

    async def choices(self, model: Model) -> list[Choice]:
        """Return the candidate sets of all people, as a search with this model finds them."""
        people = [one.sought for one in self.world.people]
        looked = await look_for(people, self.servers, self.known, FOUND, model=model, answers=self.answers)
        return [
            [(one.signs, is_theirs(person, one.candidate)) for one in scored if one.candidate.network == network]
            for person in self.world.people
            for scored in [looked.results[person.sought.rest_id]]
            for network in ("bluesky", "fediverse")
            if any(one.candidate.network == network for one in scored)
        ]


def make_worlds(truth: Path, pool: Sequence[PoolAccount]) -> list[FitWorld]:
    """Return the fitting worlds."""
    pairs = [one for one in read_pairs(truth) if split_of(one.screen_name) == "fit"]
    known = [acct for one in pairs for acct in one.mastodon]
    worlds = (make_world(pairs, pool, (), ABSENT, seed) for seed in SEEDS)
    return [FitWorld(world, Servers(world), known) for world in worlds]


def fit_model(worlds: Sequence[FitWorld], model: Model) -> tuple[Model, list[Choice]]:
    """Return the model fitted on what a search with `model` finds, and the candidate sets."""
    fitting = [asyncio.run(one.choices(model)) for one in worlds]
    choices = [choice for one in fitting for choice in one]
    fixed: dict[str, float] = {sign: weight.value for sign, weight in WEIGHTS.items() if weight.origin == "hand"}
    weights = {name: round(value, 2) for name, value in fit(choices, fixed).items()}
    there = sum(any(is_true for _, is_true in choice) for choice in choices)
    share = round(there / len(choices), 3)
    fine = [(0.0, 0.0), *find_knots(fitting, weights, share)]
    knots = tuple(find_steps(fitting, weights, fine, share))
    signs: dict[Sign, float] = {sign: weights[sign] for sign in WEIGHTS}
    return Model(weights[""], signs, knots, share), choices


def fit_until_stable(worlds: Sequence[FitWorld], model: Model) -> tuple[Model, list[Choice]]:
    """Return the model that stays when it is fitted on what a search with it finds."""
    for number in range(1, MOST_FITS + 1):
        before = model
        model, choices = fit_model(worlds, before)
        change = _largest_change(before, model)
        print(f"{time.strftime('%H:%M:%S')} fit {number}: weights change by {change:.2f} at most", file=sys.stderr)
        if change <= STABLE:
            break
    return model, choices


def _largest_change(one: Model, other: Model) -> float:
    return max(abs(one.bias - other.bias), *(abs(one.weights[sign] - other.weights[sign]) for sign in one.weights))


def main(truth: str, pool: str) -> None:
    """Print the fitted weights."""
    model, choices = fit_until_stable(make_worlds(Path(truth), read_pool(Path(pool))), MODEL)
    print(f"KNOTS = {model.knots}")
    print(f"FITTED_SHARE = {model.share:.3f}")
    print(f'BIAS = Weight({model.bias:.2f}, "{BIAS.origin}")')
    for sign, value in model.weights.items():
        seen = sum(sign in signs for choice in choices for signs, _ in choice)
        true = sum(sign in signs and is_true for choice in choices for signs, is_true in choice)
        print(f'    "{sign}": Weight({value:.2f}, "{WEIGHTS[sign].origin}"),  # {true}/{seen}')


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
