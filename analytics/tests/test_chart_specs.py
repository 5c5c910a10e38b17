from __future__ import annotations

from datetime import date

import pytest
import vl_convert

from analytics import charts

DAY = date(2026, 6, 1)
ROWS = {
    "payments/readiness/chart": [{"as_of": DAY, "score": 64, "low": 60, "high": 68, "tier": "ready"}],
    "payments/metrics/chart": [{"start": DAY, "net": 1000, "before_net": 900, "gross": 1100}],
    "payments/metrics/activity": [{"start": DAY, "charges": 20, "failed": 1}],
    "payments/disputes/chart": [{"month": DAY, "activity": None, "rate": None, "opened": 0, "charges": 0}],
    "payments/payouts/chart": [{"start": DAY, "amount": 5000, "paid": 1, "failed": 0}],
}


def test_every_spec_is_listed_here():
    found = {
        str(path.relative_to(charts.SPECS)).removesuffix(".vl.json")
        for path in charts.SPECS.glob("payments/**/*.vl.json")
    }
    assert found == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
class TestSpec:
    def test_draws(self, name):
        spec = charts.for_paper(charts.build(charts.load_spec(name), ROWS[name], currency="usd"))
        assert "<svg" in vl_convert.vegalite_to_svg(spec)

    def test_heads_every_column_of_its_table(self, name):
        assert {column.field for column in charts.columns_of(charts.load_spec(name))} == set(ROWS[name][0])
