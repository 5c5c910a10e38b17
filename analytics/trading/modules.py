"""The modules of the desk: what each computes from a record, under which name and version.

A module is a pure function of a record and what is known beside it. Its result is a frozen dataclass of figures, words
and series, stored as a whole; pages, API, agent and packet read the stored one and compute nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from analytics.figures import Figure
from analytics.trading.record import Record


class Result(Protocol):
    """What a module returns: a frozen dataclass that can list the figures it shows, by key."""

    @property
    def figures(self) -> Mapping[str, Figure]: ...


R = TypeVar("R", bound=Result)

#: Fields of `Beside` that count only for modules that name them: they change every night.
OWN_READERS = ("cohort",)


@dataclass(frozen=True, slots=True)
class Rule:
    """One of the trader's own rules. `kind` names it, `params` are its numbers and words as text."""

    id: int
    kind: str
    params: tuple[tuple[str, str], ...] = ()
    active: bool = True


@dataclass(frozen=True)
class Beside:
    """What modules may know beside the record. Everything here is part of the inputs' hash.

    `results` holds what the modules before this one found, by key; it is no part of the hash, since it follows.
    """

    daily_loss_limit: Decimal | None = None
    rules: tuple[Rule, ...] = ()
    rule_sets: tuple[Any, ...] = ()  # the prop firms' rules in force, each frozen, with its version
    cohort: Any = None  # the cells of traders alike; None for an account that does not take part
    extra: tuple[tuple[str, str], ...] = ()
    results: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def of(self, module: Module[R]) -> R | None:
        """What an earlier module found; None where it failed or did not run."""
        found: R | None = self.results.get(module.key)
        return found


@dataclass(frozen=True)
class Module(Generic[R]):
    """One registered module. `after` names modules whose results it reads; a change of `version` computes anew.

    `also_reads` names what is beside the record for this module only, so that its change moves no other.
    """

    key: str
    label: str
    version: str
    result: type[R]
    compute: Callable[[Record, Beside, int], R]
    after: tuple[str, ...] = ()
    also_reads: tuple[str, ...] = ()

    def inputs_hash(self, record: Record, beside: Beside, hashes: Mapping[str, str]) -> str:
        """Equal inputs, equal result: of the record, what is beside it, the version, and the results it reads."""
        read = [f"{key}={hashes.get(key, '')}" for key in self.after]
        hidden: dict[str, Any] = {name: None for name in OWN_READERS if name not in self.also_reads}
        known = replace(beside, **hidden)
        content = [self.key, self.version, record.digest, repr(known), *read]
        return hashlib.sha256("\x1f".join(content).encode()).hexdigest()

    def seed(self, record: Record) -> int:
        """The seed of every draw: of the record and the module, so that a recomputation draws the same."""
        content = hashlib.sha256(f"{self.key}\x1f{record.digest}".encode()).digest()
        return int.from_bytes(content[:6], "big")


MODULES: dict[str, Module[Any]] = {}


def module(
    key: str,
    label: str,
    *,
    version: str,
    result: type[R],
    compute: Callable[[Record, Beside, int], R],
    after: tuple[str, ...] = (),
    also_reads: tuple[str, ...] = (),
) -> Module[R]:
    """Register a module: `compute(record, beside, seed) -> result`. Errors: ValueError when the key is taken."""
    if key in MODULES:
        raise ValueError(f"{key} is registered twice")
    MODULES[key] = made = Module(key, label, version, result, compute, after, also_reads)
    return made


def in_order(only: Collection[str] = ()) -> Iterator[Module[Any]]:
    """All modules, or those of `only` and what they read, each after those whose results it reads.

    Errors: ValueError for a circle or an unknown name.
    """
    done: dict[str, Module[Any]] = {}

    def visit(key: str, path: tuple[str, ...]) -> None:
        if key in path or key not in MODULES:
            raise ValueError(f"modules read each other in a circle or do not exist: {' → '.join((*path, key))}")
        for before in MODULES[key].after:
            if before not in done:
                visit(before, (*path, key))
        done.setdefault(key, MODULES[key])

    for key in sorted(only or MODULES):
        visit(key, ())
    return iter(done.values())
