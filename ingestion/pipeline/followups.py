"""What happens after facts changed: desks above register here, since ingestion does not know them.

A follow-up is called in the transaction that changed the facts, after `DirtyDay` rows were written, and should only
enqueue a job with a `dedupe` key: it is called again for every batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingestion.models import Source

FollowUp = Callable[[Source], None]
_follow_ups: dict[str, dict[str, FollowUp]] = {}


def on_dirty(desk: str) -> Callable[[FollowUp], FollowUp]:
    """Register who is called with the source when days of `desk` no longer match their facts."""

    def register(follow_up: FollowUp) -> FollowUp:
        _follow_ups.setdefault(desk, {})[f"{follow_up.__module__}.{follow_up.__qualname__}"] = follow_up
        return follow_up

    return register


def announce(source: Source, *, desks: Iterable[str]) -> None:
    """Call the follow-ups of these desks, each once."""
    for desk in sorted(set(desks)):
        for follow_up in list(_follow_ups.get(desk, {}).values()):
            follow_up(source)
