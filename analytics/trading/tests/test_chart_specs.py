"""Every chart of the desk draws the columns that head its table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import vl_convert

from analytics import charts

SAMPLES = {"day": date(2026, 6, 1), "month": date(2026, 6, 1), "money": 1000, "count": 3, "text": "a"}
SPECS = sorted(
    str(path.relative_to(charts.SPECS)).removesuffix(".vl.json") for path in charts.SPECS.glob("trading/**/*.vl.json")
)


@pytest.mark.parametrize("name", SPECS)
class TestSpec:
    def test_draws_its_columns(self, name):
        loaded = charts.load_spec(name)
        columns = charts.columns_of(loaded)
        assert columns, "a chart without a table says nothing to who cannot see it"
        row = {column.field: SAMPLES.get(column.unit, Decimal("0.5")) for column in columns}
        spec = charts.for_paper(charts.build(loaded, [row], currency="usd"))
        assert "<svg" in vl_convert.vegalite_to_svg(spec)

    def test_draws_nothing_that_heads_no_column(self, name):
        fields = {column.field for column in charts.columns_of(charts.load_spec(name))}
        assert set(_drawn(charts.load_spec(name))) <= fields


def _drawn(part):
    """Fields that the spec's encodings show; one that only sorts is not seen."""
    if isinstance(part, dict):
        if "usermeta" in part:
            part = {key: value for key, value in part.items() if key != "usermeta"}
        made = {part["as"]} if isinstance(part.get("as"), str) else set()
        found = [value for key, value in part.items() if key == "field" and isinstance(value, str)]
        for key, value in part.items():
            found += [] if key == "sort" else _drawn(value)
        return [field for field in found if field not in made]
    return [field for value in part for field in _drawn(value)] if isinstance(part, list) else []
