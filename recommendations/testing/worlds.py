"""Simulated worlds whose truth is known: daily series with weeks, memory and heavy tails, and a planted step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommendations.outcomes.calc import Days

WEEKS = np.array([0.0, 0.2, 0.1, 0.3, 1.0, 2.0, 1.5])


@dataclass(frozen=True, slots=True)
class World:
    """What a world is made of. `memory` is the autocorrelation from day to day; the day's spread is 1."""

    memory: float = 0.0
    heavy: bool = False
    step: float = 0.0
    n_before: int = 84
    n_after: int = 28


def noise(draw: np.random.Generator, n: int, world: World) -> NDArray[np.float64]:
    """A stationary first-order autoregression with spread 1; Student's t with four degrees where tails are heavy."""
    warm = 100
    shocks = draw.standard_t(4, n + warm) / np.sqrt(2) if world.heavy else draw.standard_normal(n + warm)
    out = np.zeros(n + warm)
    for day in range(1, n + warm):
        out[day] = world.memory * out[day - 1] + shocks[day] * np.sqrt(1 - world.memory**2)
    return out[warm:]


def amounts(world: World, *, seed: int, worlds: int) -> Iterator[tuple[Days, Days]]:
    """Amounts a day before and after."""
    draw = np.random.default_rng(seed)
    n = world.n_before + world.n_after
    weekday = np.arange(n) % 7
    for _ in range(worlds):
        yield parted(10 + WEEKS[weekday] + noise(draw, n, world), np.ones(n), weekday, world)


def shares(world: World, *, seed: int, worlds: int, share: float = 0.05) -> Iterator[tuple[Days, Days]]:
    """Rare events among a busy shop's payments: counts over counts. The step is in the share itself."""
    draw = np.random.default_rng(seed)
    n = world.n_before + world.n_after
    weekday = np.arange(n) % 7
    for _ in range(worlds):
        payments = draw.poisson(60 + 10 * WEEKS[weekday])
        chance = np.where(np.arange(n) < world.n_before, share, share + world.step)
        events = draw.binomial(payments, chance)
        yield (
            Days.of(events[: world.n_before], payments[: world.n_before], weekday[: world.n_before]),
            Days.of(events[world.n_before :], payments[world.n_before :], weekday[world.n_before :]),
        )


def parted(
    num: NDArray[np.float64], den: NDArray[np.float64], weekday: NDArray[np.int64], world: World
) -> tuple[Days, Days]:
    """A series cut where advice was taken, with the step added to what follows."""
    cut = world.n_before
    return Days(num[:cut], den[:cut], weekday[:cut]), Days(num[cut:] + world.step, den[cut:], weekday[cut:])
