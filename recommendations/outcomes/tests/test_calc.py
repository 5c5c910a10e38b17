"""The effect and its interval: known cases, and simulated worlds whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommendations.outcomes.calc import Days, Result, difference, effect, minimum_detectable, result
from recommendations.testing.worlds import World, amounts, noise, shares

WORLDS = 400
#: Three standard errors of a share of 5 % and of 10 % over 400 worlds.
SIDE = 0.05 + 3 * np.sqrt(0.05 * 0.95 / WORLDS)
COVERED = 0.90 - 3 * np.sqrt(0.9 * 0.1 / WORLDS)

KINDS = [World(), World(memory=0.3), World(memory=0.6), World(memory=0.6, heavy=True), World(memory=0.8, n_after=56)]


@pytest.mark.parametrize("world", KINDS)
def test_without_an_effect_it_says_so_at_the_stated_rate(world: World) -> None:
    found = [result(effect(*sides), better=1) for sides in amounts(world, seed=11, worlds=WORLDS)]
    assert found.count(Result.WORKED) / WORLDS <= SIDE and found.count(Result.HARMED) / WORLDS <= SIDE
    assert found.count(Result.NO_EFFECT) / WORLDS >= COVERED


@pytest.mark.parametrize("world", KINDS)
def test_a_planted_effect_lies_within_its_interval_at_the_nominal_rate(world: World) -> None:
    planted = replace(world, step=2.5)
    found = [effect(*sides) for sides in amounts(planted, seed=12, worlds=WORLDS)]
    held = [one for one in found if one is not None and one.low <= 2.5 <= one.high]
    assert len(held) / WORLDS >= COVERED


@pytest.mark.parametrize("world", KINDS)
def test_a_step_of_the_minimum_detectable_size_is_found_four_times_in_five(world: World) -> None:
    least = np.mean([minimum_detectable(before, n_after=world.n_after)
                     for before, _ in amounts(world, seed=13, worlds=100)])  # fmt: skip
    found = [result(effect(*sides), better=1)
             for sides in amounts(replace(world, step=float(least)), seed=14, worlds=WORLDS)]  # fmt: skip
    assert found.count(Result.WORKED) / WORLDS >= 0.8 - 3 * np.sqrt(0.8 * 0.2 / WORLDS)


def test_shares_of_counts_keep_both_promises() -> None:
    quiet = [result(effect(*sides), better=-1) for sides in shares(World(), seed=15, worlds=WORLDS)]
    assert max(quiet.count(Result.WORKED), quiet.count(Result.HARMED)) / WORLDS <= SIDE
    planted = [effect(*sides) for sides in shares(World(step=-0.02), seed=16, worlds=WORLDS)]
    held = [one for one in planted if one is not None and one.low <= -0.02 <= one.high]
    assert len(held) / WORLDS >= COVERED
    assert sum(result(one, better=-1) is Result.WORKED for one in planted) / WORLDS > 0.95


def test_controls_take_out_what_happens_to_everyone() -> None:
    draw, wrong, unaided = np.random.default_rng(17), 0, 0
    for _ in range(200):
        common = noise(draw, 112, World(memory=0.6)) + np.where(np.arange(112) < 84, 0, 1.5)
        own = Days.of(common + noise(draw, 112, World()))
        others = [Days.of(common + noise(draw, 112, World())) for _ in range(2)]
        gap = difference(own, others)
        sides = Days(gap.num[:84], gap.den[:84]), Days(gap.num[84:], gap.den[84:])
        wrong += result(effect(*sides), better=1) is not Result.NO_EFFECT
        unaided += result(effect(Days(own.num[:84], own.den[:84]), Days(own.num[84:], own.den[84:])), better=1) is (
            Result.WORKED
        )
    assert wrong / 200 <= 0.10 + 3 * np.sqrt(0.1 * 0.9 / 200) and unaided / 200 > 0.5


def test_the_effect_of_a_plain_case_is_the_difference_of_the_means() -> None:
    before, after = Days.of([1, 3] * 14), Days.of([2, 4] * 14)
    found = effect(before, after)
    assert found is not None and (found.before, found.after, found.effect) == (2, 3, 1)
    assert found.low < 1 < found.high and found.high - 1 == pytest.approx(1 - found.low)


def test_a_share_is_the_sum_over_the_sum_not_the_mean_of_days() -> None:
    found = effect(Days.of([1, 0] * 10, [10, 90] * 10), Days.of([3, 0] * 10, [10, 90] * 10))
    assert found is not None and found.before == pytest.approx(0.01) and found.after == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Days.of([1, 2] * 6), Days.of([1, 2] * 14)),  # too short before
        (Days.of([1, 2] * 14), Days.of([1, 2] * 6)),  # too short after
        (Days.of([5] * 28), Days.of([5] * 28)),  # days that never differ
        (Days.of([0] * 28, [0] * 28), Days.of([1, 2] * 14)),  # nothing to divide by
    ],
)
def test_what_cannot_be_known_is_unknowable(before: Days, after: Days) -> None:
    assert effect(before, after) is None and result(None, better=1) is Result.UNKNOWABLE


def test_a_series_that_wanders_has_no_mean_to_compare() -> None:
    walk = np.cumsum(np.random.default_rng(18).standard_normal(112))
    assert result(effect(Days.of(walk[:84]), Days.of(walk[84:])), better=1) is not Result.WORKED


@pytest.mark.parametrize(("better", "expected"), [(1, Result.HARMED), (-1, Result.WORKED)])
def test_which_way_is_good_decides(better: int, expected: Result) -> None:
    found = effect(Days.of([10, 11] * 20), Days.of([5, 6] * 20))
    assert result(found, better=better) is expected


def test_a_longer_horizon_detects_smaller_steps() -> None:
    (before, _), *_ = amounts(World(memory=0.3), seed=19, worlds=1)
    short, long = (minimum_detectable(before, n_after=n) for n in (28, 84))
    assert short is not None and long is not None and long < short
    assert minimum_detectable(Days.of([1, 2]), n_after=28) is None


def test_controls_cover_the_same_days() -> None:
    with pytest.raises(ValueError, match="other days"):
        difference(Days.of([1, 2]), [Days.of([1])])
    assert difference(Days.of([1, 2], [1, 0]), [Days.of([0, 0])]).n == 1
