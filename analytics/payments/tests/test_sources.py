"""Which sources the payments desk counts."""

from __future__ import annotations

from accounts.testing.world import World
from analytics.payments.reader import sources_in_use, sources_shown
from analytics.testing import payments as facts
from analytics.testing import trading_desk


def test_a_broker_account_does_not_hide_a_shops_test_account(world: World) -> None:
    shop = facts.source(world.business, livemode=False)
    assert sources_in_use(world.business) == sources_shown(world.business) == (shop,)
    trading_desk.account(world.business)
    assert sources_in_use(world.business) == sources_shown(world.business) == (shop,)


def test_live_accounts_come_before_test_accounts(world: World) -> None:
    facts.source(world.business, livemode=False)
    live = facts.source(world.business)
    assert sources_in_use(world.business) == (live,)


def test_a_business_that_only_trades_has_none(world: World) -> None:
    trading_desk.account(world.business)
    assert sources_in_use(world.business) == sources_shown(world.business) == ()
