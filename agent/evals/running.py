"""Asks every question through the chat's own path, and judges what it stored."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import Business
from agent.evals.asking import ask
from agent.evals.judging import judge
from agent.evals.model import Case
from agent.evals.outcome import Outcome


def run_all(cases: Iterable[Case], business: Business) -> tuple[Outcome, ...]:
    """Every case in a conversation of its own, answered by whatever the settings say."""
    return tuple(judge(ask(case, business), business) for case in cases)
