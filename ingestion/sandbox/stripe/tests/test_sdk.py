"""Stripe's own client library (16.1.0) works against the sandbox unchanged."""

from __future__ import annotations

import pytest
import stripe

from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.tests.conftest import sdk


def test_it_pages_through_everything(server: ReplayServer) -> None:
    client = sdk(server)
    listed = [row.id for row in client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter()]
    assert len(listed) == len(server.world.shop(server.account()).store.table("balance_transaction").ids)
    assert len(listed) == len(set(listed))


def test_it_pages_backwards_oldest_first(server: ReplayServer) -> None:
    client = sdk(server)
    newest = [row.id for row in client.v1.payouts.list({"limit": 7}).data]
    back = client.v1.payouts.list({"limit": 2, "ending_before": newest[5]})
    assert [row.id for row in back.auto_paging_iter()] == newest[:5][::-1]


@pytest.mark.parametrize(
    "service",
    ["balance_transactions", "charges", "refunds", "disputes", "payouts", "subscriptions", "invoices", "events"],
)
def test_it_lists_and_retrieves(server: ReplayServer, service: str) -> None:
    api = getattr(sdk(server).v1, service)
    first = api.list({"limit": 1}).data[0]
    assert api.retrieve(first.id).to_dict() == first.to_dict()


def test_it_reads_warnings_balance_and_account(server: ReplayServer) -> None:
    client = sdk(server)
    assert client.v1.radar.early_fraud_warnings.list().data[0].charge
    assert {funds.currency for funds in client.v1.balance.retrieve().available} == {"eur", "usd"}
    assert client.v1.accounts.retrieve(server.account()).charges_enabled is True


def test_it_sends_ranges_expansions_and_lists_of_types(server: ReplayServer) -> None:
    client = sdk(server)
    whole = client.v1.charges.list({"limit": 100}).data
    edge = whole[50].created
    found = client.v1.charges.list({"created": {"gte": edge}, "limit": 100, "expand": ["data.balance_transaction"]})
    assert [row.id for row in found.data] == [row.id for row in whole if row.created >= edge]
    assert any(row.balance_transaction and row.balance_transaction.net for row in found.data)
    events = client.v1.events.list({"types": ["payout.paid", "payout.created"], "limit": 5})
    assert {event.type for event in events.data} <= {"payout.paid", "payout.created"}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"api_key": "sk_test_wrong"}, stripe.AuthenticationError),
        ({"stripe_account": "acct_unknown"}, stripe.PermissionError),
    ],
)
def test_it_raises_its_own_errors(server: ReplayServer, given: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        sdk(server, **given).v1.charges.list()


def test_a_missing_object_is_an_invalid_request(server: ReplayServer) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk(server).v1.charges.retrieve("ch_none")
    assert caught.value.code == "resource_missing"
    assert caught.value.http_status == 404
    assert caught.value.request_id.startswith("req_")
