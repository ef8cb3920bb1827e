"""`make reach` with invented pairs: what it prints, and that the world it makes is the one it states."""

from __future__ import annotations

import asyncio
import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest
from passerelle.matching.lanes import PROBABLE_FROM
from passerelle.matching.weights import KNOTS, MODEL, WEIGHTS, Model

from tests.reach.__main__ import main
from tests.reach.fit import STEPS, Choice, FitWorld, find_knots, find_steps, fit, fit_until_stable
from tests.reach.inputs import Pair, PoolAccount, read_pairs, split_of
from tests.reach.measure import Outcome, calibrate, find_curve, find_margins, measure, summarize
from tests.reach.names import PERTURBATIONS, invent_name, perturb
from tests.reach.plot import draw_curves
from tests.reach.servers import Servers
from tests.reach.world import World, make_world

PAIRS = 80
STRANGERS = 600


def invent_pairs() -> list[dict[str, str]]:
    """Make pairs whose handles relate to the @name as those of real pairs do: half the same, half not."""
    rng = Random("pairs")
    names = [invent_name(rng) for _ in range(PAIRS)]
    handles = [f"{name.replace(' ', '_')}{number}"[:15] for number, name in enumerate(names)]
    usual = [f"{one.replace('_', '-').strip('-').lower()}.bsky.social" for one in handles]
    return [
        {
            "x_handle": handle,
            "bluesky": address if number % 2 else f"elsewhere{number}.example.net",
            "bluesky_other": f"second{number}.bsky.social" if number % 5 == 0 else "",
            "mastodon": f"{handle}@social.example.org" if number % 7 == 0 else "",
            "name": name if number % 11 else "",
        }
        for number, (handle, address, name) in enumerate(zip(handles, usual, names, strict=True))
    ]


def invent_pool() -> list[dict[str, str]]:
    rng = Random("pool")
    return [
        {"platform": "x", "handle": f"stranger{number}", "name": invent_name(rng) if number % 9 else ""}
        for number in range(STRANGERS)
    ]


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """The two files, with the columns that are needed and no others."""
    pairs, pool = write(tmp_path / "pairs.csv", invent_pairs()), write(tmp_path / "pool.csv", invent_pool())
    return str(pairs), str(pool)


def pairs_of(files: tuple[str, str]) -> list[Pair]:
    return read_pairs(Path(files[0]))


POOL = [PoolAccount(one["platform"], one["handle"], one["name"]) for one in invent_pool() if one["name"]]


def world_of(files: tuple[str, str], absent: float = 0.5, seed: str = "1") -> World:
    return make_world(pairs_of(files), POOL, (), absent, seed)


def test_one_json_object_is_printed_and_nothing_else(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files) == 0
    found = json.loads(capsys.readouterr().out)
    required = {"sure", "probable", "unresolved", "baseline", "requests", "calibration"}
    assert required <= found.keys()
    assert set(found["sure"]) == set(found["probable"]) == set(found["baseline"]) == {"true", "wrong"}
    assert found["sure"]["wrong"] == 0
    assert found["probable"]["true"] > 0
    assert all(len(line) == 3 for line in found["calibration"])
    assert set(found["rates"]) == {"0%", "50%", "90%"}
    assert len(found["calibration_margins"]) == len(found["calibration"])
    first, *more = found["neighbours"]
    assert (first["found_first"], first["true"], first["wrong"], first["requests"]) == (0, 0, 0, 0)
    assert all(line["requests"] >= line["found_first"] > 0 for line in more)
    assert all(line["remaining"] + line["found_first"] == first["remaining"] for line in more)
    people = sum(sum(found[lane].values()) for lane in ("sure", "probable")) + found["unresolved"]
    assert people == found["rates"]["50%"]["people"]


def test_the_curve_counts_right_and_wrong_people_at_or_above_each_limit(files: tuple[str, str]) -> None:
    person, *_ = world_of(files).people
    best = ((0.96, True), (0.5, True), (0.5, False), (0.01, True), None)
    outcomes = [Outcome(person, "none", None, None, one) for one in best]
    curve = {limit: (right, wrong) for limit, right, wrong in find_curve(outcomes)}
    assert (curve[0.99], curve[0.95], curve[0.5], curve[0.02]) == ((0, 0), (1, 0), (2, 1), (2, 1))


def test_each_rate_has_a_curve_in_the_plot() -> None:
    counts = {"true": 10, "wrong": 20}
    rate = {"sure": counts, "probable": counts, "baseline": counts, "curve": [(0.9, 5, 1), (0.5, 9, 400)]}
    drawn = ElementTree.fromstring(draw_curves({"0%": rate, "50%": rate}))
    lines = [one.get("points") for one in drawn.findall("{*}polyline")]
    assert [len((one or "").split()) for one in lines] == [1, 1]  # the other point is outside


