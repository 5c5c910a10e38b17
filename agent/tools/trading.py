"""Tools of the trading desk. Each reads what the desk's modules have stored for one account, and computes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from agent.tools.envelope import EMPTY, INSUFFICIENT, OK, STALE, Collector, ToolResult
from agent.tools.registry import Ask, tool
from analytics.evidence.links import evidence_url
from analytics.figures import Figure
from analytics.trading import features
from analytics.trading.evidence import KIND
from analytics.trading.modules import MODULES
from analytics.trading.snapshots.queries import Stored, stored_many
from analytics.trading.state import DeskState, desk_state

features.load()

if TYPE_CHECKING:

    class TradingModule(StrEnum):
        """The modules that are there; see below."""
else:
    TradingModule = StrEnum("TradingModule", {key: key for key in sorted(MODULES)})

NOTHING = {
    "no_account": "No broker account is here yet: a statement has to be uploaded first.",
    "importing": "The first statement is still being read.",
    "no_trades": "This account has no closed decision yet.",
    "computing": "The figures of this account are being computed for the first time.",
}
#: Words of a result that say in a sentence what its figures mean.
WORDS = ("verdict", "headline", "state", "compatible", "gap")
MOST_FIGURES = 12

PERFORMANCE = (
    "expectancy", "win_rate", "profit_factor", "payoff", "net", "decisions", "max_drawdown", "max_drawdown_money",
    "sharpe", "psr", "without_best_trade",
)  # fmt: skip
PROGRAMME_FIGURES = ("pass_chance", "fail_chance", "open_chance", "pass_sessions", "safe_size", "room")
MOST_PROGRAMMES = 6


@tool(
    "get_trading_performance", desk="trading",
    answers="expectancy, win rate, profit factor, drawdown with intervals; whether the edge is proven",
)  # fmt: skip
def get_trading_performance(ask: Ask, account: str = "") -> ToolResult:
    """What a record shows and how sure that is. `account` is an id of the list; the newest one by default."""
    return _modules(ask, "get_trading_performance", ("kpis",), account, only=PERFORMANCE)


@tool("get_edge_health", desk="trading", answers="whether the edge holds, weakens or broke, lately against before")
def get_edge_health(ask: Ask, account: str = "") -> ToolResult:
    """The newest decisions against the earlier ones, and how deep the present fall is for this trader."""
    return _modules(ask, "get_edge_health", ("edge_health", "afma", "slump"), account)


@tool(
    "get_trading_behaviour", desk="trading", answers="tilt, revenge sizing, tempo, fatigue, rule keeping; what it costs"
)
def get_trading_behaviour(ask: Ask, account: str = "") -> ToolResult:
    """How the trader behaves, what is different from chance, and what that has cost."""
    return _modules(ask, "get_trading_behaviour", ("bql", "psychology", "fatigue", "sizing"), account)


@tool("simulate_prop_rules", desk="trading", answers="replay verdict and pass probability for prop-firm programmes")
def simulate_prop_rules(ask: Ask, programme: str = "", account: str = "") -> ToolResult:
    """The stored replay against each programme; `programme` narrows by words of its name, such as `ftmo`."""
    state, kept = _stored(ask, ("shadow_boxing",), account)
    out = Collector(ask.call)
    if not kept:
        return _nothing(ask, "simulate_prop_rules", state)
    found = kept["shadow_boxing"]
    wanted = programme.lower().split()
    listed = [one for one in found.result.programmes if all(word in one.title.lower() for word in wanted)]
    for one in listed[:MOST_PROGRAMMES]:
        keys = [f"trading.{name}:{one.key}" for name in PROGRAMME_FIGURES]
        pairs = [(figure, _url(ask, found, key)) for key in keys if (figure := found.result.figures.get(key))]
        text = f"{one.last.verdict}{', rules disputed' if one.disputed else ''}"
        out.row(f"programme:{one.key}", one.title, pairs, text=text)
    message = "" if listed else "No programme of that name is in the catalogue."
    return _result(ask, "simulate_prop_rules", out, state, message=message or found.result.gap, total=len(listed))


@tool("read_trading_module", desk="trading", answers="the stored figures of any other module of the trading desk")
def read_trading_module(ask: Ask, module: TradingModule, account: str = "") -> ToolResult:
    """Its figures with intervals, and what it says in words."""
    return _modules(ask, "read_trading_module", (str(module),), account, limit=MOST_FIGURES * 2)


def _modules(
    ask: Ask, name: str, keys: tuple[str, ...], account: str, *, only: tuple[str, ...] = (), limit: int = MOST_FIGURES
) -> ToolResult:
    """The figures of several modules, the first ones of each; gaps say why there is no value."""
    state, kept = _stored(ask, keys, account)
    if not kept:
        return _nothing(ask, name, state)
    out = Collector(ask.call)
    facts: list[tuple[str, str]] = []
    for key in (key for key in keys if key in kept):
        found = kept[key]
        for under, figure in _picked(found, only)[: max(1, limit // len(kept))]:
            out.add(figure, url=_url(ask, found, under))
        facts += [(f"{key}.{word}", said) for word in WORDS if (said := _said(found.result, word))]
    return _result(ask, name, out, state, facts=tuple(facts))


def _picked(found: Stored[Any], only: tuple[str, ...]) -> list[tuple[str, Figure]]:
    """The wanted figures; where none are named, those with a value come before gaps."""
    if only:
        wanted = (f"trading.{name}" for name in only)
        return [(key, found.result.figures[key]) for key in wanted if key in found.result.figures]
    return sorted(found.result.figures.items(), key=lambda item: item[1].value is None)


def _said(result: Any, word: str) -> str:
    value = getattr(result, word, "")
    return str(value) if isinstance(value, str) else ""


def _stored(ask: Ask, keys: Iterable[str], account: str) -> tuple[DeskState, dict[str, Stored[Any]]]:
    """Where the account stands, and what is stored of the modules. Errors: NotYours for another's account."""
    state = desk_state(ask.business, account)
    if state.account is None:
        return state, {}
    wanted = [MODULES[key] for key in keys if key in MODULES]
    return state, stored_many(ask.business, state.account.source, wanted)


def _url(ask: Ask, found: Stored[Any], key: str) -> str:
    return evidence_url(ask.business, KIND, found.snapshot_id, key)


def _nothing(ask: Ask, name: str, state: DeskState) -> ToolResult:
    message = NOTHING.get(state.kind, "This has not been computed for the account yet.")
    return ToolResult(ask.call, name, ask.now, status=EMPTY, message=message)


def _result(
    ask: Ask, name: str, out: Collector, state: DeskState, *, message: str = "",
    facts: tuple[tuple[str, str], ...] = (), total: int = 0,
) -> ToolResult:  # fmt: skip
    """Results are of the data's own time; stale when statements came in that no module has seen."""
    figures = [cited.figure for cited in out.figures] + [c.figure for row in out.rows for c in row.figures]
    status = OK if any(figure.value is not None for figure in figures) else INSUFFICIENT if figures else EMPTY
    stale = state.stale_since is not None and status == OK
    assert state.account is not None
    return ToolResult(
        call=ask.call,
        tool=name,
        as_of=figures[0].as_of if figures and hasattr(figures[0].as_of, "hour") else ask.now,  # type: ignore[arg-type]
        status=STALE if stale else status,
        message=message,
        figures=tuple(out.figures),
        rows=tuple(out.rows),
        total_rows=max(total, len(out.rows)),
        warnings=("Trades came in that these figures do not hold yet.",) if stale else (),
        facts=(("account", state.account.label), *facts),
    )
