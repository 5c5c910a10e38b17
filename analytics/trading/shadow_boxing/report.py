"""The Shadow Boxing snapshot of a bought report: the programmes that a buyer's files would have passed."""

from __future__ import annotations

import hashlib

from django.core.cache import cache

from accounts import formats
from analytics.trading.inference import stat
from analytics.trading.inference.samples import RULE_REPLAY_ONLY_BELOW
from analytics.trading.record import Record
from analytics.trading.shadow_boxing.catalogue import in_force
from analytics.trading.shadow_boxing.chances import Plan
from analytics.trading.shadow_boxing.study import Programme, study
from analytics.trading.shadow_boxing.wording import VERDICTS
from analytics.trading.unowned import record_of_files
from billing.autopsy.extras import Ask, Extra, register_extra

#: Enough for a chance to a few percent; the full study with its intervals is the desk's.
PLAN = Plan(paths=1_000, outer=0, sizes=())
MOST_PROGRAMMES = 5
KEPT_SECONDS = 7 * 24 * 3600
SEED = 1


def snapshot(ask: Ask) -> Extra | None:
    """The replay of the five programmes with the best outlook. None for files without a closed decision.

    Computed once for a set of files and kept for a week. Errors: InvalidInput where a file cannot be read.
    """
    files = hashlib.sha256("\n".join(ask.paths).encode()).hexdigest()[:16]
    key = f"shadow-boxing-report:{ask.item_id}:{files}"
    found = cache.get(key)
    if found is None:
        found = _made(record_of_files(ask.paths, as_of=ask.as_of), ask)
        cache.set(key, found, KEPT_SECONDS)
    return found or None


def _made(record: Record, ask: Ask) -> Extra | tuple[()]:
    if not len(record):
        return ()
    programmes = study(record, in_force(), seed=SEED, plan=PLAN)
    gap = RULE_REPLAY_ONLY_BELOW.gap(len(record), record.n_sessions)
    text = (
        f"{formats.number(len(record))} closed decisions on {formats.number(record.n_sessions)} sessions, played by "
        "the rules of each programme as they are published; a closed-trade view where the file has no worst moments."
    )
    rows = tuple((one.title, _words(one)) for one in programmes[:MOST_PROGRAMMES])
    return Extra(text=f"{text} {gap}".strip(), rows=rows, as_of=ask.as_of)


def _words(one: Programme) -> str:
    verdict = VERDICTS[one.last.verdict]
    if one.chances is None or not one.has_target:
        return verdict
    return f"{verdict}; {formats.percent(stat.decimal(one.chances.passed.p))} of futures like your past would pass"


register_extra("shadow_boxing", snapshot)