def test_files_with_a_mark_at_the_start_other_line_ends_and_other_scripts_are_read(tmp_path: Path) -> None:
    lines = [
        "name,bluesky,x_handle,mastodon",
        "はるみ,@HARUMI.bsky.social,@Harumi_1,",
        "Олег Кот,oleg.bsky.social,oleg,@oleg@Social.Example.org",
        "twice,twice.example.net,OLEG,",
        "no account,,left,",
        "not an X name,a.bsky.social,much_too_long_for_an_x_name,",
        "short line,b.bsky.social,short_line",
    ]
    path = tmp_path / "pairs.csv"
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert [(one.screen_name, one.name, one.bluesky, one.mastodon) for one in read_pairs(path)] == [
        ("Harumi_1", "はるみ", ("harumi.bsky.social",), ()),
        ("oleg", "Олег Кот", ("oleg.bsky.social",), ("oleg@social.example.org",)),
        ("short_line", "short line", ("b.bsky.social",), ()),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x_handle;bluesky;mastodon\r\na;a.bsky.social;\r\n",
        b"x_handle,bluesky,mastodon\r\n",
        b"x_handle,bluesky,mastodon\r\na\x00b,a.bsky.social,\r\n",
        "x_handle,bluesky,mastodon,name\r\na,a.bsky.social,,é\r\n".encode("latin-1"),
        "x_handle,bluesky,mastodon\r\na,a.bsky.social,\r\n".encode("utf-16"),
        b"x_handle,bluesky,mastodon,name\r\na,a.bsky.social,," + b"n" * 200_000,
    ],
    ids=["empty", "semicolons", "no pair", "zero byte", "latin-1", "utf-16", "endless field"],
)
def test_a_file_that_cannot_be_used_ends_in_one_sentence(
    content: bytes, files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    assert main([str(path), files[1]]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(str(path))
    assert said.err.count("\n") == 1


def test_the_same_seed_gives_the_same_result_and_another_seed_another(files: tuple[str, str]) -> None:
    one, same, other = world_of(files), world_of(files), world_of(files, seed="2")
    assert one.people == same.people
    assert one.actors == same.actors
    assert one.people != other.people


@pytest.mark.parametrize(
    ("arguments", "status"),
    [([], 2), (["pairs.csv", ""], 2), (["missing.csv", "pool.csv"], 3), (["pairs.csv", "pairs.csv"], 3)],
)
def test_wrong_use_and_missing_files_or_columns_are_one_clear_line(
    files: tuple[str, str], arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(files[0]).parent
    assert main([str(folder / one) if one else one for one in arguments]) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.5, PAIRS)])
def test_so_many_people_without_an_account_are_added(files: tuple[str, str], share: float, count: int) -> None:
    people = world_of(files, share).people
    assert sum(not one.accounts for one in people) == count
    assert sum(bool(one.accounts) for one in people) == PAIRS


def test_where_the_pool_is_small_the_share_without_an_account_is_kept(files: tuple[str, str]) -> None:
    people = world_of(files, 0.9).people
    assert sum(not one.accounts for one in people) / len(people) == pytest.approx(0.9, abs=0.01)


def test_a_second_account_of_the_same_person_is_theirs(files: tuple[str, str]) -> None:
    (first, *_) = pairs_of(files)
    assert first.bluesky == ("elsewhere0.example.net", "second0.bsky.social")
    assert any(one.accounts >= set(first.bluesky) for one in world_of(files).people)


def test_names_on_x_differ_at_the_stated_rates() -> None:
    rng = Random("rates")
    same = sum(perturb("Zoé Kelmira", "zoe_k", rng) == "Zoé Kelmira" for _ in range(4_000)) / 4_000
    assert same == pytest.approx(PERTURBATIONS["none"], abs=0.03)
    assert sum(PERTURBATIONS.values()) == pytest.approx(1)


def test_pairs_for_fitting_are_never_tested() -> None:
    splits = Counter(split_of(f"name{number}") for number in range(1_000))
    assert splits["fit"] == pytest.approx(500, abs=80)
    assert split_of("Name1") == split_of("name1")


def test_accounts_that_are_not_theirs_count_as_wrong(files: tuple[str, str]) -> None:
    measured = asyncio.run(measure(world_of(files), ()))
    counts = summarize(measured.outcomes)
    shown = [one for one in measured.outcomes if one.lane != "none"]
    absent = [one for one in shown if not one.person.accounts]
    assert all(one.proposal is False for one in absent)
    assert counts["probable"]["wrong"] + counts["sure"]["wrong"] >= len(absent)


def test_calibration_is_the_share_that_is_true_in_each_tenth() -> None:
    points = [(0.95, True, "a")] * 9 + [(0.95, False, "b")] + [(0.15, False, "c")] * 4
    assert calibrate(points) == [(0.15, 0.0, 4), (0.95, 0.9, 10)]


