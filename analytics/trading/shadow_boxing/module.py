"""Registers Shadow Boxing: every programme of the catalogue against one account, and the figures it is told by."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.figures import Figure
from analytics.trading.inference.samples import RULE_REPLAY_ONLY_BELOW
from analytics.trading.modules import Beside, module
from analytics.trading.record import Record
from analytics.trading.shadow_boxing import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.shadow_boxing.replay import Verdict
from analytics.trading.shadow_boxing.study import Programme, study
from analytics.trading.sheet import Sheet


@dataclass(frozen=True)
class ShadowBoxing:
    """Programmes, best outlook first. `gap` says why there are no chances; replays are there all the same.

    intratrade: whether the worst moment inside every trade is known; else verdicts are a closed-trade view.
    """

    n: int
    sessions: int
    currency: str
    intratrade: bool
    gap: str
    programmes: tuple[Programme, ...]
    stored: tuple[tuple[str, Figure], ...]

    @property
    def figures(self) -> dict[str, Figure]:
        return dict(self.stored)

    def programme(self, key: str) -> Programme | None:
        return next((one for one in self.programmes if one.key == key), None)


def compute(record: Record, beside: Beside, seed: int) -> ShadowBoxing:
    """Every programme in force. Empty: no programmes without rule sets or decisions."""
    programmes = study(record, beside.rule_sets if len(record) else (), seed=seed)
    gap = RULE_REPLAY_ONLY_BELOW.gap(len(record), record.n_sessions)
    sheet = Sheet(record, beside)
    failed = sum(one.last.verdict is Verdict.FAILED for one in programmes)
    sheet.number("trading.programmes_failed", failed if programmes else None, n=len(programmes))
    for one in programmes:
        _tell(sheet, one, gap)
    return ShadowBoxing(
        n=len(record),
        sessions=record.n_sessions,
        currency=record.currency,
        intratrade=bool(len(record)) and all(mae == mae for mae in record.mae.tolist()),
        gap=gap,
        programmes=programmes,
        stored=tuple(sheet.figures.items()),
    )


def _tell(sheet: Sheet, one: Programme, gap: str) -> None:
    """The figures of one programme, each under its metric and the programme's key."""
    found = one.chances

    def under(name: str) -> str:
        return f"trading.{name}:{one.key}"

    room = one.last.room
    sheet.money("trading.room", room, under=under("room"))
    if found is None:
        for name in ("pass_chance", "fail_chance", "open_chance"):
            sheet.number(f"trading.{name}", None, gap=gap, under=under(name))
        return
    passed, left = found.passed, found.open
    if one.has_target:
        sheet.number("trading.pass_chance", passed.p, low=passed.low, high=passed.high, under=under("pass_chance"))
    sheet.number("trading.fail_chance", found.fail, under=under("fail_chance"))
    sheet.number("trading.open_chance", left.p, low=left.low, high=left.high, under=under("open_chance"))
    if found.median_sessions is not None:
        sheet.number("trading.pass_sessions", found.median_sessions, under=under("pass_sessions"))
    nothing = "No size between a quarter and double fails in at most a fifth of the futures."
    sheet.number("trading.safe_size", found.safe_size, gap=nothing, under=under("safe_size"))


SHADOW_BOXING = module("shadow_boxing", "Shadow Boxing", version="1", result=ShadowBoxing, compute=compute)
