"""The record: columns in close order, form, sizes and a hash of the whole."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.trading.record import normalised_size


def test_form_is_net_by_the_median_loss_where_no_risk_is_known():
    record = record_of_results([200, -100, -50, -150, 900])
    assert record.unit == 100
    assert record.form.tolist() == [2, -1, -0.5, -1.5, 5]  # the last is cut off


def test_form_is_r_where_the_risk_is_known():
    record = simulated(Trader(n=40))
    assert np.allclose(record.form, np.clip(record.net / record.risk, -5, 5))


def test_form_without_any_loss_measures_by_the_mean_result():
    assert record_of_results([10, 30]).unit == 20


def test_an_empty_record_has_no_sessions():
    record = record_of_results([])
    assert (len(record), record.n_sessions, record.first_session) == (0, 0, None)


def test_sizes_compare_within_their_instrument():
    assert normalised_size(["a", "a", "a", "b"], np.array([1.0, 2.0, 4.0, 50.0])).tolist() == [0.5, 1, 2, 1]


def test_a_record_out_of_close_order_is_refused():
    record = record_of_results([1, 2, 3])
    with pytest.raises(ValueError, match="close order"):
        record.where(np.array([True, True, True])).__class__(
            **{name: getattr(record, name) for name in record.columns() if name != "closed"},
            closed=record.closed[::-1],
            currency="usd",
            zone="UTC",
        )


def test_picking_decisions_keeps_their_columns_together():
    record = simulated(Trader(n=20))
    losers = record.where(record.net < 0)
    assert set(losers.keys) == {key for key, net in zip(record.keys, record.net, strict=True) if net < 0}
    assert (losers.net < 0).all() and len(losers.exact) == len(losers)


def test_equal_records_have_equal_hashes_and_any_change_another():
    one, same, other = simulated(seed=1), simulated(seed=1), simulated(seed=2)
    assert one.digest == same.digest
    assert one.digest != other.digest
    assert one.where(np.arange(len(one)) > 0).digest != one.digest
