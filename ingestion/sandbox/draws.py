"""Chance that repeats: every draw and every id follows from the seed and a name, never from the order of calls.

That makes the simulation causal. Simulating one day longer changes nothing before that day, so a sandbox that is
restarted tomorrow tells the same story and only continues it.
"""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import dataclass
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Characters after the prefix; Stripe's own lengths, so that column widths are exercised for real.
LENGTHS: Final = {"cus": 14, "acct": 16, "prod": 14, "si": 14, "sub": 24}


@dataclass(frozen=True, slots=True)
class Draws:
    """The source of chance of one company.

    seed:   what happens follows from it, counted in days before `as_of`: the same story whatever the date.
    names:  ids follow from it; it holds the date too, so two stories never share an id.
    """

    seed: str
    names: str

    def of(self, *key: object) -> random.Random:
        """A generator of its own for `key`; the same key always gives the same numbers."""
        return random.Random(f"{self.seed}/{'/'.join(map(str, key))}")  # noqa: S311 - a simulation, no secret

    def id(self, prefix: str, *key: object) -> str:
        """An id in Stripe's style, e.g. `ch_3…`, unique for (prefix, key)."""
        return make_id(prefix, f"{self.names}/{'/'.join(map(str, key))}")


def make_id(prefix: str, name: str) -> str:
    """An id in Stripe's style that follows from `name`."""
    digest = hashlib.blake2b(f"{prefix}/{name}".encode(), digest_size=20).digest()
    number = int.from_bytes(digest, "big")
    length = LENGTHS.get(prefix.partition("_")[0], 24)
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 62)
        letters.append(ALPHABET[rest])
    return f"{prefix}{'' if '_' in prefix else '_'}{''.join(letters)}"


def poisson(rng: random.Random, mean: float) -> int:
    """How many of something that comes `mean` times on average; Knuth's product of uniforms."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
