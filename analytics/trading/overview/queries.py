"""Reads the overview: stored results of the account, where its data stands, and what its owner has earned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Business
from analytics.trading.afma.module import AFMA, Form
from analytics.trading.bql.module import BQL, Bql
from analytics.trading.faces import Shown
from analytics.trading.kpis.model import Kpis
from analytics.trading.kpis.module import KPIS
from analytics.trading.overview.health import Health, health
from analytics.trading.snapshots.queries import stored_many
from analytics.trading.state import DeskState, desk_state
from billing.loyalty.queries import Loyalty, loyalty

STRIP = ("net", "expectancy", "win_rate", "profit_factor", "max_drawdown")
MONEY_STRIP = ("net", "expectancy", "win_rate", "profit_factor", "max_drawdown_money")


@dataclass(frozen=True, slots=True)
class Overview:
    """What the overview shows. A module that was never computed, or broke off, has `stored` None in its part."""

    state: DeskState
    kpis: Shown[Kpis]
    bql: Shown[Bql]
    form: Shown[Form]
    health: Health | None
    loyalty: Loyalty


def overview(business: Business, *, account: str = "", as_of: datetime) -> Overview:
    """One account at a glance: nothing here computes a figure. Nine queries, whatever the number of trades.

    Errors: NotYours for an account that is not the business's.
    """
    state = desk_state(business, account)
    parts = (KPIS, BQL, AFMA)
    kept = stored_many(business, state.account.source, parts) if state.account else {}
    kpis, bql, form = (Shown(business, one, state, kept.get(one.key), now=as_of) for one in parts)
    return Overview(
        state=state,
        kpis=kpis,
        bql=bql,
        form=form,
        health=health(business, state, kpis.result) if state.account else None,
        loyalty=loyalty(business, as_of=as_of),
    )


def strip_keys(found: Overview) -> list[str]:
    """Drawdown in percent where a balance is known, else in money."""
    depth = found.kpis.figure("trading.max_drawdown")
    names = STRIP if depth is not None and depth.value is not None else MONEY_STRIP
    return [f"trading.{name}" for name in names]


def shown_keys(found: Overview) -> list[tuple[Shown[Any], str]]:
    """Every figure of the overview with the module it is stored in."""
    strip: list[tuple[Shown[Any], str]] = [(found.kpis, key) for key in strip_keys(found)]
    return [*strip, (found.bql, "trading.bql"), (found.form, "trading.afma"), (found.form, "trading.afma_slope")]
