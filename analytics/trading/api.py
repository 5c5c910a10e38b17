"""The desk over the API: one read call a module, made from its face. Decimals are text, money minor units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from accounts.access import api_business
from accounts.models import Business
from accounts.requests import BusinessRequest
from analytics.schemas import FigureOut, figure_out
from analytics.trading import features
from analytics.trading.evidence import KIND
from analytics.trading.faces import FACES, Face, Shown
from analytics.trading.snapshots.codec import to_json
from analytics.trading.state import DeskState, desk_state


class AccountOut(Schema):
    """`account` is the id that `?account=` takes; `closed_at` the latest close, null before the first."""

    account: str
    label: str
    currency: str
    zone: str
    closed_at: datetime | None


class ModuleOut(Schema):
    """What is stored of a module. `result` is null before the first computation; `state` says why.

    state:    no_account, importing, no_trades, computing or ready.
    figures:  by key, each with its interval, sample, gap and the address of its evidence.
    result:   the whole result: words, series and tables of the module; figures stand in it as they are stored.
    """

    business_id: UUID
    account: str | None
    module: str
    state: str
    version: str
    seed: int | None
    n: int
    as_of: datetime | None
    computed_at: datetime | None
    stale_since: datetime | None
    newest_failed: bool
    figures: dict[str, FigureOut]
    result: dict[str, Any] | None


class AccountsOut(Schema):
    accounts: list[AccountOut]


def build_router() -> Router:
    """A call for each registered face, the accounts they can be asked for, and features' own calls."""
    features.load()
    router = Router(tags=["Trading"])
    router.get("/trader/accounts", response=AccountsOut, summary="Broker accounts")(get_accounts)
    for one in sorted(FACES.values(), key=lambda known: known.path):
        router.get(f"/trader/{one.path}", response=ModuleOut, summary=one.label)(call(one))
    for part in features.parts("api"):
        router.add_router("", part.router)
    return router


def get_accounts(request: BusinessRequest, business_id: UUID | None = None) -> dict[str, Any]:
    """The account with the latest close first: the one that calls without `account` are about."""
    business = _business(request, business_id)
    state: DeskState = desk_state(business)
    return {
        "accounts": [
            {
                "account": str(one.source.pk),
                "label": one.label,
                "currency": one.currency,
                "zone": one.zone,
                "closed_at": one.closed_at,
            }
            for one in state.accounts
        ]
    }


def call(one: Face[Any]) -> Callable[..., dict[str, Any]]:
    def get_module(request: BusinessRequest, business_id: UUID | None = None, account: str = "") -> dict[str, Any]:
        business = _business(request, business_id)
        return module_out(one.shown(business, account))

    get_module.__name__ = f"get_trader_{one.path.replace('-', '_')}"
    get_module.__doc__ = f"{one.label} of one account: the one with the latest close unless `account` names another."
    return get_module


def module_out(shown: Shown[Any]) -> dict[str, Any]:
    kept, state = shown.stored, shown.state
    figures = kept.result.figures if kept else {}
    return {
        "business_id": shown.business.pk,
        "account": str(state.account.source.pk) if state.account else None,
        "module": shown.module.key,
        "state": state.kind,
        "version": kept.version if kept else shown.module.version,
        "seed": kept.seed if kept else None,
        "n": kept.n if kept else 0,
        "as_of": kept.as_of if kept else None,
        "computed_at": kept.computed_at if kept else None,
        "stale_since": state.stale_since,
        "newest_failed": shown.newest_failed,
        "figures": {
            key: figure_out(shown.business, figure, kind=KIND, key=kept.snapshot_id) | {"evidence": shown.url(key)}
            for key, figure in figures.items()
            if kept
        },
        "result": to_json(kept.result) if kept else None,
    }


def _business(request: BusinessRequest, business_id: UUID | None) -> Business:
    return api_business(request, business_id, permission="read:analytics", desk="trading")
