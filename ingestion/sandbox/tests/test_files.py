"""The company as files: plain objects, Stripe's CSV exports, and a ledger of any length."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.sandbox.company import Company
from ingestion.sandbox.csv_exports import EXPORTS, write_csv
from ingestion.sandbox.export import api_objects, main
from ingestion.sandbox.scale import Ledger

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)


def read(company: Company, kind: str) -> list[dict[str, str]]:
    file = io.StringIO(newline="")
    count = write_csv(company, kind, file)
    file.seek(0)
    rows = list(csv.DictReader(file))
    assert len(rows) == count > 0
    return rows


class TestObjects:
    def test_account_comes_first_and_discounts_are_expanded(self, small: Company) -> None:
        objects = list(api_objects(small))
        assert objects[0]["object"] == "account"
        coupons = [one["source"]["coupon"] for obj in objects if obj["object"] == "subscription"
                   for one in obj["discounts"]]  # fmt: skip
        assert coupons
        assert all(coupon["object"] == "coupon" for coupon in coupons)
        assert {obj["object"] for obj in objects}.isdisjoint({"coupon", "discount"})

    def test_holds_no_float_but_the_exchange_rate(self, small: Company) -> None:
        def floats(value: object, path: str = "") -> set[str]:
            if isinstance(value, dict):
                return {found for name, one in value.items() for found in floats(one, str(name))}
            if isinstance(value, list):
                return {found for one in value for found in floats(one, path)}
            return {path} if isinstance(value, float) else set()

        assert {name for obj in api_objects(small) for name in floats(obj)} == {"exchange_rate"}

    def test_the_command_writes_lines_that_parse(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "small.jsonl"
        main(["--size", "small", "--as-of", AS_OF.isoformat(), "--out", str(out)])
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        assert f"{len(lines)} rows" in capsys.readouterr().out
        assert {"balance_transaction", "charge", "dispute", "payout"} <= {obj["object"] for obj in lines}


class TestCsv:
    @pytest.mark.parametrize("kind", EXPORTS)
    def test_has_stripes_heads_and_nothing_else(self, small: Company, kind: str) -> None:
        assert tuple(read(small, kind)[0]) == EXPORTS[kind][0]

    def test_balance_history_sums_to_the_balance(self, small: Company) -> None:
        sums: Counter[str] = Counter()
        for row in read(small, "balance_history"):
            assert Decimal(row["Net"]) == Decimal(row["Amount"]) - Decimal(row["Fee"])
            sums[row["Currency"]] += int(Decimal(row["Net"]) * 100)
        balance = small.balance()
        for side in ("available", "pending"):
            for funds in balance[side]:
                sums[funds["currency"]] -= funds["amount"]
        assert set(sums.values()) == {0}

    def test_activity_and_payouts_together_are_the_whole_ledger(self, small: Company) -> None:
        whole = {row["id"] for row in read(small, "balance_history")}
        activity = {row["balance_transaction_id"] for row in read(small, "itemized_activity")}
        payouts = {row["balance_transaction_id"] for row in read(small, "itemized_payouts")}
        assert activity.isdisjoint(payouts)
        assert activity | payouts == whole

    def test_yen_has_no_decimals(self, small: Company) -> None:
        facing = [row for row in read(small, "itemized_activity") if row["customer_facing_currency"] == "jpy"]
        assert facing
        assert all("." not in row["customer_facing_amount"] for row in facing)

    def test_disputes_name_charge_and_deadline(self, small: Company) -> None:
        rows = read(small, "disputes")
        assert all(row["Charge ID"].startswith(("ch_", "py_")) for row in rows)
        assert any(row["Status"] == "needs_response" and row["Due By (UTC)"] for row in rows)

    def test_payouts_tell_why_one_failed(self, small: Company) -> None:
        failed = [row for row in read(small, "payouts") if row["Status"] == "failed"]
        assert [row["Failure Code"] for row in failed] == ["account_closed"]


class TestScale:
    def test_has_exactly_as_many_rows_in_order_of_time(self) -> None:
        rows = list(Ledger(5000, AS_OF))
        assert len(rows) == 5000
        assert len({row["id"] for row in rows}) == 5000
        assert [row["created"] for row in rows] == sorted(row["created"] for row in rows)
        assert rows[-1]["created"] <= AS_OF.timestamp()

    def test_keeps_the_identities_and_knows_its_sums(self) -> None:
        ledger = Ledger(5000, AS_OF)
        sums: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        for row in ledger:
            assert row["net"] == row["amount"] - row["fee"]
            sums[row["currency"]] += row["net"]
            kinds[row["reporting_category"]] += 1
        assert sums == ledger.sums
        assert kinds == ledger.counts
        assert kinds["payout"] > 100
        assert kinds["charge"] > 4000

    def test_repeats(self) -> None:
        assert list(Ledger(300, AS_OF)) == list(Ledger(300, AS_OF))

    def test_its_rows_have_the_shape_the_company_gives_them(self, small: Company) -> None:
        like = next(obj for obj in small.objects() if obj["object"] == "balance_transaction")
        assert set(next(iter(Ledger(1, AS_OF)))) == set(like)
