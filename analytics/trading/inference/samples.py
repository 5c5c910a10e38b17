"""How much a statement needs to stand on. Below it there is no number, only what is still missing, counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Minimum:
    """So many decisions, on so many days. Source: trading.md § 6.3."""

    decisions: int
    days: int = 0

    def met(self, decisions: int, days: int = 0) -> bool:
        return decisions >= self.decisions and days >= self.days

    def gap(self, decisions: int, days: int = 0) -> str:
        """What is still missing, as a sentence; empty when nothing is."""
        more = [
            text
            for text in (
                _more(self.decisions - decisions, "closed decision"),
                _more(self.days - days, "trading day"),
            )
            if text
        ]
        if not more:
            return ""
        have = (
            f"{_count(decisions, 'decision')} on {_count(days, 'day')}" if self.days else _count(decisions, "decision")
        )
        return f"Needs {' and '.join(more)}; so far {have}."


INTERVAL = Minimum(20)
SLICE = Minimum(20, 8)
ARM = Minimum(30)
EDGE_BASELINE, EDGE_MONITORED = Minimum(100), Minimum(30)
FATIGUE = Minimum(200, 30)
FATIGUE_A_DAY = 4
SIMULATION_DAYS, SIMULATION_DECISIONS = 30, 100
BQL = Minimum(30, 10)
AFMA = Minimum(40)
SQN = Minimum(30)
COHORT_TENANTS = 20
RULE_REPLAY_ONLY_BELOW = Minimum(60, 20)


def _more(missing: int, word: str) -> str:
    return f"{missing:,} more {word}{'' if missing == 1 else 's'}" if missing > 0 else ""


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"
