"""Time moves, things happen, the books still balance; a restart goes on with the same story."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.sandbox.moments import DAY
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.tests.conftest import AS_OF, NOW, Wrist

SCENARIOS = (
    "charge", "failed_charge", "refund", "refund_failed", "fraud_warning", "dispute_opened", "dispute_answered",
    "dispute_closed", "payout_failed", "account_updated",
)  # fmt: skip


def advance(lever: httpx.Client, **given: Any) -> dict:
    answer = lever.post("/advance", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def drift(server: ReplayServer) -> dict[str, int]:
    """Σ net − balance, per currency."""
    shop = server.world.shop(server.account())
    sums: dict[str, int] = {}
    for row in shop.store.table("balance_transaction").latest.values():
        sums[row["currency"]] = sums.get(row["currency"], 0) + row["net"]
    balance = shop.balance()
    for side in ("available", "pending"):
        for funds in balance[side]:
            sums[funds["currency"]] -= funds["amount"]
    return sums


class TestAdvance:
    def test_brings_new_objects_and_their_events(self, lever: httpx.Client, http: httpx.Client) -> None:
        before = {row["id"] for row in http.get("/v1/payouts", params={"limit": 100}).json()["data"]}
        told = advance(lever, days=8)
        assert told["now"] == NOW + 8 * DAY
        after = http.get("/v1/payouts", params={"limit": 100}).json()["data"]
        new = [row for row in after if row["id"] not in before]
        assert new
        assert all(row["created"] > NOW for row in new)
        assert {event["type"] for event in told["events"]} >= {"payout.created", "payout.paid"}

    def test_changes_old_objects_too(self, lever: httpx.Client, http: httpx.Client) -> None:
        pending = [
            row["id"] for row in http.get("/v1/balance_transactions").json()["data"] if row["status"] == "pending"
        ]
        advance(lever, days=10)
        assert pending
        assert all(http.get(f"/v1/balance_transactions/{name}").json()["status"] == "available" for name in pending)

    def test_keeps_the_books_balanced(self, server: ReplayServer, lever: httpx.Client) -> None:
        advance(lever, days=70)
        assert set(drift(server).values()) == {0}

    def test_goes_beyond_the_first_horizon_without_a_seam(self, server: ReplayServer, lever: httpx.Client) -> None:
        for _ in range(3):
            advance(lever, days=30)
        stepwise = server.world.shop(server.account()).store.tables
        with ReplayServer(as_of=AS_OF, size="small", connected=("established",), clock=Wrist()) as other:
            with httpx.Client(base_url=f"{other.url}/_sandbox") as client:
                advance(client, days=90)
            at_once = other.world.shop(other.account()).store.tables
            assert {kind: table.latest for kind, table in stepwise.items()} == {
                kind: table.latest for kind, table in at_once.items()
            }

    def test_does_not_run_backwards(self, lever: httpx.Client) -> None:
        answer = lever.post("/advance", json={"to": (AS_OF - timedelta(days=1)).isoformat()})
        assert answer.status_code == 400


class TestScenarios:
    @pytest.mark.parametrize("scenario", SCENARIOS)
    def test_happens_now_and_is_told(self, server: ReplayServer, lever: httpx.Client, scenario: str) -> None:
        told = advance(lever, days=1, scenarios=[{"scenario": scenario}])
        assert told["events"]
        assert set(drift(server).values()) == {0}
        advance(lever, days=30)
        assert set(drift(server).values()) == {0}

    def test_a_dispute_runs_its_course(self, lever: httpx.Client, http: httpx.Client) -> None:
        told = advance(lever, scenarios=[{"scenario": "charge", "amount": 5000}, {"scenario": "dispute_opened"}])
        opened = http.get("/v1/disputes", params={"limit": 1}).json()["data"][0]
        assert opened["status"] == "needs_response"
        assert opened["amount"] == 5000
        assert [event["type"] for event in told["events"]][-2:] == [
            "charge.dispute.created", "charge.dispute.funds_withdrawn"
        ]  # fmt: skip
        advance(lever, days=2, scenarios=[{"scenario": "dispute_answered", "dispute": opened["id"]}])
        won = {"scenario": "dispute_closed", "dispute": opened["id"], "status": "won"}
        told = advance(lever, days=2, scenarios=[won])
        closed = http.get(f"/v1/disputes/{opened['id']}").json()
        assert closed["status"] == "won"
        assert sum(row["net"] for row in closed["balance_transactions"]) == 0
        assert "charge.dispute.funds_reinstated" in {event["type"] for event in told["events"]}

    def test_an_interrupted_story_is_refused_when_money_is_still_to_move(
        self, server: ReplayServer, lever: httpx.Client
    ) -> None:
        shop = server.world.shop(server.account())
        coming = next(
            change for change in shop.coming if change.obj["object"] == "refund" and change.type == "refund.created"
        )
        advance(lever, seconds=coming.at - NOW - 1)
        story = coming.story
        answer = lever.post("/advance", json={"scenarios": [{"scenario": "refund", "charge": story}]})
        assert answer.status_code == 400
        assert "money to move" in answer.json()["error"]

    def test_the_account_can_be_restricted(self, lever: httpx.Client, http: httpx.Client) -> None:
        change = {"payouts_enabled": False, "requirements": {"disabled_reason": "rejected.fraud"}}
        advance(lever, scenarios=[{"scenario": "account_updated", "set": change}])
        account = http.get("/v1/account").json()
        assert account["payouts_enabled"] is False
        assert account["requirements"]["disabled_reason"] == "rejected.fraud"
        assert account["requirements"]["currently_due"] == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"scenario": "earthquake"},
            {"scenario": "refund", "charge": "ch_none"},
            {"scenario": "refund", "amount": 10**9},
            {"scenario": "charge", "account": "acct_none"},
        ],
    )
    def test_what_cannot_happen_is_refused(self, lever: httpx.Client, wrong: dict) -> None:
        assert lever.post("/advance", json={"scenarios": [wrong]}).status_code == 400


class TestTruth:
    def test_is_told_by_the_server(self, lever: httpx.Client, server: ReplayServer) -> None:
        told = lever.get("/truth", params={"account": "established"}).json()
        truth = server.world.shop(server.account()).truth()
        assert told["history_months"] == 14
        assert told["money"]["2026-05/eur"]["net"] == truth.money["2026-05", "eur"].net
        assert told["mrr"]["eur"] == str(truth.mrr["eur"])


class TestRestart:
    def test_goes_on_with_the_same_story_and_connections(self, tmp_path: Path) -> None:
        file = tmp_path / "var" / "stripe.json"
        with ReplayServer(as_of=AS_OF, state=file, connected=("established",), clock=Wrist()) as first:
            with httpx.Client(base_url=f"{first.url}/_sandbox") as client:
                advance(client, days=3, scenarios=[{"scenario": "charge"}, {"scenario": "dispute_opened"}])
                advance(client, days=4)
            before = {kind: table.latest for kind, table in first.world.shop(first.account()).store.tables.items()}
        with ReplayServer(as_of=AS_OF + timedelta(days=30), state=file, clock=Wrist()) as second:
            assert second.world.as_of == AS_OF
            assert second.account() in second.world.memory.connected
            after = {kind: table.latest for kind, table in second.world.shop(second.account()).store.tables.items()}
            assert after == before
        assert file.stat().st_mode & 0o777 == 0o600

    def test_does_not_reconnect_who_left(self, tmp_path: Path) -> None:
        given: dict[str, Any] = {"as_of": AS_OF, "state": tmp_path / "stripe.json", "connected": ("young",)}
        with ReplayServer(**given, clock=Wrist()) as first:
            first.world.disconnect(first.account("young"))
        with ReplayServer(**given, clock=Wrist()) as second:
            assert second.world.memory.connected == {}

    def test_another_seed_is_another_story(self, tmp_path: Path) -> None:
        file = tmp_path / "stripe.json"
        with ReplayServer(as_of=AS_OF, state=file, connected=("young",), clock=Wrist()):
            pass
        with ReplayServer(as_of=AS_OF, state=file, seed=2, clock=Wrist()) as other:
            assert other.world.memory.connected == {}


class TestLive:
    def test_time_passes_by_itself(self, clock: Wrist) -> None:
        with ReplayServer(as_of=AS_OF, size="small", connected=("established",), live=True, clock=clock) as server:
            headers = {"Authorization": f"Bearer {server.secret_key}", "Stripe-Account": server.account()}
            with httpx.Client(base_url=server.url, headers=headers) as http:
                before = http.get("/v1/payouts", params={"limit": 1}).json()["data"][0]["created"]
                clock.seconds += 9 * DAY
                after = http.get("/v1/payouts", params={"limit": 1}).json()["data"][0]["created"]
        assert after > before