def test_the_margin_of_a_tenth_counts_people_and_not_their_candidates() -> None:
    each_another = [(0.5, number % 2 == 0, str(number)) for number in range(100)]
    few_people = [(0.5, number % 2 == 0, str(number % 4)) for number in range(100)]
    ((many, narrow),), ((few, wide),) = find_margins(each_another), find_margins(few_people)
    assert (many, few) == (100, 4)
    assert narrow == pytest.approx(1.96 * 0.05)
    assert wide == pytest.approx(1.96 * 0.25)


def test_latin_and_other_names_have_the_same_share_of_people_without_account(files: tuple[str, str]) -> None:
    latin = pairs_of(files)
    others = [replace(one, screen_name=f"kana{at}", name=f"はるみ{at}") for at, one in enumerate(latin)]
    people = make_world([*latin, *others], POOL, (), 0.5, "1").people
    for is_latin_name, count in ((True, 2 * PAIRS), (False, PAIRS)):
        some = [one for one in people if one.latin == is_latin_name]
        assert len(some) == count
        assert sum(bool(one.accounts) for one in some) == count / 2


def test_fitting_finds_which_sign_tells_people_apart() -> None:
    theirs, others = frozenset({"same_name_rare", "bio_alike"}), frozenset({"same_name_rare"})
    choices = [[(theirs, True), (others, False)], [(others, False)], [(theirs, True)]] * 40
    weights = fit(choices, dict.fromkeys(WEIGHTS.keys() - theirs, 0.0))  # type: ignore[arg-type]
    assert weights["bio_alike"] > 2 > weights["same_name_rare"]
    knots = find_knots([choices], weights, least=1)  # type: ignore[list-item]
    assert knots == sorted(knots)


def test_a_fitting_world_that_is_looked_through_again_is_asked_nothing_twice(files: tuple[str, str]) -> None:
    world = world_of(files)
    one = FitWorld(world, Servers(world), ())
    first = asyncio.run(one.choices(MODEL))
    sent = one.servers.counts.total()
    assert asyncio.run(one.choices(MODEL)) == first
    assert one.servers.counts.total() == sent > 0


def test_weights_are_fitted_again_until_they_stay(
    files: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = iter((0.5, 0.2, 0.01, 0.4))

    def fit_once(worlds: Sequence[FitWorld], model: Model) -> tuple[Model, list[Choice]]:
        return replace(model, bias=model.bias + next(changes)), []

    monkeypatch.setattr("tests.reach.fit.fit_model", fit_once)
    model, _ = fit_until_stable([], MODEL)
    assert model.bias == pytest.approx(MODEL.bias + 0.71)
    assert capsys.readouterr().err.count("fit ") == 3


def test_a_knot_stands_for_so_many_candidates_and_the_shares_never_fall() -> None:
    rng = Random("knots")
    weights = {"": 0.0, **{f"sign{number}": float(number - 4) for number in range(9)}}
    choices = [[(frozenset({f"sign{rng.randrange(9)}"}), rng.random() < 0.5)] for _ in range(900)]
    few, many = (find_knots([choices], weights, least=least) for least in (250, 1))  # type: ignore[list-item]
    assert 1 <= len(few) <= 900 // 250
    assert len(few) < len(many)
    for knots in (few, many):
        assert [share for _, share in knots] == sorted(share for _, share in knots)


def test_the_middle_of_the_knots_is_one_share_for_each_step_and_the_ends_stay() -> None:
    rng = Random("steps")
    weights = {"": 0.0, **{f"sign{number}": (number - 20) / 5 for number in range(40)}}
    world = [[(frozenset({sign}), rng.random() < 1 / (1 + exp(-weights[sign])))] for sign in list(weights)[1:] * 100]
    fine = [(0.0, 0.0), *find_knots([world], weights, least=1)]  # type: ignore[list-item]
    knots = find_steps([world], weights, fine, 0.5)  # type: ignore[list-item]
    before, model = (replace(MODEL, knots=tuple(one)) for one in (fine, knots))
    middle = [raw / 1000 for raw in range(1000) if STEPS[0] + 0.01 < before.calibrate(raw / 1000) < STEPS[-1] - 0.01]
    assert len({model.calibrate(raw) for raw in middle}) == len(STEPS) - 1 < len(set(map(before.calibrate, middle)))
    assert (knots[0], knots[-1]) == (fine[0], fine[-1])
    assert [share for _, share in knots] == sorted(share for _, share in knots)


def test_knots_rise_and_reach_the_probable_lane() -> None:
    assert list(KNOTS) == sorted(KNOTS)
    assert [share for _, share in KNOTS] == sorted(share for _, share in KNOTS)
    assert KNOTS[-1][1] > PROBABLE_FROM
