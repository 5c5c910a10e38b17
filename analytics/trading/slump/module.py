"""The slump module: how unusual the drawdown is, variance or change, and at most three things to do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analytics.figures import Figure
from analytics.trading.edge_health.calc import State as Edge
from analytics.trading.edge_health.module import EDGE_HEALTH
from analytics.trading.fatigue.module import FATIGUE
from analytics.trading.modules import Beside, module
from analytics.trading.psychology.calc import Word
from analytics.trading.psychology.finding import Finding, by_weight
from analytics.trading.psychology.module import PSYCHOLOGY
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet
from analytics.trading.sizing.module import SIZING
from analytics.trading.slump import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.slump.calc import Slump, State, slump

MOST_ACTIONS = 3
ROOM = "trading.size_room"
DEPTH = {
    State.NONE: "The account stands at its best session's end.",
    State.NORMAL: "This drawdown is usual for this record.",
    State.WATCH: "This drawdown is rare for this record, though not unheard of.",
    State.UNUSUAL: "This drawdown is unusual for this record.",
    State.UNKNOWN: "The record is too short to say what drawdown is usual.",
}
CHANGE = {
    "change": " Results have changed as well: it is more than variance.",
    "variance": " Nothing says that results have changed: variance explains it.",
    "": "",
}


@dataclass(frozen=True)
class Action:
    """One thing to do, the figure that says what it may bring, and the page that shows why."""

    text: str
    page: str
    figure: str


@dataclass(frozen=True)
class SlumpResult:
    """kind: change, variance, or empty where there is no drawdown or nothing to tell it by."""

    n: int
    sessions: int
    currency: str
    state: State
    kind: str
    gap: str
    headline: str
    actions: tuple[Action, ...]
    figures: dict[str, Figure]


def compute(record: Record, beside: Beside, seed: int) -> SlumpResult:
    """Empty: below 30 sessions there are gaps only, and no action."""
    found, sheet = slump(record, seed=seed), Sheet(record, beside)
    _tell(sheet, found)
    kind = kind_of(found.state, beside)
    actions = actions_of(sheet, found.state, beside)
    return SlumpResult(
        len(record), found.sessions, record.currency, found.state, kind, found.gap, DEPTH[found.state] + CHANGE[kind],
        actions, sheet.figures,
    )  # fmt: skip


def kind_of(state: State, beside: Beside) -> str:
    """Whether the edge itself has changed, by its own alarm."""
    edge = beside.of(EDGE_HEALTH)
    if state in (State.NONE, State.UNKNOWN) or edge is None or edge.gap:
        return ""
    return "change" if edge.state in (Edge.WEAKENING, Edge.BROKEN) else "variance"


def actions_of(sheet: Sheet, state: State, beside: Beside) -> tuple[Action, ...]:
    """From habits that are proven to cost; without one, a size at which the account's limit is seldom reached."""
    if state in (State.NONE, State.UNKNOWN):
        return ()
    costly = [one for one in by_weight(_findings(beside)) if one.verdict is Word.COSTLY]
    made = tuple(_from_finding(sheet, one) for one in costly[:MOST_ACTIONS])
    return made or _size(sheet, beside)


def _findings(beside: Beside) -> list[Finding]:
    sheet, fatigue = beside.of(PSYCHOLOGY), beside.of(FATIGUE)
    return [*(sheet.findings if sheet else ()), *((fatigue.finding,) if fatigue else ())]


def _from_finding(sheet: Sheet, one: Finding) -> Action:
    sheet.figures[one.stake.metric] = one.stake
    return Action(one.action, one.page, one.stake.metric)


def _size(sheet: Sheet, beside: Beside) -> tuple[Action, ...]:
    """Reduce the size only where the present one is too large for the limit of the sizing page."""
    sizing = beside.of(SIZING)
    room = sizing.figures.get(ROOM) if sizing else None
    if room is None or room.value is None or room.value >= 1:
        return ()
    sheet.figures[ROOM] = replace(room, note="times the present size: the limit is then reached in at most 5 of 100")
    return (Action("Reduce the size until the edge is back.", "sizing", ROOM),)


def _tell(sheet: Sheet, found: Slump) -> None:
    gap, n = found.gap, found.sessions
    sheet.money("trading.slump_depth", None if gap else found.depth, n=n, gap=gap)
    sheet.number("trading.slump_length", None if gap else found.length, n=n, gap=gap)
    sheet.number("trading.slump_depth_share", found.depth_share, n=n, gap=gap)
    sheet.number("trading.slump_length_share", found.length_share, n=n, gap=gap)
    sheet.money("trading.slump_usual", None if gap else found.usual_depth, n=n, gap=gap)
    sheet.money("trading.slump_deep", None if gap else found.deep, n=n, gap=gap)


SLUMP = module(
    "slump", "Slump Prescription", version="1", result=SlumpResult, compute=compute,
    after=("edge_health", "psychology", "fatigue", "sizing"),
)  # fmt: skip
