"""How a rule's advice is judged once it was taken: the metric and the windows, or why nothing can be measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """Compare `metric` before and after.

    metric:    a registered key; says unit and which way is good.
    horizon:   days after acceptance that are looked at, beginning the day after.
    baseline:  days before acceptance, whole weeks.
    settle:    days to wait after the horizon until late facts (refunds, disputes) are in.
    controls:  whether the business's other accounts, which were left alone, are taken out.
    """

    metric: str
    horizon: int = 28
    baseline: int = 84
    settle: int = 0
    controls: bool = False

    def __post_init__(self) -> None:
        if self.horizon % 7 or self.baseline % 7 or self.horizon < 14 or self.baseline < 28:
            raise ValueError(f"{self.metric}: windows are whole weeks, so that each weekday counts alike")


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Nothing can be measured, and why, as a sentence."""

    why: str


OutcomeCheck = Measured | Unmeasured
